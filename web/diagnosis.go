package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"wirestep/lessons"
)

const (
	maxLooks   = 40
	maxNamings = 8
	maxTyped   = 300 // letters of a command
	maxTried   = 256 // changes whose outcome is kept
)

// diagnosis is how far somebody is in a story; all of it stands in the address.
type diagnosis struct {
	looks   []look
	hints   int
	namings []naming
	lang    string
	gaveUp  bool
}

type look struct{ on, line string }

// naming is a cause that was named, and a change that was made: one of the story's
// knobs, or a command typed on a host.
type naming struct{ cause, knob, on, line string }

func (l look) String() string { return l.on + ":" + l.line }

func (n naming) String() string {
	if n.line != "" {
		return n.cause + "|" + look{n.on, n.line}.String()
	}
	return n.cause + "|" + n.knob
}

// readCase reads an address. added names the place of the page that shows what a form
// has added; "": the address is as it should be.
func readCase(s *lessons.Story, q url.Values) (c *diagnosis, added string) {
	c = &diagnosis{lang: q.Get("lang"), gaveUp: q.Get("give-up") != ""}
	for _, text := range q["look"] {
		c.look(s, text)
	}
	for _, text := range q["try"] {
		cause, knob, _ := strings.Cut(text, "|")
		n := naming{cause: cause, knob: knob}
		if on, line, typed := strings.Cut(knob, ":"); typed {
			n = naming{cause: cause, on: on, line: line}
		}
		c.name(s, n)
	}
	if n, err := strconv.Atoi(q.Get("hint")); err == nil {
		c.hints = min(max(n, 0), len(s.Hints))
	}
	switch {
	case q.Has("line"):
		added = "looks"
		if n := c.look(s, look{q.Get("on"), q.Get("line")}.String()); n > 0 {
			added = "look-" + strconv.Itoa(n)
		}
	case q.Has("cause") || q.Has("knob"):
		added = "name"
		n := naming{cause: q.Get("cause"), knob: q.Get("knob")}
		if n.knob == "typed" {
			n = naming{cause: n.cause, on: q.Get("at"), line: q.Get("change")}
		}
		if c.name(s, n) {
			added = "answer"
		}
	}
	return c, added
}

// look adds a look, unless it was had, and says which it is, counted from 1; 0: none.
func (c *diagnosis) look(s *lessons.Story, text string) int {
	on, line, _ := strings.Cut(text, ":")
	l := look{on, strings.Join(strings.Fields(line), " ")}
	if l.line == "" || len(l.line) > maxTyped || !slices.Contains(s.Hosts(), on) {
		return 0
	}
	if i := slices.Index(c.looks, l); i >= 0 {
		return i + 1
	}
	if len(c.looks) == maxLooks {
		return 0
	}
	c.looks = append(c.looks, l)
	return len(c.looks)
}

// name adds a naming and says whether it is one.
func (c *diagnosis) name(s *lessons.Story, n naming) bool {
	n.line = strings.Join(strings.Fields(n.line), " ")
	known := s.Knob(n.knob) != nil || n.line != "" && len(n.line) <= maxTyped && slices.Contains(s.Hosts(), n.on)
	if s.Cause(n.cause) == nil || !known || len(c.namings) == maxNamings {
		return false
	}
	if !slices.Contains(c.namings, n) {
		c.namings = append(c.namings, n)
	}
	return true
}

// query is the address's part that says it all.
func (c *diagnosis) query() url.Values {
	q := url.Values{}
	for _, l := range c.looks {
		q.Add("look", l.String())
	}
	for _, n := range c.namings {
		q.Add("try", n.String())
	}
	if c.hints > 0 {
		q.Set("hint", strconv.Itoa(c.hints))
	}
	if c.gaveUp {
		q.Set("give-up", "1")
	}
	if c.lang != "" {
		q.Set("lang", c.lang)
	}
	return q
}

// tries keeps what became of changes: the engine says the same each time.
type tries struct {
	mu   sync.Mutex
	kept map[tryOf]tried
}

// tryOf is a change in a story; one that is written anew is another.
type tryOf struct {
	story  *lessons.Story
	change string
}

type tried struct {
	*lessons.Changed
	wrong string // why it is no change
}

// try plays a night with a change; with the naming's zero value as it was.
func (t *tries) try(s *lessons.Story, n naming) tried {
	key := tryOf{s, n.knob + "|" + n.on + ":" + n.line}
	t.mu.Lock()
	x, ok := t.kept[key]
	t.mu.Unlock()
	if ok {
		return x
	}
	var err error
	if n.line != "" {
		x.Changed, err = s.TryLine(n.on, n.line)
	} else {
		x.Changed, err = s.Try(s.Knob(n.knob))
	}
	if err != nil {
		x = tried{wrong: err.Error()}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil || len(t.kept) >= maxTried {
		t.kept = map[tryOf]tried{}
	}
	t.kept[key] = x
	return x
}
