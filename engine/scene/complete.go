package scene

import (
	"reflect"
	"slices"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/middlebox"
)

// Words are what may stand where in a scene, from the tables that the parser reads
// by: for who writes one and wants to be told.
type Words struct {
	Statements []string // a line begins with one of them
	Lines      []string // in a program
	Asks       []string // after "if" and "until" there
	Verbs      []string // after "at TIME"
	Expect     []string // after "expect"
	Which      []string // after a verb that takes a target
	Segments   []string // after that
	Link       []string // properties of a link
	Boxes      []string // kinds of boxes
	Kernels    []string
	Forge      []string // fields of a forged segment
	Edit       []string // fields of an edit
	Constants  []string // of calls
	Calls      []CallWord
	Settings   []SettingWord
	Options    []host.SocketOption
	Host       []string // after "HOST." in a condition
	Event      []string // after "event."
	Functions  []string // of conditions
	States     []string
	Errnos     []string
	Counters   []string
}

// CallWord is a call and what stands between its parentheses.
type CallWord struct {
	Name, Args string
	Gives      bool // a variable stands before it
}

// SettingWord is a sysctl.
type SettingWord struct {
	Name, Default, Takes string
	ReadOnly             bool
}

// AllWords collects them.
func AllWords() Words {
	w := Words{
		Statements: statementNames(), Lines: flowWords[:], Asks: asks[host.AskErrno:], Expect: whenWords[:],
		Which: []string{"next", "every", "1st", "2nd", "3rd", "packet"}, Segments: strings.Split(segmentKinds, " "),
		Boxes: middlebox.KindNames[1:], Kernels: host.ProfileNames(), Forge: fieldList(forgeFields),
		Constants: host.Constants(), Options: host.SocketOptions[:],
		Host: exprFields(Host{}), Event: exprFields(Event{}), Functions: functions[:],
		States: stateNames, Errnos: errnoNames, Counters: engine.Counters(),
	}
	for _, v := range verbs {
		if v.kind != engine.OpLater && v.kind != engine.OpScene {
			w.Verbs = append(w.Verbs, v.name)
		}
	}
	for i := range properties {
		w.Link = append(w.Link, properties[i].name)
	}
	for _, f := range editFields {
		w.Edit = append(w.Edit, f.name)
	}
	for i := range host.Shapes {
		s := &host.Shapes[i]
		w.Calls = append(w.Calls, CallWord{s.Name, s.String(), s.Gives})
	}
	w.Calls = append(w.Calls, CallWord{"sleep", "20ms", false}, CallWord{"at", "1s", false})
	for i := range host.Sysctls {
		d := &host.Sysctls[i]
		w.Settings = append(w.Settings, SettingWord{d.Name, d.Default, d.Takes(), d.ReadOnly})
	}
	return w
}

const segmentKinds = "SYN SYN-ACK ACK FIN RST DATA ICMP NONE segment"

// fieldList takes "a, b or c" apart.
func fieldList(s string) []string {
	return strings.FieldsFunc(strings.ReplaceAll(s, " or ", ", "), func(r rune) bool { return r == ',' || r == ' ' })
}

// exprFields are the names under which a condition sees the fields of v.
func exprFields(v any) (names []string) {
	t := reflect.TypeOf(v)
	for i := range t.NumField() {
		names = append(names, t.Field(i).Tag.Get("expr"))
	}
	slices.Sort(names)
	return names
}
