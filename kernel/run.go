package kernel

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// Longest is how long a script or a scene may last that is played in real time.
const Longest = 150 * time.Second

// AtOnce is how many files are played at the same time: they mostly wait.
const AtOnce = 12

// room is shared by all that ask at the same time.
var room = make(chan struct{}, AtOnce)

// Source is a script, or a scene if its name ends so.
type Source struct {
	Name, Text string
	Err        error         // why there is no text
	Most       time.Duration // of a scene: how long it is played at most; 0: Longest
}

// Read reads files.
func Read(names []string) []Source {
	out := make([]Source, len(names))
	for i, name := range names {
		b, err := os.ReadFile(name)
		out[i] = Source{Name: name, Text: string(b), Err: err}
	}
	return out
}

// Sources plays what has been read and hands each verdict over, in the same order.
func Sources(texts []Source, tell func(*Verdict)) {
	out := make([]chan *Verdict, len(texts))
	var all sync.WaitGroup
	for i, s := range texts {
		out[i] = make(chan *Verdict, 1)
		all.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			out[i] <- one(s)
		})
	}
	for _, c := range out {
		tell(<-c)
	}
	all.Wait()
}

func one(s Source) *Verdict {
	if s.Err != nil {
		return &Verdict{File: s.Name, Err: s.Err}
	}
	if strings.HasSuffix(s.Name, ".scene") {
		return again(func() *Verdict { return PlayScene(s.Name, s.Text, s.Most) })
	}
	return again(func() *Verdict { return Play(s.Name, s.Text) })
}

// Tries is how often a script is played before the kernel is said to differ; what
// the kernel does only sometimes is noted.
const Tries = 3

// TooLate is by how much the machine may be late in a play that counts: half of
// what packetdrill tolerates.
const TooLate = 2 * time.Millisecond

// busyTries is how often a script is played on a machine that is late each time,
// before it is given up.
const busyTries = 10

// busyTime is how long it is played again in all: ten plays of ten seconds each say
// no more than four.
const busyTime = 30 * time.Second

// repeats are played a few at a time: whatever was late may have been so because of
// the others.
var repeats = make(chan struct{}, 2)

// again plays until the outcome says something about the kernel. A difference in a
// play in which the machine was late says nothing.
func again(play func() *Verdict) *Verdict {
	v := play()
	first, is := v.Err.(*Difference)
	if !is || first.Kind == InScript {
		return v
	}
	repeats <- struct{}{}
	defer func() { <-repeats }()
	differ, worst, begin := 0, v.Late, time.Now()
	for n := 2; ; n++ {
		if v.Late <= TooLate {
			differ++
		}
		switch {
		case differ == Tries:
			return v
		case n > busyTries || time.Since(begin) > busyTime:
			v.Err = tooBusy(worst, v.Err)
			return v
		}
		if v = play(); v.Err == nil {
			v.Notes = append(v.Notes, fmt.Sprintf("as expected only when played for the %d. time; before: %v", n, first))
			return v
		}
		worst = min(worst, v.Late)
	}
}

// tooBusy is the refusal of a machine that was late in every play, by so much at least.
func tooBusy(late time.Duration, last error) *Refusal {
	return &Refusal{Why: fmt.Sprintf("the machine is too busy to ask the kernel: it was late each time, by %v at least; the last play said: %v",
		late.Round(100*time.Microsecond), last), Busy: true}
}
