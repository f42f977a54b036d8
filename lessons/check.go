package lessons

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"

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
	if IsPuzzles(dir) {
		return checkPuzzles(os.DirFS(dir), path.Clean(filepath.ToSlash(dir)))
	}
	if IsStories(dir) {
		return checkStories(os.DirFS(dir), path.Clean(filepath.ToSlash(dir)))
	}
	if IsClaims(dir) {
		return CheckClaims(os.DirFS(dir), path.Clean(filepath.ToSlash(dir)))
	}
	found, err := filepath.Glob(filepath.Join(dir, "*", "*.yaml"))
	if err != nil || len(found) == 0 {
		return []error{fmt.Errorf("%s:1: no lesson here; expected a folder with lesson.yaml", dir)}
	}
	var errs []error
	for i, f := range found {
		if dir := path.Dir(filepath.ToSlash(f)); i == 0 || dir != path.Dir(filepath.ToSlash(found[i-1])) {
			errs = append(errs, Check(dir, tell)...)
		}
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

// Play plays a lesson to its end, at every level, as somebody would who does what it
// asks: makes every move, answers every question, reaches every goal. tell may be nil;
// it is called once for each question.
func Play(l *Lesson, tell Told) (errs []error) {
	told := map[string]bool{}
	once := func(lesson, step string, got Predicted) {
		if tell != nil && !told[step] {
			told[step] = true
			tell(lesson, step, got)
		}
	}
	said := map[string]bool{} // a mistake is the same at every level
	for _, level := range Levels {
		for _, err := range playAt(l, level, once) {
			if !said[err.Error()] {
				said[err.Error()] = true
				errs = append(errs, err)
			}
		}
	}
	return slices.Concat(errs, l.playParams(), l.playDrills())
}

// playAt plays it at one level.
func playAt(l *Lesson, level string, tell Told) []error {
	t, err := l.timeline(*l.sc)
	if err != nil {
		return []error{fmt.Errorf("%s/%s:1: %w", l.dir, l.file, err)}
	}
	p := NewPlayer(l)
	p.s.Level = level
	if err := p.Start(t); err != nil {
		return []error{err}
	}
	var errs []error
	for {
		errs = append(errs, p.playStep(t, tell)...)
		next := p.beside(p.s.Step, 1)
		if next < 0 {
			return errs
		}
		if err := p.Next(t); err != nil {
			return append(errs, err)
		}
		if st := p.Status(); st.Step != next || st.Away {
			return append(errs, p.complain("next leads to step %d, away %t", st.Step, st.Away))
		}
	}
}

// playStep does what the step at which p stands asks for.
func (p *Player) playStep(t *engine.Timeline, tell Told) []error {
	step := p.step()
	var errs []error
	for _, m := range step.Do {
		// a page makes such a move from where the step stands, without running on
		if next, ok := t.NextAt(); ok && m.After > 0 && next < t.World().Now().Add(m.After) {
			errs = append(errs, p.complainOf(".do", "after: %s is later than the next event, at %s s", m.afterText, next.Seconds()))
		}
	}
	if len(step.Do) > 0 && step.Predict != nil && p.lacks > 0 {
		if _, err := p.Answer(t, "nothing"); !errors.Is(err, ErrMoveFirst) {
			errs = append(errs, p.complain("its question can be answered before its moves are made"))
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
	if step.Predict != nil {
		errs = append(errs, p.playQuestion(t, tell)...)
	}
	if step.Goal != "" {
		at, err := ParsePlace(step.Goal)
		if err == nil {
			err = p.find(t, at)
		}
		if err != nil {
			return append(errs, p.complainOf(".goal", "goal: %v", err))
		}
	}
	if err := p.Observe(t); err != nil {
		return append(errs, err)
	}
	if !p.Status().Done && len(errs) == 0 {
		errs = append(errs, p.complain("its moves are made and its goal is reached, but it is not done"))
	}
	return errs
}

// playQuestion answers it wrongly if that can be, then rightly, and looks at the beliefs.
func (p *Player) playQuestion(t *engine.Timeline, tell Told) []error {
	step := p.step()
	q := step.Predict
	truth, err := p.ask(t)
	if err != nil {
		return []error{err}
	}
	errs := p.playBeliefs(t, truth)
	right := truth.Right
	if q.how() == asNumber || q.how() == asAxis {
		if right = q.spoken(truth.Answer); !q.meets(right, truth.Answer) {
			return append(errs, p.complainOf(".predict", "predict: the engine's answer %s cannot be given as %s", truth.Answer, q.how()))
		}
		if ns, _, ok := instant(truth.Answer); ok && q.how() == asAxis {
			if end, _, _ := instant(q.End); ns > end {
				errs = append(errs, p.complainOf(".predict.end", "end: the axis ends at %s and the engine answers %s; expected a longer axis", q.End, truth.Answer))
			}
		}
	}
	got, err := p.Answer(t, right)
	if err != nil {
		return append(errs, p.complainOf(".predict", "predict: %v", err))
	}
	if got.Verdict != verdictRight || got.Right == "" {
		errs = append(errs, p.complainOf(".predict", "predict: %q is the engine's answer and is not taken for right", right))
	}
	tell(p.l.Slug, step.ID, got)
	return errs
}

// spoken writes the engine's answer as a person would give it.
func (q *Question) spoken(answer string) string {
	a, ok := q.truth(answer)
	if !ok || a.never {
		return answer
	}
	return strconv.FormatFloat(a.n/q.worth(), 'f', -1, 64)
}

// playBeliefs asks what each belief comes to: it may be neither the truth nor the same
// as another, or nobody could be told which he has.
func (p *Player) playBeliefs(t *engine.Timeline, truth Predicted) (errs []error) {
	q := p.step().Predict
	said := map[string]string{}
	for i, b := range q.Beliefs {
		here := fmt.Sprintf(".predict.beliefs[%d]", i)
		answer, err := p.believed(t, q, b)
		if err != nil {
			errs = append(errs, p.complainOf(here, "belief %q: %v", b.Key, err))
			continue
		}
		answer = q.spoken(answer)
		if q.meets(answer, truth.Answer) {
			errs = append(errs, p.complainOf(here, "belief %q gives %s, which is the truth; expected another answer", b.Key, answer))
		}
		for key, other := range said {
			if q.meets(answer, other) {
				errs = append(errs, p.complainOf(here, "beliefs %q and %q both give %s; expected answers that can be told apart", key, b.Key, answer))
			}
		}
		said[b.Key] = answer
	}
	return errs
}
