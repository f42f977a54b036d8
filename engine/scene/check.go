package scene

import (
	"errors"
	"fmt"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Check runs the first branch of a file to its end and holds it to what the file
// expects. Each mistake is told as "file:line: …".
func Check(file string, f *File) (errs []error) {
	t, err := Load(f)
	if err != nil {
		return []error{fmt.Errorf("%s:1: %w", file, err)}
	}
	return Hold(file, f, t, func(*engine.World, *trace.Event) {})
}

// Hold is Check on a timeline that is there already; it shows every event to each.
func Hold(file string, f *File, t *engine.Timeline, each func(*engine.World, *trace.Event)) (errs []error) {
	fail := func(x *Expectation, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s:%d: %s", file, x.Line, fmt.Sprintf(format, args...)))
	}
	conds := make([]Cond, len(f.Expect))
	met := make([]bool, len(f.Expect)) // decided already
	for i := range f.Expect {
		x := &f.Expect[i]
		c, err := Compile(x.Cond, &f.Scenario)
		if err != nil {
			fail(x, "%v", err)
			met[i] = true
		}
		conds[i] = c
	}
	t.Switch(0, 0)
	var last *trace.Event
	for {
		next := nextAt(t)
		for i := range f.Expect {
			x := &f.Expect[i]
			due := x.When == AtInstant && next > x.At || x.When == AtEnd && next == sim.Never
			if !met[i] && due {
				met[i] = true
				if !conds[i](t.World(), last) {
					fail(x, "at %s s this does not hold: %s", t.World().Now().Seconds(), x.Cond)
				}
			}
		}
		e, ok := t.Step()
		if !ok {
			break
		}
		each(t.World(), e)
		last = e
		for i := range f.Expect {
			x := &f.Expect[i]
			if !met[i] && (x.When == Ever || x.When == NeverEver) && conds[i](t.World(), e) {
				met[i] = true
				if x.When == NeverEver {
					fail(x, "event %d at %s s makes this true: %s", e.ID, e.At.Seconds(), x.Cond)
				}
			}
		}
	}
	for i := range f.Expect {
		if x := &f.Expect[i]; !met[i] && x.When == Ever {
			fail(x, "after no event was this true: %s", x.Cond)
		}
	}
	if err := t.Err(); err != nil {
		errs = append(errs, fmt.Errorf("%s:%d: %w", file, LineOf(err), err))
	}
	return errs
}

// LineOf is the line of the text that stopped a run, 1 when none did in particular.
func LineOf(err error) int {
	var spin *engine.Spin
	if errors.As(err, &spin) && spin.Line > 0 {
		return spin.Line
	}
	return 1
}

// nextAt is the instant of the next event: what somebody did, or what the world does.
func nextAt(t *engine.Timeline) sim.Time {
	if m := t.Move(t.Branch(), t.N()+1); m != nil {
		return m.At
	}
	return t.World().NextAt()
}
