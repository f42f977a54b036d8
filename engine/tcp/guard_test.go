package tcp

import (
	"strings"
	"testing"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// forge lets a segment from the client's address come to the server, at once.
func (p *pair) forge(s wire.Segment) {
	s.Src, s.Dst = p.client.at, p.server.at
	if s.Win == 0 {
		s.Win = 65535
	}
	p.server.do(func(x *Ctx) { p.server.arrives(x, s) })
}

// RFC 9293 §3.10.7.4 and RFC 5961: what a connection does with a segment that may not be
// its peer's. The client has 1 to its name, the server 1, in relative numbers.
func TestUnacceptable(t *testing.T) {
	ts := func(s wire.Segment, val uint32) wire.Segment {
		s.Opts.Has |= wire.HasTS
		s.Opts.TSVal = val
		return s
	}
	for _, e := range []struct {
		says    string
		s       wire.Segment
		set     func(p *pair, s *Conn)
		state   State
		answers int
		count   Counter
		rule    string
	}{
		{"before the window", wire.Segment{Seq: 901, Ack: 9001, Flags: wire.ACK, Payload: strings.Repeat("x", 50)}, nil, Established, 1, DelayedACKLost, "seq.unacceptable"},
		{"beyond the window", wire.Segment{Seq: 1001 + 1<<22, Ack: 9001, Flags: wire.ACK, Payload: "x"}, nil, Established, 1, BeyondWindow, "seq.unacceptable"},
		{"an exact RST", wire.Segment{Seq: 1001, Flags: wire.RST}, nil, Closed, 0, EstabResets, "reset.take"},
		{"a RST in the window", wire.Segment{Seq: 1011, Flags: wire.RST}, nil, Established, 1, TCPChallengeACK, "reset.challenge"},
		{"a RST outside of it", wire.Segment{Seq: 901, Flags: wire.RST}, nil, Established, 0, InSegs, "reset.outside"},
		{"a RST in the window of an old kernel", wire.Segment{Seq: 1011, Flags: wire.RST}, func(p *pair, _ *Conn) { p.server.sys.RSTInWindow = true }, Closed, 0, EstabResets, "reset.in-window"},
		{"a SYN", wire.Segment{Seq: 5000, Flags: wire.SYN}, nil, Established, 1, TCPSYNChallenge, "syn.challenge"},
		{"a SYN for an old kernel", wire.Segment{Seq: 1011, Ack: 9001, Flags: wire.SYN | wire.ACK}, func(p *pair, _ *Conn) { p.server.sys.RSTInWindow = true }, Closed, 0, EstabResets, "syn.in-window"},
		{"no ACK", wire.Segment{Seq: 1001, Payload: "x"}, nil, Established, 0, InSegs, "ack.missing"},
		{"neither ACK nor anything", wire.Segment{Seq: 1001, Flags: wire.PSH, Payload: "x"}, nil, Established, 0, InSegs, "ack.missing"},
		{"an acknowledgment of what was never sent", wire.Segment{Seq: 1001, Ack: 9500, Flags: wire.ACK}, nil, Established, 1, TCPChallengeACK, "ack.unsent"},
		{"an acknowledgment that is far too old", wire.Segment{Seq: 1001, Ack: 1<<32 - 1<<20, Flags: wire.ACK}, nil, Established, 1, TCPChallengeACK, "ack.too-old"},
		{"an old timestamp", ts(wire.Segment{Seq: 1001, Ack: 9001, Flags: wire.ACK, Payload: "x"}, 1), nil, Established, 1, PAWSEstab, "paws.drop"},
		{"an old timestamp, overtaken", ts(wire.Segment{Seq: 1000, Ack: 9001, Flags: wire.ACK}, 1), nil, Established, 0, PAWSOldAck, "paws.old-ack"},
		{"a SYN with an old timestamp", ts(wire.Segment{Seq: 1001, Flags: wire.SYN}, 1), nil, Established, 1, TCPSYNChallenge, "syn.challenge"},
	} {
		p := newPair(t)
		_, s := p.open()
		if e.set != nil {
			e.set(p, s)
		}
		p.client.conns = nil
		n, was := len(p.log), p.server.count(e.count)
		p.forge(e.s)
		answers := len(p.log) - n
		if e.rule == "syn.in-window" {
			answers-- // its RST
		}
		if s.State != e.state || answers != e.answers {
			t.Errorf("%s: %s and %d answers; expected %s and %d", e.says, s.State, answers, e.state, e.answers)
		}
		if e.count != InSegs && p.server.count(e.count) == was {
			t.Errorf("%s: its counter does not move", e.says)
		}
		p.said(e.rule)
	}
}

// Answers to what is unacceptable are rationed: one in half a second, unless it is data.
func TestRationedAnswers(t *testing.T) {
	p := newPair(t)
	_, s := p.open()
	p.client.conns = nil
	n := len(p.log)
	for range 5 {
		p.forge(wire.Segment{Seq: 901, Ack: 9001, Flags: wire.ACK})
	}
	if len(p.log) != n+1 || p.server.count(TCPACKSkippedSeq) != 4 {
		t.Errorf("%d answers, %d saved; expected 1 and 4", len(p.log)-n, p.server.count(TCPACKSkippedSeq))
	}
	for range 3 {
		p.forge(wire.Segment{Seq: 901, Ack: 9001, Flags: wire.ACK, Payload: "x"})
	}
	if len(p.log) != n+4 || s.Dsack != (wire.SackBlock{}) {
		t.Errorf("%d answers, data is always answered; a D-SACK block waits: %v", len(p.log)-n, s.Dsack)
	}
	p.said("challenge.limit", "sack.duplicate")
	// the host's own limit
	p = newPair(t, func(s *Sysctls) { s.ChallengeAckLimit, s.InvalidRatelimit = 2, 0 })
	p.open()
	p.client.conns = nil
	n = len(p.log)
	for range 10 {
		p.forge(wire.Segment{Seq: 1011, Flags: wire.RST})
	}
	if got := len(p.log) - n; got < 1 || got > 2 {
		t.Errorf("%d challenge ACKs in one second, expected one or two", got)
	}
	p.said("challenge.host-limit", "challenge.ack")
}

// RFC 9293 §3.10.7.4 and RFC 1337: what an entry in TIME_WAIT does with stragglers.
func TestTimeWaitStragglers(t *testing.T) {
	for _, e := range []struct {
		says    string
		s       wire.Segment
		set     func(p *pair)
		left    int
		answers int
		rule    string
	}{
		{"the FIN again", wire.Segment{Seq: 9001, Ack: 1002, Flags: wire.FIN | wire.ACK}, nil, 1, 1, "time-wait.ack"},
		{"an ACK in order", wire.Segment{Seq: 9002, Ack: 1002, Flags: wire.ACK}, nil, 1, 0, "time-wait.restart"},
		{"an exact RST", wire.Segment{Seq: 9002, Flags: wire.RST}, nil, 0, 0, "time-wait.assassinated"},
		{"an exact RST with tcp_rfc1337", wire.Segment{Seq: 9002, Flags: wire.RST}, func(p *pair) { p.client.sys.RFC1337 = true }, 1, 0, "time-wait.rfc1337"},
		{"another RST", wire.Segment{Seq: 9050, Flags: wire.RST}, nil, 1, 0, "time-wait.ignore"},
		{"a new SYN, and somebody listens", wire.Segment{Seq: 99000, Flags: wire.SYN}, func(p *pair) { p.client.conns[0].State = Listen }, 0, 1, "time-wait.new-syn"},
		{"a new SYN, and nobody does", wire.Segment{Seq: 99000, Flags: wire.SYN}, nil, 1, 1, "time-wait.ack"},
		{"an old SYN", wire.Segment{Seq: 8000, Flags: wire.SYN}, nil, 1, 1, "time-wait.ack"},
		{"an old timestamp", wire.Segment{Seq: 9002, Ack: 1002, Flags: wire.ACK, Opts: wire.Options{Has: wire.HasTS, TSVal: 1}}, nil, 1, 1, "paws.check"},
	} {
		p := newPair(t)
		c, s := p.open()
		p.close(c)
		p.run(2 * p.delay)
		p.close(s)
		p.run(4 * p.delay)
		if len(p.client.tws) != 1 || p.client.tws[0].State != TimeWaitState {
			t.Fatalf("%s: no TIME_WAIT", e.says)
		}
		if e.set != nil {
			e.set(p)
		}
		n, seg := len(p.log), e.s
		seg.Src, seg.Dst = p.server.at, p.client.at
		p.client.do(func(x *Ctx) { p.client.arrives(x, seg) })
		if len(p.client.tws) != e.left || len(p.log)-n != e.answers {
			t.Errorf("%s: %d entries and %d answers; expected %d and %d", e.says, len(p.client.tws), len(p.log)-n, e.left, e.answers)
		}
		p.said(e.rule)
	}
}

// The small entry that waits in FIN_WAIT_2 for the FIN of the peer.
func TestFinWait2Stragglers(t *testing.T) {
	for _, e := range []struct {
		says    string
		s       wire.Segment
		state   State // 0: gone
		answers int
		rule    string
	}{
		{"the FIN", wire.Segment{Seq: 9001, Ack: 1002, Flags: wire.FIN | wire.ACK}, TimeWaitState, 1, "fin-wait-2.fin"},
		{"data", wire.Segment{Seq: 9001, Ack: 1002, Flags: wire.ACK, Payload: "x"}, 0, 1, "fin-wait-2.data"},
		{"a FIN behind data", wire.Segment{Seq: 9001, Ack: 1002, Flags: wire.FIN | wire.ACK, Payload: "x"}, 0, 1, "fin-wait-2.data"},
		{"a RST", wire.Segment{Seq: 9001, Flags: wire.RST}, 0, 0, "reset.take"},
		{"a SYN in the window", wire.Segment{Seq: 9005, Flags: wire.SYN}, 0, 1, "fin-wait-2.data"},
		{"an ACK", wire.Segment{Seq: 9001, Ack: 1002, Flags: wire.ACK}, FinWait2, 0, "time-wait.ignore"},
		{"what is outside the window", wire.Segment{Seq: 9001 + 1<<22, Ack: 1002, Flags: wire.ACK, Payload: "x"}, FinWait2, 1, "time-wait.ack"},
	} {
		p := newPair(t)
		c, _ := p.open()
		p.close(c)
		p.run(3 * p.delay)
		if len(p.client.tws) != 1 {
			t.Fatalf("%s: no entry", e.says)
		}
		n, seg := len(p.log), e.s
		seg.Src, seg.Dst = p.server.at, p.client.at
		p.client.do(func(x *Ctx) { p.client.arrives(x, seg) })
		state := State(0)
		if len(p.client.tws) > 0 {
			state = p.client.tws[0].State
		}
		if state != e.state || len(p.log)-n != e.answers {
			t.Errorf("%s: %s and %d answers; expected %s and %d", e.says, state, len(p.log)-n, e.state, e.answers)
		}
		p.said(e.rule)
	}
}

// FIN_WAIT_2 of a socket that is closed lasts tcp_fin_timeout, or TCP_LINGER2. What is
// above a minute the socket waits first, and then its entry once more; a negative one is
// a reset.
func TestFinWait2Time(t *testing.T) {
	for _, e := range []struct {
		linger2 int32
		want    sim.Duration
		reset   bool
	}{{0, 60 * sim.Second, false}, {5, 5 * sim.Second, false}, {100, 80 * sim.Second, false}, {-1, 0, true}} {
		p := newPair(t)
		c, _ := p.open()
		c.Linger2 = e.linger2
		p.close(c)
		p.run(2 * p.delay)
		start := p.now
		p.settle()
		reset := false
		for _, s := range p.log {
			reset = reset || strings.HasPrefix(s, "client R")
		}
		if d := p.now.Sub(start) - 10*sim.Minute; c.State != Closed || len(p.client.tws) != 0 || reset != e.reset || (d-e.want) > sim.Second || (e.want-d) > sim.Second {
			t.Errorf("TCP_LINGER2 = %d: %s, a RST %v, after %s s; expected %s s", e.linger2, c.State, reset, d.Seconds(), e.want.Seconds())
		}
	}
	// closed only after the FIN was acknowledged, and the socket's own timer
	p := newPair(t)
	c, _ := p.open()
	c.Linger2 = -1
	p.client.do(func(x *Ctx) { c.Shutdown(x, shutWrite) })
	p.run(3 * p.delay)
	p.close(c)
	if c.State != Closed || p.client.count(TCPAbortOnLinger) != 1 {
		t.Errorf("%s, %d aborts", c.State, p.client.count(TCPAbortOnLinger))
	}
}

// An ICMP error: it ends an attempt to connect, and is only remembered later, unless the
// application has asked to hear of it; numbers that are not in flight are forged.
func TestICMPErrors(t *testing.T) {
	unreachable := wire.ICMP{Set: true, Type: 3, Code: 1}
	p := newPair(t)
	c := p.client.connect()
	tell := func(c *Conn, seq wire.Seq, m wire.ICMP) {
		p.client.do(func(x *Ctx) { c.OnICMP(x, &wire.Segment{Seq: seq, ICMP: m}) })
	}
	tell(c, 77, unreachable)
	if c.State != SynSent {
		t.Fatal("a forged message ends the attempt")
	}
	p.client.x.Busy = true
	tell(c, 1000, unreachable)
	if p.client.x.Busy = false; c.State != SynSent || c.Soft != EHOSTUNREACH {
		t.Error("a message that comes within the call cannot end it")
	}
	tell(c, 1000, unreachable)
	if c.State != Closed || c.Err != EHOSTUNREACH {
		t.Errorf("%s with %s, expected CLOSED with EHOSTUNREACH", c.State, c.Err)
	}
	p.said("icmp.outside", "icmp.refused", "icmp.locked")

	p = newPair(t)
	c, _ = p.open()
	p.lose = func(*end, *wire.Segment) bool { return true }
	p.write(c, 100)
	p.run(2 * sim.Second)
	before := c.Backoff
	tell(c, 1001, unreachable)
	if c.State != Established || c.Soft != EHOSTUNREACH || c.Backoff != before-1 {
		t.Errorf("%s, %s remembered, %d doublings of %d", c.State, c.Soft, c.Backoff, before)
	}
	c.IP.RecvErr = true
	tell(c, 1001, wire.ICMP{Set: true, Type: 3, Code: 3})
	if c.Err != ECONNREFUSED {
		t.Errorf("IP_RECVERR: the error is %s", c.Err)
	}
	p.said("icmp.soft", "icmp.told", "icmp.revert-backoff")
	for _, e := range []struct {
		m    wire.ICMP
		want Errno
	}{
		{wire.ICMP{Type: 3, Code: 0}, ENETUNREACH}, {wire.ICMP{Type: 3, Code: 3}, ECONNREFUSED}, {wire.ICMP{Type: 3, Code: 4}, OK}, {wire.ICMP{Type: 11}, EHOSTUNREACH},
		{wire.ICMP{Type: 12}, EPROTO}, {wire.ICMP{V6: true, Type: 1, Code: 1}, EACCES}, {wire.ICMP{V6: true, Type: 3}, EHOSTUNREACH}, {wire.ICMP{V6: true, Type: 4}, EPROTO}, {wire.ICMP{Type: 8}, OK},
	} {
		if got := icmpErrno(e.m); got != e.want {
			t.Errorf("%+v is %s, expected %s", e.m, got, e.want)
		}
	}
}

// RFC 1191: a router takes no packets of that size. Segments get smaller, what was too
// large is sent again at once, and the host remembers.
func TestPathMTU(t *testing.T) {
	p := newPair(t)
	c, s := p.open()
	p.lose = func(from *end, s *wire.Segment) bool {
		if from != p.client || len(s.Payload)+52 <= 1400 {
			return false
		}
		p.flying = append(p.flying, flight{p.now.Add(p.delay), p.client, wire.Segment{Seq: s.Seq, ICMP: wire.ICMP{Set: true, Type: 3, Code: 4, MTU: 1400}}})
		return true
	}
	p.transfer(c, s, 1<<17)
	if c.MTU != 1400 || c.MSS != 1348 || c.Ssthresh != infSsthresh && c.CA != Open {
		t.Errorf("MTU %d, MSS %d", c.MTU, c.MSS)
	}
	p.client.do(func(x *Ctx) {
		if got := pathMTU(x, p.server.at.Addr, 1500); got != 1400 {
			t.Errorf("the host remembers %d", got)
		}
	})
	p.client.x.Now += sim.Time(11 * sim.Minute)
	if got := pathMTU(&p.client.x, p.server.at.Addr, 1500); got != 1500 {
		t.Errorf("after eleven minutes it still remembers %d", got)
	}
	p.said("icmp.too-big", "mtu.remembered")
	if smallerMTU(wire.ICMP{Type: 3, Code: 4, MTU: 68}) != 552 || smallerMTU(wire.ICMP{V6: true, Type: 2, MTU: 68}) != 1280 {
		t.Error("a path MTU that is too small is believed")
	}
}

// RFC 4821: no router says a word, and large packets vanish.
func TestBlackHole(t *testing.T) {
	p := newPair(t, func(s *Sysctls) { s.MTUProbing = 1 })
	c, s := p.open()
	p.lose = func(from *end, s *wire.Segment) bool { return from == p.client && len(s.Payload)+52 > 1200 }
	p.transfer(c, s, 1<<16)
	if !c.MTUProbing || c.MSS > 1148 {
		t.Errorf("searching %v, MSS %d", c.MTUProbing, c.MSS)
	}
	p.said("mtu.black-hole")
	// and the search itself: from 1024 up
	p = newPair(t, func(s *Sysctls) { s.MTUProbing = 2 })
	c, s = p.open()
	small := c.MSS
	p.lose = func(from *end, s *wire.Segment) bool { return from == p.client && len(s.Payload)+52 > 1300 }
	p.transfer(c, s, 1<<21)
	if c.MSS <= small || c.MSS > 1248 {
		t.Errorf("the search began with segments of %d and has come to %d, expected up to 1248", small, c.MSS)
	}
	p.said("mtu.probe", "mtu.probe-success", "mtu.probe-failure")
}
