// Package proto is the language between the server and the browser: JSON
// messages over one WebSocket. docs/protocol.md tells the story; these types are
// its source, and static/src/proto.ts is generated from them.
//
// Every message has a field "t" that names it. Times are nanoseconds of virtual
// time as JSON numbers (a scene ends long before 2^53); a timer that is off is
// null. Text typed by a person is in the spelling of a scene (docs/scene.md).
package proto

// Version is the version of the protocol. A page with another one reloads itself.
const Version = 2

// ---- server → browser ----

// Hello is the first message on every connection.
type Hello struct {
	T        string   `json:"t"` // "hello"
	Proto    int      `json:"proto"`
	Session  string   `json:"session"`
	Client   string   `json:"client"` // token of this page: given again on reconnecting, it makes repeated commands harmless
	LastID   int64    `json:"lastId"` // the last command of this client that was carried out
	Kernel   string   `json:"kernel"` // profile name
	Title    string   `json:"title"`  // the scene's name
	Schemas  []Schema `json:"schemas"`
	Counters []string `json:"counters"` // names of host counters: Frame.counts refers to them
	Hosts    []Host   `json:"hosts"`
	Links    []Link   `json:"links"`
	Lesson   string   `json:"lesson,omitempty"` // slug
	Role     string   `json:"role"`             // what this page may do: "follower" looks, "driver" moves too, "owner" shares too
	Person   int32    `json:"person"`           // who is behind this page: 0 the owner, else the number of a guest
}

// Schema describes the variables of one kind of subject.
type Schema struct {
	Name   string  `json:"name"` // "tcb" "request" "timewait" "host" "link" "box" "conntrack"
	Fields []Field `json:"fields"`
}

// Field is one variable. Unit: "" "count" "bytes" "segments" "seq:snd" "seq:rcv"
// "time" "timer" "duration" "bool" "state" "flags" "shift" "port".
type Field struct {
	Name  string   `json:"name"`  // Go name: stable key
	Label string   `json:"label"` // RFC or Linux spelling
	Unit  string   `json:"unit"`
	Doc   string   `json:"doc"`
	Names []string `json:"names,omitempty"` // unit "state": name of each value
}

// Host is one host, or a box between hosts: a lifeline of its own.
type Host struct {
	Name  string   `json:"name"`
	Kind  string   `json:"kind,omitempty"` // of a box: "router" "nat" "firewall" "balancer" "stripper" "blackhole"
	Addrs []string `json:"addrs"`
	Procs []string `json:"procs"`

	Kernel string `json:"kernel,omitempty"` // profile, when it is not the scene's
}

// Link is one direction of a cable.
type Link struct {
	From  int   `json:"from"` // index of a host
	To    int   `json:"to"`
	Delay int64 `json:"delay"`
}

// Snapshot is everything at one place of one branch: the world after step Base,
// and every frame from Base+1 to Tip, so that the page can go anywhere between.
type Snapshot struct {
	T        string    `json:"t"` // "snapshot"
	Branch   int32     `json:"branch"`
	N        int32     `json:"n"`    // the cursor
	Base     int32     `json:"base"` // World is after this many events
	Tip      int32     `json:"tip"`
	End      bool      `json:"end"` // nothing is scheduled after the tip
	World    World     `json:"world"`
	Frames   []Frame   `json:"frames"`
	Branches []Branch  `json:"branches"`
	Next     []Planned `json:"next"`             // what is scheduled after the cursor
	Before   []Left    `json:"before,omitempty"` // what people did up to Base
	By       int32     `json:"by,omitempty"`     // who moved last, as a cursor says
	Did      string    `json:"did,omitempty"`    // and by which command
	Lesson   *Lesson   `json:"lesson,omitempty"`
	Veil     *Veil     `json:"veil,omitempty"` // a question is open
}

// World is the state from which frames go on.
type World struct {
	Now      int64      `json:"now"`
	Subjects []Subject  `json:"subjects"`
	Packets  []Packet   `json:"packets"` // in flight or held
	Sysctls  [][]Sysctl `json:"sysctls"` // by host
	Counts   [][]int64  `json:"counts"`  // by host: value of each counter
	Procs    []Proc     `json:"procs"`
	Rules    []Standing `json:"rules"`
	Next     []Planned  `json:"next"` // what is scheduled after step Base
}

// Subject is something whose variables are watched.
type Subject struct {
	ID     int32    `json:"id"`
	Schema string   `json:"schema"`
	Host   int      `json:"host"` // -1: a link
	Flow   int32    `json:"flow"`
	Name   string   `json:"name"`   // "10.0.0.1:40000 → 10.0.0.2:80"
	Values []*int64 `json:"values"` // in the order of the schema; null: a timer that is off
}

// Packet is one segment on its way, or that was.
type Packet struct {
	ID     int32  `json:"id"`
	From   int    `json:"from"` // host index; a forged one: the host it leaves
	To     int    `json:"to"`
	Flow   int32  `json:"flow"`   // of the sender; 0: none
	SentBy int32  `json:"sentBy"` // event
	Sent   int64  `json:"sent"`
	Depart int64  `json:"depart"` // when its last bit left the interface
	Arrive *int64 `json:"arrive"` // null: held or lost
	Kind   string `json:"kind"`   // "SYN" "SYN-ACK" "ACK" "FIN" "RST" "DATA" "ICMP" "NONE"
	Flags  string `json:"flags"`  // tcpdump spelling: "S" "S." "P." "F." "R"
	Seq    int64  `json:"seq"`    // relative to the flow's ISN
	Ack    int64  `json:"ack"`    // relative; meaningless without ACK
	Len    int32  `json:"len"`    // payload bytes
	Win    int32  `json:"win"`    // as on the wire
	Opts   string `json:"opts"`   // tcpdump spelling
	AbsSeq uint32 `json:"absSeq"`
	AbsAck uint32 `json:"absAck"`
	Src    string `json:"src"` // address:port
	Dst    string `json:"dst"`
	Data   string `json:"data"`             // first 64 bytes of the payload
	Retx   int    `json:"retx"`             // how many times the same sequence range was sent before
	Copy   int32  `json:"copyOf,omitempty"` // a duplicate of this packet
	Of     int32  `json:"of,omitempty"`     // the packet that came into the box which sends this one: the same, a hop before
	Forged bool   `json:"forged,omitempty"`
	Bad    bool   `json:"bad,omitempty"` // checksum does not match
	Edited bool   `json:"edited,omitempty"`
	Held   bool   `json:"held,omitempty"`
}

// Sysctl is one setting of a host.
type Sysctl struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Proc is one process.
type Proc struct {
	Host    int    `json:"host"`
	Name    string `json:"name"`
	Blocked string `json:"blocked"` // the call that it waits in; "" when it is not waiting
	Done    bool   `json:"done"`
}

// Standing is a rule for segments to come.
type Standing struct {
	N    int    `json:"n"`
	Text string `json:"text"` // "drop every SYN from client"
	Hits int    `json:"hits"`
}

// Branch is one future.
type Branch struct {
	ID     int32  `json:"id"`
	Parent int32  `json:"parent"` // -1: the first
	Step   int32  `json:"step"`
	Label  string `json:"label"`
	Tip    int32  `json:"tip"`
	End    bool   `json:"end"`
	Off    []Left `json:"off,omitempty"` // what was left out of it, to be made again
}

// Planned is something that will happen if nobody intervenes.
type Planned struct {
	At      int64  `json:"at"`
	Kind    string `json:"kind"` // "arrive" "timer" "call" "act"
	Host    int    `json:"host"`
	Subject int32  `json:"subject,omitempty"`
	Packet  int32  `json:"packet,omitempty"`
	Name    string `json:"name"` // timer: its name; call: the call
}

// Frame is one event, with old and new values: it can be applied and reverted.
type Frame struct {
	N       int32          `json:"n"` // event number in its branch
	At      int64          `json:"at"`
	Kind    string         `json:"kind"` // "arrive" "timer" "call" "act" "link"
	Host    int            `json:"host"` // -1: the network
	Subject int32          `json:"subject,omitempty"`
	Packet  int32          `json:"packet,omitempty"`
	Name    string         `json:"name,omitempty"`
	By      string         `json:"by,omitempty"`   // act: who
	Also    bool           `json:"also,omitempty"` // act: made in one with the act before it
	Cause   int32          `json:"cause"`
	Head    *int16         `json:"head,omitempty"`  // the span with the greatest consequence; absent: none has one
	Class   string         `json:"class,omitempty"` // what that is: "state" "refusal" "repeat" "timer" "bytes" "none"
	Spans   []Span         `json:"spans"`
	Changes []Change       `json:"changes,omitempty"`
	Effects []Effect       `json:"effects,omitempty"`
	Counts  [][4]int64     `json:"counts,omitempty"`  // host, counter, by, span
	Sysctls []SysctlChange `json:"sysctls,omitempty"` // many of them when another kernel was started
	Call    *Call          `json:"call,omitempty"`    // kind "call": what was called
	Lengths []Length       `json:"lengths,omitempty"`
	Rules   *RulesChange   `json:"rules,omitempty"`
	Next    []Planned      `json:"next"` // what is scheduled after this event
}

// Call is one system call, as a program makes it: c = connect(server:80).
type Call struct {
	Var  string `json:"var,omitempty"` // takes the result
	Name string `json:"name"`
	Args string `json:"args"`
}

// Span is one rule that applied.
type Span struct {
	Rule   string `json:"rule"` // ID: text from /api/rules
	Parent int16  `json:"parent"`
	Check  *Check `json:"check,omitempty"`
}

// Check is a comparison that ran. Unit as in Field; sequence numbers are relative.
type Check struct {
	L    string `json:"l"`
	A    int64  `json:"a"`
	Op   string `json:"op"` // "=" "≠" "<" "≤" ">" "≥" "" (L alone)
	R    string `json:"r,omitempty"`
	B    int64  `json:"b,omitempty"`
	Unit string `json:"unit,omitempty"`
	OK   bool   `json:"ok"`
}

// Change is one variable that moved. Null stands for a timer that is off.
type Change struct {
	Subject int32  `json:"s"`
	Field   uint16 `json:"f"`
	Span    int16  `json:"span"`
	Old     *int64 `json:"old"`
	New     *int64 `json:"new"`
}

// Effect is something that an event did. Which fields are there depends on Kind:
//
//	sent        packet (whole)
//	lost        n = packet number; it will not arrive; the span's rule says who took it
//	delivered   n
//	dropped     n: discarded by the host that received it; the span's rule says why
//	moved       n, old and new: arrival (null: held)
//	copied      packet (whole, with copyOf)
//	edited      n, before and packet: the packet as it was and as it is
//	woke        host, name of the process
//	returned    host, name of the process, text that was read, result, errno: what the frame's call gave
//	created     subject (whole)
//	destroyed   subject (whole, as it was)
//	named       subject (id, host, flow and name as they are now; values empty), text = its name before
type Effect struct {
	Kind    string   `json:"kind"`
	Span    int16    `json:"span"`
	N       int32    `json:"n,omitempty"`
	Host    int      `json:"host"`
	Old     *int64   `json:"old,omitempty"`
	New     *int64   `json:"new,omitempty"`
	Packet  *Packet  `json:"packet,omitempty"`
	Before  *Packet  `json:"before,omitempty"`
	Subject *Subject `json:"subject,omitempty"`
	Name    string   `json:"name,omitempty"`
	Text    string   `json:"text,omitempty"`
	Result  int64    `json:"result,omitempty"`
	Errno   string   `json:"errno,omitempty"`
}

// SysctlChange is a setting that an act changed; "-" stands for one that a kernel
// does not have.
type SysctlChange struct {
	Host int    `json:"host"`
	Name string `json:"name"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// RulesChange is what an event did to the standing rules: one was set up, hit a
// segment, or was taken back. Both lists are whole.
type RulesChange struct {
	Old []Standing `json:"old"`
	New []Standing `json:"new"`
}

// Frames brings new events of a branch, in order, without a gap. A page that
// does not hold event From-1 of that branch asks for a snapshot.
type Frames struct {
	T      string  `json:"t"`                // "frames"
	Cursor *Cursor `json:"cursor,omitempty"` // where the session stands with them, when it moved there: one message for every page, however many look on
	Branch int32   `json:"branch"`
	From   int32   `json:"from"`
	Frames []Frame `json:"frames"`
	End    bool    `json:"end"`
}

// Cursor says where the session stands: after a step, a seek, a switch.
type Cursor struct {
	T      string  `json:"t"` // "cursor"
	Branch int32   `json:"branch"`
	N      int32   `json:"n"`
	By     int32   `json:"by,omitempty"`  // who moved last: 0 the owner, else a guest
	Did    string  `json:"did,omitempty"` // and by which command; absent: nobody has since the session was last read
	Lesson *Lesson `json:"lesson,omitempty"`
}

// Branches tells that the tree of futures changed.
type Branches struct {
	T        string   `json:"t"` // "branches"
	Branches []Branch `json:"branches"`
}

// Done answers a command that was carried out, after everything it caused.
type Done struct {
	T       string       `json:"t"` // "done"
	ID      int64        `json:"id"`
	Diff    *Diff        `json:"diff,omitempty"`
	Compare *Compared    `json:"compare,omitempty"`
	Frames  []Frame      `json:"frames,omitempty"` // frames with ahead: of a branch as it was run ahead
	Found   *bool        `json:"found,omitempty"`  // until: whether the condition came true
	Predict *Predicted   `json:"predict,omitempty"`
	Inspect *Inspect     `json:"inspect,omitempty"`
	Shell   *Shell       `json:"shell,omitempty"`
	Header  *Header      `json:"header,omitempty"`
	Ahead   []Frame      `json:"ahead,omitempty"` // forecast: what the receiver makes of the segment, as it would be
	Link    string       `json:"link,omitempty"`  // share: the address to give away
	Says    []Run        `json:"says,omitempty"`  // try: what it came to, in the language of the page
	Why     *Why         `json:"why,omitempty"`
	History *History     `json:"history,omitempty"`
	Search  *Search      `json:"search,omitempty"`
	Ways    *Ways        `json:"ways,omitempty"` // find
	Puzzle  *PuzzleState `json:"puzzle,omitempty"`
}

// Header is a packet byte by byte.
type Header struct {
	Packet  int32         `json:"packet"`
	Hex     string        `json:"hex"`  // the headers and the first bytes of the payload
	Size    int           `json:"size"` // of the whole packet
	Fields  []HeaderField `json:"fields"`
	Segs    int           `json:"segs"`              // so many segments does the interface make of it
	How     string        `json:"how,omitempty"`     // of Against: "edited" "copy" "hop" "repeats" "chosen"
	Against *Header       `json:"against,omitempty"` // the packet to compare with
}

// HeaderField is one field: bits At to At+Bits of the packet.
type HeaderField struct {
	Name  string `json:"name"`
	Part  string `json:"part"` // "ip" "tcp" "option" "icmp" "quote" "data"
	At    int    `json:"at"`
	Bits  int    `json:"bits"`
	Value int64  `json:"value"`
	Rel   *int64 `json:"rel,omitempty"`   // a sequence number, relative to the flow's
	Wrong string `json:"wrong,omitempty"` // "checksum" "length" "size" "unknown" "cut" "protocol"
	Right int64  `json:"right,omitempty"` // of a wrong checksum
}

// Failed answers a command that was refused; nothing changed.
type Failed struct {
	T    string `json:"t"` // "failed"
	ID   int64  `json:"id"`
	Code string `json:"code"` // catalogue key "error.<code>"
	Text string `json:"text"` // what was wrong, where, what was expected
}

// Bye is the last message of a connection that the server ends: "drain" (it
// restarts; reconnect), "expired" (the session is over), "broken" (an invariant
// broke; the bundle at /api/sessions/{id}/bundle replays it), "protocol", "busy"
// (a limit), "key" (the key that the page came with does not hold), "ended" (the
// link that it came by was taken back).
type Bye struct {
	T    string `json:"t"` // "bye"
	Why  string `json:"why"`
	Text string `json:"text"`
}

// Diff is where two branches part.
type Diff struct {
	A      int32  `json:"a"`
	B      int32  `json:"b"`
	Shared int32  `json:"shared"` // events up to this one are the same
	At     int64  `json:"at"`
	What   string `json:"what"` // catalogue key "diff.<what>"
	Left   *Frame `json:"left,omitempty"`
	Right  *Frame `json:"right,omitempty"`
}

// Compared is what became of several futures, each run ahead to its end or to one
// common limit on a fork. Texts are in the language of the page that asked.
type Compared struct {
	Verdict string         `json:"verdict"` // one sentence: the outcome that became different
	Why     []CompareWhy   `json:"why"`     // the mechanism, where it can be told
	Form    string         `json:"form"`    // of the sentence; "nothing": nothing differs
	Sides   []CompareSide  `json:"sides"`
	Rows    []CompareRow   `json:"rows"`
	At      int64          `json:"at"`              // the first outcome that differs: where the play head goes
	Part    *int64         `json:"part"`            // when they part; null: never
	Parting string         `json:"parting"`         // "They part here, at 1 s: …"
	Alone   []CompareAlone `json:"alone,omitempty"` // of several changes: each by itself, to be replayed
	World   World          `json:"world"`           // before the first event: the same for all
}

// CompareWhy is a rule behind the difference.
type CompareWhy struct {
	Side int    `json:"side"` // -1: of all
	Rule string `json:"rule"`
	Text string `json:"text"`
}

// CompareSide is one branch of a comparison.
type CompareSide struct {
	Branch  int32    `json:"branch"`
	N       int32    `json:"n"`       // how many events are looked at
	Until   int64    `json:"until"`   // up to which instant
	End     bool     `json:"end"`     // nothing is scheduled after them
	Shared  int32    `json:"shared"`  // events up to this one are the same as everywhere
	Event   int32    `json:"event"`   // the first that is not; 0: nothing more happens
	Does    string   `json:"does"`    // what that is
	Changes []string `json:"changes"` // what is otherwise in this branch: "tcp_syn_retries 2"
}

// CompareRow is one fact of every branch. Rows that differ come first, the most
// visible to a user first.
type CompareRow struct {
	Key    string         `json:"key"` // what sort of fact: "returned-at" "sent" "count" …
	Label  string         `json:"label"`
	Values []CompareValue `json:"values"` // by side
	Diff   string         `json:"diff"`   // of two: "124 s earlier", "8 fewer", "= the same"
	Same   bool           `json:"same"`
	Short  bool           `json:"short"` // it stands in the short table
}

// CompareValue is a fact of one branch.
type CompareValue struct {
	Text  string `json:"text"`
	Event int32  `json:"event"` // that set it; 0: none did
}

// CompareAlone is one of several changes, as a replay of branch Of.
type CompareAlone struct {
	Of   int32    `json:"of"`
	Text string   `json:"text"`
	Ops  []string `json:"ops"`
}

// Inspect holds the queues of a place, which frames do not carry.
type Inspect struct {
	N      int32   `json:"n"`
	Queues []Queue `json:"queues"`
}

// Queue is one queue of one subject, or one table of a host (subject 0): its
// TIME_WAIT entries, and the ephemeral ports in use out of Limit from First on.
type Queue struct {
	Host    int         `json:"host"`
	Subject int32       `json:"subject"`
	Name    string      `json:"name"` // "syn" "accept" "send" "receive" "ofo" "rtx" "timewait" "ports"
	Limit   int64       `json:"limit"`
	First   int         `json:"first,omitempty"`
	Items   []QueueItem `json:"items"`
}

// QueueItem is one entry: a range of relative sequence numbers, or a connection.
type QueueItem struct {
	From    uint32   `json:"from"`
	To      uint32   `json:"to"`
	Marks   []string `json:"marks,omitempty"` // "lost" "sacked" "again" "fin"
	Subject int32    `json:"subject,omitempty"`
	Peer    string   `json:"peer,omitempty"` // address:port
	Port    int      `json:"port,omitempty"` // the local one
	Until   *int64   `json:"until"`          // when its timer fires
	Tries   int      `json:"tries,omitempty"`
}
