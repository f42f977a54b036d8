package lessons

import (
	"fmt"
	"slices"

	"wirestep/engine"
)

// Run makes the run of a drill once more, at the place where it is asked, and gives the
// scene's text.
func (d *Draw) Run() (*engine.Timeline, string, error) {
	r, err := d.Lesson.drillRun(d.Drill, d.Values, nil)
	return r.t, r.scene, err
}

// CellRun makes the run of one cell of a step's strip, at its start, with what is set and
// done in it, and gives the scene's text.
func (l *Lesson) CellRun(id, a, b string) (*engine.Timeline, string, error) {
	for i := range l.Steps {
		s := &l.Steps[i]
		if s.ID != id || s.Param == nil {
			continue
		}
		doc := paramDoc(s.Param, &StepText{})
		if !slices.Contains(doc.Cells, a) || doc.Second != nil && !slices.Contains(doc.Second.Cells, b) {
			return nil, "", fmt.Errorf("%q %q is no cell of %s", a, b, id)
		}
		r, err := l.run(s, a, b)
		return r.t, r.scene, err
	}
	return nil, "", fmt.Errorf("%s: no step %q with a parameter", l.Slug, id)
}
