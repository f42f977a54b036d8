package tcp

import (
	"testing"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// fastPair is a pair in which Fast Open is on at both ends, and the server listens.
func fastPair(t *testing.T, set ...func(*Sysctls)) (*pair, *Conn) {
	p := newPair(t, append([]func(*Sysctls){func(s *Sysctls) {
		s.FastOpen, s.FastOpenKeys[0], s.FastOpenKeyN, s.FastOpenHole = FastOpenClient|FastOpenServer, FastOpenKey{1, 2}, 1, 3600*sim.Second
	}}, set...)...)
	l := p.listen(8)
	l.TuneFastOpen(&p.server.sys, 4)
	return p, l
}

// fast opens with data in the SYN.
func (e *end) fast(data string) (c *Conn, took int) {
	c = e.socket()
	e.do(func(x *Ctx) { took = c.ConnectFast(x, e.isn, data) })
	return c, took
}

// RFC 7413 §4.2, Figure 1: the first connection asks for a cookie, the second one sends
// data with it, and the server reads it before the handshake is complete.
func TestFastOpen(t *testing.T) {
	p, l := fastPair(t)
	c, took := p.client.fast("hello")
	if took != 0 {
		t.Fatalf("without a cookie %d bytes went along", took)
	}
	p.run(3 * p.delay)
	if c.State != Established || c.SynDataAcked || p.client.x.Mem.Metrics[0].Cookie.N != ownCookieLen {
		t.Fatalf("%s, a cookie of %d bytes", c.State, p.client.x.Mem.Metrics[0].Cookie.N)
	}
	p.said("fastopen.ask", "fastopen.grant", "fastopen.keep-cookie")
	p.client.conns, p.server.conns = nil, p.server.conns[:1]
	p.client.isn, p.server.isn, p.log = 50000, 90000, nil

	c, took = p.client.fast("hello")
	if took != 5 {
		t.Fatalf("with a cookie %d bytes went along", took)
	}
	p.run(p.delay)
	s := p.server.conns[1]
	if s.State != SynRecv || !s.FOChild || l.FOQ != 1 || !s.HalfOpen() {
		t.Fatalf("the server's socket is in %s, %d wait", s.State, l.FOQ)
	}
	if n, err := p.read(s); n != 5 || err != EAGAIN {
		t.Errorf("read() before the third segment: %d bytes, %s", n, err)
	}
	p.write(s, 100)
	p.run(3 * p.delay)
	p.states("after the third segment", c, Established, s, Established)
	if n, _ := p.read(c); n != 100 || !c.SynDataAcked || l.FOQ != 0 || s.HalfOpen() {
		t.Errorf("the answer has %d bytes; %d still wait", n, l.FOQ)
	}
	if got := p.log[:2]; got[0] != "client S 0:5" || got[1] != "server S. 0:0 ack 6" {
		t.Errorf("the handshake was %q", got)
	}
	p.said("fastopen.send", "fastopen.take", "fastopen.taken", "fastopen.done")
}

// What a server makes of the cookie that comes with a SYN (RFC 7413 §4.1.2).
func TestFastOpenCookies(t *testing.T) {
	key := FastOpenKey{1, 2}
	for _, e := range []struct {
		says string
		set  func(p *pair, l *Conn, m *Metrics)
		now  bool
		rule string
	}{
		{"the right one", func(p *pair, _ *Conn, m *Metrics) { m.Cookie = FastOpenCookie(key, p.client.at.Addr, p.server.at.Addr) }, true, "fastopen.take"},
		{"a wrong one", func(_ *pair, _ *Conn, m *Metrics) { m.Cookie = Cookie{N: ownCookieLen} }, false, "fastopen.bad-cookie"},
		{"one of the backup key", func(p *pair, l *Conn, m *Metrics) {
			m.Cookie = FastOpenCookie(key, p.client.at.Addr, p.server.at.Addr)
			if l.SetFastOpenKey("short") || !l.SetFastOpenKey("0123456789abcdef\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00") {
				p.Error("TCP_FASTOPEN_KEY takes 16 or 32 bytes")
			}
		}, true, "fastopen.backup-key"},
		{"none, and none is asked for", func(p *pair, l *Conn, _ *Metrics) {
			p.client.sys.FastOpen |= fastOpenClientNoCookie
			l.FONoCookie = true
		}, true, "fastopen.take"},
		{"no room", func(p *pair, l *Conn, m *Metrics) {
			m.Cookie = FastOpenCookie(key, p.client.at.Addr, p.server.at.Addr)
			l.FOMax = 0
		}, false, "listen.syn"},
		{"as many as TCP_FASTOPEN allows", func(p *pair, l *Conn, m *Metrics) {
			m.Cookie = FastOpenCookie(key, p.client.at.Addr, p.server.at.Addr)
			l.FOQ = 4
		}, false, "fastopen.full"},
		{"a place that a reset held, a minute ago", func(p *pair, l *Conn, m *Metrics) {
			m.Cookie = FastOpenCookie(key, p.client.at.Addr, p.server.at.Addr)
			l.FOQ, l.foResets = 4, []sim.Time{p.now}
		}, true, "fastopen.take"},
	} {
		p, l := fastPair(t)
		m := Metrics{Local: p.client.at.Addr, Remote: p.server.at.Addr, MSS: 1460, At: p.now}
		e.set(p, l, &m)
		p.client.x.Mem.Metrics = []Metrics{m}
		c, _ := p.client.fast("hello")
		p.run(p.delay)
		if now := len(p.server.conns) == 2; now != e.now {
			t.Errorf("%s: a socket at once %v, expected %v", e.says, now, e.now)
		}
		p.said(e.rule)
		p.run(10 * p.delay)
		s := p.server.conns[len(p.server.conns)-1]
		p.states(e.says, c, Established, s, Established)
		if n, _ := p.read(s); n != 5 {
			t.Errorf("%s: %d bytes arrive, expected 5, with the SYN or after it", e.says, n)
		}
	}
}

// known lets the client have the server's cookie.
func (p *pair) known() {
	k := FastOpenCookie(FastOpenKey{1, 2}, p.client.at.Addr, p.server.at.Addr)
	p.client.x.Mem.Metrics = []Metrics{{Local: p.client.at.Addr, Remote: p.server.at.Addr, MSS: 1460, Cookie: k, At: p.now}}
}

// The third segment is missing: the socket repeats the SYN-ACK, and gives up after one
// repetition more than tcp_synack_retries.
func TestFastOpenThirdSegmentMissing(t *testing.T) {
	p, l := fastPair(t)
	p.known()
	p.client.fast("hello")
	p.run(p.delay)
	p.client.conns = nil
	p.lose = func(*end, *wire.Segment) bool { return true }
	s := p.server.conns[1]
	p.write(s, 100)
	p.settle()
	p.server.do(func(x *Ctx) {
		if left := s.TakeLeft(); left != nil {
			l.FastOpenLeave(x, left.Reset, true)
		}
	})
	if s.State != Closed || s.Err != ETIMEDOUT || l.FOQ != 0 || s.TotalRetrans != 6 {
		t.Errorf("%s with %s, %d SYN-ACKs again, %d wait", s.State, s.Err, s.TotalRetrans, l.FOQ)
	}
	p.said("fastopen.syn-ack-timeout", "fastopen.give-up")
}

// What else may come while the third segment is missing.
func TestFastOpenHalfOpen(t *testing.T) {
	for _, e := range []struct {
		says  string
		s     wire.Segment
		state State
		sent  int
	}{
		{"the SYN again", wire.Segment{Seq: 1000, Flags: wire.SYN, Payload: "hello"}, SynRecv, 1},
		{"an exact RST", wire.Segment{Seq: 1006, Flags: wire.RST}, Closed, 0},
		{"a RST that is not exact", wire.Segment{Seq: 1010, Flags: wire.RST}, SynRecv, 1},
		{"another SYN", wire.Segment{Seq: 1010, Flags: wire.SYN}, SynRecv, 1},
		{"without ACK", wire.Segment{Seq: 1006}, SynRecv, 0},
		{"outside the window", wire.Segment{Seq: 1006 + 1<<20, Ack: 9001, Flags: wire.ACK, Payload: "x"}, SynRecv, 1},
	} {
		p, l := fastPair(t)
		p.known()
		p.client.fast("hello")
		p.lose = func(*end, *wire.Segment) bool { return true }
		p.run(p.delay)
		n, s := len(p.log), p.server.conns[1]
		seg := e.s
		seg.Src, seg.Dst, seg.Win = p.client.at, p.server.at, 65535
		p.server.do(func(x *Ctx) { p.server.arrives(x, seg) })
		if s.State != e.state || len(p.log)-n != e.sent {
			t.Errorf("%s: %s, and %d answers; expected %s and %d", e.says, s.State, len(p.log)-n, e.state, e.sent)
		}
		if e.state == Closed && (l.FOQ != 0 || s.Err != ECONNRESET) {
			t.Errorf("%s: %d wait, the error is %s", e.says, l.FOQ, s.Err)
		}
	}
}

// RFC 7413 §5.1: a reset by somebody whose connection was accepted holds its place.
func TestFastOpenResetPenalty(t *testing.T) {
	p, l := fastPair(t)
	l.FOQ = 1
	p.server.do(func(x *Ctx) { l.FastOpenLeave(x, true, true) })
	if l.FOQ != 1 || len(l.foResets) != 1 {
		t.Errorf("%d wait, %d places are held", l.FOQ, len(l.foResets))
	}
	p.server.do(func(x *Ctx) { l.FastOpenLeave(x, true, false) })
	if l.FOQ != 0 {
		t.Error("nobody had accepted it: the place is free")
	}
	p.said("fastopen.reset-penalty")
}

// TCP_FASTOPEN_CONNECT: connect() returns at once, the first write brings the SYN.
func TestFastOpenConnect(t *testing.T) {
	p, _ := fastPair(t)
	c := p.client.socket()
	p.client.do(func(x *Ctx) {
		if c.DeferConnect(x, p.client.isn) {
			t.Error("without a cookie there is nothing to wait for")
		}
	})
	p.known()
	p.client.do(func(x *Ctx) {
		if !c.DeferConnect(x, p.client.isn) || len(x.Out) > 0 || c.State != SynSent {
			t.Error("the SYN does not wait")
		}
	})
	p.client.do(func(x *Ctx) {
		if n := c.ConnectFast(x, p.client.isn, "hello"); n != 5 {
			t.Errorf("%d bytes go with the SYN", n)
		}
	})
	p.said("fastopen.defer")
}

// The SYN with data is lost, again and again: it is repeated alone, and the host makes
// a pause from Fast Open.
func TestFastOpenBlackHole(t *testing.T) {
	p, _ := fastPair(t)
	p.known()
	lost := 0
	p.lose = func(from *end, s *wire.Segment) bool {
		if from == p.client && s.Flags.Has(wire.SYN) && lost < 3 {
			lost++
			return true
		}
		return false
	}
	c, _ := p.client.fast("hello")
	p.run(10 * sim.Second)
	s := p.accepted()
	p.states("the fourth SYN gets through", c, Established, s, Established)
	if n, _ := p.read(s); n != 5 || c.FOFail != foSynRetransmit {
		t.Errorf("%d bytes, failed for reason %d", n, c.FOFail)
	}
	if p.client.x.Mem.HoleTimes != 1 || !fastOpenOff(&p.client.x) {
		t.Errorf("Fast Open goes on after %d black holes", p.client.x.Mem.HoleTimes)
	}
	p.said("fastopen.black-hole", "fastopen.refused")
	// a connection that gets through ends the pause
	p.write(s, 10)
	p.run(2 * p.delay)
	c.SynFOCh, c.SynFO = true, true
	p.client.do(func(x *Ctx) { c.judgeHole(x) })
	if p.client.x.Mem.HoleTimes != 0 {
		t.Error("the pause never ends")
	}
}

// Only the SYN is acknowledged: the data follows with the third segment.
func TestFastOpenDataRefused(t *testing.T) {
	p, l := fastPair(t)
	p.known()
	l.FOMax = 0
	c, _ := p.client.fast("hello")
	p.run(3 * p.delay)
	if c.FOFail != foNotAcked || p.client.count(TCPFastOpenActiveFail) != 1 {
		t.Errorf("failed for reason %d", c.FOFail)
	}
	if s := p.accepted(); s.InQueue != 5 {
		t.Errorf("%d bytes came with the third segment", s.InQueue)
	}
}

// The server knows only the option of before RFC 7413: the next SYN asks with that one.
func TestFastOpenExperimental(t *testing.T) {
	p, _ := fastPair(t)
	p.lose = func(from *end, s *wire.Segment) bool {
		if from == p.client && s.Flags.Has(wire.SYN) && !s.Opts.FOExp { // the server ignores what it does not know
			s.Opts.Has &^= wire.HasFastOpen
		}
		return false
	}
	for i, want := range []struct {
		try uint8
		exp bool
	}{{1, false}, {1, true}} {
		p.client.conns, p.server.conns = nil, p.server.conns[:1]
		p.client.fast("hello")
		p.run(5 * p.delay)
		m := p.client.x.Mem.Metrics[0]
		if m.TryExp != want.try || m.Cookie.Exp != want.exp {
			t.Errorf("connection %d: the experimental option is tried %d, cookie %+v", i+1, m.TryExp, m.Cookie)
		}
	}
	p.said("fastopen.try-experimental")
}
