package lessons

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"wirestep/engine/scene"
	"wirestep/engine/sim"
)

// Story is a fault at night: what is seen of it, what may be looked at, what may be
// its cause, and what may be changed. The engine plays the night, answers every look
// and tries every change, so none of this can be wrong in words only.
type Story struct {
	ID       string
	Chapter  string // one of Chapters
	Level    int    // 1 to 3: how hard it is
	Title    map[string]string
	Story    map[string][]Span // the situation
	At       sim.Time          // when one sits down at the shell
	Given    Look              // is read before anything is paid
	Looks    []Look
	Causes   []Cause
	Right    string // id of a cause
	Knobs    []Knob
	Cures    []string          // ids of the knobs after which the goal holds
	Until    sim.Time          // how long a change is tried
	Goal     string            // has to hold then
	Cured    map[string][]Span // the goal in words
	Measures []Measure
	Hints    []map[string][]Span
	After    map[string][]Span // what one has learned
	Symptoms []string          // ids of those on /symptoms that it begins with
	Claims   []string
	Lesson   string
	Linux    string // one of LinuxPlays; "": nobody has tried
	Scene    string

	file   string
	y      linter
	parsed *scene.File
	goal   scene.Cond
	night  func() (*night, error)
}

// Look is a command on a host.
type Look struct {
	ID   string
	On   string
	Run  string
	What map[string]string
}

// Cause is what may be named, and what in the outputs speaks for or against it.
type Cause struct {
	ID       string
	Text     map[string][]Span
	Why      map[string][]Span
	Evidence []Evidence
}

// Evidence is something that an output shows, or does not show.
type Evidence struct {
	Look  string // id; "given" is what one has anyway
	Shows *regexp.Regexp
	Lacks *regexp.Regexp
	Alone bool // it names the cause by itself
}

// Knob is something that may be changed: statements that come before the first event,
// or a part of the scene in other words.
type Knob struct {
	ID     string
	Text   map[string][]Span
	Set    []string
	Change [][2]string
	Says   map[string][]Span // optional: what the table does not tell
}

// Measure is a number in which a night and a change are compared.
type Measure struct {
	What map[string]string
	unit string
	ask  scene.Value
}

const (
	storiesDir = "stories"
	maxLooks   = 12
	// GivenLook is the id of the look that costs nothing.
	GivenLook = "given"
)

// Symptoms are what one can begin with on /symptoms.
var Symptoms = []string{"connect-timeout", "reset", "no-port", "in-use", "pipe", "stall", "close-wait", "time-wait", "nat", "slow"}

// LinuxPlays are what a real Linux has made of a night (wirestep kernel): it was the same, or it cannot
// be played there, for what is between the hosts.
var LinuxPlays = []string{"same", "boxes"}

// What things cost, in minutes.
const (
	LookMinutes = 1
	DumpMinutes = 3 // a capture has to be taken first, and read
	HintMinutes = 1
	TryMinutes  = 5 // a change that does not help, or a cause that is not the one
)

// builtInStories are the stories that come with the program, in order.
var builtInStories = sync.OnceValues(func() ([]*Story, error) { return loadStories(embedded, storiesDir, storiesDir) })

// GetStory returns one of them, or nil.
func GetStory(id string) *Story {
	all, _ := Stories()
	for _, s := range all {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// Price is what a look costs, in minutes.
func Price(line string) int {
	if f := strings.Fields(line); len(f) > 0 && f[0] == "tcpdump" {
		return DumpMinutes
	}
	return LookMinutes
}

// Par is the price of the cheapest looks that show the cause.
func (s *Story) Par() int { return price(s.Path()) }

// Path are the cheapest looks that show the cause: one that names it alone, or all others together, in
// their order.
func (s *Story) Path() []*Look {
	together, best := s.speaking(false), []*Look(nil)
	for _, l := range s.speaking(true) {
		if best == nil || Price(l.Run) < Price(best[0].Run) {
			best = []*Look{l}
		}
	}
	if best == nil || len(together) > 0 && price(together) <= price(best) {
		return together
	}
	return best
}

// speaking are the looks that speak for the cause, those that do so alone or the others.
func (s *Story) speaking(alone bool) (out []*Look) {
	c := s.Cause(s.Right)
	if c == nil {
		return nil
	}
	for _, e := range c.Evidence {
		if l := s.Look(e.Look); l != nil && e.Look != GivenLook && e.Alone == alone && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

func price(looks []*Look) (minutes int) {
	for _, l := range looks {
		minutes += Price(l.Run)
	}
	return minutes
}

// Look returns the look with this id, or nil.
func (s *Story) Look(id string) *Look {
	if id == GivenLook {
		return &s.Given
	}
	for i := range s.Looks {
		if s.Looks[i].ID == id {
			return &s.Looks[i]
		}
	}
	return nil
}

// Cause returns the cause with this id, or nil.
func (s *Story) Cause(id string) *Cause {
	for i := range s.Causes {
		if s.Causes[i].ID == id {
			return &s.Causes[i]
		}
	}
	return nil
}

// Knob returns the knob with this id, or nil.
func (s *Story) Knob(id string) *Knob {
	for i := range s.Knobs {
		if s.Knobs[i].ID == id {
			return &s.Knobs[i]
		}
	}
	return nil
}

// Hosts are the machines that have a shell.
func (s *Story) Hosts() (names []string) {
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for i := range s.Looks {
		add(s.Looks[i].On)
	}
	add(s.Given.On)
	return names
}

// IsStories reports whether a folder on disk holds stories: it is called so.
func IsStories(dir string) bool {
	found, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	return err == nil && len(found) > 0 && path.Base(filepath.ToSlash(filepath.Clean(dir))) == storiesDir
}
