package scene

import (
	"fmt"

	"wirestep/engine"
)

// Bundle writes a run as text: the scene it began with and what people did in each
// of its futures. f is the file that the timeline was made from.
func Bundle(t *engine.Timeline, f *File) string {
	b := *f
	b.Branches = nil
	for _, info := range t.Branches() {
		b.Branches = append(b.Branches, Branch{
			ID: info.ID, Parent: info.Parent, Step: info.Step, Label: info.Label, Off: info.Off, Did: t.Interventions(info.ID),
		})
	}
	b.Cursor = Cursor{Branch: t.Branch(), Step: t.N()}
	return Format(&b)
}

// Load makes the timeline of a file and does again what people did, branch by
// branch. The cursor ends where the file puts it.
func Load(f *File) (*engine.Timeline, error) {
	t, err := engine.NewTimeline(f.Scenario)
	if err != nil {
		return nil, err
	}
	t.Spell = func(op *engine.Op) string { return FormatOp(*op) }
	for i := range f.Branches {
		if err := replay(t, &f.Branches[i]); err != nil {
			return nil, fmt.Errorf("branch %d: %w", f.Branches[i].ID, err)
		}
	}
	if err := walk(t, f.Cursor.Branch, f.Cursor.Step); err != nil {
		return nil, fmt.Errorf("cursor: %w", err)
	}
	return t, nil
}

// walk goes to a place, computing what lies before it.
func walk(t *engine.Timeline, b engine.BranchID, n engine.StepNo) error {
	if b < 0 || int(b) >= len(t.Branches()) {
		return sayf("no branch has the number %d", b)
	}
	if err := t.Switch(b, min(n, t.Branches()[b].Tip)); err != nil {
		return err
	}
	return t.Seek(n)
}

// replay makes one branch. Nothing has been computed beyond its last step, so
// what is done there goes on with the branch instead of leaving it.
func replay(t *engine.Timeline, b *Branch) error {
	if b.Parent < 0 {
		if err := t.Label(b.ID, b.Label); err != nil {
			return err
		}
	}
	if b.Parent >= 0 {
		if err := walk(t, b.Parent, b.Step); err != nil {
			return err
		}
		id, err := t.Fork(b.Label)
		if err != nil {
			return err
		}
		if id != b.ID {
			return sayf("it became branch %d", id)
		}
		if err := t.LeaveOut(id, b.Off); err != nil {
			return err
		}
	}
	for _, v := range b.Did {
		if err := walk(t, b.ID, v.AtStep); err != nil {
			return err
		}
		if _, err := t.Apply(v.Op, v.At, v.By); err != nil {
			return fmt.Errorf("step %d: %w", v.AtStep, err)
		}
		if v.Also {
			t.Join()
		}
		if t.Branch() != b.ID {
			return sayf("step %d was done before the end of the branch", v.AtStep)
		}
	}
	return nil
}
