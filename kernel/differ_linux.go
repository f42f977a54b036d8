package kernel

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"wirestep/engine/packetdrill"
	"wirestep/engine/packetdrill/script"
)

// found is a difference between the engine and the kernel.
type found struct {
	p      *plan
	script string
	why    string
}

// differs plays a plan on both. The kernel has to pass its own script once more:
// what it does only sometimes is no difference.
func differs(p *plan) (*found, error) {
	text, err := record(p)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%s-%d.pkt", p.area, p.seed)
	if _, err := script.Parse(name, text, nil); err != nil { // else it would fail on both, and pass for unsteady
		return nil, fmt.Errorf("a recording that cannot be read: %w", err)
	}
	why := packetdrill.Run(name, text, packetdrill.Config{Exact: true}).Failure()
	for late := 1; why != "" && late <= 4; late++ { // what comes between a deadline and the turn of the kernel's wheel is chance
		if packetdrill.Run(name, text, packetdrill.Config{Exact: true, Late: late}).OK {
			why = ""
		}
	}
	if why == "" {
		return nil, nil
	}
	for range 2 {
		if v := Play(name, text); v.Err != nil {
			return nil, errUnsteady
		}
	}
	race, err := races(p)
	if race || err != nil {
		return nil, cmp.Or(err, errRace)
	}
	return &found{p, text, why}, nil
}

// races reports whether a difference is gone when every step comes a little later,
// once more and by another bit: then a step and a timer of the kernel, which is late
// by its wheel, were about to happen at the same instant.
func races(p *plan) (bool, error) {
	for _, late := range []time.Duration{2 * time.Millisecond, 5 * time.Millisecond} {
		q := *p
		q.acts = slices.Clone(p.acts)
		for i := range q.acts {
			q.acts[i].wait += late
		}
		text, err := record(&q)
		if err != nil || packetdrill.Run(p.area, text, packetdrill.Config{Exact: true}).Failure() != "" {
			return false, err
		}
	}
	return true, nil
}

// sign is what a difference is about, without the numbers in it.
func (f *found) sign() string {
	_, why, _ := strings.Cut(f.why, ": ")
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, why)
}

var (
	errUnsteady = fmt.Errorf("the kernel does not do the same twice")
	errRace     = fmt.Errorf("a step races with a timer")
)

// atOnceRandom is how many plans are played at the same time.
const atOnceRandom = 16

// Random plays n random scripts, of areas that begin with area, on the engine and on the kernel, and prints what
// differs, shrunk. It returns how many differ.
func Random(w io.Writer, n int, seed uint64, area string, shrinkMost int, tell func(format string, a ...any)) (int, error) {
	began := time.Now()
	all := each(n, func(i int) (*found, error) { return differs(newPlan(seed, i, area)) })
	unsteady, races, different := 0, 0, 0
	var list []*found
	signs := map[string]bool{}
	for _, o := range all {
		switch {
		case o.err == errUnsteady:
			unsteady++
		case o.err == errRace:
			races++
		case o.err != nil:
			return different, o.err
		case o.f != nil:
			different++
			fmt.Fprintf(w, "// %s\n", o.f.why)
			if !signs[o.f.sign()] { // one of each kind is enough to look at
				signs[o.f.sign()] = true
				list = append(list, o.f)
			}
		}
	}
	tell("%d scripts in %.0f s: %d the same, %d different, %d not the same twice on the kernel, %d a race with a timer", n, time.Since(began).Seconds(),
		n-different-unsteady-races, different, unsteady, races)
	for i, f := range list {
		if i < shrinkMost {
			f = shrink(f)
		}
		fmt.Fprintf(w, "\n// %s\n%s", f.why, f.script)
	}
	return different, nil
}

type outcome struct {
	f   *found
	err error
}

// each calls f for 0 to n-1, several at the same time.
func each(n int, f func(i int) (*found, error)) []outcome {
	out := make([]outcome, n)
	room := make(chan struct{}, atOnceRandom)
	var wg sync.WaitGroup
	for i := range n {
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			out[i].f, out[i].err = f(i)
		})
	}
	wg.Wait()
	return out
}

// shrink leaves out steps as long as a difference remains (delta debugging): large
// pieces first, all pieces of one size at the same time. It has to remain the same
// difference, apart from numbers.
func shrink(f *found) *found {
	for size := max(len(f.p.acts)/2, 1); size >= 1; {
		n := (len(f.p.acts) + size - 1) / size
		tried := each(n, func(i int) (*found, error) {
			return differs(f.p.without(i*size, min((i+1)*size, len(f.p.acts))))
		})
		smaller := false
		for _, o := range tried {
			if o.f != nil && o.f.sign() == f.sign() {
				f, smaller = o.f, true
				break
			}
		}
		if !smaller {
			size /= 2
		} else {
			size = min(size, max(len(f.p.acts)/2, 1))
		}
	}
	return f
}
