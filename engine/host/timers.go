package host

import (
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

// Deadlines lists every timer that runs.
func (h *Host) Deadlines() []Deadline {
	var ds []Deadline
	add := func(at sim.Time, k tcp.TimerKind, id sim.SubjectID) {
		if at != sim.Never {
			ds = append(ds, Deadline{at, k, id})
		}
	}
	for _, c := range h.Live {
		add(c.XmitAt, c.XmitKind, c.ID)
		add(c.DelackAt, tcp.TimerDelack, c.ID)
		add(c.KeepAt, tcp.TimerKeep, c.ID)
		add(c.CompAt, tcp.TimerComp, c.ID)
		add(c.PaceAt, tcp.TimerPace, c.ID)
	}
	for _, q := range h.Reqs {
		add(q.SynAckAt, tcp.TimerSynAck, q.ID)
	}
	for _, w := range h.TWs {
		add(w.ExpireAt, tcp.TimerExpire, w.ID)
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
	l := h.edit(x, h.Conn(q.Listener))
	if !q.OnTimer(&x.Ctx, l) {
		h.dropRequest(x, q, l)
	}
}
