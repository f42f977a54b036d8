package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wirestep/engine"
	"wirestep/engine/scene"
)

// attack is one server, an attacker that sends 10,000 SYNs from as many addresses in
// a second, and 20 honest clients that come one after the other while it lasts.
func attack(syncookies, backlog int) string {
	var b strings.Builder
	b.WriteString("host server 10.0.0.2\nhost attacker 10.0.0.3\nlink attacker server delay 1ms\n")
	fmt.Fprintf(&b, "sysctl server net.ipv4.tcp_syncookies = %d\nsysctl server net.ipv4.tcp_max_syn_backlog = 16384\nsysctl server net.core.somaxconn = 16384\n", syncookies)
	for i := range 20 {
		fmt.Fprintf(&b, "host client%d 10.0.1.%d\nlink client%d server delay 10ms\n", i, i+1, i)
		fmt.Fprintf(&b, "program client%d\n  at(%dms)\n  c = connect(server:80)\n  write(c, 100)\n  read(c, eof)\n  close(c)\n", i, 300+30*i)
	}
	fmt.Fprintf(&b, "program server\n  s = listen(:80, %d)\n  loop\n    c = accept(s)\n    read(c, 100)\n    write(c, 1000)\n    close(c)\n  end\n", backlog)
	b.WriteString("at 10ms forge attacker > server flags=S seq=1 win=65535 mss=1460 to=server:80 from=172.16.0.0/16:1024-65535 count=10000 every=100us\n")
	return b.String()
}

func attacked(t testing.TB, syncookies, backlog int) *engine.Timeline {
	t.Helper()
	f, err := scene.Parse("attack", attack(syncookies, backlog))
	must(t, err)
	tl, err := engine.NewTimeline(f.Scenario)
	must(t, err)
	return tl
}

// Who gets in while 10,000 SYNs come in a second: without cookies nobody who calls
// after the queue has filled, with them everybody, and every SYN of the flood is answered.
func TestWhoGetsInUnderAFlood(t *testing.T) {
	for _, c := range []struct{ cookies, backlog, in, half int }{{0, 128, 0, 129}, {0, 16384, 20, 10000}, {1, 128, 20, 129}, {2, 128, 20, 0}} {
		p := &player{TB: t, t: attacked(t, c.cookies, c.backlog)}
		p.to("1.2s")
		if got := int(p.host("server").Requests); got != c.half {
			t.Errorf("%+v: %d half-open requests", c, got)
		}
		p.to("2s")
		in := 0
		for i := range 20 {
			if h := p.host(fmt.Sprintf("client%d", i)); h.Procs[0].Read == 1000 {
				in++
			}
		}
		if in != c.in {
			t.Errorf("%+v: %d of 20 clients were served", c, in)
		}
	}
}

// Thousands of half-open requests, and one step, forth or back, stays a matter of
// microseconds; so do a copy of the timeline, and a look at every queue and at what comes next.
func BenchmarkFlood(b *testing.B) {
	for _, mode := range []struct {
		name                string
		syncookies, backlog int
	}{{"kept", 0, 16384}, {"dropped", 0, 128}, {"cookies", 1, 128}} {
		b.Run(mode.name, func(b *testing.B) {
			var steps, backs []time.Duration
			var clone, look time.Duration
			for b.Loop() {
				tl := attacked(b, mode.syncookies, mode.backlog)
				for {
					began := time.Now()
					if _, ok := tl.Step(); !ok || tl.World().Now() > 3e9 {
						break
					}
					steps = append(steps, time.Since(began))
				}
				for range 200 {
					began := time.Now()
					tl.Back()
					backs = append(backs, time.Since(began))
				}
				began := time.Now()
				c := tl.Clone()
				clone = max(clone, time.Since(began))
				began = time.Now()
				c.World().Queues()
				c.World().Planned(64)
				look = max(look, time.Since(began))
			}
			for what, d := range map[string][]time.Duration{"step": steps, "back": backs} {
				slices.Sort(d)
				b.ReportMetric(float64(d[len(d)/2].Nanoseconds())/1e3, what+"-p50-µs")
				b.ReportMetric(float64(d[len(d)-1-len(d)/100].Nanoseconds())/1e3, what+"-p99-µs")
				b.ReportMetric(float64(d[len(d)-1].Nanoseconds())/1e3, what+"-max-µs")
			}
			b.ReportMetric(float64(clone.Nanoseconds())/1e3, "clone-max-µs")
			b.ReportMetric(float64(look.Nanoseconds())/1e3, "look-max-µs")
		})
	}
}
