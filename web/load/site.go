package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// scene is a connection over which something is sent ten times a second: what people step
// through in a lesson, and long enough for an hour.
const scene = `scene "Load"
host client 10.0.0.1
host server 10.0.0.2
link client server delay 20ms
program server
  s = listen(:80)
  c = accept(s)
  read(c, eof)
  close(c)
program client
  c = connect(server:80)
  loop 20000
    write(c, 1000)
    sleep(100ms)
  end
  close(c)
`

// site is the server as a client sees it.
type site struct {
	url    string
	client *http.Client
}

func newSite(url string) *site {
	return &site{strings.TrimSuffix(url, "/"), &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// made is a session and its stream, with the owner's key.
type made struct{ ID, Stream string }

func (s *site) get(ctx context.Context, path string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return nil, err
	}
	return s.do(r)
}

func (s *site) do(r *http.Request) ([]byte, error) {
	a, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %s: %.300s", r.URL.Path, a.Status, b)
	}
	return b, err
}

func (s *site) ready(ctx context.Context) error {
	_, err := s.get(ctx, "/readyz")
	return err
}

// there looks at a session, which brings it back into memory.
func (s *site) there(ctx context.Context, id string) error {
	_, err := s.get(ctx, "/api/sessions/"+id)
	return err
}

func (s *site) create(ctx context.Context) (made, error) {
	m, err := s.post(ctx, map[string]string{"scene": scene})
	if err != nil {
		err = fmt.Errorf("a session was not made (the limits of the server are -sessions, -per-address, -requests): %w", err)
	}
	return m, err
}

const makers = 16 // requests at once

// createAll makes n sessions.
func (s *site) createAll(ctx context.Context, n int) ([]made, error) {
	all := make([]made, n)
	return all, each(ctx, n, makers, func(ctx context.Context, i int) (err error) {
		all[i], err = s.create(ctx)
		return err
	})
}

// each does something n times, so many at once, until one fails.
func each(ctx context.Context, n, atOnce int, do func(context.Context, int) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan int)
	var work sync.WaitGroup
	for range min(n, atOnce) {
		work.Go(func() {
			for i := range next {
				if err := do(ctx, i); err != nil {
					stop(err)
					return
				}
			}
		})
	}
	for i := range n {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	work.Wait()
	return context.Cause(ctx)
}

// Usage is what a server took of its machine.
type Usage struct {
	CPU              time.Duration // of all its threads; meanwhile
	Memory           int64         // resident, bytes; now
	InMemory, Socket int           // sessions and pages; now
	Sent             int64         // bytes; meanwhile
}

// usage reads the server's own numbers; what it does not say is 0.
func (s *site) usage(ctx context.Context) (u Usage) {
	b, err := s.get(ctx, "/metrics")
	if err != nil {
		return u
	}
	n := map[string]float64{}
	for lines := bufio.NewScanner(strings.NewReader(string(b))); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), " "); ok {
			n[name], _ = strconv.ParseFloat(value, 64)
		}
	}
	return Usage{
		CPU: time.Duration(n["process_cpu_seconds_total"] * float64(time.Second)), Memory: int64(n["process_resident_memory_bytes"]),
		InMemory: int(n["wirestep_sessions"]), Socket: int(n["wirestep_sockets"]), Sent: int64(n["wirestep_sent_bytes_total"]),
	}
}

func (u Usage) since(before Usage) Usage {
	u.CPU -= before.CPU
	u.Sent -= before.Sent
	return u
}
