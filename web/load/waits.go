package load

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Waits are how long somebody waited, each time.
type Waits struct {
	mu  sync.Mutex
	all []time.Duration
}

func (w *Waits) add(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, d)
}

// At is the wait that a share of all did not exceed: At(0.99) is the 99th percentile. It is 0 if
// nobody waited.
func (w *Waits) At(share float64) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.all) == 0 {
		return 0
	}
	slices.Sort(w.all)
	return w.all[min(len(w.all)-1, int(share*float64(len(w.all))))]
}

func (w *Waits) String() string {
	ms := func(share float64) float64 { return float64(w.At(share).Microseconds()) / 1000 }
	return fmt.Sprintf("p50=%.1fms p95=%.1fms p99=%.1fms max=%.1fms n=%d", ms(0.5), ms(0.95), ms(0.99), ms(1), len(w.all))
}
