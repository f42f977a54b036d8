package engine

import (
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Place is a place in a queue that holds numbers: a byte, relative to the initial
// sequence number as in QueueItem, or a port.
type Place struct {
	Host    sim.HostID
	Subject sim.SubjectID // as in Queue
	Kind    QueueKind
	Number  uint32
}

// ParseQueueKind is the other way round of String.
func ParseQueueKind(name string) (QueueKind, bool) {
	i := slices.Index(queueNames[:], name)
	return QueueKind(max(i, 0)), i >= 0
}

// taken reports whether something stands at a place.
func (w *World) taken(p *Place) bool {
	return slices.ContainsFunc(w.Queues(), func(q Queue) bool {
		return q.Kind == p.Kind && q.Subject == p.Subject && q.Host == p.Host && slices.ContainsFunc(q.Items, func(i QueueItem) bool {
			if q.Kind == QueuePorts {
				return uint32(i.Port) == p.Number
			}
			return i.From <= p.Number && p.Number < i.To
		})
	})
}

const nearby = 64 // events that are played again first: most of what stands in a queue came not long ago

// Entered tells which event put there what stands at a place after event n. The
// stretch before n is played again, a longer one as long as it stood there before.
// Nothing stands there, or it did from the start: there is no change.
func (t *Timeline) Entered(b BranchID, n StepNo, p *Place) (h History, err error) {
	if b < 0 || int(b) >= len(t.branches) || n < 0 || n > t.branches[b].info.Tip {
		return h, refuse("event %d of branch %d; expected one that has happened", n, b)
	}
	for back := StepNo(nearby); ; back *= 4 {
		w, off := t.rewind(b, max(0, n-back)), &trace.Recorder{}
		first, is, since := w.step == 0, w.taken(p), StepNo(0)
		for w.step < n && t.advance(off, w, b) {
			was := is
			if is = w.taken(p); is && !was {
				since = w.step
			}
		}
		if is && since > 0 {
			h.Changes = []Change{{N: since, At: t.Event(b, since).At, Made: true}}
		}
		if !is || since > 0 || first {
			return h, nil
		}
	}
}
