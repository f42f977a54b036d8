package web

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"wirestep/web/journal"
	"wirestep/web/journal/bolt"
	"wirestep/web/proto"
)

// BenchmarkStep measures a step from the page's message to its answer, with the
// journal on disk, and what it puts on the wire.
func BenchmarkStep(b *testing.B) {
	kept, err := bolt.Open(b.TempDir(), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	defer kept.Close()
	for name, j := range map[string]journal.Journal{"memory": journal.NewMemory(time.Now), "bolt": kept} {
		b.Run(name, func(b *testing.B) {
			s := open(b, func(c *Config) { c.Journal, c.Limits.Steps, c.Limits.Commands = j, 1<<30, 1<<20 })
			p := s.join(s.create(withScene(bulk)), "")
			sent := s.metrics.sent.Load()
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				if p.ask(proto.Command{T: "step"}).T == "failed" {
					p.do(proto.Command{T: "replay"})
					sent, took = s.metrics.sent.Load(), nil
					continue
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(s.metrics.sent.Load()-sent)/float64(len(took)), "B/step")
		})
	}
}

// BenchmarkUntil measures how long a page waits for the longest run that one
// command may ask for.
func BenchmarkUntil(b *testing.B) {
	s := open(b, nil)
	for b.Loop() {
		p := s.join(s.create(withScene(bulk)), "")
		sent := s.metrics.sent.Load()
		p.do(proto.Command{T: "until", Cond: "now > 1000"})
		b.ReportMetric(float64(p.cursor.N), "events")
		b.ReportMetric(float64(s.metrics.sent.Load()-sent)/1e6, "MB")
	}
}

// BenchmarkFollowers measures how long a step takes until the last of 50 pages
// on the same session has it.
func BenchmarkFollowers(b *testing.B) {
	s := open(b, func(c *Config) { c.Limits.Commands, c.Limits.Steps = 1<<20, 1<<30 })
	id := s.create(withScene(bulk))
	driver := s.join(id, "")
	const n = 50
	got := make(chan int32, n)
	for range n {
		p := s.join(id, "")
		go func() {
			for {
				raw, err := p.sock.Read(p.ctx)
				if err != nil {
					return
				}
				var m proto.Frames
				if json.Unmarshal(raw, &m); m.Cursor != nil {
					got <- m.Cursor.N
				}
			}
		}()
	}
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		driver.do(proto.Command{T: "step"})
		for range n {
			if at := <-got; at != driver.cursor.N {
				b.Fatalf("a page is at %d, the driver at %d", at, driver.cursor.N)
			}
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
