package engine

import (
	"slices"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// Queue is one queue of a subject, or one table of a host, with what it holds.
type Queue struct {
	Host    sim.HostID
	Subject sim.SubjectID // 0: the host's
	Kind    QueueKind
	Limit   uint32
	First   uint16 // ports: the lowest of the range
	Items   []QueueItem
}

// QueueKind says which queue it is.
type QueueKind uint8

// The queues, and the tables that fill as queues do.
const (
	QueueSyn QueueKind = iota
	QueueAccept
	QueueSend
	QueueRetransmit
	QueueReceive
	QueueOutOfOrder
	QueueTimeWait
	QueuePorts
)

var queueNames = [...]string{"syn", "accept", "send", "rtx", "receive", "ofo", "timewait", "ports"}

func (k QueueKind) String() string { return queueNames[k] }

// QueueItem is one entry: a peer, a range of sequence numbers relative to the
// initial one, or a port.
type QueueItem struct {
	Subject    sim.SubjectID // of a half-open, waiting or TIME_WAIT connection
	Peer       wire.Endpoint
	Port       uint16   // the local one
	Until      sim.Time // when its timer fires; 0: it has none
	Tries      uint8    // SYN-ACKs sent again
	From, To   uint32
	Lost, Sack bool
	Again      bool // its latest copy is a retransmission
	FIN        bool
}

// Queues lists every queue that is not empty, those of listeners, and the
// TIME_WAIT table and the ephemeral ports of hosts that use them.
func (w *World) Queues() []Queue {
	var out []Queue
	for i, h := range w.hosts {
		at := sim.HostID(i)
		waits := map[sim.SubjectID][]QueueItem{} // the accept queues, by listener
		for _, c := range h.Live {
			if c.Parent != 0 {
				waits[c.Parent] = append(waits[c.Parent], QueueItem{Subject: c.ID, Peer: c.Tuple.Remote, Port: c.Tuple.Local.Port})
			}
		}
		half := map[sim.SubjectID][]QueueItem{}
		for _, q := range h.Reqs {
			half[q.Listener] = append(half[q.Listener], QueueItem{Subject: q.ID, Peer: q.Tuple.Remote, Port: q.Tuple.Local.Port, Until: q.SynAckAt, Tries: q.Timeouts})
		}
		for _, c := range h.Live {
			if c.State == tcp.Listen {
				out = append(out, Queue{Host: at, Subject: c.ID, Kind: QueueSyn, Limit: c.SynLimit(&h.Sys), Items: half[c.ID]},
					Queue{Host: at, Subject: c.ID, Kind: QueueAccept, Limit: c.Backlog + 1, Items: waits[c.ID]})
				continue
			}
			out = append(out, connQueues(at, c)...)
		}
		out = append(out, tables(at, h)...)
	}
	return out
}

const maxItems = 4096 // of a host's table: what a picture of it can show

// tables lists what connections leave behind, and the ports that they hold.
func tables(at sim.HostID, h *host.Host) []Queue {
	var out []Queue
	tw := Queue{Host: at, Kind: QueueTimeWait, Limit: h.Sys.MaxTWBuckets}
	for _, t := range h.TWs[:min(len(h.TWs), maxItems)] {
		tw.Items = append(tw.Items, QueueItem{Subject: t.ID, Peer: t.Tuple.Remote, Port: t.Tuple.Local.Port, Until: t.ExpireAt})
	}
	if len(tw.Items) > 0 {
		out = append(out, tw)
	}
	low, high := h.Sys.PortLow, h.Sys.PortHigh
	ports := Queue{Host: at, Kind: QueuePorts, Limit: uint32(high-low) + 1, First: low}
	for _, c := range h.Live {
		if p := c.Tuple.Local.Port; c.Hold != tcp.HoldNone && p >= low && p <= high && len(ports.Items) < maxItems {
			ports.Items = append(ports.Items, QueueItem{Subject: c.ID, Peer: c.Tuple.Remote, Port: p})
		}
	}
	for _, t := range h.TWs {
		if p := t.Tuple.Local.Port; p >= low && p <= high && len(ports.Items) < maxItems {
			ports.Items = append(ports.Items, QueueItem{Subject: t.ID, Peer: t.Tuple.Remote, Port: p, Until: t.ExpireAt})
		}
	}
	if len(ports.Items) > 0 {
		slices.SortStableFunc(ports.Items, func(a, b QueueItem) int { return int(a.Port) - int(b.Port) })
		out = append(out, ports)
	}
	return out
}

func connQueues(at sim.HostID, c *tcp.Conn) []Queue {
	var out []Queue
	add := func(k QueueKind, limit uint32, items []QueueItem) {
		if len(items) > 0 {
			out = append(out, Queue{Host: at, Subject: c.ID, Kind: k, Limit: limit, Items: items})
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
