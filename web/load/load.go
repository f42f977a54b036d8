// Package load is a class that does not exist: it puts a server on this machine under
// load as people do, and says how long they would have waited.
//
//	Run ─▶ sessions: each is stepped so many times a second   ─▶ Figures.Step
//	    ─▶ followers of them, who only read                   ─▶ Figures.Follower
//	    ─▶ idle sessions, which are made and looked at once more in the end
//	    ─▶ hogs, who ask for the longest run without pause
//
// A wait is counted from the instant at which something was due, not from the one at which
// it could be sent, so that a server which stands still for a second is seen to. Whatever
// was asked and not acknowledged is counted as lost.
package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"
)

// Plan is what a server is put under.
type Plan struct {
	URL       string        // of the server: http, on this machine
	Sessions  int           // that are stepped
	Followers int           // pages that only look, spread over them
	Idle      int           // sessions that are made and left alone
	Hogs      int           // clients that ask for the longest run without pause
	Rate      float64       // steps a second in each session
	For       time.Duration // after everybody has come
}

// Bounds of a plan. They keep a slip of the finger from filling a machine.
const (
	MaxSessions  = 20_000
	MaxFollowers = 20_000
	MaxIdle      = 1_000_000
	MaxHogs      = 1_000
	MaxRate      = 100
	MaxFor       = time.Hour
)

// Check says what of a plan cannot be.
func (p *Plan) Check() error {
	u, err := url.Parse(p.URL)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return fmt.Errorf("-url %q, expected one such as http://127.0.0.1:8080", p.URL)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("-url %s: load is put on this machine only, expected localhost, 127.0.0.1 or [::1]", p.URL)
	}
	for _, b := range []struct {
		name string
		n    int
		most int
	}{{"sessions", p.Sessions, MaxSessions}, {"followers", p.Followers, MaxFollowers}, {"idle", p.Idle, MaxIdle}, {"hogs", p.Hogs, MaxHogs}} {
		if b.n < 0 || b.n > b.most {
			return fmt.Errorf("-%s %d, expected 0 to %d", b.name, b.n, b.most)
		}
	}
	switch {
	case p.Rate <= 0 || p.Rate > MaxRate:
		return fmt.Errorf("-rate %g, expected more than 0 and at most %d", p.Rate, MaxRate)
	case p.For <= 0 || p.For > MaxFor:
		return fmt.Errorf("-seconds %g, expected more than 0 and at most %d", p.For.Seconds(), int(MaxFor.Seconds()))
	case p.Followers > 0 && p.Sessions == 0:
		return errors.New("-followers without -sessions: nobody steps what they follow")
	}
	return nil
}

// Figures are what came of a plan.
type Figures struct {
	Acknowledged, Refused, Lost int   // steps
	LeftBehind                  int   // followers who did not come to the last step
	Hogged                      int   // longest runs that were carried out
	Gone                        int   // idle sessions that were not there in the end
	Step, Follower, Open        Waits // step → its answer; step → its frame at a follower; an idle session → its first answer
	Server                      Usage // of the server meanwhile
}

// Run carries out a plan. It fails when the load could not be put on, or was cut off.
func Run(ctx context.Context, p Plan) (*Figures, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	r := &run{plan: p, site: newSite(p.URL), figures: &Figures{}}
	if err := r.site.ready(ctx); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r.fail = stop
	idle, err := r.site.createAll(ctx, p.Idle)
	if err != nil {
		return nil, err
	}
	stepped, err := r.site.createAll(ctx, p.Sessions)
	if err != nil {
		return nil, err
	}
	if err := r.arrive(ctx, stepped); err != nil {
		return nil, err
	}
	before := r.site.usage(ctx)
	r.play(ctx)
	r.figures.Server = r.site.usage(ctx).since(before)
	r.look(ctx, idle)
	return r.figures, context.Cause(ctx)
}

// run is a plan that is being carried out.
type run struct {
	plan    Plan
	site    *site
	fail    func(error)
	drivers []*driver
	watch   []*follower
	over    chan struct{} // closed when nothing more is due

	mu      sync.Mutex
	figures *Figures
}

// play lets everybody do what they came for, for as long as the plan says.
func (r *run) play(ctx context.Context) {
	r.over = make(chan struct{})
	var busy sync.WaitGroup
	for i, d := range r.drivers {
		busy.Go(func() { d.drive(ctx, r, i) })
	}
	for range r.plan.Hogs {
		busy.Go(func() { r.hog(ctx) })
	}
	select {
	case <-time.After(r.plan.For):
	case <-ctx.Done():
	}
	close(r.over)
	busy.Wait()
	end := time.Now().Add(patience)
	for _, f := range r.watch {
		f.finish(r, end)
	}
}

// look asks for the idle sessions, up to a thousand of them, once more.
func (r *run) look(ctx context.Context, idle []made) {
	every := max(1, len(idle)/1000)
	for i := 0; i < len(idle) && ctx.Err() == nil; i += every {
		began := time.Now()
		if err := r.site.there(ctx, idle[i].ID); err != nil {
			r.figures.Gone++
			continue
		}
		r.figures.Open.add(time.Since(began))
	}
}
