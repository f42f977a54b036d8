package lessons

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"wirestep/engine"
	"wirestep/engine/scene"
)

// Told is called for each question of a lesson with what the engine answered.
type Told func(lesson, step string, p Predicted)

// Check loads, lints and plays the lesson in the folder at path, or, if path is
// a folder of lessons, each of them. Every error is "file:line: what is wrong".
func Check(dir string, tell Told) []error {
	if _, err := os.Stat(filepath.Join(dir, "lesson.yaml")); err == nil {
		l, err := LoadDir(dir)
		if err != nil {
			return unjoin(err)
		}
		return Play(l, tell)
	}
	if _, err := os.Stat(filepath.Join(dir, "sandbox.yaml")); err == nil {
		all, err := loadScenes(os.DirFS(dir), ".", dir)
		if err != nil {
			return unjoin(err)
		}
		return PlayScenes(all)
	}
	if IsClaims(dir) {
		return CheckClaims(os.DirFS(dir), path.Clean(filepath.ToSlash(dir)))
	}
	found, err := filepath.Glob(filepath.Join(dir, "*", "*.yaml"))
	if err != nil || len(found) == 0 {
		return []error{fmt.Errorf("%s:1: no lesson here; expected a folder with lesson.yaml", dir)}
	}
	var errs []error
	for _, f := range found {
		errs = append(errs, Check(path.Dir(filepath.ToSlash(f)), tell)...)
	}
	return errs
}

func unjoin(err error) []error {
	if err == nil {
		return nil
	}
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range j.Unwrap() {
			out = append(out, unjoin(e)...)
		}
		return out
	}
	return []error{err}
}

// PlayScenes makes everything that there is to try in scenes.
func PlayScenes(all []Sandbox) (errs []error) {
	for i := range all {
		f, err := scene.Parse(all[i].Name, all[i].Scene)
		if err != nil {
			return append(errs, err)
		}
		for j := range all[i].Tries {
			t, err := scene.Load(f)
			if err == nil {
				_, err = all[i].Tries[j].Run(t, "", "you")
			}
			if err != nil {
				errs = append(errs, err)
			}
		}
	}
	return errs
}

// Play plays a lesson to its end as somebody would who does what it asks: makes
// every move, answers every question, reaches every goal. tell may be nil.
func Play(l *Lesson, tell Told) []error {
	t, err := engine.NewTimeline(*l.sc)
	if err != nil {
		return []error{fmt.Errorf("%s/%s:1: %w", l.dir, l.file, err)}
	}
	p := NewPlayer(l)
	if err := p.Start(t); err != nil {
		return []error{err}
	}
	var errs []error
	for i := range l.Steps {
		errs = append(errs, p.playStep(t, tell)...)
		if err := p.Next(t); err != nil {
			return append(errs, err)
		}
		if st := p.Status(); i < len(l.Steps)-1 && (st.Step != i+1 || st.Away) {
			errs = append(errs, p.complain("next leads to step %d, away %t", st.Step, st.Away))
		}
	}
	return errs
}

// playStep does what the step at which p stands asks for.
func (p *Player) playStep(t *engine.Timeline, tell Told) []error {
	step := &p.l.Steps[p.s.Step]
	var errs []error
	if step.Predict != nil {
		got, err := p.Answer(t, step.Predict.Options[0].Key)
		if err != nil {
			errs = append(errs, err)
		} else if tell != nil {
			tell(p.l.Slug, step.ID, got)
		}
	}
	for _, m := range step.Do {
		// a page makes such a move from where the step stands, without running on
		if next, ok := t.NextAt(); ok && m.After > 0 && next < t.World().Now().Add(m.After) {
			errs = append(errs, p.complain("after: %s is later than the next event, at %s s", m.afterText, next.Seconds()))
		}
	}
	if err := p.perform(t); err != nil {
		return append(errs, err)
	}
	if err := p.Observe(t); err != nil {
		return append(errs, err)
	}
	if p.away {
		errs = append(errs, p.complain("its own moves count as foreign"))
	}
	if step.Goal != "" {
		at, err := ParsePlace(step.Goal)
		if err == nil {
			err = p.find(t, at)
		}
		if err != nil {
			return append(errs, p.complain("goal: %v", err))
		}
	}
	if err := p.Observe(t); err != nil {
		return append(errs, err)
	}
	if !p.Status().Done {
		errs = append(errs, p.complain("its moves are made and its goal is reached, but it is not done"))
	}
	return errs
}

func (p *Player) complain(format string, args ...any) error {
	step := &p.l.Steps[p.s.Step]
	return errors.New(fmt.Sprintf("%s/lesson.yaml:%d: %s: ", p.l.dir, step.line, step) + fmt.Sprintf(format, args...))
}
