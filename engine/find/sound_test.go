package find

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const small = `host client 10.0.0.1
host server 10.0.0.2
link client server delay 20ms
program server
  s = listen(:80, 128)
  c = accept(s)
  read(c, 100)
program client
  c = connect(server:80)
  write(c, 100)
`

// every finds the moves there are without any other.
func every(t *testing.T, text string, set Set) (all []Move) {
	t.Helper()
	_, tl := parsed(t, text)
	goal, _ := ParseGoal("now < 0", tl.Scenario())
	s, err := New(tl.Scenario(), tl.World(), goal, nil, set, Limits{Moves: 1})
	if err != nil {
		t.Fatal(err)
	}
	s.begin(1)
	for f := s.stack[0]; ; {
		for _, c := range f.todo {
			all = append(all, c.move)
		}
		f.todo = nil
		if !s.step(f) && len(f.todo) == 0 {
			return all
		}
	}
}

// Nothing is lost by trying moves in one order only, from copies of the world: every
// pair of the moves that there are, put into the text, reaches the goal exactly if the
// search has found it. (The instants of calls lie between the events of each future, so
// those of one future are not those of another.)
func TestPairsAgainstText(t *testing.T) {
	f, tl := parsed(t, small)
	set, err := ParseSet(&f.Scenario, "drop,delay,dup", nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"now >= 2.5 && client.state == ESTABLISHED", `server.counters["TcpExtTCPDSACKOldSent"] >= 2`} {
		goal, err := ParseGoal(to, &f.Scenario)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := New(&f.Scenario, tl.World(), goal, nil, set, Limits{Moves: 2})
		for !s.Run(1000) {
		}
		r := s.Result()
		if r.Proved < 1 {
			t.Fatalf("%s: one move is enough, expected a goal that needs two", to)
		}
		var found []string
		for i := range r.Found {
			found = append(found, pair(&r.Found[i].Moves[0], &r.Found[i].Moves[1]))
			again(t, f, goal, &r.Found[i])
		}
		all, n := every(t, small, set), 0
		for i := range all {
			for j := range i {
				if all[i].Op.Target == all[j].Op.Target {
					continue // one move a segment
				}
				_, err := Replay(f, []string{all[j].Statement(), all[i].Statement()}, goal)
				if err == nil {
					n++
				}
				if is := slices.Contains(found, pair(&all[j], &all[i])); is != (err == nil) {
					t.Errorf("%s: %s; %s: found %v, by its text %v", to, all[j].Statement(), all[i].Statement(), is, err)
				}
			}
		}
		if n == 0 {
			t.Errorf("%s: no pair reaches it, expected one that does", to)
		}
	}
}

func pair(a, b *Move) string {
	both := []string{a.Statement(), b.Statement()}
	slices.Sort(both)
	return strings.Join(both, "; ")
}

// What is found does not depend on how the work is cut up.
func TestSlicesAndParts(t *testing.T) {
	f, tl := parsed(t, small)
	goal, _ := ParseGoal("now >= 2.5 && client.state == ESTABLISHED", &f.Scenario)
	set, _ := ParseSet(&f.Scenario, "drop,delay,dup,hold", nil, nil, nil)
	run := func(slice, part, parts int) *Result {
		s, err := New(&f.Scenario, tl.World(), goal, nil, set, Limits{Moves: 2, Part: part, Parts: parts})
		if err != nil {
			t.Fatal(err)
		}
		for !s.Run(slice) {
		}
		return s.Result()
	}
	show := func(r *Result) string {
		var b strings.Builder
		for i := range r.Found {
			fmt.Fprintln(&b, r.Found[i].At, r.Found[i].N, r.Found[i].text())
		}
		for _, l := range r.Levels {
			fmt.Fprintln(&b, l.Moves, l.Futures, l.Cut, l.Whole)
		}
		fmt.Fprint(&b, r.Proved)
		return b.String()
	}
	whole := run(1_000_000, 0, 1)
	if len(whole.Found) == 0 {
		t.Fatal("nothing found, expected something to compare")
	}
	if got := show(run(1, 0, 1)); got != show(whole) {
		t.Errorf("in slices of one event:\n%s\nexpected\n%s", got, show(whole))
	}
	if got := show(Merge([]*Result{run(7, 0, 3), run(100, 1, 3), run(1, 2, 3)})); got != show(whole) {
		t.Errorf("in three parts:\n%s\nexpected\n%s", got, show(whole))
	}
}

// A search begins where somebody stands: what is on its way then can be met too.
func TestFromTheMiddle(t *testing.T) {
	_, tl := parsed(t, small)
	for tl.World().LastPacket() < 2 { // the SYN-ACK is on its way
		tl.Step()
	}
	goal, _ := ParseGoal("now >= 1 && client.state == SYN_SENT", tl.Scenario())
	set, _ := ParseSet(tl.Scenario(), "drop", nil, nil, nil)
	s, err := New(tl.Scenario(), tl.World(), goal, nil, set, Limits{Moves: 1})
	if err != nil {
		t.Fatal(err)
	}
	for !s.Run(100) {
	}
	r := s.Result()
	if len(r.Found) != 1 || r.Found[0].Moves[0].Op.Text != "drop packet 2" {
		t.Fatalf("found %v, expected to drop the SYN-ACK that is on its way", r.Found)
	}
	op := r.Found[0].Moves[0].Setup()
	if _, err := tl.Apply(op, tl.World().Now(), "you"); err != nil {
		t.Fatal(err)
	}
	for !goal.Holds(tl.World(), nil) {
		if _, ok := tl.Step(); !ok {
			t.Fatal("the goal is not reached where the move is made")
		}
	}
}

// A search that is not over says so, and proves nothing.
func TestLimits(t *testing.T) {
	f, tl := parsed(t, small)
	goal, _ := ParseGoal("client.errno == EPIPE", &f.Scenario)
	set, _ := ParseSet(&f.Scenario, "drop,delay", nil, nil, nil)
	s, _ := New(tl.Scenario(), tl.World(), goal, nil, set, Limits{Moves: 2, Events: 200})
	for !s.Run(50) {
	}
	r := s.Result()
	if last := r.Levels[len(r.Levels)-1]; last.Whole || r.Proved >= last.Moves {
		t.Errorf("with 200 events: %+v, proved %d", r.Levels, r.Proved)
	}
}

func TestMistakesInASet(t *testing.T) {
	f, _ := parsed(t, small)
	for _, c := range []struct{ kinds, on, call, set, says string }{
		{kinds: "drop,drip", says: `"drip" is no kind of move, expected one of drop, delay, dup, hold, call, sysctl`},
		{on: "client-server", says: `"client-server" is no direction, expected one such as client->server`},
		{on: "client->sever", says: `no host is named "sever" in the direction "client->sever"`},
		{call: "client: clos(c)", says: `"client: clos(c)": `},
		{set: "server nope = 1", says: `"server nope = 1": `},
		{kinds: "sysctl", says: "no settings to try"},
	} {
		var on, calls, sets []string
		for list, s := range map[*[]string]string{&on: c.on, &calls: c.call, &sets: c.set} {
			if s != "" {
				*list = []string{s}
			}
		}
		_, err := ParseSet(&f.Scenario, c.kinds, on, calls, sets)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
