package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"wirestep/engine"
	"wirestep/engine/find"
)

// several collects a flag that may be given more than once.
type several []string

func (l *several) String() string     { return strings.Join(*l, ", ") }
func (l *several) Set(s string) error { *l = append(*l, s); return nil }

// findWay looks for the shortest interventions after which a condition comes true:
// wirestep find.
func findWay(e env, args []string) int {
	fs := flags("find")
	to := fs.String("to", "", "")
	moves := fs.String("moves", "", "")
	most := fs.Int("max", find.DefaultMoves, "")
	all := fs.Bool("all", false, "")
	asJSON := fs.Bool("json", false, "")
	events := fs.Int("events", find.DefaultEvents, "")
	future := fs.Int("future", find.DefaultFuture, "")
	var on, calls, sets several
	fs.Var(&on, "on", "")
	fs.Var(&calls, "call", "")
	fs.Var(&sets, "sysctl", "")
	files, code := parse(e, fs, args)
	switch {
	case code >= 0:
		return code
	case len(files) != 1:
		return misused(e, "find", fmt.Sprintf("%d scenes, expected one", len(files)))
	case *to == "":
		return misused(e, "find", "nothing to find, expected -to with a condition")
	case *most < 0 || *most > find.MaxMoves:
		return misused(e, "find", fmt.Sprintf("-max %d, expected 0 to %d", *most, find.MaxMoves))
	}
	f, t, err := open(files[0])
	if err != nil {
		fmt.Fprintln(e.err, err)
		return 1
	}
	goal, err := find.ParseGoal(*to, &f.Scenario)
	if err != nil {
		return misused(e, "find", "-to: "+err.Error())
	}
	set, err := find.ParseSet(&f.Scenario, *moves, on, calls, sets)
	if err != nil {
		return misused(e, "find", err.Error())
	}
	r, err := search(t, goal, set, find.Limits{Moves: *most, Events: *events, Future: *future})
	if err != nil {
		return misused(e, "find", err.Error())
	}
	if *asJSON {
		writeFound(e.out, goal, &set, r)
	} else {
		tellFound(e.out, goal, &set, r, *all)
	}
	if len(r.Found) == 0 {
		return 1
	}
	return 0
}

// search goes through the futures on all processors.
func search(t *engine.Timeline, goal *find.Goal, set find.Set, limit find.Limits) (*find.Result, error) {
	const slice = 20_000
	limit.Parts = max(runtime.GOMAXPROCS(0), 1)
	limit.Events = max(limit.Events/limit.Parts, 1)
	var wait sync.WaitGroup
	var found atomic.Int32 // the least number of moves with which somebody has found something
	found.Store(find.MaxMoves + 1)
	parts := make([]*find.Result, limit.Parts)
	for i := range parts {
		limit.Part = i
		s, err := find.New(t.Scenario(), t.World(), goal, nil, set, limit)
		if err != nil {
			return nil, err
		}
		parts[i] = s.Result()
		wait.Go(func() {
			for !s.Run(slice) && int32(s.Now().Moves) <= found.Load() {
				if len(s.Result().Found) > 0 {
					found.Store(min(found.Load(), int32(s.Now().Moves)))
				}
			}
			if r := s.Result(); len(r.Found) > 0 {
				found.Store(min(found.Load(), int32(len(r.Found[0].Moves))))
			}
		})
	}
	wait.Wait()
	return find.Merge(parts), nil
}

// tellFound prints what was found, or what is proven.
func tellFound(w io.Writer, goal *find.Goal, set *find.Set, r *find.Result, all bool) {
	if len(r.Found) == 0 {
		switch {
		case r.Proved < 0:
			fmt.Fprintf(w, "not found: %s\n", goal.Text)
		case r.Proved == 0:
			fmt.Fprintf(w, "the scene itself does not reach %s\n", goal.Text)
		default:
			fmt.Fprintf(w, "no %s of the set %s %s: every future was tried, %s\n", atMost(r.Proved), reach(r.Proved), goal.Text, r.Total().Tried())
		}
	}
	for i, g := range r.Groups() {
		if n := len(g.Solutions); n > 1 && !all {
			fmt.Fprintf(w, "%d. %s   (and %d more on a like segment or at another instant)\n", i+1, g.Like, n-1)
			g.Solutions = g.Solutions[:1]
		} else {
			fmt.Fprintf(w, "%d. %s\n", i+1, g.Like)
		}
		for _, s := range g.Solutions {
			for j := range s.Moves {
				fmt.Fprintf(w, "   %s   # at %s s\n", s.Moves[j].Statement(), s.Moves[j].At.Seconds())
			}
			fmt.Fprintf(w, "   reached at %s s, after event %d\n", s.At.Seconds(), s.N)
		}
	}
	if r.More {
		fmt.Fprintln(w, "there may be more: the limit was reached")
	}
	fmt.Fprintln(w, "tried:")
	for _, l := range r.Levels {
		how := ""
		if !l.Whole {
			how = ", not all"
		}
		fmt.Fprintf(w, "  %d moves: %s%s\n", l.Moves, l.Tried(), how)
	}
	fmt.Fprintln(w, "the set:")
	for _, line := range set.Says() {
		fmt.Fprintf(w, "  %s\n", line)
	}
}

func atMost(n int) string {
	if n == 1 {
		return "single move"
	}
	return fmt.Sprintf("%d moves or fewer", n)
}

func reach(n int) string {
	if n == 1 {
		return "reaches"
	}
	return "reach"
}

// jsonFound is what -json prints.
type jsonFound struct {
	To     string       `json:"to"`
	Found  []jsonGroup  `json:"found"`
	More   bool         `json:"more,omitempty"` // there may be more
	Proved int          `json:"proved"`         // no future with so many moves or fewer; -1: nothing is proven
	Tried  []find.Level `json:"tried"`
	Set    []string     `json:"set"`
}

type jsonGroup struct {
	Like      string         `json:"like"`
	Solutions []jsonSolution `json:"solutions"`
}

type jsonSolution struct {
	Moves []string `json:"moves"` // statements of the scene
	Acts  []int64  `json:"acts"`  // when each acts, in nanoseconds
	At    int64    `json:"at"`    // when the condition comes true
	Event int32    `json:"event"`
}

func writeFound(w io.Writer, goal *find.Goal, set *find.Set, r *find.Result) {
	out := jsonFound{To: goal.Text, More: r.More, Proved: r.Proved, Tried: r.Levels, Set: set.Says(), Found: []jsonGroup{}}
	for _, g := range r.Groups() {
		j := jsonGroup{Like: g.Like}
		for _, s := range g.Solutions {
			x := jsonSolution{At: int64(s.At), Event: int32(s.N), Moves: []string{}, Acts: []int64{}}
			for i := range s.Moves {
				x.Moves = append(x.Moves, s.Moves[i].Statement())
				x.Acts = append(x.Acts, int64(s.Moves[i].At))
			}
			j.Solutions = append(j.Solutions, x)
		}
		out.Found = append(out.Found, j)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	enc.Encode(out) // numbers and strings always encode; the writer keeps its error
}
