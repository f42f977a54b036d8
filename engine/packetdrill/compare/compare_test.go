package compare

import (
	"net/netip"
	"testing"

	"wirestep/engine/packetdrill/script"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

var (
	local  = wire.Endpoint{Addr: netip.MustParseAddr("192.168.0.1"), Port: 8080}
	remote = wire.Endpoint{Addr: netip.MustParseAddr("192.0.2.1"), Port: 36869}
)

type came struct {
	at  sim.Duration
	seg wire.Segment
}

// played holds packets that come by themselves against lines, and returns the first mismatch.
func played(t *testing.T, text string, coming ...came) *Mismatch {
	t.Helper()
	s, err := script.Parse("x", text, nil)
	if err != nil {
		t.Fatal(err)
	}
	var w *Wire
	w = NewWire(WireConfig{Local: local.Addr, Remote: remote.Addr, BindPort: local.Port, Tolerance: 4 * sim.Millisecond, Await: func(limit sim.Time) bool {
		if len(coming) == 0 || Epoch.Add(coming[0].at) > limit {
			return false
		}
		c := coming[0]
		c.seg.Src, c.seg.Dst = local, remote
		w.Sent(c.seg, Epoch.Add(c.at))
		coming = coming[1:]
		return true
	}})
	for i := range s.Events {
		e := &s.Events[i]
		if e.Packet.In {
			if _, m := w.Arriving(e.Packet); m != nil {
				return m
			}
			continue
		}
		if m := w.Expect(e, sim.Second); m != nil {
			return m
		}
	}
	return nil
}

func syn(seq wire.Seq) wire.Segment { return wire.Segment{Seq: seq, Flags: wire.SYN} }

func data(seq wire.Seq, n int, flags wire.Flags) wire.Segment {
	return wire.Segment{Seq: seq, Ack: 1, Flags: flags, Payload: wire.Pattern(uint64(seq), n)}
}

// A mismatch has a kind: the judge tells a late kernel from a wrong one by it.
func TestKinds(t *testing.T) {
	const line = "+.1 > S 0:0(0)\n"
	for _, c := range []struct {
		coming []came
		want   Kind
	}{
		{[]came{{100 * sim.Millisecond, syn(77)}}, Other},
		{nil, Missing},
		{[]came{{300 * sim.Millisecond, syn(77)}}, Late},
		{[]came{{50 * sim.Millisecond, syn(77)}}, Early},
		{[]came{{100 * sim.Millisecond, data(77, 0, wire.ACK)}}, Fields},
	} {
		m := played(t, line, c.coming...)
		if got := (m == nil); got != (c.want == Other) || m != nil && m.Kind != c.want {
			t.Errorf("%v: %+v, want kind %d", c.coming, m, c.want)
		}
	}
}

// Several segments make up one line, and a bare ACK in front of them belongs to it.
func TestGather(t *testing.T) {
	const start = "0 > S 0:0(0)\n0 < S. 500:500(0) ack 1 win 9\n0 > . 1:1(0) ack 1\n"
	first := []came{{0, syn(1000)}, {0, wire.Segment{Seq: 1001, Ack: 501, Flags: wire.ACK}}}
	seg := func(seq wire.Seq, n int, f wire.Flags) came {
		s := data(seq, n, f)
		s.Ack = 501
		return came{0, s}
	}
	burst := append(first[:2:2], seg(1001, 0, wire.ACK), seg(1001, 100, wire.ACK), seg(1101, 100, wire.ACK|wire.PSH))
	if m := played(t, start+"0 > P. 1:201(200) ack 1\n", burst...); m != nil {
		t.Errorf("%+v", m)
	}
	if m := played(t, start+"0 > P. 1:301(300) ack 1\n", burst...); m == nil || m.Kind != Fields || m.Got != "P. 1:201(200) ack 1 at 0.000000" {
		t.Errorf("%+v", m)
	}
	hole := append(first[:2:2], seg(1001, 100, wire.ACK), seg(1201, 100, wire.ACK|wire.PSH))
	if m := played(t, start+"0 > . 1:101(100) ack 1\n0 > P. 101:201(100) ack 1\n", hole...); m == nil || m.Expected != "P. 101:201(100) ack 1" {
		t.Errorf("%+v", m)
	}
}
