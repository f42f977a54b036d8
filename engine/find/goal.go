package find

import (
	"fmt"
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
)

// Goal is what is looked for: a condition that holds after an event, or when nothing
// is scheduled any more.
type Goal struct {
	Text  string
	AtEnd bool
	cond  scene.Cond
	looks bool // it asks about events: they have to be recorded
}

// ParseGoal reads "COND" or "end COND".
func ParseGoal(text string, sc *engine.Scenario) (*Goal, error) {
	g := &Goal{Text: strings.TrimSpace(text)}
	cond := g.Text
	if rest, ok := strings.CutPrefix(cond, "end "); ok {
		cond, g.AtEnd = strings.TrimSpace(rest), true
	}
	var err error
	if g.cond, err = scene.Compile(cond, sc); err != nil {
		return nil, fmt.Errorf("the condition %q: %w", cond, err)
	}
	g.looks = scene.AboutEvents(cond)
	return g, nil
}

// Holds asks the condition right after an event.
func (g *Goal) Holds(w *engine.World, e *trace.Event) bool { return g.cond(w, e) }
