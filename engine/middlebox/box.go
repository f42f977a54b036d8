package middlebox

import (
	_ "embed"
	"net/netip"
	"unsafe"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

//go:embed box.go
var source string

// Kind is what a box is.
type Kind uint8

// The kinds.
const (
	Router Kind = iota + 1
	NAT
	Firewall
	Balancer
	Stripper
	BlackHole
)

// KindNames holds the name of each kind, by number, as a scene spells it.
var KindNames = []string{"", "router", "nat", "firewall", "balancer", "stripper", "blackhole"}

func (k Kind) String() string { return KindNames[k] }

// Config is what a scene says of a box. It is never written once a box has it.
type Config struct {
	Kind     Kind
	Inside   netip.Prefix    // NAT: whose packets are given another source
	Public   netip.Addr      // NAT: which one
	Virtual  wire.Endpoint   // Balancer: the end that clients know
	Backends []wire.Endpoint // Balancer: those that do the work
	ByHash   bool            // Balancer: chosen by the client's address, not in turn
	Strip    Strip           // Stripper: what is taken away
	MSS      uint16          // Stripper: no larger MSS passes; 0: any
	MTU      uint32          // BlackHole: no larger packet passes
	Tells    bool            // BlackHole: the sender is told by ICMP, after all
	Rules    []Rule          // Firewall
	Table    TableConfig
}

// TableConfig are the settings of a table of flows.
type TableConfig struct {
	Max         uint32       // nf_conntrack_max
	Established sim.Duration // nf_conntrack_tcp_timeout_established
	Loose       bool         // nf_conntrack_tcp_loose
	Liberal     bool         // nf_conntrack_tcp_be_liberal
}

// DefaultTable is what Linux 6.18 has.
var DefaultTable = TableConfig{Max: 262_144, Established: 432_000 * sim.Second, Loose: true}

// Schema describes the variables of a box.
var Schema = trace.NewSchema("box", Vars{}, source, map[string][]string{"Kind": KindNames})

// Vars are the numbers of a box that may be watched.
type Vars struct {
	Kind        Kind         // kind [state]: what the box is.
	Entries     uint32       // nf_conntrack_count [count]: flows in the table.
	Max         uint32       // nf_conntrack_max [count]: flows that the table has room for.
	Loose       bool         // nf_conntrack_tcp_loose [bool]: a flow may also be met in its middle.
	Liberal     bool         // nf_conntrack_tcp_be_liberal [bool]: only a RST outside the window is INVALID.
	Established sim.Duration // nf_conntrack_tcp_timeout_established [duration]: how long a silent connection is remembered.
	Forwarded   uint32       // forwarded [count]: packets passed on.
	Dropped     uint32       // dropped [count]: packets that went no further.
	Next        uint32       // next [count]: the server whose turn is next, counted from 0.
}

// Box is one box on the way.
type Box struct {
	Vars
	ID        sim.SubjectID
	Name      string
	Conf      *Config // shared, never written
	Flows     []*Flow // oldest first
	Chain     Chain   // FORWARD
	Rand      sim.Rand
	Timeouts  Timeouts
	IgnoreRST bool // nf_conntrack_tcp_ignore_invalid_rst
	secret    uint64
	epoch     uint32 // flows of an older epoch are shared with copies
	written   bool   // a flow of this epoch may exist
}

// New returns a box that has seen nothing.
func New(id sim.SubjectID, name string, c *Config, seed uint64) *Box {
	b := &Box{ID: id, Name: name, Conf: c, Chain: NewChain(c.Rules), Timeouts: DefaultTimeouts, Rand: sim.Derive(seed, "box "+name)}
	b.secret = b.Rand.Uint64()
	b.Vars = Vars{Kind: c.Kind, Max: c.Table.Max, Loose: c.Table.Loose, Liberal: c.Table.Liberal, Established: c.Table.Established}
	return b
}

// Clone returns a copy that shares nothing that either may write: flows are shared
// until one of the two edits them.
func (b *Box) Clone() *Box {
	if b.written {
		b.epoch, b.written = b.epoch+1, false
	}
	n := *b
	n.Flows = append(make([]*Flow, 0, len(b.Flows)), b.Flows...)
	n.Chain = b.Chain.Clone()
	return &n
}

// Watch lets the recorder measure the box.
func (b *Box) Watch(x *Ctx) { x.Watch(Schema, b.ID, unsafe.Pointer(&b.Vars)) }

// Values reads every variable, in the order of Schema.
func (b *Box) Values() []int64 { return Schema.Values(unsafe.Pointer(&b.Vars)) }

// tracks reports whether the box has a table of flows.
func (b *Box) tracks() bool { return b.Kind == NAT || b.Kind == Firewall || b.Kind == Balancer }

// Ctx is what a box is given to handle one packet.
type Ctx struct {
	*trace.Recorder
	Now  sim.Time
	Host sim.HostID
	IDs  *sim.SubjectID // the last subject number used
	Out  []Packet       // what leaves

	Says CtState // what conntrack said of the packet at hand, if it says anything
}

// Packet is a segment that leaves a box, and the rule that wanted it.
type Packet struct {
	Seg    wire.Segment
	Span   int16
	Passed bool // it is the one that came in; else the box itself made it
}

func (x *Ctx) newID() sim.SubjectID {
	*x.IDs++
	return *x.IDs
}

func (x *Ctx) send(s wire.Segment) {
	s.TTL = 64
	x.Out = append(x.Out, Packet{Seg: s, Span: x.Span()})
}

// Verdict is what a box does with a packet.
type Verdict uint8

// The verdicts.
const (
	Forward Verdict = iota // it goes on, perhaps changed
	Local                  // it is for the box itself
	Drop                   // it goes no further
)

// Dest is where a packet goes. An ICMP error goes back to the source of the
// segment that it quotes.
func Dest(s *wire.Segment) netip.Addr {
	if s.ICMP.Set {
		return s.Src.Addr
	}
	return s.Dst.Addr
}

// Way is what a box knows of its surroundings.
type Way struct {
	Mine func(netip.Addr) bool   // the address is its own
	MTU  func(netip.Addr) uint32 // largest packet on the link that leads to an address; 0: none does
}

// Take decides about a packet and changes it as the box does.
func (b *Box) Take(x *Ctx, s *wire.Segment, w Way) Verdict {
	b.Watch(x)
	came := *s
	if !b.tracks() {
		v := b.pass(x, s, &came, nil, w)
		if v == Forward {
			b.forward(x, s)
		}
		return v
	}
	f, dir, v := b.track(x, s, w.Mine)
	if v != Forward {
		return v
	}
	out := b.translate(x, f, dir, s)
	if v = b.pass(x, s, &came, f, w); v == Forward {
		out.finish(x, s)
		b.forward(x, s)
	} else if v == Drop && f != nil && f.Packets == 1 && !f.Replied {
		b.forget(x, f, flowUnconfirmed)
	}
	return v
}

// pass decides whether a packet whose destination is settled goes on (ip_forward).
func (b *Box) pass(x *Ctx, s, came *wire.Segment, f *Flow, w Way) Verdict {
	if w.Mine(Dest(s)) {
		return Local
	}
	if !b.hop(x, s, came) {
		return Drop
	}
	mtu := w.MTU(Dest(s))
	if mtu == 0 {
		return b.drop(x, noRoute)
	}
	if b.Kind == BlackHole {
		mtu = min(mtu, b.Conf.MTU)
	}
	if !b.filter(x, s, came, f) || !b.fits(x, came, mtu) {
		return Drop
	}
	return Forward
}

var forwards = trace.Declare(trace.Rule{
	ID:    "box.forward",
	Says:  "The packet goes on towards its destination, with one hop less to go.",
	RFC:   trace.Cites("RFC 1812 §5.2"),
	Linux: "ip_forward_finish",
})

// forward sends a packet on.
func (b *Box) forward(x *Ctx, s *wire.Segment) {
	defer x.Enter(forwards)()
	if b.Kind == Stripper {
		b.strip(x, s)
	}
	b.Forwarded++
	x.Out = append(x.Out, Packet{*s, x.Span(), true})
}

var noRoute = trace.Declare(trace.Rule{
	ID:      "box.no-route",
	Says:    "Nobody in the scene has this address: the packet leaves the scene, and nothing is ever heard of it again.",
	Linux:   "ip_route_input_slow",
	Drops:   true,
	Differs: "A router without a route would send an ICMP error; most have one to the whole Internet.",
})

// drop says that the packet at hand goes no further, and under which rule.
func (b *Box) drop(x *Ctx, rule *trace.Rule) Verdict {
	defer x.Enter(rule)()
	b.Dropped++
	x.Effect(trace.Effect{Kind: trace.Dropped, Host: x.Host, Packet: x.Event.Packet})
	return Drop
}
