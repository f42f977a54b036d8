package scene

import (
	"strconv"

	"wirestep/engine"
	"wirestep/engine/netem"
)

const maxRED = 1 << 30 // bytes

// property is one thing that a link statement or a link intervention sets.
type property struct {
	name   string
	bit    engine.LinkField
	read   func(l *line, s *engine.LinkSpec)
	format func(s *engine.LinkSpec) string
	plain  func(s *engine.LinkSpec) bool // it has its default
}

var properties = [...]property{
	{"delay", engine.LinkDelay,
		func(l *line, s *engine.LinkSpec) { s.Delay = l.span() },
		func(s *engine.LinkSpec) string { return formatSpan(s.Delay) },
		func(s *engine.LinkSpec) bool { return s.Delay == 0 }},
	{"jitter", engine.LinkJitter,
		func(l *line, s *engine.LinkSpec) { s.Jitter = l.span() },
		func(s *engine.LinkSpec) string { return formatSpan(s.Jitter) },
		func(s *engine.LinkSpec) bool { return s.Jitter == 0 }},
	{"rate", engine.LinkRate,
		func(l *line, s *engine.LinkSpec) { s.Rate = each(l, "a rate such as 100mbit", readRate) },
		func(s *engine.LinkSpec) string { return rateText(s.Rate) },
		func(s *engine.LinkSpec) bool { return s.Rate == 0 }},
	{"loss", engine.LinkLoss,
		func(l *line, s *engine.LinkSpec) { s.LossPPM = each(l, "a share such as 1%", parsePart) },
		func(s *engine.LinkSpec) string { return formatPart(s.LossPPM) },
		func(s *engine.LinkSpec) bool { return s.LossPPM == 0 }},
	{"dup", engine.LinkDup,
		func(l *line, s *engine.LinkSpec) { s.DupPPM = each(l, "a share such as 1%", parsePart) },
		func(s *engine.LinkSpec) string { return formatPart(s.DupPPM) },
		func(s *engine.LinkSpec) bool { return s.DupPPM == 0 }},
	{"reorder", engine.LinkReorder,
		func(l *line, s *engine.LinkSpec) { s.ReorderPPM = each(l, "a share such as 1%", parsePart) },
		func(s *engine.LinkSpec) string { return formatPart(s.ReorderPPM) },
		func(s *engine.LinkSpec) bool { return s.ReorderPPM == 0 }},
	{"mark", engine.LinkMark,
		func(l *line, s *engine.LinkSpec) { s.MarkPPM = each(l, "a share such as 1%", parsePart) },
		func(s *engine.LinkSpec) string { return formatPart(s.MarkPPM) },
		func(s *engine.LinkSpec) bool { return s.MarkPPM == 0 }},
	{"queue", engine.LinkQueue,
		func(l *line, s *engine.LinkSpec) { s.Queue = uint32(l.int("a number of packets", 0, maxQueue)) },
		func(s *engine.LinkSpec) string { return strconv.Itoa(int(s.Queue)) },
		func(s *engine.LinkSpec) bool { return s.Queue == 0 }},
	{"qdisc", engine.LinkDisc,
		func(l *line, s *engine.LinkSpec) {
			s.Disc = netem.Discipline(l.among("a queueing discipline", netem.DisciplineNames))
		},
		func(s *engine.LinkSpec) string { return s.Disc.String() },
		func(s *engine.LinkSpec) bool { return s.Disc == netem.FIFO }},
	{"target", engine.LinkTarget,
		func(l *line, s *engine.LinkSpec) { s.Target = l.span() },
		func(s *engine.LinkSpec) string { return formatSpan(s.Target) },
		func(s *engine.LinkSpec) bool { return s.Target == 0 }},
	{"interval", engine.LinkInterval,
		func(l *line, s *engine.LinkSpec) { s.Interval = l.span() },
		func(s *engine.LinkSpec) string { return formatSpan(s.Interval) },
		func(s *engine.LinkSpec) bool { return s.Interval == 0 }},
	{"quantum", engine.LinkQuantum,
		func(l *line, s *engine.LinkSpec) { s.Quantum = uint32(l.int("a number of bytes", 256, 65536)) },
		func(s *engine.LinkSpec) string { return strconv.Itoa(int(s.Quantum)) },
		func(s *engine.LinkSpec) bool { return s.Quantum == 0 }},
	{"min", engine.LinkMin,
		func(l *line, s *engine.LinkSpec) { s.RedMin = uint32(l.int("a number of bytes", 1, maxRED)) },
		func(s *engine.LinkSpec) string { return strconv.Itoa(int(s.RedMin)) },
		func(s *engine.LinkSpec) bool { return s.RedMin == 0 }},
	{"max", engine.LinkMax,
		func(l *line, s *engine.LinkSpec) { s.RedMax = uint32(l.int("a number of bytes", 1, maxRED)) },
		func(s *engine.LinkSpec) string { return strconv.Itoa(int(s.RedMax)) },
		func(s *engine.LinkSpec) bool { return s.RedMax == 0 }},
	{"probability", engine.LinkProb,
		func(l *line, s *engine.LinkSpec) { s.RedPPM = each(l, "a share such as 2%", parsePart) },
		func(s *engine.LinkSpec) string { return formatPart(s.RedPPM) },
		func(s *engine.LinkSpec) bool { return s.RedPPM == 0 }},
	{"ecn", engine.LinkECN,
		func(l *line, s *engine.LinkSpec) {
			s.ECN = l.among("on or off", []string{"on", "off"}) == 0
			s.NoECN = !s.ECN
		},
		func(s *engine.LinkSpec) string {
			if s.ECN {
				return "on"
			}
			return "off"
		},
		func(s *engine.LinkSpec) bool { return !s.ECN && !s.NoECN }},
	{"mtu", engine.LinkMTU,
		func(l *line, s *engine.LinkSpec) { s.MTU = uint32(l.int("a size in bytes", 68, 65535)) },
		func(s *engine.LinkSpec) string { return strconv.Itoa(int(s.MTU)) },
		func(s *engine.LinkSpec) bool { return s.MTU == 0 }},
}

// A rate of "unlimited" takes a limit back.
func readRate(s string) (uint64, error) {
	if s == "unlimited" {
		return 0, nil
	}
	return parseRate(s)
}

func rateText(r uint64) string {
	if r == 0 {
		return "unlimited"
	}
	return formatRate(r)
}

// properties reads "delay 20ms loss 1% …" and tells which were there.
func (l *line) properties(s *engine.LinkSpec) (has engine.LinkField) {
next:
	for l.more() {
		w := l.word("a property of a link")
		for i := range properties {
			if p := &properties[i]; p.name == w {
				if has&p.bit != 0 {
					l.fail("%s stands here a second time, expected it once", w)
				}
				has |= p.bit
				p.read(l, s)
				continue next
			}
		}
		var names []string
		for i := range properties {
			names = append(names, properties[i].name)
		}
		l.fail("%q is no property of a link, expected %s", w, oneOf(names))
	}
	l.complete(s, has)
	return has
}

// complete refuses what a discipline cannot do with, or without.
func (l *line) complete(s *engine.LinkSpec, has engine.LinkField) {
	const codel = engine.LinkTarget | engine.LinkInterval
	const red = engine.LinkMin | engine.LinkMax | engine.LinkProb
	switch {
	case l.err != nil || has&engine.LinkDisc == 0:
	case s.Disc == netem.RED && (s.RedMin == 0 || s.RedMax <= s.RedMin || s.RedPPM == 0):
		l.fail("RED needs thresholds, expected min and a larger max in bytes, and probability such as 2%%")
	case s.Disc != netem.RED && has&red != 0:
		l.fail("%s has no thresholds, expected min, max and probability with qdisc red", s.Disc)
	case s.Disc != netem.CoDel && s.Disc != netem.FQCoDel && has&codel != 0:
		l.fail("%s has no target, expected target and interval with qdisc codel or fq_codel", s.Disc)
	}
}

func (p *parser) readLink(l *line, _ string) {
	var s engine.LinkSpec
	var both bool
	s.From, s.To, both = l.cable()
	l.properties(&s)
	if l.err == nil && (hasLink(l.sc, s.From, s.To) || both && hasLink(l.sc, s.To, s.From)) {
		l.fail("%s and %s are linked already, expected one link in each direction", s.From, s.To)
	}
	if len(l.sc.Links) > maxLinks-2 {
		l.fail("there are %d links already, expected at most %d", len(l.sc.Links), maxLinks)
	}
	if l.err != nil {
		return
	}
	l.sc.Links = append(l.sc.Links, s)
	if both {
		s.From, s.To = s.To, s.From
		l.sc.Links = append(l.sc.Links, s)
	}
}
