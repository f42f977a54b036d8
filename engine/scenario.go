package engine

import (
	"net/netip"

	"wirestep/engine/host"
	"wirestep/engine/middlebox"
	"wirestep/engine/netem"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// Scenario is what the author of a scene wrote: everything that a run needs
// besides what people do to it.
type Scenario struct {
	Name     string
	Seed     uint64
	Kernel   string // profile: "linux-6.18"
	Hosts    []HostSpec
	Links    []LinkSpec
	Programs []Program
	Script   []Scheduled // interventions that the author planned
}

// HostSpec is one host, or a box between hosts.
type HostSpec struct {
	Name    string
	Addr    netip.Addr
	Addr6   netip.Addr // optional second address
	Kernel  string     // profile; "": that of the scene
	Sysctls []Setting
	Offload Offload
	Filter  []middlebox.Rule  // the INPUT chain
	Output  []middlebox.Rule  // the OUTPUT chain
	Box     *middlebox.Config // not nil: it passes packets on; never written
}

// Offload is what a host's interface takes as one packet, to be cut into segments
// by the interface itself. The zero value is an interface that takes one segment.
type Offload struct {
	Segs uint32 // gso_max_segs
	Size uint32 // gso_max_size, in bytes
}

// DefaultOffload is what a fresh interface with segmentation offload takes.
var DefaultOffload = Offload{65535, 65536}

// MinOffloadSize is the smallest packet that an interface with offload may be kept to.
const MinOffloadSize = 2000

func (o Offload) valid() error {
	switch {
	case o == Offload{}:
	case o.Segs < 1 || o.Segs > DefaultOffload.Segs:
		return refuse("an offload of %d segments; expected 1 to %d", o.Segs, DefaultOffload.Segs)
	case o.Size < MinOffloadSize || o.Size > DefaultOffload.Size:
		return refuse("an offload of %d bytes; expected %d to %d", o.Size, MinOffloadSize, DefaultOffload.Size)
	}
	return nil
}

// Setting is one sysctl assignment, as `sysctl -w` takes it.
type Setting struct{ Name, Value string }

// LinkSpec is one direction of a cable between two hosts.
type LinkSpec struct {
	From, To   string
	Delay      sim.Duration // one way
	Jitter     sim.Duration // added at random, 0 to Jitter
	Rate       uint64       // bits per second; 0: infinitely fast
	LossPPM    uint32       // of a million packets
	DupPPM     uint32
	ReorderPPM uint32 // so many overtake those before them
	MarkPPM    uint32 // so many are marked CE, or lost when they cannot be
	Queue      uint32 // packets that wait for a slow Rate; 0: no limit
	MTU        uint32 // bytes; 1500 when 0
	Disc       netem.Discipline
	Target     sim.Duration // CoDel; 0: 5 ms
	Interval   sim.Duration // CoDel; 0: 100 ms
	Quantum    uint32       // fq_codel: bytes; 0: 1514
	RedMin     uint32       // RED: bytes
	RedMax     uint32
	RedPPM     uint32
	ECN, NoECN bool
}

// Program is what one process on a host does, line by line.
type Program struct {
	Name  string
	Host  string
	Lines []host.Instr
}

// Scheduled is an intervention that the scene makes by itself at an instant.
type Scheduled struct {
	At sim.Time
	Op Op

	by sim.EventID // the event that planned it; 0: the scene did
}

// OpKind is what an intervention does.
type OpKind uint8

// The interventions.
const (
	OpDrop OpKind = iota
	OpDelay
	OpHold
	OpRelease
	OpDuplicate
	OpCorrupt
	OpEdit
	OpForge
	OpSysctl
	OpCall
	OpUnplug
	OpPlug
	OpLink   // change the properties of a link
	OpForget // take back a standing rule
	OpReboot // a host starts anew
	OpPowerOff
	OpPowerOn
	OpDestroy   // end sockets from outside: ss -K
	OpFilter    // change the firewall of a host
	OpStart     // start a process
	OpOffload   // another segmentation offload of an interface
	OpQdisc     // give an interface a queueing discipline of its own, or take it away
	OpRoute     // change the routes of a host
	OpMetrics   // forget what a host remembers of peers
	OpConntrack // forget flows
	OpScene     // the text of the scene is another one: before anything else
	OpLater     // do something when the time comes
)

// Op is one intervention. Which fields matter depends on Kind; the text form,
// read and written by package scene, is the one people see.
type Op struct {
	Kind    OpKind
	Target  Target       // Drop … Edit: which segment; Release: a held one
	By      sim.Duration // Delay: how much later; Duplicate: how long after the original
	Edits   []Edit       // Edit
	Forge   wire.Segment // Forge: Link.From puts it on the cable to Link.To; a port of 0 is that of their latest flow
	Rel     bool         // Forge: Seq and Ack count from the flow's initial numbers; else they are absolute
	Many    Many         // Forge: how many, how fast and from where
	Host    string       // Sysctl, Call, Reboot, PowerOff, PowerOn, Destroy, Filter, Start, Offload: on which host
	Set     Setting      // Sysctl
	Kernel  string       // Reboot: the kernel that is started; "": the same
	Proc    string       // Call: which process; "" is the host's first. Start: the name of the new one
	Call    host.Instr   // Call
	Lines   []host.Instr // Start: what the process does; never written
	Link    LinkSpec     // Unplug, Plug, Link, Forge: From and To name it
	Both    bool         // Unplug, Plug, Link: the other direction too
	LinkHas LinkField    // Link: which fields of Link are set
	Rule    int          // Forget: number of the standing rule
	Tuples  []wire.Tuple // Destroy: which sockets, as the host sees them; Conntrack: which flows, none: all
	Filter  FilterOp     // Filter
	Qdisc   string       // Qdisc: its kind, of QdiscKinds; "": none any more. Link and LinkHas say the rest
	Route   RouteOp      // Route
	Peer    netip.Addr   // Metrics: of whom; invalid: of all
	Offload Offload      // Offload; the zero value turns it off
	Scene   *Scenario    // Scene: what it says now; never written once set
	Source  string       // Scene: its text
	When    sim.Time     // Later: the instant
	Then    *Op          // Later: what to do; never written once set
	Text    string       // the operation as written
}

// FilterOp changes a chain.
type FilterOp struct {
	Do     FilterDo
	Chain  ChainName
	Rule   middlebox.Rule   // Append, Insert
	N      int              // Delete, Insert: which, counted from 1; Insert: 0 is the first too
	Policy middlebox.Action // Policy
}

// ChainName names one of the chains of a host.
type ChainName uint8

// The chains. OwnChain is what a scene means by a rule without one: FORWARD of a box
// that is a firewall, else INPUT.
const (
	OwnChain ChainName = iota
	InputChain
	ForwardChain
	OutputChain
)

// ChainNames holds the name of each, by number, as a scene spells it.
var ChainNames = []string{"", "input", "forward", "output"}

// FilterDo is what happens to a chain.
type FilterDo uint8

// The changes.
const (
	FilterAppend FilterDo = iota
	FilterInsert          // before all others
	FilterDelete
	FilterFlush
	FilterPolicy
	FilterZero // forget what the rules have met
)

// Many makes a flood or a sweep out of one forged segment.
type Many struct {
	Count  int          // so many; 0 and 1: one
	Every  sim.Duration // from each to the next
	Stride uint32       // each sequence number is so much further
	Net    netip.Prefix // sources are taken from here, one after the other; invalid: Forge.Src
	Ports  PortRange    // and their ports from here
}

// PortRange is a range of ports, both ends included.
type PortRange = host.PortRange

// LinkField says which properties an OpLink changes.
type LinkField uint32

// The properties of a link that may change while it runs.
const (
	LinkDelay LinkField = 1 << iota
	LinkJitter
	LinkRate
	LinkLoss
	LinkDup
	LinkReorder
	LinkQueue
	LinkMTU
	LinkMark
	LinkDisc
	LinkTarget
	LinkInterval
	LinkQuantum
	LinkMin
	LinkMax
	LinkProb
	LinkECN
)

// Target is the segment that an intervention means: one that exists, by its
// number, or future ones, by what they are.
type Target struct {
	Packet sim.PacketID // not 0: this one
	Any    bool         // any kind
	Kind   wire.Kind    // unless Any
	From   string       // sent by this host; "": by any
	Nth    int          // the so-and-so-manieth from the start of the scene; 0: every one; -1: the next
}

// Edit sets one field of a segment: "seq", "ack", "win", "flags", "mss",
// "wscale", "sackok", "fo", "tsval", "tsecr", "payload", "src", "dst", "sport",
// "dport", "urg". Numbers are decimal; one with a sign is added to what stands
// there, a seq or ack without one counts from the flow's initial number. Flags
// are spelled as by tcpdump, "sackok" is "0" or "1", "fo" a Fast Open cookie, "ask"
// or "none", "src" and "dst" are addresses, "payload" is the bytes themselves.
type Edit struct{ Field, Value string }

// StepNo counts the events of a branch: step n is the world after n events.
type StepNo = sim.EventID

// BranchID numbers the branches of a timeline from 0, the main one.
type BranchID int32

// Intervention is what a person did, and when: after AtStep events, at the
// instant At (not before the last event, not after the next one).
type Intervention struct {
	AtStep StepNo
	At     sim.Time
	By     string // who: a name for display, "you" in a private session
	Op     Op
	Also   bool // made in one act with the intervention before it
}

// BranchInfo describes one branch.
type BranchInfo struct {
	ID     BranchID
	Parent BranchID // -1 for the main one
	Step   StepNo   // where it left its parent
	Label  string
	Tip    StepNo    // how far it has been computed
	End    bool      // nothing is scheduled after the tip
	Off    []MoveRef // interventions that were left out of it, to be made again; never written
}

// MoveRef names an intervention: event Step of a branch.
type MoveRef struct {
	Branch BranchID
	Step   StepNo
}

var opNames = [...]string{"drop", "delay", "hold", "release", "duplicate", "corrupt", "edit", "forge", "sysctl", "call", "unplug", "plug", "link",
	"forget", "reboot", "power-off", "power-on", "destroy", "filter", "start", "offload", "qdisc", "route", "metrics", "conntrack", "scene", "later"}

func (k OpKind) String() string { return opNames[k] }
