package scene

import (
	"fmt"

	"wirestep/engine"
)

// readOffload reads "offload HOST [off | segs N size N]": the host's interface cuts
// large packets into segments by itself.
func (p *parser) readOffload(l *line, _ string) {
	h := l.host()
	if l.err == nil && h.Offload != (engine.Offload{}) {
		l.fail("the offload of %s stands here a second time, expected it once", h.Name)
	}
	if o := l.measure(); l.err == nil {
		h.Offload = o
	}
}

// readOffloadNow reads the same as an intervention.
func readOffloadNow(l *line, op *engine.Op) {
	op.Host = l.host().Name
	op.Offload = l.measure()
}

// measure reads what an interface takes as one packet: off · nothing, as a fresh
// interface has it · segs 8 size 32768.
func (l *line) measure() engine.Offload {
	if l.take("off") {
		return engine.Offload{}
	}
	o := engine.DefaultOffload
	for l.more() {
		switch w := l.word("off, segs or size"); w {
		case "segs":
			o.Segs = uint32(l.int("a number of segments", 1, int64(engine.DefaultOffload.Segs)))
		case "size":
			o.Size = uint32(l.int("a size in bytes", engine.MinOffloadSize, int64(engine.DefaultOffload.Size)))
		default:
			l.fail("%q is no property of an interface, expected off, segs or size", w)
		}
	}
	return o
}

func formatOffload(w *writer, h *engine.HostSpec) {
	if h.Offload != (engine.Offload{}) {
		w.line("offload " + h.Name + formatMeasure(h.Offload))
	}
}

func formatMeasure(o engine.Offload) (s string) {
	if o == (engine.Offload{}) {
		return " off"
	}
	if o.Segs != engine.DefaultOffload.Segs {
		s += fmt.Sprint(" segs ", o.Segs)
	}
	if o.Size != engine.DefaultOffload.Size {
		s += fmt.Sprint(" size ", o.Size)
	}
	return s
}
