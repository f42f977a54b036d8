package outcome

import (
	"wirestep/engine"
	"wirestep/engine/sim"
)

// What says what a fact is about. They are in the order in which a user would see
// that they differ.
type What uint8

// The facts.
const (
	Connects    What = iota // how many of the calls that connect to one place succeeded
	Returned                // what a system call returned
	ReturnedAt              // when it returned
	Acked                   // when all data of a host was acknowledged
	ReadAt                  // when a host had read all that it read
	Sent                    // segments of a kind that a host sent
	Again                   // segments of a kind that it sent again
	Read                    // bytes that the applications of a host read
	TimeWaitEnd             // when the last TIME_WAIT entry of a host went
	TimeWaits               // how many TIME_WAIT entries a host had
	Opened                  // connections of a host that became ESTABLISHED
	State                   // sockets of a host in one state, at the end
	Orphans                 // sockets that the kernel of a host finishes alone, at the end
	Lost                    // segments that the network took, by the rule that took them
	Dropped                 // segments that a host discarded, by the rule that discarded them
	Peak                    // the largest value that a queue or a window of a host had
	Last                    // the last value of a variable of a host's busiest sender
	Count                   // an SNMP counter of a host
	Ends                    // when nothing was left to happen
)

var whatNames = [...]string{"connects", "returned", "returned-at", "acked", "read-at", "sent", "again", "read", "timewait-end",
	"timewaits", "opened", "state", "orphans", "lost", "dropped", "peak", "last", "count", "ends"}

func (w What) String() string { return whatNames[w] }

// Fact is what is compared: the same one of each branch stands in one row.
type Fact struct {
	What What
	Host string // "": the network, or everybody
	Proc string // of a call: the process
	Name string // the call, where connects go, the kind of segment, the state, the variable, the counter, the rule
	Nth  int    // of a call: the so-and-so-manieth of its name in its process, from 1
}

// Kind says how a value is to be read.
type Kind uint8

// The kinds of value.
const (
	None     Kind = iota // it did not come to that
	Pending              // it has not come to that yet
	Time                 // N: an instant
	Number               // N
	Bytes                // N
	Segments             // N
	Result               // Text: an errno; "": N, what the call returned
	Portion              // N of Of
)

// Value is a fact of one branch, and the event that made it so; 0: none did.
type Value struct {
	Kind  Kind
	N, Of int64
	Text  string
	Event engine.StepNo
}

func (v Value) same(o Value) bool {
	v.Event, o.Event = 0, 0
	return v == o
}

// OK: the call succeeded.
func (v Value) OK() bool { return v.Kind == Result && v.Text == "" }

// At is the instant that the value names.
func (v Value) At() sim.Time { return sim.Time(v.N) }

// Row is one fact of every branch.
type Row struct {
	Fact
	Values  []Value // by side
	Differs bool
	Short   bool // it stands in the short table
}

// facts are those of one branch, in the order in which they were found.
type facts struct {
	list []entry
	at   map[Fact]int
}

type entry struct {
	Fact
	Value
}

// set gives a fact its value.
func (f *facts) set(k Fact, v Value) {
	if i, ok := f.at[k]; ok {
		f.list[i].Value = v
		return
	}
	if f.at == nil {
		f.at = map[Fact]int{}
	}
	f.at[k] = len(f.list)
	f.list = append(f.list, entry{k, v})
}

func (f *facts) get(k Fact) Value {
	if i, ok := f.at[k]; ok {
		return f.list[i].Value
	}
	return Value{}
}

// add counts something.
func (f *facts) add(k Fact, kind Kind, by int64, n engine.StepNo) {
	v := f.get(k)
	f.set(k, Value{Kind: kind, N: v.N + by, Event: n})
}

// most keeps the largest value.
func (f *facts) most(k Fact, kind Kind, v int64, n engine.StepNo) {
	if old := f.get(k); old.Kind == None || v > old.N {
		f.set(k, Value{Kind: kind, N: v, Event: n})
	}
}
