package kernel

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// How many half-open requests and how many established connections a listener keeps,
// and what it counts, for combinations of backlog, somaxconn, tcp_max_syn_backlog and
// tcp_syncookies: the engine computes the table, the kernel has to agree.

const server = "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 1ms\nsysctl server net.core.somaxconn = %d\nsysctl server net.ipv4.tcp_max_syn_backlog = %d\n" +
	"sysctl server net.ipv4.tcp_syncookies = %d\nprogram server\n  s = listen(:80, %d)\n"

func synQueueScenes() (out []string) {
	for _, backlog := range []int{0, 1, 8, 60} {
		for _, somaxconn := range []int{5, 4096} {
			for _, most := range []int{4, 16, 50} {
				for _, cookies := range []int{0, 1, 2} {
					out = append(out, fmt.Sprintf(server+"at 50ms forge client > server flags=S seq=1000 win=1000 mss=1460 from=10.9.0.0/16:1024-65535 to=10.0.0.2:80 count=70 every=500us\n",
						somaxconn, most, cookies, backlog))
				}
			}
		}
	}
	return out
}

func acceptQueueScenes() (out []string) {
	for _, backlog := range []int{-1, 0, 1, 2, 5, 100} {
		for _, somaxconn := range []int{0, 3, 4096} {
			for _, cookies := range []int{0, 1, 2} {
				out = append(out, fmt.Sprintf(server+"program client\n  at(50ms)\n  loop 8\n    c = socket()\n    fcntl(c, F_SETFL, O_NONBLOCK)\n    connect(c, server:80)\n    sleep(20ms)\n  end\n", somaxconn, 2048, cookies, backlog))
			}
		}
	}
	return out
}

// asked is what is compared: two states and the counters of admission.
var asked = []string{"SYN_RECV", "ESTABLISHED", "SyncookiesSent", "SyncookiesRecv", "ListenOverflows", "ListenDrops", "TCPReqQFullDoCookies", "TCPReqQFullDrop"}

const admissionTime = 600 * time.Millisecond

func TestAdmissionTables(t *testing.T) {
	t.Parallel()
	needsKernel(t)
	scenes := append(synQueueScenes(), acceptQueueScenes()...)
	if n := len(synQueueScenes()); n < 40 {
		t.Fatalf("%d combinations for the SYN queue, expected 40 at least", n)
	}
	var wait sync.WaitGroup
	var late atomic.Int32
	room := make(chan bool, 6)
	for _, text := range scenes {
		wait.Add(1)
		room <- true
		go func() {
			defer func() { <-room; wait.Done() }()
			f, err := scene.Parse("table", text)
			if err != nil {
				t.Error(err)
				return
			}
			want := onTheEngine(t, f)
			v := again(func() *Verdict {
				v := &Verdict{File: "table"}
				v.play(func(m *meter) error {
					got, err := onTheKernel(f, m)
					if err == nil && got != want {
						err = &Difference{"table", 1, InState, fmt.Sprintf("expected %s, got %s", want, got)}
					}
					return err
				})
				return v
			})
			switch {
			case busy(v):
				late.Add(1)
			case v.Err != nil:
				t.Errorf("%s\n%v", text, v.Err)
			}
		}()
	}
	wait.Wait()
	if n := late.Load(); n > 0 {
		skip(t, fmt.Sprintf("the machine is too busy to ask the kernel about %d of %d combinations", n, len(scenes)))
	}
	t.Logf("%d combinations", len(scenes))
}

func onTheEngine(t *testing.T, f *scene.File) string {
	tl, err := engine.NewTimeline(f.Scenario)
	if err != nil {
		t.Error(err)
		return ""
	}
	for at, ok := tl.NextAt(); ok && at < sim.Time(admissionTime); at, ok = tl.NextAt() {
		tl.Step()
	}
	h := tl.World().Hosts()[1]
	n := map[string]int{"SYN_RECV": len(h.Reqs)}
	for _, c := range h.Live {
		n[c.State.String()]++
	}
	for i, v := range h.MIB {
		n[strings.TrimPrefix(tcp.CounterNames[i], "TcpExt")] = int(v)
	}
	return row(n)
}

func onTheKernel(f *scene.File, m *meter) (string, error) {
	l, err := newLab(&f.Scenario, m)
	if err != nil {
		return "", err
	}
	defer l.close()
	if err := l.play(admissionTime); err != nil {
		return "", err
	}
	h := l.hosts[1]
	states, err := h.states()
	if err != nil {
		return "", err
	}
	n := map[string]int{}
	for _, s := range states {
		n[s]++
	}
	err = h.s.inside(func() error {
		b, err := os.ReadFile("/proc/thread-self/net/netstat")
		lines := strings.Split(string(b), "\n")
		for i := 0; i+1 < len(lines); i += 2 {
			names, values := strings.Fields(lines[i]), strings.Fields(lines[i+1])
			for j := range min(len(names), len(values)) {
				if v, e := strconv.Atoi(values[j]); e == nil {
					n[names[j]] = v
				}
			}
		}
		return err
	})
	return row(n), err
}

func row(n map[string]int) string {
	var b strings.Builder
	for _, name := range asked {
		fmt.Fprintf(&b, "%s=%d ", name, n[name])
	}
	return b.String()
}
