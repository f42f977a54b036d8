package web

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"wirestep/engine/scene"
	"wirestep/web/proto"
	"wirestep/web/session"
)

// anyCommand makes up a command, often a senseless one.
func anyCommand(r *rand.Rand, id int64) proto.Command {
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	c := proto.Command{ID: id, N: int32(r.IntN(40) - 3), To: int32(r.IntN(30) - 2)}
	c.T = pick("step", "step", "step", "back", "seek", "until", "act", "act", "act", "branch", "fork", "replay", "label", "frames", "diff", "inspect", "lesson", "predict", "shell", "shell", "header", "forecast", "preview", "try", "moves", "why", "why", "history", "search", "find", "reach", "puzzle")
	if r.IntN(4) == 0 {
		c.Branch = ptr(int32(r.IntN(6) - 1))
	}
	if r.IntN(3) == 0 {
		c.At = ptr(int64(r.IntN(2_000_000_000) - 1000))
	}
	packet := r.IntN(20)
	c.Packet = int32(packet)
	c.Op = pick("drop next DATA from client", "drop every SYN", "hold 2nd DATA from client", "duplicate every ACK after 5ms", "corrupt next FIN",
		"edit next DATA win=0", "sysctl server net.ipv4.tcp_fin_timeout = 5", "sysctl client net.ipv4.tcp_sack = 9999", "unplug client server", "plug client server",
		"link client > server delay 200ms loss 1%", "forget rule 1", "call client: write(c, 100)", "call server: close(c)", "call client: shutdown(c, SHUT_WR)",
		"forge client > server flags=R seq=1", "forge server > client flags=PA seq=1 ack=1 len=10",
		fmt.Sprintf("drop packet %d", packet), fmt.Sprintf("delay packet %d by 300ms", packet), fmt.Sprintf("hold packet %d", packet),
		fmt.Sprintf("release packet %d", packet), fmt.Sprintf("duplicate packet %d", packet), fmt.Sprintf("edit packet %d seq=+5 flags=S", packet), "nonsense")
	c.Ops = []string{pick("sysctl client net.ipv4.tcp_syn_retries = 2", "sysctl client net.ipv4.tcp_timestamps = 0", "drop 1st SYN")}
	c.Cond = pick("segment", "timer", "state", "drop", "client.cwnd > 11", "client.state == ESTABLISHED", "x y z")
	c.Text = pick("next", "prev", "reset", "return", "what if", "lose-data", "lose-syn-ack", "timer", "")
	c.Undo = []int32{int32(r.IntN(12)), int32(r.IntN(12))}[:r.IntN(3)]
	c.Redo = []proto.MoveRef{{Branch: int32(r.IntN(3)), N: int32(r.IntN(12))}}[:r.IntN(2)]
	c.Number = &proto.NumberRef{Subject: int32(r.IntN(12)), Fields: []uint16{uint16(r.IntN(300))}, Host: r.IntN(4) - 1}
	if r.IntN(2) == 0 {
		c.Number.Counter = ptr(r.IntN(400) - 1)
	}
	if r.IntN(8) == 0 {
		c.Without = int32(r.IntN(20) - 2)
	}
	if r.IntN(8) == 0 {
		c.Scene = pick(strings.Replace(plain, "20ms", "35ms", 1), deaf, "x")
	}
	c.Answer = pick("second", "x")
	c.Moves = &proto.MoveSet{Kinds: []string{pick("drop", "call", "sysctl", "x")}, Most: r.IntN(4)}
	return c
}

// Whatever a page asks, in whatever order: the session does not break, a page
// that applies what it is sent holds every frame, and the journal rebuilds the
// same tree, place and trace.
func TestAnyCommands(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			s := open(t, func(c *Config) { c.Limits.Commands = 1 << 20 })
			id := ""
			if all := s.library.lessons(); seed%2 == 0 {
				id = s.create(withScene(plain))
			} else {
				id = s.create(map[string]string{"lesson": all[int(seed/2)%len(all)].Slug})
			}
			p := s.join(id, "")
			for i := int64(1); i <= 60; i++ {
				c := anyCommand(r, i)
				p.ask(c)
				for n := p.bases[p.cursor.Branch] + 1; n <= p.cursor.N; n++ {
					if p.frames[n].N != n {
						t.Fatalf("after %+v the page stands at %d of branch %d and lacks frame %d", c, p.cursor.N, p.cursor.Branch, n)
					}
				}
			}
			var here, again string
			s.hub.With(t.Context(), id, func(st *session.State) { here = whole(st) })
			again = s.wholeOf(t, id)
			was, is := strings.Split(here, "\n"), strings.Split(again, "\n")
			for i := range was {
				if i >= len(is) || was[i] != is[i] {
					t.Fatalf("line %d of the session was\n%s\nand is, rebuilt,\n%s\nits bundle:\n%s", i, was[i], is[min(i, len(is)-1)], bundleOf(t, s, id))
				}
			}
		})
	}
}

func bundleOf(t *testing.T, s *site, id string) string {
	_, text, _ := s.get("/api/sessions/" + id + "/bundle")
	return text
}

// wholeOf rebuilds a session from the journal.
func (s *site) wholeOf(t *testing.T, id string) (text string) {
	t.Helper()
	another := session.NewHub(session.Config{Journal: s.kept, Limits: DefaultLimits.Limits, Log: New(Config{}).log}, &session.Counts{})
	if err := another.With(t.Context(), id, func(st *session.State) { text = whole(st) }); err != nil {
		t.Fatal(err)
	}
	return text
}

// whole is all that is kept of a session, and the trace up to its cursor.
func whole(st *session.State) string {
	text := fmt.Sprintln(st.T.Branch(), st.T.N())
	for _, b := range st.T.Branches() {
		text += fmt.Sprintln(b.ID, b.Parent, b.Step, b.Label)
		for _, m := range st.T.Interventions(b.ID) {
			text += scene.FormatStep(m) + "\n"
		}
	}
	for _, f := range st.FramesOf(st.T.Branch(), 0, st.T.N()) {
		text += string(f) + "\n"
	}
	return text
}
