package web

import (
	"regexp"

	"wirestep/templates"
)

// What packetdrill expected and what it got is said by the engine, in English,
// as far as it is not in the spelling of the script itself. These are the
// sentences among it; the catalogue says the same in the reader's language.
var drillSentences = []struct {
	key     string
	english *regexp.Regexp
}{
	{"drill.by", regexp.MustCompile(`^(?P<what>.+) by (?P<at>[0-9.]+)$`)},
	{"drill.nothing", regexp.MustCompile(`^nothing$`)},
	{"drill.nothing-until", regexp.MustCompile(`^nothing until (?P<at>[^:]+): (?P<what>.+)$`)},
	{"drill.it-at", regexp.MustCompile(`^it at (?P<at>.+)$`)},
	{"drill.already", regexp.MustCompile(`^it is (?P<at>\S+) already$`)},
	{"drill.this-at", regexp.MustCompile(`^this at (?P<at>.+)$`)},
	{"drill.return-at", regexp.MustCompile(`^(?P<call>\w+\(\)) to return at (?P<at>.+)$`)},
	{"drill.returns-at", regexp.MustCompile(`^it to return at (?P<at>.+)$`)},
	{"drill.return", regexp.MustCompile(`^(?P<call>\w+\(\)) to return$`)},
	{"drill.forever", regexp.MustCompile(`^it to wait for ever$`)},
	{"drill.give", regexp.MustCompile(`^(?P<call>\w+\(\)) to give (?P<what>.+)$`)},
	{"drill.modelled-call", regexp.MustCompile(`^a system call that is modelled$`)},
	{"drill.modelled-option", regexp.MustCompile(`^an option that is modelled$`)},
	{"drill.known-option", regexp.MustCompile(`^a level and an option that are known$`)},
	{"drill.result", regexp.MustCompile(`^a number as the result of (?P<call>\w+\(\))$`)},
	{"drill.arguments", regexp.MustCompile(`^(?P<call>\w+\(\)) with (?P<n>\d+) arguments$`)},
	{"drill.argument", regexp.MustCompile(`^a number as argument (?P<n>\d+) of (?P<call>\w+\(\))$`)},
	{"drill.socket", regexp.MustCompile(`^a socket of TCP$`)},
	{"drill.packet", regexp.MustCompile(`^a packet of TCP$`)},
	{"drill.port", regexp.MustCompile(`^a port$`)},
	{"drill.address", regexp.MustCompile(`^an address$`)},
	{"drill.no-more", regexp.MustCompile(`^this line; the host sends nothing else$`)},
	{"drill.udp", regexp.MustCompile(`^UDP, which is not modelled$`)},
	{"drill.events", regexp.MustCompile(`^at most (?P<n>\d+) events in the engine$`)},
	{"drill.more", regexp.MustCompile(`^more$`)},
	{"drill.code", regexp.MustCompile(`^code that runs$`)},
}

// drillWords says a sentence of the engine in the language of the page; what is
// in the spelling of scripts stays as it is.
func drillWords(p templates.Page, text string) string {
	for _, s := range drillSentences {
		m := s.english.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		var args []any
		for i, name := range s.english.SubexpNames() {
			switch {
			case name == "what":
				args = append(args, name, drillWords(p, m[i]))
			case name != "":
				args = append(args, name, m[i])
			}
		}
		return p.T(s.key, args...)
	}
	return text
}
