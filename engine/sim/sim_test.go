package sim

import (
	"testing"

	"pgregory.net/rapid"
)

func TestSecondsAreExactAndShort(t *testing.T) {
	for _, c := range []struct {
		t    Time
		want string
	}{
		{0, "0"}, {Time(20 * Millisecond), "0.02"}, {Time(1029500 * Microsecond), "1.0295"}, {1, "0.000000001"},
		{Time(2 * Minute), "120"}, {-Time(1500 * Millisecond), "-1.5"}, {Never, "never"},
	} {
		if got := c.t.Seconds(); got != c.want {
			t.Errorf("%d ns is %q, want %q", c.t, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := Time(rapid.Int64().Draw(t, "a")), Time(rapid.Int64().Draw(t, "b"))
		if (a == b) != (a.Seconds() == b.Seconds()) {
			t.Fatalf("%d prints as %s, %d as %s", a, a.Seconds(), b, b.Seconds())
		}
	})
}

func TestNeverStaysNever(t *testing.T) {
	if got := Never.Add(Second); got != Never {
		t.Errorf("a second after never is %d", got)
	}
	if got := Time(5).Add(Second).Sub(5); got != Second {
		t.Errorf("there and back is %d", got)
	}
}

// The first numbers of a source are part of every golden trace: they may never change.
func TestChanceIsAFunctionOfSeedAndName(t *testing.T) {
	r := Derive(1, "client")
	first := r.Uint64()
	again := Derive(1, "client")
	if again.Uint64() != first {
		t.Error("the same seed and name deal another number")
	}
	for _, other := range []Rand{Derive(2, "client"), Derive(1, "server"), Derive(1, "")} {
		if other.Uint64() == first {
			t.Error("another seed or name deals the same number")
		}
	}
	// SplitMix64 from state 0, as its authors' reference code deals it.
	zero := Rand{}
	for _, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := zero.Uint64(); got != want {
			t.Errorf("got %#x, want %#x", got, want)
		}
	}
}

func TestCopyingForksTheFuture(t *testing.T) {
	a := Derive(7, "link")
	b := a
	b.Uint64()
	c := a
	if a.Uint64() != c.Uint64() {
		t.Error("a draw from a copy moved the original")
	}
}

func TestChanceDrawsOnlyWhenOpen(t *testing.T) {
	a := Derive(7, "link")
	before := a
	if a.Chance(0) || a != before {
		t.Error("no chance at all still drew a number")
	}
	if !a.Chance(1_000_000) {
		t.Error("a million in a million is not certain")
	}
	hits := 0
	for range 100_000 {
		if a.Chance(10_000) {
			hits++
		}
	}
	if hits < 900 || hits > 1100 { // 1000 expected, three standard deviations are 94
		t.Errorf("1%% hit %d times in 100000", hits)
	}
	rapid.Check(t, func(t *rapid.T) {
		r := Derive(rapid.Uint64().Draw(t, "seed"), "x")
		if n := rapid.Uint64Min(1).Draw(t, "n"); r.Below(n) >= n {
			t.Fatalf("not below %d", n)
		}
	})
}
