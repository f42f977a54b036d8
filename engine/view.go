package engine

import (
	"net/netip"
	"sort"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Planned is something that will happen if nobody intervenes.
type Planned struct {
	At      sim.Time
	Kind    trace.Kind
	Host    sim.HostID // -1: the network, or a person
	Subject sim.SubjectID
	Packet  sim.PacketID
	Name    string // of a timer; a call or an intervention as written
}

// Planned lists what is scheduled, in order, at most limit of it.
func (w *World) Planned(limit int) []Planned {
	var out []Planned
	for _, s := range w.plan[w.planAt:] {
		out = append(out, Planned{At: s.At, Kind: trace.Act, Host: -1, Name: s.Op.Text})
	}
	for i := range w.rules {
		if r := &w.rules[i]; r.op.Kind == OpForge {
			out = append(out, Planned{At: r.at, Kind: trace.Act, Host: -1, Name: r.op.Text})
		}
	}
	for _, s := range w.later {
		out = append(out, Planned{At: s.At, Kind: trace.Act, Host: -1, Name: s.Op.Text})
	}
	for _, c := range w.cables {
		for _, f := range c.flight[:min(len(c.flight), limit)] {
			out = append(out, Planned{At: f.at, Kind: trace.Arrive, Host: c.To, Packet: f.id})
		}
	}
	for i, h := range w.hosts {
		for j := range h.Procs {
			p := &h.Procs[j]
			if p.RunAt != sim.Never {
				out = append(out, Planned{At: p.RunAt, Kind: trace.Call, Host: sim.HostID(i), Name: p.NextLine()})
			}
		}
	}
	for i, h := range w.hosts {
		for _, d := range h.Deadlines() {
			out = append(out, Planned{At: d.At, Kind: trace.Timer, Host: sim.HostID(i), Subject: d.Subject, Name: d.Kind.String()})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].At < out[j].At })
	return out[:min(len(out), limit)]
}

// Queue is one queue of a subject, with what it holds.
type Queue struct {
	Host    sim.HostID
	Subject sim.SubjectID
	Kind    QueueKind
	Limit   uint32
	Items   []QueueItem
}

// QueueKind says which queue it is.
type QueueKind uint8

// The queues.
const (
	QueueSyn QueueKind = iota
	QueueAccept
	QueueSend
	QueueRetransmit
	QueueReceive
	QueueOutOfOrder
)

var queueNames = [...]string{"syn", "accept", "send", "rtx", "receive", "ofo"}

func (k QueueKind) String() string { return queueNames[k] }

// QueueItem is one entry: a peer, or a range of sequence numbers relative to the
// initial one.
type QueueItem struct {
	Peer       string
	From, To   uint32
	Lost, Sack bool
	Again      bool // its latest copy is a retransmission
	FIN        bool
}

// Queues lists every queue that is not empty, and those of listeners.
func (w *World) Queues() []Queue {
	var out []Queue
	for i, h := range w.hosts {
		at := sim.HostID(i)
		first := len(out)
		for _, c := range h.Live {
			if c.State == tcp.Listen {
				out = append(out, Queue{Host: at, Subject: c.ID, Kind: QueueSyn, Limit: c.Backlog + 1},
					Queue{Host: at, Subject: c.ID, Kind: QueueAccept, Limit: c.Backlog + 1})
			}
		}
		add := func(l sim.SubjectID, k QueueKind, t wire.Tuple) {
			for i := range out[first:] {
				if q := &out[first+i]; q.Subject == l && q.Kind == k {
					q.Items = append(q.Items, QueueItem{Peer: netip.AddrPortFrom(t.Remote.Addr, t.Remote.Port).String()})
				}
			}
		}
		for _, q := range h.Reqs {
			add(q.Listener, QueueSyn, q.Tuple)
		}
		for _, c := range h.Live {
			if c.Parent != 0 {
				add(c.Parent, QueueAccept, c.Tuple)
			}
		}
		for _, c := range h.Live {
			if c.State != tcp.Listen {
				out = append(out, connQueues(at, c)...)
			}
		}
	}
	return out
}

func connQueues(at sim.HostID, c *tcp.Conn) []Queue {
	var out []Queue
	add := func(k QueueKind, limit uint32, items []QueueItem) {
		if len(items) > 0 {
			out = append(out, Queue{at, c.ID, k, limit, items})
		}
	}
	skbs := func(list []tcp.Skb) (items []QueueItem) {
		for _, k := range list {
			items = append(items, QueueItem{From: uint32(k.Seq - c.ISS), To: uint32(k.End - c.ISS), Lost: k.Lost, Sack: k.Sacked, Again: k.Retrans})
		}
		return items
	}
	var rcv, ofo []QueueItem
	for _, k := range c.Rcv {
		rcv = append(rcv, QueueItem{From: uint32(k.Seq - c.IRS), To: uint32(k.End - c.IRS), FIN: k.FIN})
	}
	for _, b := range c.Ofo {
		ofo = append(ofo, QueueItem{From: uint32(b.Seq - c.IRS), To: uint32(b.End - c.IRS), FIN: b.FIN})
	}
	add(QueueSend, c.SndBuf, skbs(c.Wq))
	add(QueueRetransmit, 0, skbs(c.Rtx))
	add(QueueReceive, c.RcvBuf, rcv)
	add(QueueOutOfOrder, c.RcvBuf, ofo)
	return out
}
