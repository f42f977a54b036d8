package web

import (
	"cmp"
	"slices"
	"strconv"
	"sync"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
	"wirestep/lessons"
	"wirestep/web/session"
)

// metSteps bounds how far each scene is played to see what is met in it.
const metSteps = 3000

// meeting is a place where a rule applies or a setting is asked: a lesson, or the
// first event of a scene.
type meeting struct {
	lesson *lessons.Lesson
	scene  *lessons.Sandbox
	at     engine.StepNo // of a scene: the event
	set    bool          // of a setting: the scene sets it
	length int           // events of the scene
}

func (m *meeting) title(lang string) string {
	if m.lesson != nil {
		return m.lesson.Title(lang)
	}
	return m.scene.Title[lang]
}

func (m *meeting) href() string {
	if m.lesson != nil {
		return "/lessons/" + m.lesson.Slug
	}
	if m.at == 0 {
		return "/lab?scene=" + m.scene.Name
	}
	return "/lab?scene=" + m.scene.Name + "&n=" + strconv.Itoa(int(m.at))
}

// met is where each rule, by its ID, and each setting, by its name, can be seen.
type met map[string][]meeting

// metOnce plays everything that the library has, once, when somebody first asks.
func (b *library) metOnce() func() met {
	return sync.OnceValue(func() met {
		all := met{}
		for _, l := range b.lessons() {
			all.lesson(l)
		}
		for i := range b.scenes {
			all.scene(&b.scenes[i])
		}
		for i := range b.examples {
			all.scene(&b.examples[i])
		}
		for key := range all {
			slices.SortStableFunc(all[key], func(x, y meeting) int {
				return cmp.Or(rank(&x)-rank(&y), x.length-y.length)
			})
		}
		return all
	})
}

// rank puts lessons first, then scenes that set the setting, then those made to be
// played with, then examples; among equals the shorter run.
func rank(m *meeting) int {
	switch {
	case m.lesson != nil:
		return 0
	case m.set:
		return 1
	case m.scene.Topic != "":
		return 2
	}
	return 3
}

// seen collects what one run meets.
type seen map[string]engine.StepNo

func (s seen) event(e *trace.Event) {
	for _, span := range e.Spans {
		s.first(span.Rule.ID, e.ID)
		for _, name := range readers()[span.Rule.ID] {
			s.first(name, e.ID)
		}
	}
}

func (s seen) first(key string, n engine.StepNo) {
	if _, ok := s[key]; !ok {
		s[key] = n
	}
}

// lesson plays a lesson to its end, with the moves that it asks for.
func (m met) lesson(l *lessons.Lesson) {
	st, err := session.Begin(session.Opening{Scene: l.Scene, Lesson: l.Slug}, DefaultLimits.Limits)
	if err != nil || st.Player == nil {
		return
	}
	for range l.Steps {
		if st.Player.Next(st.T) != nil {
			break
		}
	}
	s := seen{}
	for _, b := range st.T.Branches() {
		for _, e := range st.T.Events(b.ID, 1, min(b.Tip, metSteps)) {
			s.event(&e)
		}
	}
	for key := range s {
		m[key] = append(m[key], meeting{lesson: l})
	}
}

// scene plays a scene to its end, as it goes by itself.
func (m met) scene(b *lessons.Sandbox) {
	f, err := scene.Parse(b.Name, b.Scene)
	if err != nil {
		return
	}
	t, err := scene.Load(f)
	if err != nil {
		return
	}
	s := seen{}
	n := 0
	for ; n < metSteps; n++ {
		e, ok := t.Step()
		if !ok {
			break
		}
		s.event(e)
	}
	set := map[string]bool{}
	for i := range f.Scenario.Hosts {
		for _, one := range f.Scenario.Hosts[i].Sysctls {
			set[fullName(one.Name)] = true
		}
	}
	for key, at := range s {
		m[key] = append(m[key], meeting{scene: b, at: at, set: set[key], length: n})
	}
	for name := range set {
		if _, ok := s[name]; !ok {
			m[name] = append(m[name], meeting{scene: b, set: true, length: n})
		}
	}
}

// fullName is a setting's name as the table has it.
func fullName(name string) string {
	if i := host.FindSysctl(name); i >= 0 {
		return host.Sysctls[i].Name
	}
	return name
}
