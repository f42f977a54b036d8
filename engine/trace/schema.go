package trace

import (
	"fmt"
	"reflect"
	"sort"
	"strings"
	"unsafe"
)

// Unit says how a number is to be read.
type Unit string

// The units. Sequence numbers are recorded as they are on the wire; a reader
// subtracts the subject's ISS or IRS to show them relative.
const (
	UnitNone     Unit = ""
	UnitCount    Unit = "count"
	UnitBytes    Unit = "bytes"
	UnitSegments Unit = "segments"
	UnitSndSeq   Unit = "seq:snd" // relative to ISS
	UnitRcvSeq   Unit = "seq:rcv" // relative to IRS
	UnitTime     Unit = "time"    // an instant, nanoseconds
	UnitDeadline Unit = "timer"   // the instant at which a timer fires; sim.Never when it is off
	UnitDuration Unit = "duration"
	UnitBool     Unit = "bool"
	UnitState    Unit = "state" // a name from the field's Names
	UnitFlags    Unit = "flags"
	UnitShift    Unit = "shift"
	UnitPort     Unit = "port"
)

// Field is one variable of a watched struct, as users see it.
type Field struct {
	Name  string   // the Go name
	Label string   // the RFC or Linux spelling: "SND.UNA", "icsk_rto"
	Unit  Unit     // how to read the number
	Doc   string   // one sentence
	Names []string // for UnitState: the name of each value

	off   uintptr
	kind  reflect.Kind
	means Class
}

// Schema describes a struct of numbers whose changes are watched.
type Schema struct {
	Name   string
	Fields []Field
	size   uintptr
	words  [][]uint16 // which fields lie in each word of eight bytes

	stretches []stretch
}

// stretch is a run of whole words of a struct, in bytes, in each of which a field lies.
type stretch struct{ from, to uintptr }

var schemas []*Schema

// Schemas returns every schema, by name.
func Schemas() []*Schema {
	ss := append([]*Schema(nil), schemas...)
	sort.Slice(ss, func(i, j int) bool { return ss[i].Name < ss[j].Name })
	return ss
}

// NewSchema reads the layout of sample and the comments of its fields in src,
// the Go source that declares it. A field's comment has the shape
//
//	SndUna wire.Seq // SND.UNA [seq:snd]: oldest sequence number not acknowledged.
//
// A field that is a struct is a group: its fields stand in its place. Those of an
// embedded group keep their names, those of a named one have its name before theirs
// (Cubic.Cnt is CubicCnt); src has to have the group's declaration too. The tag
// trace:"-" leaves a field out, whatever it is; another one is the field's name, or what
// the names of the group's fields begin with.
//
// A field without such a comment, or of a kind that holds a pointer, is a bug
// that shows at start-up. names gives the value names of state fields, by type.
func NewSchema(name string, sample any, src string, names map[string][]string) *Schema {
	t := reflect.TypeOf(sample)
	s := &Schema{Name: name, size: t.Size()}
	s.add(t, "", 0, src, names)
	for word, fields := range s.words {
		from := uintptr(word) * 8
		to := min(from+8, s.size)
		switch last := len(s.stretches) - 1; {
		case len(fields) == 0:
		case last >= 0 && s.stretches[last].to == from:
			s.stretches[last].to = to
		default:
			s.stretches = append(s.stretches, stretch{from, to})
		}
	}
	schemas = append(schemas, s)
	return s
}

// add appends the fields of a struct, or of a group that lies at off in it.
func (s *Schema) add(t reflect.Type, prefix string, off uintptr, src string, names map[string][]string) {
	_, body, _ := strings.Cut(src, "type "+t.Name()+" struct {")
	body, _, _ = strings.Cut(body, "\n}")
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("trace")
		if tag == "-" {
			continue
		}
		at := off + f.Offset
		if f.Type.Kind() == reflect.Struct {
			p := prefix
			switch {
			case tag != "":
				p = tag
			case !f.Anonymous:
				p += f.Name
			}
			s.add(f.Type, p, at, src, names)
			continue
		}
		label, unit, doc, ok := fieldComment(body, f.Name)
		if !ok {
			panic(fmt.Sprintf("trace: %s.%s has no comment of the shape 'LABEL [unit]: text'", t.Name(), f.Name))
		}
		switch f.Type.Kind() {
		case reflect.Bool, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
			reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		default:
			panic(fmt.Sprintf("trace: %s.%s is a %s; watched structs are flat numbers", t.Name(), f.Name, f.Type))
		}
		if tag == "" {
			tag = prefix + f.Name
		}
		for uintptr(len(s.words)) <= at/8 {
			s.words = append(s.words, nil)
		}
		s.words[at/8] = append(s.words[at/8], uint16(len(s.Fields)))
		s.Fields = append(s.Fields, Field{
			Name: tag, Label: label, Unit: unit, Doc: doc,
			Names: names[f.Type.Name()], off: at, kind: f.Type.Kind(), means: classOfField(tag, unit),
		})
	}
}

// fieldComment takes the comment of a field out of the declaration of its struct.
func fieldComment(body, field string) (label string, unit Unit, doc string, ok bool) {
	for _, line := range strings.Split(body, "\n") {
		code, comment, has := strings.Cut(line, "//")
		words := strings.Fields(code)
		if !has || len(words) < 2 || words[0] != field {
			continue
		}
		head, text, a := strings.Cut(comment, "]: ")
		l, u, b := strings.Cut(head, " [")
		if !a || !b {
			return "", "", "", false
		}
		return strings.TrimSpace(l), Unit(u), strings.TrimSpace(text), true
	}
	return "", "", "", false
}

// Field returns the index of the field with this Go name, or -1.
func (s *Schema) Field(name string) int {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return i
		}
	}
	return -1
}

// Values reads every field of the struct at p, in order.
func (s *Schema) Values(p unsafe.Pointer) []int64 {
	v := make([]int64, len(s.Fields))
	for i := range s.Fields {
		v[i] = s.Fields[i].read(p)
	}
	return v
}

func (f *Field) read(base unsafe.Pointer) int64 {
	p := unsafe.Add(base, f.off)
	switch f.kind {
	case reflect.Bool, reflect.Uint8:
		return int64(*(*uint8)(p))
	case reflect.Int8:
		return int64(*(*int8)(p))
	case reflect.Int16:
		return int64(*(*int16)(p))
	case reflect.Uint16:
		return int64(*(*uint16)(p))
	case reflect.Int32:
		return int64(*(*int32)(p))
	case reflect.Uint32:
		return int64(*(*uint32)(p))
	}
	return *(*int64)(p)
}
