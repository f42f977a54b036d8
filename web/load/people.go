package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"wirestep/web"
	"wirestep/web/proto"
)

const (
	arriving = 64               // who connect at once
	patience = 20 * time.Second // that the last answers may take
)

// driver steps one session.
type driver struct {
	sock *web.Socket
	due  []atomic.Int64 // step → when it was due, Unix ns
	sent atomic.Int64   // steps so far
}

// maxSteps is how many steps one run may make in a session: the rate times the time, or
// what a server allows a branch.
func (p *Plan) maxSteps() int { return min(20_000, int(p.Rate*p.For.Seconds())+1) }

// arrive connects everybody.
func (r *run) arrive(ctx context.Context, sessions []made) error {
	r.drivers, r.watch = make([]*driver, len(sessions)), make([]*follower, r.plan.Followers)
	err := each(ctx, len(sessions), arriving, func(ctx context.Context, i int) error {
		sock, err := r.site.come(ctx, sessions[i].Stream)
		if err != nil {
			return fmt.Errorf("nobody could step session %d: %w", i, err)
		}
		r.drivers[i] = &driver{sock: sock, due: make([]atomic.Int64, r.plan.maxSteps()+1)}
		return nil
	})
	if err != nil {
		return err
	}
	err = each(ctx, len(r.watch), arriving, func(ctx context.Context, i int) error {
		of := i % len(sessions)
		sock, err := r.site.come(ctx, "/stream/"+sessions[of].ID)
		if err != nil {
			return fmt.Errorf("follower %d did not come in: %w", i, err)
		}
		r.watch[i] = &follower{sock: sock, of: r.drivers[of], done: make(chan struct{})}
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range r.watch {
		go f.read(ctx)
	}
	return nil
}

// come opens a stream and reads until it has brought the whole picture.
func (s *site) come(ctx context.Context, stream string) (*web.Socket, error) {
	sock, err := web.Dial(ctx, "ws"+strings.TrimPrefix(s.url, "http")+stream, "")
	for err == nil {
		var b []byte
		b, err = sock.Read(ctx)
		switch kind(b) {
		case "snapshot":
			return sock, nil
		case "bye":
			err = fmt.Errorf("the server says %.300s", b)
		}
	}
	return nil, err
}

// drive sends a step whenever one is due and waits for the answers.
func (d *driver) drive(ctx context.Context, r *run, i int) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer d.sock.Drop()
	var answers sync.WaitGroup
	answers.Go(func() { d.answers(ctx, r) })
	each := time.Duration(float64(time.Second) / r.plan.Rate)
	due := time.Now().Add(each * time.Duration(i) / time.Duration(len(r.drivers))) // not all at one instant
sending:
	for n := int64(1); int(n) < len(d.due); n++ {
		select {
		case <-time.After(time.Until(due)):
		case <-r.over:
			break sending
		case <-ctx.Done():
			break sending
		}
		d.due[n].Store(due.UnixNano())
		d.sent.Store(n)
		if d.sock.Write(ctx, fmt.Appendf(nil, `{"t":"step","id":%d}`, n)) != nil {
			break
		}
		due = due.Add(each)
	}
	<-r.over
	time.AfterFunc(patience, stop)
	d.finished(ctx)
	answers.Wait()
}

// finished sends a last question: its answer comes behind all others.
func (d *driver) finished(ctx context.Context) {
	d.sock.Write(ctx, fmt.Appendf(nil, `{"t":"inspect","n":0,"id":%d}`, d.sent.Load()+1))
}

// answers reads until the answer to the last question. What is missing then is lost.
func (d *driver) answers(ctx context.Context, r *run) {
	var acknowledged, refused int
	for {
		b, err := d.sock.Read(ctx)
		if err != nil {
			break
		}
		k := kind(b)
		if k != "done" && k != "failed" {
			continue
		}
		var m struct{ ID int64 }
		if json.Unmarshal(b, &m); m.ID > d.sent.Load() {
			break
		}
		if k == "failed" {
			refused++
			continue
		}
		acknowledged++
		r.figures.Step.add(time.Since(time.Unix(0, d.due[m.ID].Load())))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.figures.Acknowledged += acknowledged
	r.figures.Refused += refused
	r.figures.Lost += int(d.sent.Load()) - acknowledged - refused
}

// follower only reads.
type follower struct {
	sock  *web.Socket
	of    *driver
	at    atomic.Int64 // the last step seen
	waits []time.Duration
	done  chan struct{}
}

func (f *follower) read(ctx context.Context) {
	defer close(f.done)
	for {
		b, err := f.sock.Read(ctx)
		if err != nil {
			return
		}
		n, ok := cursorIn(b)
		if !ok {
			continue
		}
		if now := time.Now(); n > f.at.Load() && n < int64(len(f.of.due)) && n > 0 {
			f.waits = append(f.waits, now.Sub(time.Unix(0, f.of.due[n].Load())))
		}
		f.at.Store(n)
	}
}

// finish waits until a follower is where its session is, and takes down what it saw.
func (f *follower) finish(r *run, end time.Time) {
	for f.at.Load() < f.of.sent.Load() && time.Now().Before(end) {
		time.Sleep(5 * time.Millisecond)
	}
	f.sock.Drop()
	<-f.done
	if f.at.Load() < f.of.sent.Load() {
		r.figures.LeftBehind++
	}
	for _, d := range f.waits {
		r.figures.Follower.add(d)
	}
}

// kind is the name of a message; every one of the server's begins with it.
func kind(b []byte) string {
	const before = `{"t":"`
	if !bytes.HasPrefix(b, []byte(before)) {
		return ""
	}
	name, _, _ := bytes.Cut(b[len(before):], []byte(`"`))
	return string(name)
}

// cursorIn is the step at which a message puts a page. Only messages that move one are
// looked into, and no further than need be: here one process reads what thousands do.
func cursorIn(b []byte) (int64, bool) {
	switch kind(b) {
	case "frames":
		_, rest, ok := bytes.Cut(b, []byte(`"cursor":`)) // no text holds it: there, quotes are escaped
		if !ok {
			return 0, false
		}
		b = rest
	case "cursor", "snapshot":
	default:
		return 0, false
	}
	_, rest, ok := bytes.Cut(b, []byte(`"n":`))
	var n int64
	for _, c := range rest {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int64(c-'0')
	}
	return n, ok
}

// hog asks for the longest run that a server gives, again and again.
func (r *run) hog(ctx context.Context) {
	for ctx.Err() == nil {
		m, err := r.site.create(ctx)
		if err != nil {
			r.fail(err)
			return
		}
		if !r.hogOne(ctx, m) {
			return
		}
	}
}

// hogOne runs one session to the limit of its branch. It reports whether there is time for another.
func (r *run) hogOne(ctx context.Context, m made) bool {
	ctx, stop := context.WithTimeout(ctx, r.plan.For+patience)
	defer stop()
	sock, err := r.site.come(ctx, m.Stream)
	if err != nil {
		return false
	}
	defer sock.Drop()
	for id := 1; ; id++ {
		select {
		case <-r.over:
			return false
		default:
		}
		ask, _ := json.Marshal(proto.Command{T: "until", ID: int64(id), Cond: "now > 100000"})
		if sock.Write(ctx, ask) != nil {
			return false
		}
		for k := ""; k != "done"; {
			b, err := sock.Read(ctx)
			if err != nil {
				return false
			}
			if k = kind(b); k == "failed" {
				return true
			}
		}
		r.mu.Lock()
		r.figures.Hogged++
		r.mu.Unlock()
	}
}
