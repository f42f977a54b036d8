package lessons

import (
	"fmt"
	"regexp"
	"slices"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/tcp"
)

// What a lesson may name, for those who misspell it.
var (
	errnos   = tcp.Errnos()
	states   = tcp.StateNames[1:]
	counters = engine.Counters()
)

// meant says what a misspelt word was probably meant to be: `, did you mean "arrives"?`,
// or nothing where no known word is near.
func meant(word string, known []string) string {
	if best := nearest(word, known); best != "" && best != word {
		return fmt.Sprintf(", did you mean %q?", best)
	}
	return ""
}

// nearest is the known word that a misspelt one is nearest to; "": none is near.
func nearest(word string, known []string) string {
	best, least := "", max(1, len(word)/3)+1
	for _, k := range known {
		if d := distance(word, k, least); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to be put in, taken out or changed to make b of a; a
// pair that changed places counts once. Nothing beyond most is of interest.
func distance(a, b string, most int) int {
	if len(a) > 64 || len(b) > 64 || len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}

var (
	counterRE = regexp.MustCompile(`counters(?:\["([^"]*)"\]|\.(\w+))`)
	inStateRE = regexp.MustCompile(`states(?:\["([^"]*)"\]|\.(\w+))`)
	unknownIs = regexp.MustCompile(`(?:unknown name|has no) (\w+)`)
)

// namesIn reports a counter or a state in an expression that there is none of: it
// would be 0 for ever, and the place would never be reached.
func namesIn(expression string) error {
	for _, of := range []struct {
		re    *regexp.Regexp
		what  string
		known []string
	}{{counterRE, "counter", counters}, {inStateRE, "state", states}} {
		for _, m := range of.re.FindAllStringSubmatch(expression, -1) {
			if name := m[1] + m[2]; !slices.Contains(of.known, name) {
				return fmt.Errorf("there is no %s %s%s", of.what, name, meant(name, of.known))
			}
		}
	}
	return nil
}

// better adds to a mistake in an expression which name was probably meant.
func better(err error, hosts []string) error {
	m := unknownIs.FindStringSubmatch(err.Error())
	if m == nil {
		return err
	}
	words := scene.AllWords()
	known := slices.Concat(hosts, errnos, states, []string{"now", "event", "step"})
	if hint := meant(m[1], known); hint != "" {
		return fmt.Errorf("%w%s", err, hint)
	}
	if hint := meant(m[1], slices.Concat(words.Host, words.Event)); hint != "" {
		return fmt.Errorf("%w%s", err, hint)
	}
	return err
}
