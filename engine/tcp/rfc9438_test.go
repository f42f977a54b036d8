package tcp

import "testing"

// RFC 9438 §4.2, §4.6, §4.7 with its constants C = 0.4 and β = 0.7; Linux has β =
// 717/1024 and C = 0.41/1.024³, so its numbers are a little off.
func TestRFC9438Reduction(t *testing.T) {
	for _, e := range []struct {
		cwnd, wmax     uint32
		ssthresh, next uint32 // §4.6 β·cwnd; §4.7 W_max for the next curve
		says           string
	}{
		{100, 0, 70, 100, "the first loss: W_max is the window"},
		{100, 90, 70, 100, "above the last W_max: the same"},
		{100, 120, 70, 85, "fast convergence: below the last W_max, cwnd·(1 + β)/2"},
		{20, 20, 14, 20, "at W_max: no fast convergence"},
		{2, 0, 2, 2, "at least two segments"},
	} {
		c := CubicCurve{Max: e.wmax}
		if got := c.reduce(e.cwnd); got != e.ssthresh || c.Max != e.next {
			t.Errorf("%s: ssthresh %d, W_max %d; expected %d, %d", e.says, got, c.Max, e.ssthresh, e.next)
		}
	}
}

// RFC 9438 §4.2, Figure 2: K = cbrt((W_max − cwnd_epoch)/C), the time to the plateau.
func TestRFC9438K(t *testing.T) {
	for _, e := range []struct {
		wmax, cwnd uint32
		k          float64 // seconds, by the RFC
	}{{100, 70, 4.217}, {50, 35, 3.347}, {1000, 700, 9.086}, {80, 80, 0}, {11, 10, 1.357}} {
		c := CubicCurve{Max: e.wmax}
		c.target(1, e.cwnd, 1)
		if got := float64(c.K) / 1024; got < e.k*0.995 || got > e.k*1.005 {
			t.Errorf("W_max %d, cwnd %d: K = %.3f s, expected %.3f s", e.wmax, e.cwnd, got, e.k)
		}
	}
}

// RFC 9438 §4.2, Figure 1: W_cubic(t) = C·(t − K)³ + W_max, at some seconds of the
// curve of a window that went from 100 to 70.
func TestRFC9438Curve(t *testing.T) {
	c := CubicCurve{Max: 100}
	c.target(1, 70, 1)
	for _, e := range []struct {
		seconds uint64
		want    float64 // by the RFC
	}{{0, 70}, {1, 86.7}, {2, 95.6}, {3, 99.3}, {4, 100}, {5, 100.2}, {6, 102.3}, {8, 121.6}, {10, 177.4}} {
		if got := float64(c.at(e.seconds * 1024)); got < e.want-1 || got > e.want+1 {
			t.Errorf("after %d s: %.0f segments, expected %.1f", e.seconds, got, e.want)
		}
	}
}

// RFC 9438 §4.3: the Reno-friendly region. α = 3·(1−β)/(1+β): so much does the
// estimate grow per window of acknowledged segments.
func TestRFC9438RenoFriendly(t *testing.T) {
	c := CubicCurve{RenoCwnd: 40, Cnt: 1000}
	const alpha = 3 * (1 - 0.7) / (1 + 0.7) // 0.53
	for round := 1; round <= 20; round++ {
		c.AckCnt += 40
		c.friendly(40)
		want := 40 + alpha*float64(round)
		if got := float64(c.RenoCwnd); got < want-1 || got > want+1 {
			t.Fatalf("after %d windows the estimate is %.0f, expected about %.1f", round, got, want)
		}
	}
	if c.Cnt != 40/(c.RenoCwnd-40) {
		t.Errorf("cwnd grows by one per %d, expected to follow the estimate, %d ahead", c.Cnt, c.RenoCwnd-40)
	}
}
