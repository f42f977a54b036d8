package host

import (
	"cmp"
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// Deadline is one timer of a host.
type Deadline struct {
	At      sim.Time
	Kind    tcp.TimerKind
	Subject sim.SubjectID
}

// NextTimer returns the earliest deadline; of the same instant, those of sockets
// come first, then of requests, and the older before the younger.
func (h *Host) NextTimer() Deadline {
	k, ok := h.due.First()
	if !ok {
		return Deadline{At: sim.Never}
	}
	d := Deadline{sim.Time(k.By), tcp.TimerSynAck, subject(k)}
	switch class0(k) {
	case connClass:
		_, d.Kind = h.Conn(d.Subject).NextTimer()
	case twClass:
		d.Kind = tcp.TimerExpire
	}
	return d
}

// Deadlines lists every timer that runs: those of sockets, of requests, of TIME_WAIT
// entries, each from the oldest on.
func (h *Host) Deadlines() []Deadline { return h.NextDeadlines(h.due.Len()) }

// NextDeadlines lists at least the n timers that fire first, in the same order.
func (h *Host) NextDeadlines(n int) []Deadline {
	keys := make([]sim.Key, 0, min(n, h.due.Len()))
	for k, ok := h.due.First(); ok && len(keys) < n; k, ok = h.due.Next(sim.Key{By: k.By, ID: k.ID + 1}) {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b sim.Key) int { return cmp.Compare(a.ID, b.ID) })
	ds := make([]Deadline, 0, len(keys))
	add := func(at sim.Time, k tcp.TimerKind, id sim.SubjectID) {
		if at != sim.Never {
			ds = append(ds, Deadline{at, k, id})
		}
	}
	for _, k := range keys {
		switch id := subject(k); class0(k) {
		case connClass:
			c := h.Conn(id)
			add(c.XmitAt, c.XmitKind, id)
			add(c.DelackAt, tcp.TimerDelack, id)
			add(c.KeepAt, tcp.TimerKeep, id)
			add(c.CompAt, tcp.TimerComp, id)
			add(c.PaceAt, tcp.TimerPace, id)
		case reqClass:
			add(sim.Time(k.By), tcp.TimerSynAck, id)
		case twClass:
			add(sim.Time(k.By), tcp.TimerExpire, id)
		}
	}
	return ds
}

// OnTimer handles a deadline.
func (h *Host) OnTimer(x *Ctx, d Deadline) {
	h.Watch(x)
	x.Event.Subject = d.Subject
	switch d.Kind {
	case tcp.TimerSynAck:
		h.requestTimer(x, h.Reqs[h.reqAt(d.Subject)])
	case tcp.TimerExpire:
		w := h.editTW(x, h.TWs[h.twAt(d.Subject)])
		w.OnTimer(&x.Ctx)
		h.dropTimeWait(x, w)
	default:
		c := h.edit(x, h.Conn(d.Subject))
		c.OnTimer(&x.Ctx, d.Kind)
		h.takeOver(x, c.TakeHandOver())
	}
	h.sweep(x)
}

func (h *Host) requestTimer(x *Ctx, q *tcp.Request) {
	q = h.editReq(x, q)
	if l := h.ownerOf(x, q); l != nil && !q.OnTimer(&x.Ctx, l) {
		h.dropRequest(x, q)
	}
}

// Disarm takes a timer off, as if it had never been set.
func (h *Host) Disarm(x *Ctx, d Deadline) {
	switch d.Kind {
	case tcp.TimerSynAck:
		h.editReq(x, h.Reqs[h.reqAt(d.Subject)]).SynAckAt = sim.Never
	case tcp.TimerExpire:
		h.editTW(x, h.TWs[h.twAt(d.Subject)]).ExpireAt = sim.Never
	default:
		h.edit(x, h.Conn(d.Subject)).Disarm(d.Kind)
	}
}
