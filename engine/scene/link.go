package scene

import (
	"strconv"

	"wirestep/engine"
)

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
	return has
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
