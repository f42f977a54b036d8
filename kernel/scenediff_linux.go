package kernel

import (
	"fmt"
	"time"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// mismatch is a place where the hosts on the kernel did something else.
type mismatch struct {
	at   time.Duration
	kind Kind
	text string
}

func differ(at time.Duration, k Kind, format string, a ...any) *mismatch {
	return &mismatch{at, k, fmt.Sprintf(format, a...)}
}

// first is the earlier of two mismatches.
func (m *mismatch) first(o *mismatch) *mismatch {
	if m == nil || o != nil && o.at < m.at {
		return o
	}
	return m
}

// line spells a segment that was seen: flags, relative numbers, window, options.
func (l *lab) line(x *seen) string {
	return fmt.Sprintf("%9.6f %s > %s", x.at.Seconds(), l.hosts[x.host].spec.Name, spellSeen(&x.seg, x.seq, x.ack))
}

// spellSeen spells a segment with relative numbers; timestamps are only there or
// not, because each host's clock has its own beginning.
func spellSeen(s *wire.Segment, seq, ack wire.Seq) string {
	n := *s
	n.Opts.TSVal, n.Opts.TSEcr, n.BadSum = 0, 0, false // what happens to it on the wire is no matter of the host
	return n.Format(seq, ack)
}

// number counts the numbers of what was seen.
func (l *lab) number() {
	n := newNumbering()
	for i := range l.seen {
		l.seen[i].seq, l.seen[i].ack = n.bases(&l.seen[i].seg)
	}
}

// compare holds what each host has sent, and what its programs were told, against what
// the engine's hosts and programs were, and returns the first difference.
func (l *lab) compare(r *engineRun) (m *mismatch) {
	sent := l.engineSent(r)
	for h := range l.hosts {
		m = m.first(l.compareHost(r, sent[h], h))
	}
	for h := range l.hosts {
		for i := range l.hosts[h].procs {
			m = m.first(l.compareCalls(r, h, i))
		}
	}
	return m
}

// engineSent is what each of the engine's hosts has sent, numbered as the kernel's is.
func (l *lab) engineSent(r *engineRun) map[int][]seen {
	all := map[int][]seen{}
	n := newNumbering()
	for id := sim.PacketID(1); id <= r.w.LastPacket(); id++ {
		p := r.w.Packet(id)
		if p.CopyOf != 0 {
			continue
		}
		x := seen{host: int(p.From), at: time.Duration(p.SentAt), seg: p.Seg}
		x.seq, x.ack = n.bases(&x.seg)
		if !p.Forged && p.From != p.To {
			all[x.host] = append(all[x.host], x)
		}
	}
	return all
}

// compareHost compares in order what a host has sent.
func (l *lab) compareHost(r *engineRun, want []seen, h int) *mismatch {
	var mine []seen
	for _, x := range l.seen {
		if x.host == h && !x.forged && x.leads {
			mine = append(mine, x)
		}
	}
	name := l.hosts[h].spec.Name
	m := inOrder(name, want, mine, r.horizon)
	if m == nil {
		return nil
	}
	why := ""
	if r.waited(h, writes) {
		want, mine = withoutPSH(want), withoutPSH(mine)
		why = "its write() waits for room, and where it goes on, and so pushes, is chance"
	}
	if r.waited(h, reads) && r.crowded(h, m.at) && lastACK(want) == lastACK(mine) {
		want, mine = withoutACKs(want), withoutACKs(mine)
		why = "it reads while segments arrive in a burst, and which of them one ACK answers, and the window in it, is chance"
	}
	if why == "" || inOrder(name, want, mine, r.horizon) != nil {
		return m
	}
	l.loose = true
	l.notes = append(l.notes, name+": "+why+", and was not compared: "+m.text)
	return nil
}

// inOrder compares what a host of the engine has sent with what one of the kernel has.
func inOrder(name string, want, mine []seen, horizon time.Duration) *mismatch {
	for i := range want {
		x := &want[i]
		late := lateBy(x.at)
		says := spellSeen(&x.seg, x.seq, x.ack)
		if i >= len(mine) {
			if x.at+2*late > horizon {
				return nil // it may still come
			}
			return differ(x.at, InSegment, "segment %d of %s: engine %s at %.6f, kernel nothing", i+1, name, says, x.at.Seconds())
		}
		got := spellSeen(&mine[i].seg, mine[i].seq, mine[i].ack)
		if got != says {
			return differ(min(x.at, mine[i].at), InSegment, "segment %d of %s: engine %s at %.6f, kernel %s at %.6f", i+1, name, says, x.at.Seconds(), got, mine[i].at.Seconds())
		}
		if off := mine[i].at - x.at; off > late || off < -late {
			return differ(min(x.at, mine[i].at), InTime, "segment %d of %s: %s: engine at %.6f, kernel at %.6f", i+1, name, says, x.at.Seconds(), mine[i].at.Seconds())
		}
	}
	if len(want) < len(mine) {
		x := &mine[len(want)]
		return differ(x.at, InSegment, "segment %d of %s: engine nothing, kernel %s at %.6f", len(want)+1, name, spellSeen(&x.seg, x.seq, x.ack), x.at.Seconds())
	}
	return nil
}

// waited reports whether a program of a host has waited in one of some calls.
func (r *engineRun) waited(h int, in map[string]bool) (yes bool) {
	for who, calls := range r.calls {
		for i := range calls {
			yes = yes || who[0] == h && calls[i].waits && in[calls[i].in.Name]
		}
	}
	return yes
}

// crowded reports whether segments with data reach a host in a burst around an instant.
func (r *engineRun) crowded(h int, at time.Duration) bool {
	n := 0
	for id := sim.PacketID(1); id <= r.w.LastPacket(); id++ {
		p := r.w.Packet(id)
		if off := time.Duration(p.ArriveAt) - at; int(p.To) == h && len(p.Seg.Payload) > 0 && off < burst && off > -burst {
			n++
		}
	}
	return n > 1
}

// burst is how close together segments are whose ACKs fall together by chance.
const burst = 3 * time.Millisecond

// pureACK reports whether a segment only acknowledges.
func (x *seen) pureACK() bool {
	return x.seg.Flags == wire.ACK && len(x.seg.Payload) == 0 && x.seg.Opts.SackN == 0 && !x.seg.ICMP.Set
}

// withoutACKs leaves out what only acknowledges, and windows.
func withoutACKs(all []seen) (out []seen) {
	for _, x := range all {
		if !x.pureACK() {
			x.seg.Win = 0
			out = append(out, x)
		}
	}
	return out
}

// withoutPSH leaves the push out of segments with data.
func withoutPSH(all []seen) (out []seen) {
	for _, x := range all {
		if len(x.seg.Payload) > 0 {
			x.seg.Flags &^= wire.PSH
		}
		out = append(out, x)
	}
	return out
}

// lastACK is the last number that is acknowledged.
func lastACK(all []seen) wire.Seq {
	for i := len(all) - 1; i >= 0; i-- {
		if x := &all[i]; x.seg.Flags.Has(wire.ACK) {
			return x.seg.Ack - x.ack
		}
	}
	return 0
}

// compareCalls holds what the calls of a program have returned against the engine's.
func (l *lab) compareCalls(r *engineRun, h, proc int) *mismatch {
	p := l.hosts[h].procs[proc]
	want, got := joined(r.calls[[2]int{h, proc}]), joined(p.answers())
	drifts := false // when room came was chance, and so is when the next call is made
	for i := range want {
		w := &want[i]
		late := lateBy(w.at)
		where := fmt.Sprintf("line %d of %s: %s", w.in.Line, l.hosts[h].spec.Name, w.in.Text)
		if i >= len(got) || i == len(got)-1 && w.in.UntilEnd() && got[i].n < w.n {
			if w.at+2*late > r.horizon {
				return nil // it may still return
			}
			return differ(w.at, InResult, "%s: engine %s at %.6f, kernel: a call that waits", where, w.says(), w.at.Seconds())
		}
		g := &got[i]
		if g.in.Line != w.in.Line && g.in.Text != w.in.Text {
			return differ(w.at, InResult, "%s: on the kernel the program is at %s", where, g.in.Text)
		}
		if m := w.differs(g, where); m != nil {
			return m
		}
		if w.chance(g) { // what follows depends on it
			l.notes = append(l.notes, fmt.Sprintf("%s: the engine read %d bytes and the kernel %d, which is chance: later calls of the program are not compared", where, w.n, g.n))
			return nil
		}
		off := g.at - w.at
		drifts = drifts || l.loose && w.waits && (off > late || off < -late)
		if !drifts && (off > late || off < -late) {
			return differ(min(g.at, w.at), InTime, "%s: engine at %.6f, kernel at %.6f", where, w.at.Seconds(), g.at.Seconds())
		}
	}
	if len(want) < len(got) {
		if g := &got[len(want)]; g.at+2*lateBy(g.at) < r.horizon {
			return differ(g.at, InResult, "line %d of %s: %s: engine: a call that waits, kernel %s at %.6f", g.in.Line, l.hosts[h].spec.Name, g.in.Text, g.says(), g.at.Seconds())
		}
	}
	return nil
}

// differs compares two answers of one line.
func (a *answer) differs(g *answer, where string) *mismatch {
	switch {
	case a.errno != g.errno:
		return differ(a.at, InErrno, "%s: engine %s, kernel %s", where, a.says(), g.says())
	case a.chance(g), a.errno != "" || g.gives:
		return nil
	case a.n != g.n, !a.waits && !g.mute && clip(a.text) != clip(g.text):
		return differ(a.at, InResult, "%s: engine %s, kernel %s", where, a.says(), g.says())
	}
	return nil
}

// chance reports whether two reads took different amounts because both waited: how much
// has come when somebody wakes up depends on the machine.
func (a *answer) chance(g *answer) bool {
	return a.waits && a.errno == "" && g.errno == "" && reads[a.in.Name] && !(a.ended && g.ended) && a.n > 0 && g.n > 0 && a.n != g.n
}

var (
	reads  = map[string]bool{"read": true, "recv": true, "recvmsg": true, "splice": true}
	writes = map[string]bool{"write": true, "send": true, "sendto": true, "sendfile": true, "splice": true}
)

// says spells an answer.
func (a *answer) says() string {
	switch {
	case a.errno != "":
		return "-1 " + a.errno
	case a.gives:
		return "a descriptor"
	case a.text != "" && !a.waits:
		return fmt.Sprintf("%d %q", a.n, clip(a.text))
	}
	return fmt.Sprint(a.n)
}

// clip is as much of a text as the engine keeps of it.
func clip(s string) string { return s[:min(len(s), 64)] }

// joined makes one answer of those of one line that reads to the end: how much of the
// data each takes is chance.
func joined(all []answer) (out []answer) {
	for _, a := range all {
		if n := len(out); n > 0 && a.in.UntilEnd() && out[n-1].in.Text == a.in.Text && out[n-1].n > 0 && out[n-1].errno == "" && a.errno == "" {
			out[n-1].ended = a.n == 0
			out[n-1].n += a.n
			out[n-1].at, out[n-1].waits = a.at, true
			continue
		}
		if a.at = max(a.at, 0); a.in.UntilEnd() {
			a.text, a.ended = "", a.n == 0
		}
		out = append(out, a)
	}
	return out
}

// answers are what the calls of a program have returned so far.
func (p *process) answers() []answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]answer(nil), p.calls...)
}
