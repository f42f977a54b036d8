package host

import (
	_ "embed"
	"net/netip"
	"slices"
	"unsafe"

	"wirestep/engine/middlebox"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

//go:embed host.go
var source string

// Schema describes the variables of a host.
var Schema = trace.NewSchema("host", Vars{}, source, nil)

// Vars are the numbers of a host that may be watched.
type Vars struct {
	Conns    uint32   // sockets [count]: sockets in use, listeners and orphans included.
	Orphans  uint32   // orphans [count]: sockets that the kernel finishes alone.
	Requests uint32   // half-open [count]: requests in all SYN queues.
	TimeWait uint32   // time-wait [count]: entries in the TIME_WAIT table, those in FIN_WAIT_2 included.
	Off      bool     // off [bool]: the power is off.
	GSOSegs  uint32   // gso_max_segs [segments]: segments that the interface takes as one packet; 1: no segmentation offload.
	GSOSize  uint32   // gso_max_size [bytes]: bytes that such a packet may have.
	BootAt   sim.Time // booted [time]: when the host was last started.
}

// Host is one computer.
type Host struct {
	Vars
	ID     sim.SubjectID
	Index  sim.HostID
	Name   string
	Addrs  []netip.Addr
	Kernel *Profile // shared, never written
	Sys    tcp.Sysctls
	Set    Settings
	MIB    tcp.MIB
	Mem    tcp.Memory // what one connection leaves to the next
	Rand   sim.Rand

	Files []File
	Live  []*tcp.Conn // every socket, in order of creation
	Reqs  []*tcp.Request
	TWs   []*tcp.TimeWait
	Procs []Proc

	called   sim.SubjectID // the socket of the latest call
	calledAt sim.Time
	Routes   []RouteEntry // that somebody has set; replaced whole
	OffAt    sim.Time     // when it was switched off
	told     []told       // how many ICMP errors each peer may still be sent
	stamps   []stamp      // what each peer last said of its clock
	FilterSet

	Log      []LogLine // what the kernel has logged; lines are never written again
	secret   uint64
	perturb  uint64 // where the search for a free port goes on
	nextFlow sim.FlowID
	nextFD   int32

	tuples, ports, due sim.Index       // what is found by four-tuple, by local port, by deadline
	listens            []sim.SubjectID // listeners, oldest first
	touched            touched
	caller             int // index of the process whose call is at hand; -1: it is none's
	pipes              []pipe
	epolls             []epoll
	errqs              []errQueue
	kept               []keptOption
	noAdmin            bool        // the caller has given up CAP_NET_ADMIN
	outOf              sim.EventID // of this event, so many segments have been looked at for time stamps
	outSeen            int
	epoch              uint32 // subjects of an older epoch are shared with copies
	written            bool   // a subject of this epoch may exist
}

// New returns a host with nothing on it.
func New(id sim.SubjectID, index sim.HostID, name string, addrs []netip.Addr, seed uint64, kernel *Profile) *Host {
	h := &Host{ID: id, Index: index, Name: name, Addrs: addrs, Rand: sim.Derive(seed, "host "+name), nextFD: 3, caller: -1}
	h.secret = h.Rand.Uint64()
	h.NoOffload()
	h.Install(kernel)
	return h
}

const maxOffload = 65536 // bytes, as a fresh interface has

// Offload sets what the interface takes as one packet: up to so many segments
// (gso_max_segs; 1: no segmentation offload), and so many bytes (gso_max_size).
func (h *Host) Offload(segs, size uint32) {
	h.Sys.GSOMaxSegs, h.Sys.GSOMaxSize = segs, size
	h.GSOSegs, h.GSOSize = segs, size
}

// NoOffload is an interface that takes one segment at a time.
func (h *Host) NoOffload() { h.Offload(1, maxOffload) }

// Clone returns a copy that shares nothing that either may write. Subjects are
// shared until one of the two edits them.
func (h *Host) Clone() *Host {
	if h.written {
		h.epoch, h.written = h.epoch+1, false
	}
	n := *h
	n.touched = touched{}
	n.Mem = h.Mem.Clone()
	n.FilterSet = h.FilterSet.clone()
	n.told = slices.Clone(h.told)
	n.Files = append(make([]File, 0, len(h.Files)), h.Files...)
	n.cloneKept(h)
	n.Live = append(make([]*tcp.Conn, 0, len(h.Live)), h.Live...)
	n.Reqs = append(make([]*tcp.Request, 0, len(h.Reqs)), h.Reqs...)
	n.TWs = append(make([]*tcp.TimeWait, 0, len(h.TWs)), h.TWs...)
	n.tuples, n.ports, n.due = h.tuples.Clone(), h.ports.Clone(), h.due.Clone()
	n.listens, n.Log = slices.Clone(h.listens), slices.Clone(h.Log)
	n.stamps = slices.Clone(h.stamps)
	n.Procs = make([]Proc, len(h.Procs))
	for i := range h.Procs {
		n.Procs[i] = h.Procs[i].clone()
	}
	return &n
}

// Watch lets the recorder measure the host.
func (h *Host) Watch(x *Ctx) { x.Watch(Schema, h.ID, unsafe.Pointer(&h.Vars)) }

// Values reads every variable, in the order of Schema.
func (h *Host) Values() []int64 { return Schema.Values(unsafe.Pointer(&h.Vars)) }

// Network is what a host is told about the links that it has.
type Network interface {
	// Route is the largest packet that the interface towards an address takes, and how
	// specific the route is; ok: there is a way to it.
	Route(from sim.HostID, to netip.Addr) (mtu uint32, bits int, ok bool)
}

// Ctx is what a host is given to handle one event.
type Ctx struct {
	tcp.Ctx
	Net    Network        // nil: there is a way to everywhere
	IDs    *sim.SubjectID // the last subject number used
	Spared bool           // the segment at hand passes firewall and checksum, whatever they say

	Heard netip.Addr        // a peer that has acknowledged something: its neighbour entry is confirmed
	Says  middlebox.CtState // what the conntrack of a box said of the segment at hand
}

// newID takes the next subject number.
func (x *Ctx) newID() sim.SubjectID {
	*x.IDs++
	return *x.IDs
}

// isn chooses an initial sequence number: a secret function of the four-tuple,
// moved along by a clock of 64 ns (RFC 6528 §3; secure_tcp_seq).
func (h *Host) isn(t wire.Tuple, now sim.Time) wire.Seq {
	return wire.Seq(h.hash(t, 1)) + wire.Seq(now/64)
}

// tsOffset is the secret start of the timestamp clock for two addresses
// (secure_tcp_ts_off).
func (h *Host) tsOffset(t wire.Tuple) uint32 {
	t.Local.Port, t.Remote.Port = 0, 0
	if h.Sys.PlainTS {
		return -uint32(h.BootAt / sim.Time(sim.Millisecond))
	}
	return uint32(h.hash(t, 2)) - uint32(h.BootAt/sim.Time(sim.Millisecond)) // its clock starts with the host
}

func (h *Host) hash(t wire.Tuple, salt byte) uint64 {
	d := sim.Derive(h.secret, string([]byte{salt})+t.Local.Addr.String()+string([]byte{byte(t.Local.Port >> 8), byte(t.Local.Port)})+
		t.Remote.Addr.String()+string([]byte{byte(t.Remote.Port >> 8), byte(t.Remote.Port)}))
	return d.Uint64()
}

func (h *Host) newFlow() sim.FlowID {
	h.nextFlow++
	return h.nextFlow
}

// Has reports whether an address is this host's.
func (h *Host) Has(a netip.Addr) bool {
	if a.IsLoopback() {
		return true
	}
	for _, b := range h.Addrs {
		if a == b {
			return true
		}
	}
	return false
}

// created tells that a subject came into being; what it became by the end of the
// event is filled in by Settle.
func (h *Host) created(x *Ctx, id sim.SubjectID) {
	x.Effect(trace.Effect{Kind: trace.Created, Host: h.Index, Subject: id})
}

func (h *Host) destroyed(x *Ctx, id sim.SubjectID, made func() trace.Made) {
	if x.On {
		x.Unwatch(id)
		m := made()
		x.Effect(trace.Effect{Kind: trace.Destroyed, Host: h.Index, Subject: id, Made: &m})
	}
}

// named tells that a socket has got another four-tuple.
func (h *Host) named(x *Ctx, c *tcp.Conn, before trace.Made) {
	if x.On {
		x.Effect(trace.Effect{Kind: trace.Named, Host: h.Index, Subject: c.ID, Before: &before,
			Made: &trace.Made{Schema: tcp.TCBSchema, Flow: c.Flow, Tuple: c.Tuple}})
	}
}

// settle completes what the event has recorded about new subjects.
func (h *Host) settle(x *Ctx) {
	if !x.On {
		return
	}
	for i := range x.Event.Effects {
		if e := &x.Event.Effects[i]; e.Kind == trace.Created && e.Made == nil {
			e.Made = h.made(e.Subject)
		}
	}
}

// made describes a subject as it is now.
func (h *Host) made(id sim.SubjectID) *trace.Made {
	var m trace.Made
	if c := h.Conn(id); c != nil {
		m = c.Made()
	} else if i := h.reqAt(id); i >= 0 {
		m = h.Reqs[i].Made()
	} else if i := h.twAt(id); i >= 0 {
		m = h.TWs[i].Made()
	}
	return &m
}

// Finish ends an event on this host: calls whose wait is over may go on, the timers
// that the event armed are known as its own, and the tables are in order again.
func (h *Host) Finish(x *Ctx) {
	if len(h.epolls) > 0 {
		h.ring()
	}
	h.Wake(x)
	h.settle(x)
	for _, c := range h.touched.conns {
		c.NoteArmed(x.Event.ID)
	}
	for _, q := range h.touched.reqs {
		if q.SynAckAt != q.Armed.At {
			q.Armed = tcp.Armed{At: q.SynAckAt, By: x.Event.ID}
		}
	}
	for _, t := range h.touched.tws {
		if t.ExpireAt != t.Armed.At {
			t.Armed = tcp.Armed{At: t.ExpireAt, By: x.Event.ID}
		}
	}
	h.refile()
}

// ArmedBy is the event that armed a timer.
func (h *Host) ArmedBy(d Deadline) sim.EventID {
	if c := h.Conn(d.Subject); c != nil {
		return c.ArmedBy(d.Kind)
	}
	if i := h.reqAt(d.Subject); i >= 0 {
		return h.Reqs[i].Armed.By
	}
	if i := h.twAt(d.Subject); i >= 0 {
		return h.TWs[i].Armed.By
	}
	return 0
}

// newConn makes a socket.
func (h *Host) newConn(x *Ctx) *tcp.Conn {
	c := tcp.NewConn(x.newID())
	c.InitBuffers(&h.Sys)
	if h.Sys.PathMTU > 0 {
		c.MTU = h.Sys.PathMTU
	}
	h.fresh(x, &c.Filed)
	h.touched.conns = append(h.touched.conns, c)
	h.Live = append(h.Live, c)
	h.Conns++
	return c
}

// sweep removes sockets that nobody holds any more, and counts the orphans.
func (h *Host) sweep(x *Ctx) {
	h.watchErrors(x)
	for _, c := range h.touched.conns {
		if left := c.TakeLeft(); left != nil {
			h.leaveFastOpen(x, c, left)
		}
		gone := c.Gone()
		if orphan := c.Dead && !gone; orphan != c.Filed.Orphan {
			if c.Filed.Orphan = orphan; orphan {
				h.Orphans++
			} else {
				h.Orphans--
			}
		}
		if gone && !c.Filed.Gone {
			h.destroyed(x, c.ID, c.Made)
			i := h.connAt(c.ID)
			h.Live = slices.Delete(h.Live, i, i+1)
			h.Conns--
			c.Filed.Gone = true
		}
	}
}
