package find

import (
	"fmt"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/scene"
)

// Kind is a kind of move.
type Kind uint8

// The kinds, in the order in which they are tried.
const (
	Drop Kind = iota
	Delay
	Duplicate
	Hold
	Call
	Setting
	kinds
)

var kindNames = [...]string{"drop", "delay", "dup", "hold", "call", "sysctl"}

func (k Kind) String() string { return kindNames[k] }

// KindNames are the words for the kinds of moves.
func KindNames() []string { return kindNames[:] }

// ParseKind reads the word for a kind of move.
func ParseKind(s string) (Kind, error) {
	for i, n := range kindNames {
		if n == s {
			return Kind(i), nil
		}
	}
	return 0, fmt.Errorf("%q is no kind of move, expected one of %s", s, strings.Join(kindNames[:], ", "))
}

// Way is a direction: what one host sends to another. An empty name is any host.
type Way struct{ From, To string }

func (w Way) String() string {
	any := func(s string) string {
		if s == "" {
			return "*"
		}
		return s
	}
	return any(w.From) + "->" + any(w.To)
}

// ParseWay reads "client->server"; "*" is any host.
func ParseWay(s string, sc *engine.Scenario) (w Way, err error) {
	from, to, ok := strings.Cut(s, ">")
	if !ok {
		return w, fmt.Errorf("%q is no direction, expected one such as client->server", s)
	}
	w = Way{strings.TrimSpace(strings.TrimRight(from, "- ")), strings.TrimSpace(to)}
	for _, end := range []*string{&w.From, &w.To} {
		if *end == "*" {
			*end = ""
			continue
		}
		if !hasHost(sc, *end) {
			return w, fmt.Errorf("no host is named %q in the direction %q", *end, s)
		}
	}
	return w, nil
}

func hasHost(sc *engine.Scenario, name string) bool {
	for i := range sc.Hosts {
		if sc.Hosts[i].Name == name && sc.Hosts[i].Box == nil {
			return true
		}
	}
	return false
}

// Set is the finite set of moves that is tried.
type Set struct {
	Kinds    []Kind
	On       []Way       // segments that go such a way; none: every segment that a host sends
	Calls    []engine.Op // calls that may be made, at any instant
	Settings []engine.Op // settings that may be set, at the start
}

// Has reports whether a kind of move is tried.
func (s *Set) Has(k Kind) bool {
	for _, x := range s.Kinds {
		if x == k {
			return true
		}
	}
	return false
}

// MaxGiven bounds the calls and settings of a set.
const MaxGiven = 64

// Valid says what is wrong with a set.
func (s *Set) Valid() error {
	switch {
	case len(s.Kinds) == 0:
		return fmt.Errorf("no kind of move, expected some of %s", strings.Join(kindNames[:], ", "))
	case len(s.Calls) > MaxGiven || len(s.Settings) > MaxGiven:
		return fmt.Errorf("%d calls and %d settings, expected at most %d of each", len(s.Calls), len(s.Settings), MaxGiven)
	}
	return nil
}

// CallsOf lists the calls that the processes of a scene may be made to make beside
// their programs: those that their programs make on sockets, and the ways of ending a
// connection and a process.
func CallsOf(sc *engine.Scenario) (out []engine.Op) {
	seen := map[string]bool{}
	first := map[string]bool{}
	for i := range sc.Programs {
		p := &sc.Programs[i]
		proc := p.Name
		if !first[p.Host] {
			first[p.Host], proc = true, ""
		}
		add := func(in host.Instr) {
			in.Line = 0
			in.Text = scene.FormatInstr(in)
			op := engine.Op{Kind: engine.OpCall, Host: p.Host, Proc: proc, Call: in}
			op.Text = scene.FormatOp(op)
			if !seen[op.Text] && len(out) < MaxGiven {
				seen[op.Text] = true
				out = append(out, op)
			}
		}
		for _, in := range p.Lines {
			if in.Kind == host.InstrCall && in.Var == "" && socketOf(&in) != "" && !opens[in.Name] {
				add(in)
			}
		}
		for _, in := range p.Lines {
			if in.Var == "" {
				continue
			}
			v := host.Arg{Kind: host.ArgVar, Text: in.Var}
			add(host.Instr{Name: "close", Args: []host.Arg{v}})
			if in.Name != "listen" {
				add(host.Instr{Name: "shutdown", Args: []host.Arg{v, {Kind: host.ArgWord, Text: "SHUT_WR"}}})
				add(host.Instr{Name: "abort", Args: []host.Arg{v}})
			}
		}
		add(host.Instr{Name: "kill"})
	}
	return out
}

// opens are calls that make a socket what it is: a program makes them once.
var opens = map[string]bool{"bind": true, "listen": true, "connect": true, "accept": true, "socket": true}

// socketOf is the variable that a call is about; "" when it is about none.
func socketOf(in *host.Instr) string {
	if len(in.Args) > 0 && in.Args[0].Kind == host.ArgVar {
		return in.Args[0].Text
	}
	return ""
}
