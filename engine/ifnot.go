package engine

import (
	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// skip lets the next event not happen: what arrives is gone, a deadline passes
// unnoticed, a process stops before its line, nobody intervenes. It is one step of
// a future that is only there to be compared with.
func (w *World) skip() {
	n := w.next()
	if n.class == classNone || n.at == sim.Never {
		return
	}
	w.now = max(w.now, n.at)
	x := w.begin(&trace.Recorder{}, trace.Event{}, -1)
	switch n.class {
	case classAct:
		if n.flood == nil {
			w.takePlanned()
			return
		}
		n.flood.hits++
		n.flood.at = w.now.Add(n.flood.op.Many.Every)
		w.endFlood(n.flood)
	case classArrive:
		c := w.cables[n.cable]
		w.sent.edit(c.take(0, false).id).ArriveAt = sim.Never
	case classCall:
		w.hosts[n.host].Halt(n.proc)
	case classTimer:
		w.disarm(x, n)
	case classDrain:
		c := w.cables[n.cable]
		c.FreeAt = c.FreeAt.Add(sim.Microsecond)
	case classAsk:
		w.cables[n.cable].asking().askAt = sim.Never
	}
}

func (w *World) disarm(x *host.Ctx, n next) {
	h := w.hosts[n.host]
	h.Disarm(x, n.timer)
	h.Finish(x)
}
