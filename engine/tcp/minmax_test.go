package tcp

import "testing"

// The largest of a sliding window: it is kept while it is young, and the next best
// takes its place when it is too old, not the latest.
func TestRunningMax(t *testing.T) {
	var w window
	for i, e := range []struct{ t, v, want uint32 }{
		{1, 50, 50}, {2, 40, 50}, {4, 45, 50}, {6, 30, 50}, {9, 20, 50}, {11, 10, 50},
		{12, 10, 45}, // the 50 is more than ten old
		{15, 60, 60}, // a better one is the best at once
		{40, 5, 5},   // everything else is too old
	} {
		if got := w.runningMax(10, e.t, e.v); got != e.want {
			t.Errorf("step %d: %d at %d gives %d, expected %d", i, e.v, e.t, got, e.want)
		}
	}
}

// The smallest round trip of tcp_min_rtt_wlen works the same way.
func TestRunningMin(t *testing.T) {
	var w window
	w.reset(0, 100)
	for i, e := range []struct{ t, v, want uint32 }{{1, 120, 100}, {3, 110, 100}, {8, 130, 100}, {11, 140, 110}, {12, 90, 90}} {
		if got := w.runningMin(10, e.t, e.v); got != e.want {
			t.Errorf("step %d: %d at %d gives %d, expected %d", i, e.v, e.t, got, e.want)
		}
	}
}
