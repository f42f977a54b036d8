package script

import (
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// Script is a parsed script.
type Script struct {
	File    string
	Options []Option
	Events  []Event
}

// Option is a line --name=value.
type Option struct {
	Line        int
	Name, Value string
}

// TimeKind is how an event's time is written.
type TimeKind uint8

// The ways.
const (
	Absolute TimeKind = iota // 1.5
	Relative                 // +.1
	Range                    // 1~2
	RelRange                 // +1~+2
	AnyTime                  // *
	Untimed                  // a command before the first event
)

// When is the time of an event, and of the end of a call that blocks.
type When struct {
	Kind     TimeKind
	From, To sim.Duration
	Blocks   bool
	End      sim.Duration
	EndRel   bool // the end is written with a '+'
}

// Event is one line of a script: exactly one of the last four is set.
type Event struct {
	Line    int
	Text    string
	When    When
	Packet  *Packet
	Call    *Call
	Command string
	Code    string
}

// Packet is a packet line, numbers as the script has them.
type Packet struct {
	In       bool
	ECN      string // "", noecn, ect0, ect1, ect01, ce
	TOS, TTL int    // -1: not given
	Flow     int64  // flow label; 0: not given
	From, To uint16 // ports that the line names; 0: those of the connection
	Flags    wire.Flags
	Seq, End uint32
	Len      int
	HasAck   bool
	Ack      uint32
	Win, Urg int // -1: not given
	Opts     []Opt
	AnyOpts  bool // <...>
	ICMP     *ICMP
	UDP      bool
}

// Opt is one option of a packet line.
type Opt struct {
	Kind byte
	Data []byte // value as it goes on the wire, except for what Nums holds
	Nums []uint32
	Name string
}

// ICMP is an ICMP error about a segment.
type ICMP struct {
	Type, Code string
	MTU        uint32
	HasMTU     bool
	Quoted     bool // Seq, End and Len of the packet are those of the quoted segment
}

// Call is a system call line.
type Call struct {
	Name   string
	Args   []*Expr
	Result *Expr
	Errno  string
	Note   string
}

// ExprKind is the shape of an argument.
type ExprKind uint8

// The shapes.
const (
	AnyValue ExprKind = iota // ...
	Number
	Word
	Text // "abc"; Open: followed by ...
	Binary
	Array
	Struct
	Apply // htons(8080)
)

// Expr is an argument or a result.
type Expr struct {
	Kind  ExprKind
	Num   int64
	Text  string // Word, Text; Binary: the operator; Apply: the function
	Open  bool   // Text: only the beginning is given
	List  []*Expr
	Names []string // Struct: the name of each of List, or ""
}

// Field returns a field of a struct by name, or by place when it has no names.
func (e *Expr) Field(name string, at int) *Expr {
	for i, n := range e.Names {
		if n == name {
			return e.List[i]
		}
	}
	if at >= 0 && at < len(e.List) && e.Names[at] == "" {
		return e.List[at]
	}
	return nil
}

// Error is what is wrong with a script, and where.
type Error struct {
	File string
	Line int
	Text string
}

func (e *Error) Error() string { return e.File + ":" + itoa(e.Line) + ": " + e.Text }
