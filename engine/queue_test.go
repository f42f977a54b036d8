package engine_test

import (
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// shared plays two senders with a bottleneck of 10 Mbit/s and 40 ms, and returns what
// each got in Mbit/s.
func shared(t *testing.T, first, second, queue string, secs int) (a, b float64) {
	t.Helper()
	text := strings.NewReplacer("FIRST", first, "SECOND", second, "QUEUE", queue).Replace(`scene "two flows"
host fore 10.0.1.1
host late 10.0.2.1
box gate router 10.0.9.254
host sink 10.0.9.1
link fore gate delay 1ms
link late gate delay 1ms
link gate > sink delay 19ms rate 10mbit QUEUE
link sink > gate delay 19ms
program sink first
  s = listen(:80, 8)
  c = accept(s)
  read(c, eof)
program sink second
  s = listen(:81, 8)
  c = accept(s)
  read(c, eof)
program fore
  c = socket()
  setsockopt(c, TCP_CONGESTION, "FIRST")
  connect(c, sink:80)
  write(c, 100000000)
program late
  at(100ms)
  c = socket()
  setsockopt(c, TCP_CONGESTION, "SECOND")
  connect(c, sink:81)
  write(c, 100000000)
`)
	f, err := scene.Parse("queue", text)
	must(t, err)
	w, rec := engine.NewWorld(&f.Scenario), &trace.Recorder{}
	w.Forget()
	for w.NextAt() <= sim.Time(secs)*sim.Time(sim.Second) {
		if !w.Step(rec) {
			t.Fatal("nothing is scheduled any more")
		}
	}
	p := w.Hosts()[3].Procs
	rate := func(i int) float64 { return float64(p[i].Read) * 8 / 1e6 / float64(secs) }
	return rate(0), rate(1)
}

// Two flows share a bottleneck as two of Linux 6.18 do (30 s, two runs of each were
// measured). What the first gets of a hundred lies within what was measured, and what
// both get together is not far from it.
func TestQueuesShareAsMeasured(t *testing.T) {
	for _, c := range []struct {
		first, second, queue string
		low, high            float64 // the first one's part, in percent
		sum                  float64 // of both, Mbit/s, at least
	}{
		{"cubic", "cubic", "queue 30", 40, 60, 9.4},
		{"reno", "cubic", "queue 30", 40, 60, 9.4},
		{"bbr", "cubic", "queue 30", 84, 93, 8.4},
		{"cubic", "cubic", "qdisc codel", 40, 60, 7.9},
		{"reno", "cubic", "qdisc codel", 40, 60, 8.8},
		{"bbr", "cubic", "qdisc codel", 85, 93, 9},
		{"cubic", "cubic", "qdisc fq_codel", 48, 52, 9.2},
		{"reno", "cubic", "qdisc fq_codel", 46, 52, 9.2},
		{"bbr", "cubic", "qdisc fq_codel", 50, 56, 9.2},
	} {
		a, b := shared(t, c.first, c.second, c.queue, 30)
		if part := 100 * a / (a + b); part < c.low || part > c.high || a+b < c.sum {
			t.Errorf("%s and %s at %s: %.2f and %.2f Mbit/s, the first has %.0f %%; measured %.0f to %.0f %%, and %.1f together", c.first, c.second, c.queue, a, b, part, c.low, c.high, c.sum)
		}
	}
}
