package web

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"wirestep/i18n"
	"wirestep/templates"
	"wirestep/web/proto"
	"wirestep/web/session"
)

// maxPictured is how many events a page shows that nobody steps through.
const maxPictured = 200

// Room in the picture.
const (
	laneWidth = 420
	margin    = 110
	head      = 60 // above the first event
	rowGap    = 24 // between what one instant sends
	fastGap   = 44 // for as long as a segment is on its way
	foldGap   = 52

	besideBand = 10 // where arrows begin and end, off the middle of a lifeline
)

// moment is one end of an arrow.
type moment struct {
	at      int64
	n       int   // order of what happens at one instant
	packet  int32 // 0: none, something else begins or ends
	arrives bool
}

// picture draws a run: time runs down; where nothing happens for long the axis
// is folded and says so.
func picture(r session.Run, lang string) templates.Diagram {
	d := templates.Diagram{Width: 2*margin + laneWidth*max(1, len(r.Hosts)-1)}
	for i, h := range r.Hosts {
		l := templates.Lifeline{X: margin + laneWidth*i, Name: h.Name}
		if len(h.Addrs) > 0 {
			l.Addr = h.Addrs[0]
		}
		d.Hosts = append(d.Hosts, l)
	}
	life := follow(r, lang)
	packets, lost, moments := gather(r, life.instants())
	at := map[int64]int{} // the first place of an instant
	from, to, y := map[int32]int{}, map[int32]int{}, head
	usual := usualDelay(packets)
	for i, m := range moments {
		if i > 0 {
			y = advance(&d, y, m.at-moments[i-1].at, usual, lang)
		}
		if i == 0 || m.at != moments[i-1].at {
			d.Times = append(d.Times, templates.Tick{Y: y, Text: span(m.at)})
			at[m.at] = y
		}
		if m.packet == 0 {
			continue
		}
		if m.arrives {
			to[m.packet] = y
		} else {
			from[m.packet] = y
		}
	}
	for _, id := range slices.Sorted(maps.Keys(from)) {
		d.Arrows = append(d.Arrows, arrow(packets[id], d.Hosts, from[id], to[id], lost[id]))
	}
	d.Height = y + 60
	life.draw(&d, at)
	var names []string
	for _, h := range r.Hosts {
		names = append(names, h.Name)
	}
	d.Title = i18n.T(lang, "lab.describe", "hosts", strings.Join(names, ", "), "n", len(d.Arrows))
	return d
}

// advance goes down the page for a span of time.
func advance(d *templates.Diagram, y int, dt, usual int64, lang string) int {
	switch {
	case dt == 0:
		return y + rowGap
	case dt > 4*usual:
		d.Folds = append(d.Folds, templates.Fold{Y: y + foldGap/2 + 6, Text: i18n.T(lang, "lab.idle", "time", span(dt))})
		return y + foldGap
	}
	return y + max(rowGap, int(fastGap*dt/usual))
}

// gather collects the packets of a run, who was lost, and both ends of each, with
// the other instants that have to have a place.
func gather(r session.Run, others []int64) (packets map[int32]proto.Packet, lost map[int32]bool, all []moment) {
	packets, lost = map[int32]proto.Packet{}, map[int32]bool{}
	for _, f := range r.Frames {
		for _, e := range f.Effects {
			switch {
			case e.Kind == "lost":
				lost[e.N] = true
			case e.Packet != nil:
				packets[e.Packet.ID] = *e.Packet
			case e.Kind == "moved":
				p := packets[e.N]
				p.Arrive = e.New
				packets[e.N] = p
			}
		}
	}
	for id, p := range packets {
		all = append(all, moment{p.Sent, int(id), id, false})
		if p.Arrive != nil && !lost[id] {
			all = append(all, moment{*p.Arrive, int(id), id, true})
		}
	}
	taken := map[int64]bool{}
	for _, m := range all {
		taken[m.at] = true
	}
	for _, t := range others {
		if !taken[t] {
			all = append(all, moment{at: t})
		}
	}
	slices.SortFunc(all, func(a, b moment) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(btoi(b.arrives), btoi(a.arrives)), cmp.Compare(a.n, b.n))
	})
	return packets, lost, all
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// usualDelay is the time that most packets take: the scale of the picture.
func usualDelay(packets map[int32]proto.Packet) int64 {
	var all []int64
	for _, p := range packets {
		if p.Arrive != nil && *p.Arrive > p.Sent {
			all = append(all, *p.Arrive-p.Sent)
		}
	}
	if len(all) == 0 {
		return 20_000_000
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func arrow(p proto.Packet, hosts []templates.Lifeline, y1, y2 int, lost bool) templates.Arrow {
	a := templates.Arrow{Y1: y1, Y2: y2, Kind: p.Kind, Label: segment(p), Retx: p.Retx > 0, Lost: lost, Forged: p.Forged}
	a.X1, a.X2 = hosts[p.From].X, hosts[p.To].X
	if a.X1 < a.X2 {
		a.X1, a.X2 = a.X1+besideBand, a.X2-besideBand
	} else {
		a.X1, a.X2 = a.X1-besideBand, a.X2+besideBand
	}
	if y2 == 0 || lost { // lost, or still on its way at the end of the picture
		a.X2, a.Y2 = (a.X1+a.X2)/2, y1+fastGap/2
	}
	return a
}

// segment names a segment in a line: "SYN-ACK seq=0 ack=1".
func segment(p proto.Packet) string {
	s := p.Kind + " seq=" + strconv.FormatInt(p.Seq, 10)
	if strings.Contains(p.Flags, ".") {
		s += " ack=" + strconv.FormatInt(p.Ack, 10)
	}
	if p.Len > 0 {
		s += " len=" + strconv.Itoa(int(p.Len))
	}
	return s
}

// span prints a time with the unit that suits it: "20 ms", "1.029 s".
func span(ns int64) string {
	unit, of := "ms", int64(1e6)
	if ns >= 1e9 {
		unit, of = "s", 1e9
	}
	digits := strconv.FormatFloat(float64(ns)/float64(of), 'f', 3, 64)
	return strings.TrimRight(strings.TrimRight(digits, "0"), ".") + " " + unit
}

// list tells a run in words, an event a line, with the rules that applied.
func list(r session.Run, lang string) []templates.Event {
	says := map[string]string{}
	for _, rule := range rulesIn(lang) {
		says[rule.ID] = rule.Says
	}
	packets := map[int32]proto.Packet{}
	var all []templates.Event
	for _, f := range r.Frames {
		for _, e := range f.Effects {
			if e.Packet != nil {
				packets[e.Packet.ID] = *e.Packet
			}
		}
		all = append(all, templates.Event{N: int(f.N), At: span(f.At), What: what(r, f, packets, lang), Why: why(f, says)})
	}
	return all
}

// what says what an event is and what it did.
func what(r session.Run, f proto.Frame, packets map[int32]proto.Packet, lang string) string {
	host := ""
	if f.Host >= 0 && f.Host < len(r.Hosts) {
		host = r.Hosts[f.Host].Name
	}
	parts := []string{i18n.T(lang, "event."+f.Kind, "host", host, "name", f.Name, "by", whoIn(lang, f.By), "segment", segment(packets[f.Packet]))}
	for _, e := range f.Effects {
		switch e.Kind {
		case "sent", "copied":
			parts = append(parts, i18n.T(lang, "event.sent", "segment", segment(*e.Packet)))
		case "lost", "dropped":
			parts = append(parts, i18n.T(lang, "event."+e.Kind, "segment", segment(packets[e.N])))
		case "returned":
			result := strconv.FormatInt(e.Result, 10)
			if e.Errno != "" {
				result = fmt.Sprintf("-1 %s", e.Errno)
			}
			parts = append(parts, i18n.T(lang, "event.returned", "name", e.Text, "result", result))
		}
	}
	return strings.Join(parts, i18n.T(lang, "event.and"))
}

// whoIn is how a language calls whoever acted.
func whoIn(lang, by string) string {
	if n, ok := strings.CutPrefix(by, "guest "); ok {
		return i18n.T(lang, "share.guest", "n", n)
	}
	if _, known := i18n.Keys(lang)["who."+by]; known {
		return i18n.T(lang, "who."+by)
	}
	return by
}

// why lists the rules of an event, each once, a few at most: what was done, then
// what was asked and was so. A question that was answered no says nothing here.
func why(f proto.Frame, says map[string]string) []templates.Reason {
	var all []templates.Reason
	seen := map[string]bool{}
	for _, asked := range []bool{false, true} {
		for depth := range 3 {
			for _, s := range f.Spans {
				if (s.Check != nil) == asked && (!asked || s.Check.OK) && depthOf(f, s) == depth && !seen[s.Rule] && len(all) < 3 {
					seen[s.Rule] = true
					all = append(all, templates.Reason{Rule: s.Rule, Says: cmp.Or(says[s.Rule], s.Rule)})
				}
			}
		}
	}
	return all
}

func depthOf(f proto.Frame, s proto.Span) int {
	n := 0
	for s.Parent >= 0 {
		s = f.Spans[s.Parent]
		n++
	}
	return n
}
