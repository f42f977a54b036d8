package engine_test

import (
	"fmt"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/trace"
)

func hasAll(s string, parts ...string) bool {
	for _, p := range parts {
		if !strings.Contains(s, p) {
			return false
		}
	}
	return true
}

func itoa(n int) string { return strconv.Itoa(n) }

// texts joins what a host's processes have read, up to 64 bytes a call.
func (p *player) texts(h string) (out string) {
	for _, e := range p.events() {
		for i := range e.Effects {
			if f := &e.Effects[i]; f.Kind == trace.Returned && p.t.World().Hosts()[f.Host].Name == h {
				out += f.Text
			}
		}
	}
	return out
}

// fullTrace writes the first n events of a branch with everything that they did:
// two runs are the same exactly if their texts are.
func fullTrace(t *engine.Timeline, b engine.BranchID, n engine.StepNo) string {
	var out strings.Builder
	for _, e := range t.Events(b, 1, n) {
		fmt.Fprintf(&out, "%d %d %s %d/%d #%d %q <- %d\n", e.ID, e.At, e.Kind, e.Host, e.Subject, e.Packet, e.Name, e.Cause)
		for _, s := range e.Spans {
			fmt.Fprintf(&out, " %s %d %v\n", s.Rule.ID, s.Parent, e.Check(s))
		}
		fmt.Fprintf(&out, " %v %v\n", e.Changes, e.Counts)
		for _, f := range e.Effects {
			m, w := f.Made, f.Before
			f.Made, f.Before = nil, nil
			fmt.Fprintf(&out, " %v", f)
			if m != nil {
				fmt.Fprintf(&out, " %d %v %v", m.Flow, m.Tuple, m.Values)
			}
			if w != nil {
				fmt.Fprintf(&out, " %d %v", w.Flow, w.Tuple)
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// worldText writes everything that can be seen of a world.
func worldText(w *engine.World) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %d next %d\n", w.N(), w.Now(), w.NextAt())
	for _, s := range w.Subjects() {
		fmt.Fprintf(&b, "%d %s %d %d %v %v\n", s.ID, s.Schema.Name, s.Host, s.Flow, s.Tuple, s.Values)
	}
	for _, p := range w.Planned(1 << 20) {
		fmt.Fprintf(&b, "%v\n", p)
	}
	for _, q := range w.Queues() {
		fmt.Fprintf(&b, "%v\n", q)
	}
	for _, h := range w.Hosts() {
		fmt.Fprintf(&b, "%v %v %v %v\n", h.MIB, h.Sys, h.Set, h.Mem)
		for _, p := range h.Procs {
			fmt.Fprintf(&b, "%s %d %v %d %q %d %v %v %v\n", p.Name, p.PC, p.Vars, p.RunAt, p.Blocked(), p.Read, p.EOF, p.Errno, p.Done)
		}
	}
	for id := w.LastPacket(); id > 0; id-- {
		fmt.Fprintf(&b, "%v\n", *w.Packet(id))
	}
	for _, r := range w.Rules() {
		fmt.Fprintf(&b, "%d %s %d\n", r.N, r.Op.Text, r.Hits)
	}
	return b.String()
}
