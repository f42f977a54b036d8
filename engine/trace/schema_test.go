package trace

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// panics returns what f panics with, or "".
func panics(f func()) (said string) {
	defer func() {
		if p := recover(); p != nil {
			said = p.(string)
		}
	}()
	f()
	return ""
}

type every struct {
	B   bool
	I8  int8
	I16 int16
	I32 int32
	I64 int64
	U8  uint8
	U16 uint16
	U32 uint32
	U64 uint64
}

func TestSchemaReadsEveryKindOfField(t *testing.T) {
	src := "type every struct {\n"
	for i := range reflect.TypeFor[every]().NumField() {
		f := reflect.TypeFor[every]().Field(i)
		src += "\t" + f.Name + " " + f.Type.String() + " // " + f.Name + " [count]: a number.\n"
	}
	s := NewSchema("every", every{}, src+"}\n", nil)
	e := every{true, -8, -16, -32, -64, 8, 16, 32, 64}
	want := []int64{1, -8, -16, -32, -64, 8, 16, 32, 64}
	if got := s.Values(unsafe.Pointer(&e)); !reflect.DeepEqual(got, want) {
		t.Errorf("values %v, want %v", got, want)
	}
	if s.Field("I32") != 3 || s.Field("Nope") != -1 {
		t.Errorf("fields are found at %d and %d", s.Field("I32"), s.Field("Nope"))
	}
}

type mood uint8

func TestSchemaReadsLabelUnitAndText(t *testing.T) {
	type dog struct{ Mood mood }
	s := NewSchema("dog", dog{}, "type dog struct {\n\tMood mood // MOOD.DOG [state]: how it is: today.\n}\n",
		map[string][]string{"mood": {"glad", "sad"}})
	if i := slices.Index(Schemas(), s); i < 0 || !slices.IsSortedFunc(Schemas(), func(a, b *Schema) int { return strings.Compare(a.Name, b.Name) }) {
		t.Errorf("among all schemas it is at %d", i)
	}
	f := s.Fields[0]
	if f.Name != "Mood" || f.Label != "MOOD.DOG" || f.Unit != UnitState || f.Doc != "how it is: today." || len(f.Names) != 2 {
		t.Errorf("field %+v", f)
	}
}

type paws struct {
	Left, Right uint16
}

type dogs struct {
	Name uint8
	body
	Front paws
	Aside [3]uint32 `trace:"-"`
	Last  int64
}

type body struct {
	Legs uint32
	Ears uint8 `trace:"Flaps"`
}

// A group stands where its struct has it: embedded under its own names, else with the
// name of the field before them.
func TestSchemaReadsGroups(t *testing.T) {
	const src = "type dogs struct {\n\tName uint8 // N [count]: name.\n\tLast int64 // L [count]: last.\n}\n" +
		"type paws struct {\n\tLeft uint16 // LEFT [count]: left.\n\tRight uint16 // RIGHT [count]: right.\n}\n" +
		"type body struct {\n\tLegs uint32 // LEGS [count]: legs.\n\tEars uint8 // EARS [count]: ears.\n}\n"
	s := NewSchema("dogs", dogs{}, src, nil)
	d := dogs{1, body{4, 2}, paws{8, 9}, [3]uint32{7, 7, 7}, 10}
	var names []string
	for i := range s.Fields {
		names = append(names, s.Fields[i].Name+"="+s.Fields[i].Label)
	}
	if got := strings.Join(names, " "); got != "Name=N Legs=LEGS Flaps=EARS FrontLeft=LEFT FrontRight=RIGHT Last=L" {
		t.Errorf("fields %s", got)
	}
	if got := s.Values(unsafe.Pointer(&d)); !slices.Equal(got, []int64{1, 4, 2, 8, 9, 10}) {
		t.Errorf("values %v", got)
	}
	r := NewRecorder()
	r.Begin(Event{})
	r.Watch(s, 1, unsafe.Pointer(&d))
	d.Aside[1], d.Front.Right, d.Legs = 0, 90, 40
	var changes []string
	for _, c := range r.End().Changes {
		changes = append(changes, s.Fields[c.Field].Name)
	}
	if got := strings.Join(changes, " "); got != "Legs FrontRight" {
		t.Errorf("changes of %s", got)
	}
}

func TestSchemaRefuses(t *testing.T) {
	type text struct{ S string }
	type n struct{ N int64 }
	for _, c := range []struct {
		name   string
		sample any
		src    string
		says   string
	}{
		{"a pointer inside", text{}, "type text struct {\n\tS string // S []: text.\n}\n", "text.S is a string"},
		{"no comment", n{}, "type n struct {\n\tN int64\n}\n", "n.N has no comment"},
		{"a comment without unit", n{}, "type n struct {\n\tN int64 // how many\n}\n", "n.N has no comment"},
		{"a type that is not there", n{}, "type m struct {\n\tN int64 // N []: how many.\n}\n", "n.N has no comment"},
	} {
		if said := panics(func() { NewSchema("x", c.sample, c.src, nil) }); !strings.Contains(said, c.says) {
			t.Errorf("%s: panics with %q, want %q", c.name, said, c.says)
		}
	}
}

func TestRulesAreDeclaredOnce(t *testing.T) {
	if said := panics(func() { Declare(Rule{ID: "test.outer"}) }); !strings.Contains(said, "test.outer") {
		t.Errorf("a second declaration panics with %q", said)
	}
	rules := Rules()
	for i, r := range rules {
		if RuleAt(r.Index) != r {
			t.Errorf("%s is not found at its index", r.ID)
		}
		if i > 0 && rules[i-1].ID >= r.ID {
			t.Errorf("%s comes before %s", rules[i-1].ID, r.ID)
		}
	}
}
