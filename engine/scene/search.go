package scene

import (
	"strings"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Place is an event after which a condition came true.
type Place struct {
	Branch engine.BranchID
	N      engine.StepNo
	At     sim.Time
}

// Found is what a search brought to light.
type Found struct {
	Places   []Place
	Searched int  // events that were looked at
	More     bool // there are more places, or more events, than a search goes through
}

const (
	maxPlaces   = 50
	maxSearched = 30_000
)

// Search finds where a condition comes true, in every branch: a condition about the
// world where it was false before, one about the event wherever it holds. What
// branches share is searched once.
func Search(t *engine.Timeline, text string) (Found, error) {
	cond, err := Compile(text, t.Scenario())
	if err != nil {
		return Found{}, err
	}
	each := untilWord(strings.TrimSpace(text)) != nil || strings.Contains(text, "event")
	var f Found
	for _, b := range t.Branches() {
		was := false
		if b.Step > 0 && !each {
			t.Walk(b.ID, b.Step-1, b.Step, func(w *engine.World, e *trace.Event) bool { was = cond(w, e); return false })
		}
		t.Walk(b.ID, b.Step, b.Tip, func(w *engine.World, e *trace.Event) bool {
			if f.Searched == maxSearched || len(f.Places) == maxPlaces {
				f.More = true
				return false
			}
			f.Searched++
			is := cond(w, e)
			if is && (each || !was) {
				f.Places = append(f.Places, Place{b.ID, e.ID, e.At})
			}
			was = is
			return true
		})
	}
	return f, nil
}
