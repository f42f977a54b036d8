package scene

import (
	"fmt"

	"wirestep/engine"
)

// readOffload reads "offload HOST [segs N] [size N]": the host's interface cuts large
// packets into segments by itself.
func (p *parser) readOffload(l *line, _ string) {
	h := l.host()
	o := engine.DefaultOffload
	if l.err == nil && h.Offload != (engine.Offload{}) {
		l.fail("the offload of %s stands here a second time, expected it once", h.Name)
	}
	for l.more() {
		switch w := l.word("segs or size"); w {
		case "segs":
			o.Segs = uint32(l.int("a number of segments", 1, 65535))
		case "size":
			o.Size = uint32(l.int("a size in bytes", 2000, 65536))
		default:
			l.fail("%q is no property of an interface, expected segs or size", w)
		}
	}
	if l.err == nil {
		h.Offload = o
	}
}

func formatOffload(w *writer, h *engine.HostSpec) {
	if h.Offload == (engine.Offload{}) {
		return
	}
	s := "offload " + h.Name
	if n := h.Offload.Segs; n != engine.DefaultOffload.Segs {
		s += fmt.Sprint(" segs ", n)
	}
	if n := h.Offload.Size; n != engine.DefaultOffload.Size {
		s += fmt.Sprint(" size ", n)
	}
	w.line(s)
}
