package lessons

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/shell"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

const (
	maxNightEvents = 100_000
	maxLogLines    = 40 // what a terminal shows of a log
	logFile        = "app.log"
)

var (
	errLooksOnly = errors.New("this command changes something; a change is tried beside the cause")
	errChanges   = errors.New("this command only looks; expected one that changes something")
)

// night is the run that is looked at: the world when one sits down, and what the
// programs of each host were told until then.
type night struct {
	mu    sync.Mutex
	world *engine.World
	logs  map[string]string
}

// play runs the night to the instant at which one sits down.
func (s *Story) play() (*night, error) {
	t, err := engine.NewTimeline(s.parsed.Scenario)
	if err != nil {
		return nil, err
	}
	t.SetLimit(maxNightEvents)
	l := logger{lines: map[sim.HostID][]string{}, since: map[caller]sim.Time{}}
	for {
		if next, ok := t.NextAt(); !ok || next > s.At {
			break
		}
		e, ok := t.Step()
		if !ok {
			return nil, t.Err()
		}
		l.note(t.World(), e)
	}
	n := &night{world: t.World(), logs: map[string]string{}}
	for i, h := range t.World().Hosts() {
		n.logs[h.Name] = l.text(t.World(), sim.HostID(i), s.At)
	}
	return n, nil
}

// Output is what a command prints on a host that night. One that would change
// something is refused.
func (s *Story) Output(on, line string) (string, error) {
	a, err := s.ask(on, line)
	return a.Text, err
}

func (s *Story) ask(on, line string) (shell.Answer, error) {
	n, err := s.night()
	if err != nil {
		return shell.Answer{}, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if logRE.MatchString(line) {
		return shell.Answer{Text: lastLines(n.logs[on])}, nil
	}
	a := shell.RunWith(n.world, on, line, map[string]string{logFile: n.logs[on]})
	if a.Act != nil {
		return shell.Answer{}, errLooksOnly
	}
	return a, nil
}

// logRE is every way to see the end of what the programs of a host were told by the kernel.
var logRE = regexp.MustCompile(`^\s*(cat|less|more|tail)\s+app\.log\s*$`)

// Changed is what became of a night with something changed, or with nothing.
type Changed struct {
	Holds  bool
	Values []string // of the measures
	ops    []engine.Op
	t      *engine.Timeline
}

// Try plays the night with a knob turned; nil: as it was.
func (s *Story) Try(k *Knob) (*Changed, error) {
	if k == nil {
		return s.try(nil)
	}
	var ops []engine.Op
	if len(k.Change) > 0 {
		text := s.Scene
		for _, c := range k.Change {
			text = strings.ReplaceAll(text, c[0], c[1])
		}
		op, err := scene.NewText(text)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	for _, one := range k.Set {
		op, err := scene.ParseOp(one, &s.parsed.Scenario)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", one, err)
		}
		ops = append(ops, op)
	}
	return s.try(ops)
}

// TryLine plays the night with a command typed on a host before it.
func (s *Story) TryLine(on, line string) (*Changed, error) {
	t, err := engine.NewTimeline(s.parsed.Scenario)
	if err != nil {
		return nil, err
	}
	a := shell.Run(t.World(), on, line)
	switch {
	case a.Act == nil && a.Failed:
		return nil, errors.New(strings.TrimSpace(a.Text))
	case a.Act == nil:
		return nil, errChanges
	}
	return s.try(append([]engine.Op{*a.Act}, a.More...))
}

func (s *Story) try(ops []engine.Op) (*Changed, error) {
	t, err := engine.NewTimeline(s.parsed.Scenario)
	if err != nil {
		return nil, err
	}
	t.SetLimit(maxNightEvents)
	for _, op := range ops {
		if _, err := t.Apply(op, 0, byLesson); err != nil {
			return nil, fmt.Errorf("%q: %w", op.Text, err)
		}
	}
	if err := runTo(t, s.Until); err != nil {
		return nil, err
	}
	out := &Changed{ops: ops, t: t, Holds: s.goal(t.World(), nil)}
	for i := range s.Measures {
		m := &s.Measures[i]
		v, err := m.ask(t.World(), nil)
		if err != nil {
			return nil, err
		}
		out.Values = append(out.Values, spell(v, m.unit))
	}
	return out, nil
}

// Proof is a text that the lab opens: the night, and beside it, as a branch, the same
// night with the change.
func (s *Story) Proof(x *Changed, label string) (string, error) {
	t, err := engine.NewTimeline(s.parsed.Scenario)
	if err != nil {
		return "", err
	}
	t.Spell = func(op *engine.Op) string { return scene.FormatOp(*op) }
	if err := runTo(t, s.At); err != nil {
		return "", err
	}
	if _, err := t.Replay(x.ops, label, byLesson); err != nil {
		return "", err
	}
	return scene.Bundle(t, s.parsed), nil
}

// caller is a process of a host.
type caller struct {
	host sim.HostID
	proc int32
}

// logger writes down what the calls of programs returned, as an application would.
type logger struct {
	lines map[sim.HostID][]string
	since map[caller]sim.Time // when the call that it waits in began
}

func (l *logger) note(w *engine.World, e *trace.Event) {
	for i := range e.Effects {
		f := &e.Effects[i]
		if f.Kind != trace.Returned || int(f.N) >= len(w.Hosts()[f.Host].Procs) {
			continue
		}
		who := caller{f.Host, f.N}
		line := clock(e.At) + " " + w.Hosts()[f.Host].Procs[f.N].Name + ": " + called(e.Name) + " = "
		if f.Errno != "" {
			line += "-1 " + f.Errno
		} else {
			line += strconv.FormatInt(f.Result, 10)
		}
		if began, ok := l.since[who]; ok && e.At > began {
			line += " <" + e.At.Sub(began).Seconds() + " s>"
		}
		delete(l.since, who)
		l.lines[f.Host] = append(l.lines[f.Host], line)
	}
	if e.Host < 0 {
		return
	}
	for i := range w.Hosts()[e.Host].Procs {
		who := caller{e.Host, int32(i)}
		if _, ok := l.since[who]; !ok && w.Hosts()[e.Host].Procs[i].Blocked() != "" {
			l.since[who] = e.At
		}
	}
}

// called is a call without the variable that takes its result.
func called(line string) string { return assignRE.ReplaceAllString(line, "") }

var assignRE = regexp.MustCompile(`^\w+ = `)

// text is a host's log, and what its programs wait for.
func (l *logger) text(w *engine.World, host sim.HostID, now sim.Time) string {
	lines := l.lines[host]
	procs := w.Hosts()[host].Procs
	for i := range procs {
		if began, ok := l.since[caller{host, int32(i)}]; ok {
			lines = append(lines, clock(began)+" "+procs[i].Name+": "+called(procs[i].Blocked())+" … <"+now.Sub(began).Seconds()+" s so far>")
		}
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	return b.String()
}

// lastLines is what a terminal shows of a log.
func lastLines(text string) string {
	more := strings.Count(text, "\n") - maxLogLines
	if more <= 0 {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	return fmt.Sprintf("[%d lines before]\n", more) + strings.Join(lines[more:], "")
}

// clock is an instant as tcpdump writes it; the scene begins at midnight.
func clock(t sim.Time) string {
	us := int64(t) / int64(sim.Microsecond)
	s := us / 1_000_000
	return fmt.Sprintf("%02d:%02d:%02d.%06d", s/3600, s/60%60, s%60, us%1_000_000)
}
