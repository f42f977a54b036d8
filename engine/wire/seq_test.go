package wire

import (
	"testing"

	"pgregory.net/rapid"
)

func TestSequenceNumbersGoRound(t *testing.T) {
	for _, c := range []struct {
		a, b   Seq
		before bool
	}{
		{0, 1, true}, {1, 0, false}, {5, 5, false}, {0xffffffff, 0, true}, {0, 0xffffffff, false},
		{0xfffffff0, 0x10, true}, {0, 0x7fffffff, true}, {0x80000001, 0, true},
	} {
		if c.a.Before(c.b) != c.before || c.b.After(c.a) != c.before || c.b.AtMost(c.a) == c.before {
			t.Errorf("%d before %d: want %v", c.a, c.b, c.before)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a := Seq(rapid.Uint32().Draw(t, "a"))
		d := rapid.Int32Min(-1<<31+1).Draw(t, "d")
		b := a + Seq(d)
		if b.Minus(a) != d || b.After(a) != (d > 0) || a.AtMost(b) != (d >= 0) {
			t.Fatalf("%d is %d after %d, by Minus %d", b, d, a, b.Minus(a))
		}
		if d >= 0 && (!a.Between(a, b) || !b.Between(a, b) || (a-1).Between(a, b) || (b+1).Between(a, b) != (b+1 == a)) {
			t.Fatalf("Between is wrong at the edges of %d to %d", a, b)
		}
		if MaxSeq(a, b) != MaxSeq(b, a) || MaxSeq(a, b).Before(a) {
			t.Fatalf("MaxSeq(%d, %d) = %d", a, b, MaxSeq(a, b))
		}
	})
}

func TestSegmentRoomAndKind(t *testing.T) {
	for _, c := range []struct {
		s    Segment
		len  uint32
		kind Kind
	}{
		{Segment{Flags: SYN}, 1, KindSyn}, {Segment{Flags: SYN | ACK}, 1, KindSynAck}, {Segment{Flags: ACK}, 0, KindAck},
		{Segment{Flags: ACK | PSH, Payload: "abc"}, 3, KindData}, {Segment{Flags: FIN | ACK, Payload: "abc"}, 4, KindFin},
		{Segment{Flags: RST | ACK}, 0, KindRst}, {Segment{}, 0, KindNone}, {Segment{ICMP: ICMP{Set: true}}, 0, KindICMP},
	} {
		c.s.Seq = 0xffffffff
		if c.s.Len() != c.len || c.s.End() != Seq(0xffffffff+c.len) || c.s.Kind() != c.kind {
			t.Errorf("%s: Len %d, End %d, Kind %s; want Len %d, Kind %s", c.s.Flags, c.s.Len(), c.s.End(), c.s.Kind(), c.len, c.kind)
		}
		if k, ok := ParseKind(c.kind.String()); !ok || k != c.kind {
			t.Errorf("%s reads as %s", c.kind, k)
		}
	}
	if _, ok := ParseKind("PSH"); ok {
		t.Error("PSH is no kind")
	}
}
