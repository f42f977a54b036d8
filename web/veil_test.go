package web

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/lessons"
	"wirestep/web/proto"
	"wirestep/web/session"
)

// secrets is what may not leave the server while a question is open, by where it came
// from: the instants of all that happens after the horizon, and every deadline there.
type secrets struct {
	branch engine.BranchID
	n      engine.StepNo
	now    sim.Time
	times  map[int64]string
}

// secretsOf runs a copy of the session ahead.
func (s *site) secretsOf(t *testing.T, id string) (x secrets, open bool) {
	t.Helper()
	err := s.hub.With(context.Background(), id, func(st *session.State) {
		if open = st.Player.Open(); !open {
			return
		}
		x = secrets{branch: st.T.Branch(), n: st.Player.Horizon(st.T), times: map[int64]string{}}
		far := st.T.Clone()
		if far.Switch(x.branch, x.n) != nil {
			t.Fatal("the horizon is no place")
		}
		x.now = far.World().Now()
		known := constants(far.World())
		add := func(at sim.Time, what string) {
			if at > x.now && at != sim.Never && !known[int64(at)] {
				x.times[int64(at)] = what
			}
		}
		for _, p := range far.World().Planned(1 << 20) {
			add(p.At, "scheduled "+p.Kind.String())
		}
		for range 400 {
			e, ok := far.Step()
			if !ok {
				break
			}
			add(e.At, fmt.Sprintf("event %d", e.ID))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return x, open
}

// constants are numbers of a world that stand there from the start and tell of no instant.
func constants(w *engine.World) map[int64]bool {
	out := map[int64]bool{}
	for _, s := range w.Subjects() {
		for i, f := range s.Schema.Fields {
			switch f.Unit {
			case trace.UnitTime, trace.UnitDeadline:
			case trace.UnitDuration:
				out[s.Values[i]] = out[s.Values[i]] || f.Name == "Delay" || strings.HasPrefix(f.Name, "Keep") || f.Name == "RTOMax" || f.Name == "RTOMin" || f.Name == "DelackMax"
			default:
				out[s.Values[i]] = true
			}
		}
	}
	return out
}

// leaks looks for a secret anywhere in a message.
func (x *secrets) leaks(t *testing.T, what string, raw []byte) {
	t.Helper()
	var v any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if d.Decode(&v) != nil {
		t.Fatalf("%s: %.200s", what, raw)
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, y := range v {
				if k != "terms" { // of a length: message looks at its deadline
					walk(path+"."+k, y)
				}
			}
		case []any:
			for i, y := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), y)
			}
		case json.Number:
			if n, err := v.Int64(); err == nil && x.times[n] != "" {
				t.Errorf("%s: %s is %d: %s", what, path, n, x.times[n])
			}
		}
	}
	walk("", v)
}

// message holds what a page is sent against the horizon.
func (x *secrets) message(t *testing.T, what string, m message) {
	t.Helper()
	x.leaks(t, what, m.raw)
	var s struct {
		Tip, N   int32
		Frames   []proto.Frame
		Ahead    []proto.Frame
		Next     []proto.Planned
		Branches []proto.Branch
		Compare  *proto.Compared
		Diff     *proto.Diff
		Search   *proto.Search
	}
	if err := json.Unmarshal(m.raw, &s); err != nil {
		t.Fatal(err)
	}
	if s.Tip > int32(x.n) || s.N > int32(x.n) && m.T != "veil" || len(s.Next) > 0 || len(s.Ahead) > 0 || s.Compare != nil || s.Diff != nil || s.Search != nil {
		t.Errorf("%s: %s shows what lies behind event %d: %.300s", what, m.T, x.n, m.raw)
	}
	for _, f := range s.Frames {
		if f.N > int32(x.n) || len(f.Next) > 0 || slices.ContainsFunc(f.Lengths, func(l proto.Length) bool { return l.At > int64(x.now) }) {
			t.Errorf("%s: frame %d of %d: next %v, lengths %v", what, f.N, x.n, f.Next, f.Lengths)
		}
	}
	for _, b := range s.Branches {
		if b.Tip > int32(x.n) || b.Label != "" || b.End {
			t.Errorf("%s: branch %+v", what, b)
		}
	}
}

// probe sends a command and looks at everything that comes back.
func (p *tab) probe(t *testing.T, x *secrets, c proto.Command) message {
	t.Helper()
	id, what := p.send(c), fmt.Sprintf("%s n=%d", c.T, c.N)
	for {
		m := p.read()
		x.message(t, what, m)
		if (m.T == "done" || m.T == "failed") && m.ID == id {
			return m
		}
	}
}

// attempts are what a page may ask to look ahead, and each way of saying it.
func attempts(n int32, turn int) []proto.Command {
	late, other := n+1, int32(1)
	all := []proto.Command{
		{T: "step"}, {T: "step", N: 400}, {T: "seek", N: late}, {T: "until", Cond: "segment"}, {T: "until", Cond: "false"}, {T: "fork"},
		{T: "branch", Branch: &other, N: late}, {T: "frames", N: late, To: late + 5}, {T: "frames", N: 1, To: late}, {T: "snapshot"},
		{T: "compare", Branches: []int32{0, 1}}, {T: "diff", To: 1}, {T: "search", Cond: "segment"}, {T: "why", N: late}, {T: "inspect", N: late}, {T: "inspect", N: n},
		{T: "forecast", Op: "forge client: RST"}, {T: "preview", Ops: []string{"sysctl client net.ipv4.tcp_sack = 0"}}, {T: "replay", Ops: []string{"sysctl client net.ipv4.tcp_sack = 0"}},
		{T: "act", Op: "sysctl server net.ipv4.tcp_fin_timeout = 7"}, {T: "act", Op: "sysctl client net.ipv4.tcp_syn_retries = 1"}, {T: "moves", Undo: []int32{1}}, {T: "try", Text: "x"}, {T: "label", Text: "x"},
		{T: "shell", Host: "client", Line: "ss -tanoi"}, {T: "shell", Host: "server", Line: "ss -tano"}, {T: "shell", Host: "client", Line: "nstat -az"}, {T: "shell", Host: "client", Line: "sysctl -w net.ipv4.tcp_sack=0"},
		{T: "history", N: late, Number: &proto.NumberRef{Queue: "ports", Place: 40000}}, {T: "history", N: n, Number: &proto.NumberRef{Queue: "ports", Place: 40000}},
		{T: "header", Packet: 1, N: n}, {T: "header", Packet: 1, N: late},
	}
	if n > 0 {
		all = append(all, proto.Command{T: "why", N: n}, proto.Command{T: "back"}, proto.Command{T: "step"}, proto.Command{T: "seek", N: n})
	}
	return append(all, some(histories(n), 11, turn)...)
}

// histories ask for numbers of what there may be.
func histories(n int32) (all []proto.Command) {
	for s := int32(1); s < 12; s++ {
		for f := range uint16(140) {
			if f%20 == 0 || f > 90 && f < 110 {
				all = append(all, proto.Command{T: "history", N: n, Number: &proto.NumberRef{Subject: s, Fields: []uint16{f}}})
			}
		}
	}
	return all
}

var rowRE = regexp.MustCompile(`<li[^>]* id="e(\d+)"`)

// addresses looks at every address of a session.
func (s *site) addresses(t *testing.T, id string, x *secrets) {
	t.Helper()
	for _, path := range []string{"", "/scene", "/trace", "/bundle", "/capture.pcapng", "/script.pkt?host=client", "/script.pkt?host=server"} {
		status, body, h := s.get("/api/sessions/" + id + path)
		if strings.HasPrefix(h.Get("Content-Type"), "application/json") {
			x.leaks(t, "GET "+path, []byte(body))
		} else {
			t.Errorf("GET %s is given away: %d %.80s", path, status, body)
		}
	}
	_, svg, _ := s.get("/api/sessions/" + id + "/diagram.svg")
	_, page, _ := s.get("/lab/" + id)
	for at, what := range x.times {
		if at%1_000_000 == 0 && strings.Contains(svg, ">"+span(at)+"<") {
			t.Errorf("the picture has a mark at %s: %s", span(at), what)
		}
	}
	for _, m := range rowRE.FindAllStringSubmatch(page, -1) {
		if n, _ := strconv.Atoi(m[1]); n > int(x.n) {
			t.Errorf("the page lists event %d of %d", n, x.n)
		}
	}
	if status, body, _ := s.send("POST", "/api/sessions", fmt.Sprintf(`{"copy":%q,"branch":%d,"n":%d}`, id, x.branch, x.n+1), "Content-Type", "application/json"); status == 201 {
		t.Errorf("a copy begins beyond the horizon: %s", body)
	}
}

// spelled is a move of a lesson as a page sends it: braces are the nth such segment of what it holds.
func (p *tab) spelled(t *testing.T, act string) string {
	t.Helper()
	return regexp.MustCompile(`\{([^{}]*)\}`).ReplaceAllStringFunc(act, func(b string) string {
		sel, err := lessons.ParseSelector(b[1 : len(b)-1])
		if err != nil {
			t.Fatal(err)
		}
		left := sel.Nth
		for n := int32(1); n <= int32(len(p.frames)); n++ {
			for _, e := range p.frames[n].Effects {
				k := e.Packet
				if e.Kind == "sent" && k != nil && (sel.Kind == "segment" || sel.Kind == k.Kind) && (sel.From == "" || p.Hosts[k.From].Name == sel.From) {
					if left--; left == 0 {
						return fmt.Sprint("packet ", k.ID)
					}
				}
			}
		}
		t.Fatalf("%s is not held", b)
		return ""
	})
}

// make does what a step asks for, as a page would.
func (p *tab) make(t *testing.T, st *lessons.Step, now sim.Time) {
	t.Helper()
	for _, m := range st.Do {
		c := proto.Command{T: "act"}
		switch {
		case len(m.Replay) > 0:
			c = proto.Command{T: "replay", Ops: m.Replay}
		default:
			c.Op = p.spelled(t, m.Act)
			if m.After > 0 {
				at := int64(now.Add(m.After))
				c.At = &at
			}
		}
		if a := p.ask(c); a.T != "done" {
			t.Fatalf("the move %+v: %s", c, a.raw)
		}
	}
}

func (s *site) nowOf(id string) (now sim.Time) {
	s.hub.With(context.Background(), id, func(st *session.State) { now = st.T.World().Now() })
	return now
}

// While a question is open, what first comes to be after the play head does not leave the
// server, nor a deadline: not on the stream, not by any address. Then everything does.
func TestNothingThatAnswersAQuestionLeavesTheServer(t *testing.T) {
	s := open(t, func(c *Config) {
		c.Limits.Commands, c.Limits.Requests, c.Limits.PerAddress = 1_000_000, 1_000_000, 1000
	})
	var questions atomic.Int64
	t.Run("lessons", func(t *testing.T) {
		for i, l := range some(s.library.lessons(), 8, 1) {
			for _, level := range some(levelsOf(l), 3, i) {
				t.Run(l.Slug+"/"+level, func(t *testing.T) {
					t.Parallel()
					s.walk(t, l, level, func(t *testing.T, id string, p *tab, step *lessons.Step) {
						if step.Predict == nil {
							return
						}
						turn := int(questions.Add(1))
						now := s.nowOf(id)
						tries := some([]bool{false, true}, 2, turn) // before its move, and after
						if slices.Contains(tries, false) {
							s.pryOpen(t, p, id, turn)
						}
						p.make(t, step, now)
						if slices.Contains(tries, true) {
							s.pryOpen(t, p, id, turn+1)
						}
						p.decide(t, step.Predict)
						if _, open := s.secretsOf(t, id); open || p.snap.Veil != nil {
							t.Error("the question is answered and the veil lies there still")
						}
					})
				})
			}
		}
	})
	if n := questions.Load(); n < 30 && !raced {
		t.Errorf("%d questions were opened", n)
	}
}

// pryOpen tries everything against an open question.
func (s *site) pryOpen(t *testing.T, p *tab, id string, turn int) {
	t.Helper()
	x, open := s.secretsOf(t, id)
	if !open {
		t.Fatal("no question is open")
	}
	if len(x.times) == 0 {
		t.Log("nothing happens after it")
	}
	late := s.connect(id, "") // somebody who comes now
	for late.snap.T == "" {
		x.message(t, "join", late.read())
	}
	late.sock.Drop()
	if late.snap.Veil == nil || late.snap.Veil.N != int32(x.n) {
		t.Errorf("the snapshot does not say what is hidden: %+v", late.snap.Veil)
	}
	for _, c := range attempts(int32(x.n), turn) {
		p.probe(t, &x, c)
	}
	s.addresses(t, id, &x)
	if at := p.cursor; at.Lesson.Asked || at.Branch != int32(x.branch) || at.N != int32(x.n) {
		t.Errorf("it stands at %+v, the horizon is %+v", at, x.n)
	}
}

// A step that asks for a move is not passed without it.
func TestAStepIsNotPassedWithoutItsMove(t *testing.T) {
	s := open(t, func(c *Config) { c.Limits.Commands = 1_000_000 })
	steps := 0
	for _, l := range some(s.library.lessons(), 3, 0) {
		for _, level := range levelsOf(l) {
			t.Run(l.Slug+"/"+level, func(t *testing.T) {
				s.walk(t, l, level, func(t *testing.T, id string, p *tab, step *lessons.Step) {
					if len(step.Do) == 0 {
						return
					}
					steps++
					for _, c := range evasions(step, p.cursor.N) {
						p.ask(c)
						if p.cursor.Lesson.Done || p.cursor.Lesson.Asked {
							t.Errorf("%s %s%s passes it", c.T, c.Cond, c.Answer)
						}
					}
					p.do(proto.Command{T: "lesson", Text: "return"})
				})
			})
		}
	}
	if steps < 20 && !raced {
		t.Errorf("%d steps ask for a move", steps)
	}
}

// evasions are ways to go on that are not the move.
func evasions(step *lessons.Step, n int32) []proto.Command {
	all := []proto.Command{{T: "step"}, {T: "step", N: 500}, {T: "until", Cond: "segment"}, {T: "until", Cond: "false"}, {T: "seek", N: n + 1}, {T: "back"}, {T: "step", N: 500}}
	if step.Goal != "" {
		all = append(all, proto.Command{T: "until", Cond: step.Goal})
	}
	if q := step.Predict; q != nil {
		for _, o := range q.Options {
			all = append(all, proto.Command{T: "predict", Answer: o.Key})
		}
		all = append(all, proto.Command{T: "predict", Answer: "1"}, proto.Command{T: "predict", Answer: "1s"})
	}
	return all
}

// decide answers the question of a step, as often as there are tries.
func (p *tab) decide(t *testing.T, q *lessons.Question) {
	t.Helper()
	for range 5 {
		p.do(proto.Command{T: "predict", Answer: q.Guess()})
		if p.cursor.Lesson.Asked {
			return
		}
	}
	t.Fatalf("not decided: %+v", p.cursor.Lesson)
}

// levelsOf are the levels of detail at which a lesson differs.
func levelsOf(l *lessons.Lesson) []string {
	for i := range l.Steps {
		if len(l.Steps[i].Levels) > 0 {
			return lessons.Levels
		}
	}
	return []string{l.Level}
}

// walk begins a lesson at a level and stands in each of its steps in turn.
func (s *site) walk(t *testing.T, l *lessons.Lesson, level string, visit func(t *testing.T, id string, p *tab, step *lessons.Step)) {
	id := s.create(map[string]string{"lesson": l.Slug})
	p := s.join(id, "")
	p.t = t
	p.do(proto.Command{T: "lesson", Text: "level", Answer: level})
	for range l.Steps {
		step := &l.Steps[p.cursor.Lesson.Step]
		t.Run(step.ID, func(t *testing.T) {
			p.t = t
			visit(t, id, p, step)
		})
		p.t = t
		p.do(proto.Command{T: "lesson", Text: "next"})
		if l.Steps[p.cursor.Lesson.Step].ID == step.ID {
			return
		}
	}
}
