package lessons

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// This file looks for numbers that were typed by hand: such a number stays when the run
// changes. Those of a text come from the run ({=name}), stand in code, or are marked as
// names ({v 4.12}).

var (
	// what may hold a digit: code, a link with its target, what stands in braces, the
	// number of a list's item, the id of a section
	freeRE = regexp.MustCompile("`[^`]*`" + `|\[[^\]]*\]\(rfc:[^)]*\)|\]\([^)]*\)|\{[^{}]*\}|^\s*\d+\.\s|^##+ (?:drill )?[a-z0-9-]+:?`)
	handRE = regexp.MustCompile(`[0-9][0-9.,]*`)
	kindIn = regexp.MustCompile(`\{(SYN-ACK|SYN|ACK|FIN|RST|DATA)\}`)

	// words that count segments, bytes or time
	enCountRE = regexp.MustCompile(`(?i)\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|a hundred|hundred|thousand|a dozen)\b(?:[ -]+(?:more|whole|full|small|lost|new|late|equal|empty|duplicate|tiny|round|linear|further))*[ -]+(segments?|packets?|bytes?|(?:milli|micro)?seconds?|minutes?|hours?|trips?|timeouts?|retransmissions?|repetitions?|retries|probes?|attempts?|SYN-ACKs?|SYNs?|ACKs?|FINs?|RSTs?|acknowledgements?)\b`)
	zhCountRE = regexp.MustCompile(`第?[两二三四五六七八九十百千]+ ?(?:多)?(?:个|条|份|次)? ?(?:重复|全尺寸|新|空)? ?(报文段|字节|毫秒|微秒|秒|分钟|小时|往返|超时|重传|探测|SYN-ACK|SYN|ACK|FIN|RST)`)
	zhNames   = regexp.MustCompile(`[两三四]次(?:握手|挥手)`)
)

// numbers reports what is typed by hand in a text, at its line and column.
func (k *linter) numbers(src []byte, say func(string, string, ...any)) {
	for i, line := range strings.Split(string(src), "\n") {
		at := func(b int) string { return fmt.Sprintf("%d:%d", i+1, 1+utf8.RuneCountInString(line[:b])) }
		k.codeNumbers(line, at, say)
		blank := freeRE.ReplaceAllStringFunc(line, func(s string) string { return strings.Repeat(" ", len(s)) })
		if m := handRE.FindStringIndex(blank); m != nil {
			say(at(m[0]), "the number %s is typed by hand; expected {=name} with name among the step's values, code for a setting, or {v %s} for a name such as a version", strings.TrimRight(line[m[0]:m[1]], ".,"), strings.TrimRight(line[m[0]:m[1]], ".,"))
			continue
		}
		words := kindIn.ReplaceAllStringFunc(line, func(s string) string { return " " + s[1:len(s)-1] + " " })
		words = freeRE.ReplaceAllStringFunc(words, func(s string) string { return strings.Repeat(" ", len(s)) })
		words = zhNames.ReplaceAllStringFunc(words, func(s string) string { return strings.Repeat(" ", len(s)) })
		for _, re := range []*regexp.Regexp{enCountRE, zhCountRE} {
			m := re.FindStringIndex(words)
			if m == nil || strings.HasPrefix(words[m[0]:], "第") {
				continue
			}
			said := strings.Join(strings.Fields(words[m[0]:m[1]]), " ")
			say(at(m[0]), "%q counts by hand; expected {=name} with name among the step's values, or words without a number", said)
		}
	}
}
