package kernel

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"wirestep/engine/packetdrill"
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/sim"
)

// times are how long a script takes, before it is played.
type times struct {
	lasts   time.Duration
	takes   map[int]time.Duration // on the engine: each line that has a call
	because string                // of a call that takes most of it
}

// timesOf runs a script on the engine, whose time costs nothing: a call that waits for
// minutes there does so on the kernel.
func timesOf(file, text string, sc *script.Script) times {
	t := times{lasts: lasts(sc), takes: map[int]time.Duration{}}
	r := packetdrill.Run(file, text, packetdrill.Config{Read: os.ReadFile, Dir: filepath.Dir(file)})
	before := sim.Time(0)
	for i := range r.Lines {
		l := &r.Lines[i]
		took := time.Duration(l.At.Sub(before))
		before = l.At
		if i >= len(sc.Events) || sc.Events[i].Call == nil {
			continue
		}
		t.takes[l.Line] = max(t.takes[l.Line], took)
		if took > Longest {
			t.because = fmt.Sprintf(" (%s() in line %d takes %v of it)", sc.Events[i].Call.Name, l.Line, took.Round(time.Millisecond))
		}
	}
	t.lasts = max(t.lasts, time.Duration(before))
	return t
}

// lasts is how long a script takes, by what it says.
func lasts(sc *script.Script) time.Duration {
	var at sim.Duration
	for i := range sc.Events {
		w := &sc.Events[i].When
		switch w.Kind {
		case script.Absolute, script.Range:
			at = max(at, w.From)
		case script.Relative, script.RelRange:
			at += w.From
		}
	}
	return time.Duration(at)
}
