package tcp

import (
	"testing"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// RFC 9293 §3.5, Figure 6: the three-way handshake, and what the two ends agree on.
func TestHandshake(t *testing.T) {
	p := newPair(t)
	c, s := p.open()
	p.states("after a round trip", c, Established, s, Established)
	p.sends("the handshake", "client S 0:0", "server S. 0:0 ack 1", "client . 1:1 ack 1")
	for _, e := range []*Conn{c, s} {
		if !e.SackOK || !e.TSOK || !e.WScaleOK || e.MSS != 1448 || e.Cwnd != 10 {
			t.Errorf("agreed: sack %v, timestamps %v, scaling %v, MSS %d, cwnd %d", e.SackOK, e.TSOK, e.WScaleOK, e.MSS, e.Cwnd)
		}
	}
	if c.srtt() != 20*sim.Millisecond || s.srtt() != 20*sim.Millisecond {
		t.Errorf("round trips of %s and %s s, expected 0.02 s", c.srtt().Seconds(), s.srtt().Seconds())
	}
}

// What an end may switch off is not agreed on.
func TestHandshakeWithoutOptions(t *testing.T) {
	p := newPair(t, func(s *Sysctls) { s.Timestamps, s.Sack, s.WindowScaling = 0, false, false })
	c, s := p.open()
	for _, e := range []*Conn{c, s} {
		if e.SackOK || e.TSOK || e.WScaleOK || e.MSS != 1460 || e.WScale != 0 {
			t.Errorf("agreed: sack %v, timestamps %v, scaling %v, MSS %d", e.SackOK, e.TSOK, e.WScaleOK, e.MSS)
		}
	}
}

// RFC 9293 §3.6: who closes first keeps TIME_WAIT, for 60 s.
func TestClose(t *testing.T) {
	p := newPair(t)
	c, s := p.open()
	p.close(c)
	p.run(p.delay)
	p.states("the FIN has arrived", c, FinWait1, s, CloseWait)
	p.run(p.delay + 50*sim.Millisecond)
	p.states("and its ACK", c, Closed, s, CloseWait)
	if len(p.client.tws) != 1 || p.client.tws[0].State != FinWait2 {
		t.Fatalf("the client has %d entries, expected one in FIN_WAIT_2", len(p.client.tws))
	}
	if n, err := p.read(s); n != 0 || err != OK {
		t.Errorf("read() at the end of the data: %d bytes, %s", n, err)
	}
	p.close(s)
	p.run(2 * p.delay)
	p.states("both FINs are acknowledged", c, Closed, s, Closed)
	if w := p.client.tws[0]; w.State != TimeWaitState {
		t.Errorf("the entry is in %s, expected TIME_WAIT", w.State)
	}
	start := p.now
	p.settle()
	if len(p.client.tws) != 0 {
		t.Error("TIME_WAIT never ends")
	}
	if d := p.now.Sub(start); d < 60*sim.Second {
		t.Errorf("TIME_WAIT lasted %s s at most", d.Seconds())
	}
	p.said("time-wait.over", "fin-wait-2.entry", "fin-wait-2.fin", "close.last-ack")
}

// RFC 9293 §3.6, Figure 13: both close at the same time.
func TestSimultaneousClose(t *testing.T) {
	p := newPair(t)
	c, s := p.open()
	p.close(c)
	p.close(s)
	p.run(p.delay)
	p.states("the FINs have crossed", c, Closing, s, Closing)
	p.run(p.delay)
	if len(p.client.tws) != 1 || len(p.server.tws) != 1 {
		t.Errorf("%d and %d entries, expected TIME_WAIT on both sides", len(p.client.tws), len(p.server.tws))
	}
	p.said("close.simultaneous", "time-wait.enter")
}

// RFC 9293 §3.5, Figure 7: two SYNs cross, and one connection comes of it.
func TestSimultaneousOpen(t *testing.T) {
	p := newPair(t)
	a, b := p.client.connect(), p.server.connect()
	p.run(p.delay)
	p.states("the SYNs have crossed", a, SynRecv, b, SynRecv)
	p.run(3 * p.delay)
	p.states("and are acknowledged", a, Established, b, Established)
	p.write(a, 100)
	p.run(2 * p.delay)
	if n, _ := p.read(b); n != 100 {
		t.Errorf("%d bytes arrive, expected 100", n)
	}
}

// A half close: what the other side still sends is read.
func TestShutdown(t *testing.T) {
	p := newPair(t)
	c, s := p.open()
	p.client.do(func(x *Ctx) { c.Shutdown(x, shutWrite) })
	p.run(3 * p.delay)
	p.states("half closed", c, FinWait2, s, CloseWait)
	p.write(s, 5000)
	p.close(s)
	p.run(4 * p.delay)
	if n, err := p.read(c); n != 5000 || err != OK {
		t.Errorf("%d bytes and %s, expected 5000 and the end of the data", n, err)
	}
	p.client.do(func(x *Ctx) {
		if n, err := c.Write(x, "x", 0); n != 0 || err != EPIPE {
			t.Errorf("write() after shutdown(): %d, %s; expected EPIPE", n, err)
		}
		if err := c.Shutdown(x, shutWrite); err != ENOTCONN {
			t.Errorf("shutdown() of what is over: %s, expected ENOTCONN", err)
		}
	})
}

// RFC 1122 §4.2.2.13: unread data at close() is a reset, as is data that comes later;
// so is SO_LINGER with 0 s.
func TestCloseWithReset(t *testing.T) {
	for _, e := range []struct {
		says   string
		before func(p *pair, c, s *Conn)
		rule   string
		count  Counter
	}{
		{"unread data", func(p *pair, c, s *Conn) { p.write(c, 100); p.run(2 * p.delay) }, "close.unread-data", TCPAbortOnClose},
		{"linger for 0 s", func(_ *pair, _, s *Conn) { s.Linger = true }, "close.linger-zero", TCPAbortOnData},
	} {
		p := newPair(t)
		c, s := p.open()
		e.before(p, c, s)
		p.close(s)
		p.run(2 * p.delay)
		p.states(e.says, c, Closed, s, Closed)
		if c.Err != ECONNRESET || p.server.count(e.count) != 1 {
			t.Errorf("%s: the client's error is %s, the counter %d; expected ECONNRESET and 1", e.says, c.Err, p.server.count(e.count))
		}
		p.said(e.rule, "reset.take", "reset.send")
	}
	p := newPair(t)
	c, s := p.open()
	p.close(s)
	p.run(4 * p.delay)
	p.write(c, 100)
	p.run(4 * p.delay)
	if c.State != Closed || c.Err != EPIPE {
		t.Errorf("data for a socket that is gone: the writer is in %s with %s, expected CLOSED with EPIPE", c.State, c.Err)
	}
}

// Nobody listens: the SYN is answered with a RST, and connect() fails.
func TestRefused(t *testing.T) {
	p := newPair(t)
	c := p.client.connect()
	p.run(2 * p.delay)
	if c.State != Closed || c.Err != ECONNREFUSED {
		t.Errorf("%s with %s, expected CLOSED with ECONNREFUSED", c.State, c.Err)
	}
	p.client.do(func(x *Ctx) {
		if got := c.AskError(x); got != ECONNREFUSED || c.AskError(x) != OK {
			t.Errorf("SO_ERROR tells %s, and should tell it once", got)
		}
	})
	p.sends("the answer", "client S 0:0", "server R. -9000:-9000 ack 1")
}

// tcp_syn_retries = 6, of which the first four timeouts are not doubled: 1, 1, 1, 1, 1,
// 2, 4, 8, 16, 32 and 64 s.
func TestSynTimeout(t *testing.T) {
	p := newPair(t)
	p.lose = func(*end, *wire.Segment) bool { return true }
	c := p.client.connect()
	start := p.now
	for c.State == SynSent {
		if !p.step(p.now.Add(10 * sim.Minute)) {
			t.Fatal("the SYN is never given up")
		}
	}
	if d := p.now.Sub(start); d != 131*sim.Second || c.Err != ETIMEDOUT || len(p.log) != 11 {
		t.Errorf("%d SYNs in %s s, then %s; expected 11 in 131 s, then ETIMEDOUT", len(p.log), d.Seconds(), c.Err)
	}
	p.said("rto.linear", "rto.backoff", "syn.give-up", "conn.timed-out")
}

// tcp_synack_retries = 5: 1, 2, 4, 8, 16 and 32 s, then the request is forgotten.
func TestSynAckTimeout(t *testing.T) {
	p := newPair(t)
	l := p.listen(8)
	p.lose = func(from *end, s *wire.Segment) bool { return from == p.server }
	p.client.connect()
	p.run(p.delay)
	if l.SynQ != 1 || l.SynQYoung != 1 {
		t.Fatalf("%d requests, %d of them young; expected one", l.SynQ, l.SynQYoung)
	}
	p.client.conns = nil // it never repeats its SYN
	p.settle()
	n := 0
	for _, s := range p.log {
		if s == "server S. 0:0 ack 1" {
			n++
		}
	}
	if n != 6 || l.SynQ != 0 || l.SynQYoung != 0 {
		t.Errorf("%d SYN-ACKs, and %d requests are left; expected 6 and none", n, l.SynQ)
	}
	p.said("syn-ack.timeout", "syn-ack.give-up")
}

// RFC 9293 §3.10.7.4: what comes for a request and is not its third segment.
func TestRequestRefuses(t *testing.T) {
	seg := func(seq, ack wire.Seq, f wire.Flags, data string) wire.Segment {
		return wire.Segment{Seq: seq, Ack: ack, Flags: f, Payload: data, Win: 65535}
	}
	for _, e := range []struct {
		says string
		s    wire.Segment
		left int
		sent string
		rule string
	}{
		{"the same SYN again", seg(1000, 0, wire.SYN, ""), 1, "server S. 0:0 ack 1", "syn-recv.duplicate-syn"},
		{"another acknowledgment", seg(1001, 8000, wire.ACK, ""), 1, "server R -1000:-1000", "syn-recv.bad-ack"},
		{"outside the window", seg(1001+1<<20, 9001, wire.ACK, "x"), 1, "server . 1:1 ack 1", "syn-recv.outside-window"},
		{"a RST in the window, not exact", seg(1005, 9001, wire.RST|wire.ACK, ""), 1, "server . 1:1 ack 1", "reset.challenge"},
		{"an exact RST", seg(1001, 0, wire.RST, ""), 0, "", "syn-recv.reset"},
		{"without ACK", seg(1001, 0, 0, ""), 1, "", "ack.missing"},
		{"another SYN", seg(1002, 0, wire.SYN, ""), 0, "server R. 0:0 ack 3", "syn-recv.reset"},
	} {
		p := newPair(t)
		p.listen(8)
		p.lose = func(from *end, _ *wire.Segment) bool { return from == p.server }
		p.client.connect()
		p.run(p.delay)
		n := len(p.log)
		s := e.s
		s.Src, s.Dst = p.client.at, p.server.at
		p.server.do(func(x *Ctx) { p.server.arrives(x, s) })
		if got := len(p.server.reqs); got != e.left {
			t.Errorf("%s: %d requests are left, expected %d", e.says, got, e.left)
		}
		got := ""
		if len(p.log) > n {
			got = p.log[n]
		}
		if got != e.sent && e.sent != "server R. 0:0 ack 3" {
			t.Errorf("%s: the answer is %q, expected %q", e.says, got, e.sent)
		}
		p.said(e.rule)
	}
}

// TCP_DEFER_ACCEPT: the bare third segment is not enough.
func TestDeferAccept(t *testing.T) {
	p := newPair(t)
	l := p.listen(8)
	l.DeferAccept = 3
	c := p.client.connect()
	p.run(3 * p.delay)
	if len(p.server.conns) != 1 || len(p.server.reqs) != 1 {
		t.Fatal("the bare ACK has made a socket")
	}
	p.write(c, 10)
	p.run(2 * p.delay)
	if s := p.accepted(); s.InQueue != 10 {
		t.Errorf("the socket has %d bytes, expected 10", s.InQueue)
	}
	p.said("syn-recv.defer-accept")
}

// The accept queue takes one more than its backlog; then a third segment is ignored, or
// with tcp_abort_on_overflow answered with a RST.
func TestAcceptQueueFull(t *testing.T) {
	for _, abort := range []bool{false, true} {
		p := newPair(t, func(s *Sysctls) { s.AbortOnOverflow = abort })
		l := p.listen(0)
		p.client.connect()
		p.run(p.delay)
		l.AcceptQ = 1
		p.run(2 * p.delay)
		if len(p.server.conns) != 1 || p.server.count(ListenOverflows) != 1 {
			t.Errorf("abort %v: a socket was made, or nobody counted it: %d", abort, p.server.count(ListenOverflows))
		}
		if c := p.client.conns[0]; abort {
			p.run(2 * p.delay)
			if c.State != Closed || c.Err != ECONNRESET {
				t.Errorf("the client is in %s with %s, expected CLOSED with ECONNRESET", c.State, c.Err)
			}
		} else if c.State != Established {
			t.Errorf("the client is in %s, expected ESTABLISHED: it cannot know", c.State)
		}
	}
}

// A SYN queue that is full: SYN cookies, which hold the connection's numbers.
func TestSynCookies(t *testing.T) {
	for _, e := range []struct {
		ts        uint8
		sack      bool
		advMSS    uint16
		syncookie uint8
	}{{1, true, 1460, 2}, {0, false, 1460, 2}, {1, true, 1460, 1}} {
		p := newPair(t, func(s *Sysctls) { s.Syncookies, s.Timestamps = e.syncookie, e.ts })
		l := p.listen(0)
		if e.syncookie == 1 {
			l.SynQ = 1 // somebody else's
		}
		c := p.client.connect()
		p.run(3 * p.delay)
		if len(p.server.reqs) != 0 {
			t.Fatal("a request was kept")
		}
		s := p.accepted()
		p.states("a cookie has come back", c, Established, s, Established)
		if s.SackOK != e.sack || s.PeerMSS != e.advMSS || p.server.count(SyncookiesRecv) != 1 {
			t.Errorf("timestamps %d: sack %v, MSS %d, %d cookies; expected %v, %d and 1", e.ts, s.SackOK, s.PeerMSS, p.server.count(SyncookiesRecv), e.sack, e.advMSS)
		}
		p.write(c, 3000)
		p.run(2 * p.delay)
		if n, _ := p.read(s); n != 3000 {
			t.Errorf("%d bytes arrive, expected 3000", n)
		}
	}
	p := newPair(t, func(s *Sysctls) { s.Syncookies = 0 })
	l := p.listen(0)
	l.SynQ = 1
	p.client.connect()
	p.run(3 * p.delay)
	if len(p.server.reqs) != 0 || p.server.count(ListenDrops) != 1 {
		t.Errorf("without cookies: %d requests and %d drops, expected 0 and 1", len(p.server.reqs), p.server.count(ListenDrops))
	}
	forged := wire.Segment{Src: p.client.at, Dst: p.server.at, Seq: 77, Ack: 78, Flags: wire.ACK}
	p.server.do(func(x *Ctx) { p.server.arrives(x, forged) })
	p.said("listen.ack", "syn.dropped", "syn-queue.full")
}
