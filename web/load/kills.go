package load

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"wirestep/web"
	"wirestep/web/proto"
)

// KillPlan is a server that is killed at random moments while people use it.
type KillPlan struct {
	Server   []string // the program and its arguments; it keeps sessions on disk and says where it is
	Kills    int
	Sessions int // each with somebody who asks for one thing after the other
	Seed     uint64
}

// Bounds of it.
const (
	MaxKills    = 10_000
	MaxKillable = 500
	asks        = 30 // a second in each session: fewer than a server allows a page
)

// Check says what of a plan cannot be.
func (p *KillPlan) Check() error {
	switch {
	case len(p.Server) == 0:
		return errors.New("-kills needs the server that it kills and starts again: -server \"bin/server -data DIR\"")
	case p.Kills < 1 || p.Kills > MaxKills:
		return fmt.Errorf("-kills %d, expected 1 to %d", p.Kills, MaxKills)
	case p.Sessions < 1 || p.Sessions > MaxKillable:
		return fmt.Errorf("-sessions %d with -kills, expected 1 to %d", p.Sessions, MaxKillable)
	}
	return nil
}

// KillFigures are what came of it.
type KillFigures struct {
	Kills, Acknowledged int
	Repeated            int      // commands whose answer a kill had cut off
	Wrong               []string // what is not as it was acknowledged, or not as its replay
	Ready               Waits    // start → the first answer
}

// Kill carries out a plan: it kills the server (SIGKILL) at random moments, starts it again, and
// compares in the end what each session holds with what was acknowledged, and with its replay.
func Kill(ctx context.Context, p KillPlan) (*KillFigures, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	v := &victim{args: p.Server}
	f := &KillFigures{}
	defer v.kill()
	if err := v.start(ctx, f); err != nil {
		return nil, err
	}
	sessions, err := v.site().createAll(ctx, p.Sessions)
	if err != nil {
		return nil, err
	}
	people := make([]*person, p.Sessions)
	life, end := context.WithCancel(ctx)
	defer end()
	over, stop := context.WithCancel(life)
	defer stop()
	var busy sync.WaitGroup
	for i, m := range sessions {
		people[i] = &person{made: m, victim: v}
		busy.Go(func() { people[i].live(life, over) })
	}
	chance := rand.New(rand.NewPCG(p.Seed, 1))
	for f.Kills < p.Kills && ctx.Err() == nil {
		some := people[chance.IntN(len(people))]
		for seen := some.done.Load(); some.done.Load() == seen && ctx.Err() == nil; { // they are at work again
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(chance.IntN(150_000)) * time.Microsecond)
		v.kill()
		f.Kills++
		if err := v.start(ctx, f); err != nil {
			return nil, err
		}
	}
	stop()
	busy.Wait()
	for _, who := range people {
		f.Acknowledged += int(who.done.Load())
		f.Repeated += who.repeated
		if err := who.check(ctx); err != nil {
			f.Wrong = append(f.Wrong, fmt.Sprintf("session %s: %v", who.made.ID, err))
		}
	}
	return f, ctx.Err()
}

// victim is the server, as a process.
type victim struct {
	args []string
	cmd  *exec.Cmd
	at   atomic.Pointer[site]
}

func (v *victim) site() *site { return v.at.Load() }

func (v *victim) start(ctx context.Context, f *KillFigures) error {
	v.cmd = exec.Command(v.args[0], v.args[1:]...)
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := v.cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_, at, ok := strings.Cut(strings.TrimSpace(line), " is at ")
	if err != nil || !ok {
		return fmt.Errorf("%s did not say where it is, but %q", v.args[0], line)
	}
	go io.Copy(io.Discard, out)
	p := Plan{URL: at, Rate: 1, For: time.Second}
	if err := p.Check(); err != nil {
		return err
	}
	s := newSite(at)
	for err = s.ready(ctx); err != nil; err = s.ready(ctx) {
		if ctx.Err() != nil || time.Since(began) > patience {
			return err
		}
		time.Sleep(time.Millisecond)
	}
	f.Ready.add(time.Since(began))
	v.at.Store(s)
	return nil
}

func (v *victim) kill() {
	if v.cmd != nil && v.cmd.Process != nil {
		v.cmd.Process.Kill()
		v.cmd.Wait()
	}
}

// person asks for one thing after the other, each of which is one event: so what a session
// holds is counted by its events.
type person struct {
	made     made
	victim   *victim
	asked    int64        // the last command
	done     atomic.Int64 // the last one acknowledged
	repeated int
}

// command is the one with an id: every fourth changes a setting to a number of its own, so
// that it is an entry of the journal and can be found again; the others are steps.
func (p *person) command(id int64) []byte {
	c := proto.Command{T: "step", ID: id}
	if id%4 == 0 {
		c.T, c.Op = "act", change(id)
	}
	b, _ := json.Marshal(c)
	return b
}

func change(id int64) string { return fmt.Sprintf("sysctl client net.core.somaxconn = %d", 10_000+id) }

// live asks until it is over, over as many connections as it takes. What was asked is asked
// until it is answered: whether a command is there whose answer a kill cut off, nobody knows.
func (p *person) live(life, over context.Context) {
	for p.asks(life, over) {
		sock, err := p.victim.site().come(life, p.made.Stream+"&client=person"+p.made.ID)
		if err != nil {
			time.Sleep(time.Millisecond)
			continue
		}
		p.ask(life, over, sock)
		sock.Drop()
	}
}

func (p *person) asks(life, over context.Context) bool {
	return life.Err() == nil && (over.Err() == nil || p.asked > p.done.Load())
}

// ask asks until the connection or the time is over. What was not answered is asked again.
func (p *person) ask(life, over context.Context, sock *web.Socket) {
	for p.asks(life, over) {
		p.asked = p.done.Load() + 1
		if sock.Write(life, p.command(p.asked)) != nil {
			return
		}
		if !p.answered(life, sock, p.asked) {
			p.repeated++
			return
		}
		p.done.Store(p.asked)
		time.Sleep(time.Second / asks)
	}
}

// answered waits for an answer.
func (p *person) answered(ctx context.Context, sock *web.Socket, id int64) bool {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	for {
		b, err := sock.Read(ctx)
		if err != nil {
			return false
		}
		var m struct{ ID int64 }
		if kind(b) == "done" && json.Unmarshal(b, &m) == nil && m.ID == id {
			return true
		}
	}
}

// check compares a session with what was acknowledged, and with what its bundle replays.
func (p *person) check(ctx context.Context) error {
	s, path := p.victim.site(), "/api/sessions/"+p.made.ID
	b, err := s.get(ctx, path)
	if err != nil {
		return err
	}
	var at struct{ N int64 }
	n := p.done.Load()
	if err := json.Unmarshal(b, &at); err != nil || at.N != n {
		return fmt.Errorf("%d commands were acknowledged and it stands at %d, %v", n, at.N, err)
	}
	bundle, err := s.get(ctx, path+"/bundle")
	if err != nil {
		return err
	}
	for id := int64(4); id <= n; id += 4 {
		if times := strings.Count(string(bundle), change(id)+"\n"); times != 1 {
			return fmt.Errorf("command %d was acknowledged and is there %d times", id, times)
		}
	}
	trace, err := s.get(ctx, path+"/trace")
	if err != nil {
		return err
	}
	again, err := s.post(ctx, map[string]string{"scene": string(bundle)})
	if err != nil {
		return err
	}
	replay, err := s.get(ctx, "/api/sessions/"+url.PathEscape(again.ID)+"/trace")
	if err == nil && string(replay) != string(trace) {
		err = errors.New("its replay differs from it")
	}
	return err
}

// post makes a session.
func (s *site) post(ctx context.Context, what map[string]string) (m made, err error) {
	ask, _ := json.Marshal(what)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/api/sessions", strings.NewReader(string(ask)))
	if err != nil {
		return m, err
	}
	r.Header.Set("Content-Type", "application/json")
	b, err := s.do(r)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(b, &m)
}
