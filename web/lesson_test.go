package web

import (
	"reflect"
	"testing"

	"wirestep/lessons"
	"wirestep/web/proto"
)

// Every lesson is walked through over the stream: each question is answered, and
// the place outlives a restart.
func TestLessonsOverTheStream(t *testing.T) {
	s := open(t, nil)
	if len(s.library.lessons()) == 0 {
		t.Fatal("no lessons")
	}
	for _, l := range some(s.library.lessons(), 3, 0) {
		t.Run(l.Slug, func(t *testing.T) { s.playThrough(t, l) })
	}
}

// playThrough goes through a lesson over the stream as somebody does who guesses.
func (s *site) playThrough(t *testing.T, l *lessons.Lesson) {
	id := s.create(map[string]string{"lesson": l.Slug})
	p := s.join(id, "")
	p.t = t
	if at := p.cursor.Lesson; p.Lesson != l.Slug || at == nil || !l.Steps[at.Step].Has(l.Level) || at.Steps != len(l.Steps) {
		t.Fatalf("it begins at %+v", at)
	}
	p.refused("lesson", proto.Command{T: "lesson", Text: "sideways"})
	last := 0
	for i, step := range l.Steps {
		if !step.Has(l.Level) {
			continue
		}
		last = i
		if q := step.Predict; q != nil {
			p.make(t, &step, s.nowOf(id))
			for i := 0; i < 3 && !p.cursor.Lesson.Asked; i++ {
				d := p.do(proto.Command{T: "predict", Answer: q.Guess()})
				if d.Predict == nil || d.Predict.Choice != q.Guess() || d.Predict.Verdict == "" {
					t.Fatalf("step %d: predicted %+v", i, d.Predict)
				}
				if at := p.cursor.Lesson; at.Right != d.Predict.Right || at.Asked != (at.Right != "") {
					t.Fatalf("step %d: after the answer it stands at %+v", i, at)
				}
			}
			if !p.cursor.Lesson.Asked {
				t.Fatalf("step %d: the question is never decided", i)
			}
		}
		p.do(proto.Command{T: "lesson", Text: "next"})
	}
	if at := p.cursor.Lesson; at.Step != last {
		t.Fatalf("it ends at %+v", at)
	}
	p.do(proto.Command{T: "lesson", Text: "prev"})
	again := open(t, func(c *Config) { c.Journal = s.kept }).join(id, "")
	if !reflect.DeepEqual(again.cursor.Lesson, p.cursor.Lesson) || again.cursor.N != p.cursor.N || again.cursor.Branch != p.cursor.Branch {
		t.Errorf("it stood at %+v %+v and stands at %+v %+v", p.cursor, p.cursor.Lesson, again.cursor, again.cursor.Lesson)
	}
}
