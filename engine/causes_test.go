package engine_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// goldenRuns plays every golden scene, at most so many events of each.
func goldenRuns(t *testing.T, most engine.StepNo, f func(name string, tl *engine.Timeline)) {
	t.Helper()
	files, err := filepath.Glob("testdata/golden/*.scene")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d golden scenes (%v), expected 50 at least", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		must(t, err)
		file, err := scene.Parse(filepath.Base(name), string(text))
		must(t, err)
		tl, err := scene.Load(file)
		must(t, err)
		for tl.N() < most {
			if _, ok := tl.Step(); !ok {
				break
			}
		}
		f(filepath.Base(name), tl)
	}
}

// soak multiplies what a test asks when SOAK is set to a number.
func soak() int {
	n, _ := strconv.Atoi(os.Getenv("SOAK"))
	return max(n, 1)
}

// causeKind is the kind of a cause, for which there have to be enough examples.
func causeKind(l *engine.CauseLink) string {
	switch l.Why {
	case engine.ReasonLost, engine.ReasonRule, engine.ReasonDiscarded:
		return "absence"
	case engine.ReasonAsked, engine.ReasonPlanned, engine.ReasonAct:
		return "act"
	}
	return string(l.Why)
}

type told struct {
	scene string
	tl    *engine.Timeline
	link  engine.CauseLink
}

// Every cause that is told is one: on a fork on which it does not happen, the effect
// is not there at its instant. What a connection itself discarded cannot be left out
// of a fork; it is told as recorded, and not counted here. The forks are run anew, by
// a timeline that knows nothing of those that Why has run.
func TestCausesAreCauses(t *testing.T) {
	all := map[string][]told{}
	recorded, links := 0, 0
	r := rand.New(rand.NewPCG(7, 7))
	goldenRuns(t, 600, func(name string, tl *engine.Timeline) {
		for range 45 * soak() {
			n := 1 + engine.StepNo(r.IntN(int(tl.Tip())))
			c, err := tl.Why(tl.Branch(), n)
			must(t, err)
			for _, l := range c.Links {
				if l.Of != n {
					continue
				}
				if links++; l.Why == engine.ReasonDiscarded && l.Sure == engine.Recorded {
					recorded++
					continue
				}
				all[causeKind(&l)] = append(all[causeKind(&l)], told{name, tl, l})
			}
		}
	})
	asked, wrong := 0, 0
	for _, kind := range [...]string{"sent", "armed", "program", "woke", "act", "absence"} {
		list := all[kind]
		if len(list) < 150 {
			t.Errorf("%d causes of kind %q, expected 150 at least", len(list), kind)
		}
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		bad := 0
		for _, c := range list[:min(len(list), 170*soak())] {
			asked++
			if engine.HappensWithout(c.tl, c.tl.Branch(), c.link) {
				bad++
				t.Logf("%s: event %d happens without its cause %d (%s, %d) all the same", c.scene, c.link.Of, c.link.N, c.link.Why, c.link.Sure)
			}
		}
		wrong += bad
		t.Logf("%-8s %4d told, %d wrong", kind, len(list), bad)
	}
	t.Logf("%d of %d asked are wrong; %d of %d links are recorded decisions of a host", wrong, asked, recorded, links)
	if asked < 1000 || wrong*100 > asked {
		t.Errorf("%d of %d causes are none; expected 1 %% at most, of 1000", wrong, asked)
	}
}

// interventions are what people do in a random place of a scene.
func interfere(r *rand.Rand, tl *engine.Timeline) *trace.Event {
	w := tl.World()
	var ids []sim.PacketID
	for id := max(1, w.LastPacket()-60); id <= w.LastPacket(); id++ {
		if p := w.Packet(id); p != nil && p.ArriveAt > w.Now() && p.ArriveAt != sim.Never {
			ids = append(ids, id)
		}
	}
	op := engine.Op{}
	switch k := r.IntN(8); {
	case k < 6 && len(ids) > 0:
		op.Kind = [...]engine.OpKind{engine.OpDrop, engine.OpDrop, engine.OpDelay, engine.OpHold, engine.OpCorrupt, engine.OpDuplicate}[k]
		op.Target.Packet = ids[r.IntN(len(ids))]
		op.By = sim.Duration(1+r.IntN(300)) * sim.Millisecond
	default:
		op.Kind, op.Host = engine.OpSysctl, w.Hosts()[r.IntN(len(w.Hosts()))].Name
		op.Set = [...]engine.Setting{{Name: "net.ipv4.tcp_synack_retries", Value: "0"}, {Name: "net.ipv4.tcp_fin_timeout", Value: "3"}, {Name: "net.ipv4.tcp_syn_retries", Value: "1"},
			{Name: "net.ipv4.tcp_retries2", Value: "3"}, {Name: "net.ipv4.tcp_sack", Value: "0"}, {Name: "net.ipv4.tcp_timestamps", Value: "0"}}[r.IntN(6)]
	}
	e, err := tl.Apply(op, w.Now(), "you")
	if err != nil {
		return nil
	}
	return e
}

// happenings lists what happened in a branch after an event, as somebody who looks
// at the diagram would tell one from another.
func happenings(tl *engine.Timeline, b engine.BranchID, after engine.StepNo) (keys []string, at []engine.StepNo) {
	tl.Walk(b, after, tl.Branches()[b].Tip, func(w *engine.World, e *trace.Event) bool {
		key := fmt.Sprint(e.At, " ", e.Kind, " ", e.Host, " ", e.Name)
		if p := w.Packet(e.Packet); e.Kind == trace.Arrive {
			key += fmt.Sprint(" ", p.Seg.Flags, p.Seg.Src, p.Seg.Dst, p.RelSeq(), p.RelAck(), len(p.Seg.Payload))
		}
		for _, x := range e.Effects {
			if x.Kind == trace.Sent {
				p := w.Packet(x.Packet)
				key += fmt.Sprint(" sent ", p.Seg.Flags, p.RelSeq(), p.RelAck(), len(p.Seg.Payload))
			}
			if x.Kind == trace.Returned {
				key += fmt.Sprint(" returned ", x.Result, x.Errno)
			}
		}
		keys, at = append(keys, key), append(at, e.ID)
		return true
	})
	return keys, at
}

// Who made a difference is named: whatever happens, and does not happen on a branch
// without an intervention, has that intervention in its chain. The branch is made by
// ReplayWithout and read by its events, not by what Why looks at.
func TestInterventionsAreNamed(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	acts, lacks, named, open := 0, 0, 0, 0
	for round := 0; acts < 300*soak(); round++ {
		goldenRuns(t, 0, func(name string, tl *engine.Timeline) {
			for range 1 + r.IntN(30) {
				tl.Step()
			}
			e := interfere(r, tl)
			if e == nil || acts >= 300*soak() {
				return
			}
			acts++
			n := e.ID
			for tl.N() < n+150 {
				if _, ok := tl.Step(); !ok {
					break
				}
			}
			keys, at := happenings(tl, tl.Branch(), n)
			end := tl.World().Now()
			main := tl.Branch()
			_, err := tl.ReplayWithout(main, n, "", "you")
			must(t, err)
			for tl.World().Now() <= end {
				if _, ok := tl.Step(); !ok {
					break
				}
			}
			there := map[string]int{}
			without, _ := happenings(tl, tl.Branch(), n-1)
			for _, k := range without {
				there[k]++
			}
			for i, k := range keys {
				if there[k]--; there[k] >= 0 {
					continue
				}
				lacks++
				c, err := tl.Why(main, at[i])
				must(t, err)
				found := false
				for _, l := range c.Links {
					found = found || l.N == n
				}
				switch {
				case found:
					named++
				case c.Unchecked > 0:
					open++
				default:
					t.Logf("%s: event %d (%s) is not there without event %d (%s), which is not named", name, at[i], k, n, tl.Event(main, n).Name)
				}
			}
		})
	}
	t.Logf("%d interventions; %d effects are not there without them; %d name theirs, %d were beyond the limit", acts, lacks, named, open)
	if lacks < 500 || named*100 < lacks*95 {
		t.Errorf("%d of %d effects name the intervention; expected 95 %% at least, of 500", named, lacks)
	}
}
