package bolt

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wirestep/web/journal"
)

// BenchmarkLarge measures a journal of so many sessions (SESSIONS, 100,000 if it is not set): how
// long it takes to open, to read one, and how long a write waits while most are removed.
func BenchmarkLarge(b *testing.B) {
	sessions, err := strconv.Atoi(os.Getenv("SESSIONS"))
	if err != nil {
		sessions = 100_000
	}
	dir := b.TempDir()
	var clock atomic.Int64
	clock.Store(time.Now().Add(-time.Hour).UnixNano())
	now := func() time.Time { return time.Unix(0, clock.Load()) }
	j, err := Open(dir, now)
	if err != nil {
		b.Fatal(err)
	}
	id := func(n int) string { return fmt.Sprintf("%012x", rand.New(rand.NewPCG(uint64(n), 0)).Uint64()>>16) }
	var work sync.WaitGroup
	var next atomic.Int64
	for range 1000 {
		work.Go(func() {
			for n := int(next.Add(1)); n <= sessions; n = int(next.Add(1)) {
				r := journal.Record{Entries: [][]byte{[]byte(strings.Repeat("a scene ", 60))}, Mark: []byte(strings.Repeat("mark", 30))}
				if err := j.Create(context.Background(), id(n), r); err != nil {
					b.Error(n, err)
					return
				}
			}
		})
	}
	work.Wait()
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	{ // once: it is used up then
		began := time.Now()
		if j, err = Open(dir, now); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(ms(time.Since(began)), "open-ms")
		began = time.Now()
		for n := range 1000 {
			if _, err := j.Read(context.Background(), id(1+n*(sessions/1000))); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(ms(time.Since(began))/1000, "read-ms")
		old := clock.Load()
		clock.Store(time.Now().UnixNano())
		report := func(what string, done chan struct{}) {
			waits := writes(b, j, id(1), done)
			b.ReportMetric(ms(waits[len(waits)/2]), what+"-p50-ms")
			b.ReportMetric(ms(waits[len(waits)*99/100]), what+"-p99-ms")
		}
		report("write-alone", nil)
		done := make(chan struct{})
		gone := 0
		go func() {
			defer close(done)
			if gone, err = j.Expire(context.Background(), time.Unix(0, old+1)); err != nil {
				b.Error(err)
			}
		}()
		began = time.Now()
		report("write-beside-expiry", done)
		b.ReportMetric(time.Since(began).Seconds(), "expiry-s")
		if gone != sessions-1 {
			b.Fatalf("%d of %d sessions were removed", gone, sessions)
		}
		j.Close()
	}
}

// writes writes until done, or 200 times, and returns how long each took, the longest last.
func writes(b *testing.B, j *Journal, id string, done chan struct{}) (waits []time.Duration) {
	defer func() { slices.Sort(waits) }()
	for done != nil || len(waits) < 200 {
		began := time.Now()
		if err := j.Mark(context.Background(), id, []byte("mark")); err != nil {
			b.Fatal(err)
		}
		waits = append(waits, time.Since(began))
		select {
		case <-done:
			return waits
		default:
		}
	}
	return waits
}
