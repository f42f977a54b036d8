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

// NextTimer returns the earliest deadline; ties go to the lower subject.
func (h *Host) NextTimer() Deadline {
	d := Deadline{At: sim.Never}
	for _, c := range h.Live {
		if at, k := c.NextTimer(); at < d.At {
			d = Deadline{at, k, c.ID}
		}
	}
	for _, q := range h.Reqs {
		if q.SynAckAt < d.At {
			d = Deadline{q.SynAckAt, tcp.TimerSynAck, q.ID}
		}
	}
	for _, w := range h.TWs {
		if w.ExpireAt < d.At {
			d = Deadline{w.ExpireAt, tcp.TimerExpire, w.ID}
		}
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
		h.requestTimer(x, d.Subject)
	case tcp.TimerExpire:
		for i, w := range h.TWs {
			if w.ID == d.Subject {
				w.Watch(&x.Ctx)
				w.OnTimer(&x.Ctx)
				h.dropTimeWait(x, i, w)
				break
			}
		}
	default:
		c := h.Conn(d.Subject)
		c.Watch(&x.Ctx)
		c.OnTimer(&x.Ctx, d.Kind)
		h.takeOver(x, c.TakeHandOver())
	}
	h.sweep(x)
}

func (h *Host) requestTimer(x *Ctx, id sim.SubjectID) {
	for i, q := range h.Reqs {
		if q.ID != id {
			continue
		}
		q.Watch(&x.Ctx)
		l := h.Conn(q.Listener)
		l.Watch(&x.Ctx)
		if !q.OnTimer(&x.Ctx, l) {
			h.dropRequest(x, i, q, l)
		}
		return
	}
}
