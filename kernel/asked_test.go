package kernel

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// mustEnv makes it a failure that the kernel cannot be asked: for machines where the
// rights ought to be there.
const mustEnv = "WIRESTEP_KERNEL"

// unasked are the tests that were skipped, with the reason.
var unasked struct {
	sync.Mutex
	lines []string
}

// skip skips a test, and keeps it for the summary: go test says nothing of it by itself.
func skip(t *testing.T, why string) {
	t.Helper()
	unasked.Lock()
	unasked.lines = append(unasked.lines, t.Name()+": "+why)
	unasked.Unlock()
	t.Skip("skipped: " + why) // that it says so is what is tested
}

// needsKernel skips a test where the kernel cannot be asked; the refusal has to name
// what is missing.
func needsKernel(t *testing.T) {
	t.Helper()
	err := Check()
	if err == nil {
		return
	}
	mustRefuse(t, err.Error())
	if os.Getenv(mustEnv) == "must" {
		t.Fatalf("%s=must, and the kernel cannot be asked: %v", mustEnv, err)
	}
	skip(t, err.Error())
}

// busy reports whether a verdict says nothing, because the machine was too busy.
func busy(v *Verdict) bool {
	var r *Refusal
	return errors.As(v.Err, &r) && r.Busy
}

// asExpected judges one verdict.
func asExpected(t *testing.T, v *Verdict) {
	t.Helper()
	if busy(v) {
		skip(t, v.Err.Error())
	}
	if v.Err != nil {
		t.Errorf("%v\n%s", v.Err, strings.Join(v.Trace, "\n"))
	}
}

// sceneTime is how much of a scene the tests play: no round number, at which much happens.
const sceneTime = 9937 * time.Millisecond

// briefly keeps scenes to that.
func briefly(all []Source) []Source {
	for i := range all {
		all[i].Most = sceneTime
	}
	return all
}

// summary says which tests were skipped.
func summary() {
	unasked.Lock()
	defer unasked.Unlock()
	if len(unasked.lines) == 0 {
		return
	}
	slices.Sort(unasked.lines)
	fmt.Printf("skipped: %d tests could not ask the kernel\n", len(unasked.lines))
	for _, l := range unasked.lines {
		fmt.Println("skipped: " + l)
	}
}

// A play says something about the kernel only if the machine was in time.
func TestLateIsNotWrong(t *testing.T) {
	differs := &Difference{File: "x.pkt", Line: 1, Kind: InSegment, Text: "expected this, got that"}
	plays := func(outcomes ...Verdict) (*Verdict, int) {
		n := 0
		v := again(func() *Verdict {
			v := outcomes[min(n, len(outcomes)-1)]
			n++
			return &v
		})
		return v, n
	}
	late, wrong, fine := Verdict{Err: differs, Late: 2 * TooLate}, Verdict{Err: differs}, Verdict{}
	if v, n := plays(fine); v.Err != nil || n != 1 {
		t.Errorf("as expected: %v after %d plays", v.Err, n)
	}
	if v, n := plays(wrong); v.Err != differs || n != Tries {
		t.Errorf("wrong: %v after %d plays", v.Err, n)
	}
	if v, n := plays(late, late, wrong, late, wrong, wrong); v.Err != differs || n != 6 {
		t.Errorf("late, then wrong: %v after %d plays", v.Err, n)
	}
	if v, n := plays(late, late, fine); v.Err != nil || n != 3 || len(v.Notes) != 1 {
		t.Errorf("late, then as expected: %v, %q after %d plays", v.Err, v.Notes, n)
	}
	if v, n := plays(late); !busy(v) || v.Code() != 2 || n != busyTries {
		t.Errorf("always late: %v after %d plays", v.Err, n)
	}
}
