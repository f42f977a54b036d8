package tcp

import (
	"testing"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// transfer writes n bytes at the client as the buffer takes them, reads at the server,
// and checks that every byte came once.
func (p *pair) transfer(c, s *Conn, n int) {
	p.Helper()
	got := 0
	for wrote, i := 0, 0; got < n; i++ {
		if i > 1_000_000 {
			p.Fatalf("%d of %d bytes have come, and no more come", got, n)
		}
		if wrote < n && c.WMem < c.SndBuf/2 {
			wrote += p.write(c, min(n-wrote, 64<<10))
		}
		p.step(p.now.Add(sim.Second))
		if s.InQueue > 0 {
			k, err := p.read(s)
			if err != EAGAIN {
				p.Fatalf("read: %s", err)
			}
			got += k
		}
	}
	if s.BytesRcvd != uint64(n) {
		p.Errorf("%d bytes were received, expected %d", s.BytesRcvd, n)
	}
	p.run(sim.Second)
	if c.SndUna != c.SndMax || len(c.Rtx) != 0 || c.PacketsOut != 0 || c.SackedOut != 0 || c.LostOut != 0 || c.RetransOut != 0 || c.WMem != 0 {
		p.Errorf("all is acknowledged, and yet: queue %d, out %d, sacked %d, lost %d, repeated %d, %d bytes of buffer", len(c.Rtx), c.PacketsOut, c.SackedOut, c.LostOut, c.RetransOut, c.WMem)
	}
	if s.RMem != 0 || s.InQueue != 0 || s.OfoBytes != 0 {
		p.Errorf("all is read, and yet: %d bytes of buffer, %d and %d in the queues", s.RMem, s.InQueue, s.OfoBytes)
	}
}

// every loses each nth segment with data that leaves the client.
func (p *pair) every(n int) {
	i := 0
	p.lose = func(from *end, s *wire.Segment) bool {
		if from != p.client || len(s.Payload) == 0 {
			return false
		}
		i++
		return i%n == 0
	}
}

// Whatever the congestion control and the options, what is written arrives once and in
// order, and the books are balanced.
func TestTransfer(t *testing.T) {
	for _, e := range []struct {
		name string
		lose int
		set  func(*Sysctls)
	}{
		{"CUBIC", 0, func(*Sysctls) {}},
		{"CUBIC, losses", 37, func(*Sysctls) {}},
		{"Reno, losses", 29, func(s *Sysctls) { s.CongestionControl = Reno }},
		{"BBR", 0, func(s *Sysctls) { s.CongestionControl = BBR }},
		{"BBR, losses", 41, func(s *Sysctls) { s.CongestionControl = BBR }},
		{"without SACK, losses", 31, func(s *Sysctls) { s.Sack = false }},
		{"without timestamps, losses", 31, func(s *Sysctls) { s.Timestamps = 0 }},
		{"without window scaling", 0, func(s *Sysctls) { s.WindowScaling = false }},
		{"with segmentation offload, losses", 17, func(s *Sysctls) { s.GSOMaxSegs = 44 }},
		{"with segmentation offload, without SACK, losses", 17, func(s *Sysctls) { s.GSOMaxSegs, s.Sack = 44, false }},
		{"BBR with segmentation offload", 0, func(s *Sysctls) { s.GSOMaxSegs, s.CongestionControl = 44, BBR }},
		{"no probes, no F-RTO, losses", 13, func(s *Sysctls) { s.EarlyRetrans, s.Frto = 0, 0 }},
		{"the window may shrink", 23, func(s *Sysctls) { s.ShrinkWindow, s.RMem[2] = true, 1<<18 }},
		{"a small buffer", 0, func(s *Sysctls) { s.RMem = [3]uint32{4096, 8192, 8192} }},
		{"the search for a larger MTU", 0, func(s *Sysctls) { s.MTUProbing = 2 }},
		{"half of the window may be unsent", 0, func(s *Sysctls) { s.NotsentLowat = 1 << 15 }},
	} {
		t.Run(e.name, func(t *testing.T) {
			p := newPair(t, e.set)
			c, s := p.open()
			if e.lose > 0 {
				p.every(e.lose)
			}
			p.transfer(c, s, 1<<20)
			if e.lose > 0 && c.TotalRetrans == 0 || e.lose == 0 && c.TotalRetrans > 0 {
				t.Errorf("%d retransmissions", c.TotalRetrans)
			}
		})
	}
}

// Data both ways, the ACKs ride along.
func TestTwoWays(t *testing.T) {
	p := newPair(t)
	c, s := p.open()
	for range 50 {
		p.write(c, 700)
		p.run(2 * p.delay)
		if n, _ := p.read(s); n != 700 {
			t.Fatalf("the question has %d bytes", n)
		}
		p.write(s, 9000)
		p.run(2 * p.delay)
		if n, _ := p.read(c); n != 9000 {
			t.Fatalf("the answer has %d bytes", n)
		}
	}
	if s.Pingpong == 0 {
		t.Error("the server does not notice that it is asked and answers")
	}
}

// BBR finds the bandwidth of a bottleneck, and the round trip without its queue.
func TestBBRModel(t *testing.T) {
	p := newPair(t, func(s *Sysctls) { s.CongestionControl = BBR })
	c, s := p.open()
	c.SndBuf, c.SndBufLock = 4<<20, true // the application never lacks data
	// a bottleneck of a segment a millisecond, with a queue of 200
	var free sim.Time
	p.lose = func(from *end, seg *wire.Segment) bool {
		if from != p.client || len(seg.Payload) == 0 {
			return false
		}
		if free = max(free, p.now); free.Sub(p.now) > 200*sim.Millisecond {
			return true
		}
		free = free.Add(sim.Millisecond)
		p.flying = append(p.flying, flight{free.Add(p.delay), p.server, *seg})
		return true
	}
	modes := map[BBRMode]bool{}
	for got := 0; got < 20<<20; {
		if c.OutQUnsent() < 1<<20 {
			p.write(c, 64<<10)
		}
		p.step(p.now.Add(sim.Second))
		modes[c.BBR.Mode] = true
		n, _ := p.read(s)
		got += n
	}
	for _, m := range []BBRMode{BBRStartup, BBRDrain, BBRProbeBW, BBRProbeRTT} {
		if !modes[m] {
			t.Errorf("BBR was never in %s", m)
		}
	}
	if bw := uint64(c.BBR.Bw) * 1_000_000 >> bbrBwScale; bw < 950 || bw > 1050 {
		t.Errorf("bandwidth %d segments a second, expected about 1000", bw)
	}
	if c.BBR.MinRTT < 20*sim.Millisecond || c.BBR.MinRTT > 22*sim.Millisecond {
		t.Errorf("round trip %s s, expected about 0.021", c.BBR.MinRTT.Seconds())
	}
	if f := c.inFlight(); f > 80 {
		t.Errorf("%d in flight, expected about twice 21", f)
	}
	for _, f := range c.Info(p.now, &p.client.sys) {
		if f.Name == "bbr_min_rtt" && f.Value != us(c.BBR.MinRTT) {
			t.Errorf("TCP_CC_INFO tells a round trip of %d µs", f.Value)
		}
	}
	p.said("bbr.startup", "bbr.full-pipe", "bbr.drain", "bbr.probe-bw", "bbr.phase", "bbr.probe-rtt", "bbr.probe-rtt-over", "bbr.pace", "bbr.cwnd", "pace.wait")
}

// HyStart ends slow start by the growth of delay, before anything is lost.
func TestHystartByDelay(t *testing.T) {
	p := newPair(t)
	c, s := p.open()
	var free sim.Time
	p.lose = func(from *end, seg *wire.Segment) bool {
		if from != p.client || len(seg.Payload) == 0 {
			return false
		}
		free = max(free, p.now).Add(400 * sim.Microsecond)
		p.flying = append(p.flying, flight{free.Add(p.delay), p.server, *seg})
		return true
	}
	p.transfer(c, s, 2<<20)
	if !c.Cubic.Hystart.Found || c.Ssthresh == infSsthresh || c.TotalRetrans > 0 {
		t.Errorf("found %v, ssthresh %d, %d retransmissions", c.Cubic.Hystart.Found, c.Ssthresh, c.TotalRetrans)
	}
	if n := p.client.count(TCPHystartTrainDetect) + p.client.count(TCPHystartDelayDetect); n == 0 {
		t.Error("nobody counted it")
	}
	p.said("hystart.exit", "cubic.grow", "cwnd.slow-start")
}

// A pause of the application: cwnd is halved for each timeout that has passed.
func TestIdleRestart(t *testing.T) {
	p := newPair(t)
	c, s := p.open()
	p.transfer(c, s, 1<<20)
	before := c.Cwnd
	p.run(3 * c.RTO)
	p.write(c, 100)
	if c.Cwnd >= before/2 || c.Cwnd < 10 {
		t.Errorf("cwnd %d after a pause of several timeouts, before it %d", c.Cwnd, before)
	}
	p.said("cwnd.restart")
}

// The tail of the data is lost: a probe finds it, without a timeout.
func TestTailLossProbe(t *testing.T) {
	p := newPair(t)
	c, s := p.open()
	p.once(p.client, func(s *wire.Segment) bool { return len(s.Payload) > 0 && s.Seq == 1001+4*1448 })
	p.write(c, 5*1448)
	p.run(300 * sim.Millisecond)
	if s.BytesRcvd != 5*1448 || p.client.count(TCPTimeouts) != 0 || p.client.count(TCPLossProbes) != 1 {
		t.Errorf("%d bytes, %d timeouts, %d probes", s.BytesRcvd, p.client.count(TCPTimeouts), p.client.count(TCPLossProbes))
	}
	p.said("tlp.fire")
}

// All is lost for a while: timeouts double, and when the path is back, all is repeated.
func TestTimeouts(t *testing.T) {
	for _, sack := range []bool{true, false} {
		p := newPair(t, func(s *Sysctls) { s.Sack = sack })
		c, s := p.open()
		dark := true
		p.lose = func(*end, *wire.Segment) bool { return dark }
		p.write(c, 8*1448)
		p.run(4 * sim.Second)
		if c.CA != Loss || c.Backoff < 3 || c.Cwnd != 1 {
			t.Errorf("in the dark: %s, %d doublings, cwnd %d", c.CA, c.Backoff, c.Cwnd)
		}
		dark = false
		p.run(10 * sim.Second)
		if !sack && c.CA != Loss {
			t.Errorf("without SACK the state is %s, expected Loss until something above is acknowledged", c.CA)
		}
		p.write(c, 1448)
		p.run(sim.Second)
		if s.BytesRcvd != 9*1448 || c.CA != Open || c.Backoff != 0 {
			t.Errorf("in the light: %d bytes, %s, %d doublings", s.BytesRcvd, c.CA, c.Backoff)
		}
	}
}

// RFC 5682: the data was only late. The timeout was wrong, and is taken back.
func TestSpuriousTimeout(t *testing.T) {
	for _, ts := range []uint8{0, 1} {
		p := newPair(t, func(s *Sysctls) { s.Timestamps = ts })
		c, s := p.open()
		p.write(c, 1448)
		p.run(100 * sim.Millisecond)
		cwnd := c.Cwnd
		p.delay = 600 * sim.Millisecond
		p.write(c, 6*1448)
		p.run(700 * sim.Millisecond)
		p.delay = 10 * sim.Millisecond
		if c.CA != Loss {
			t.Fatalf("timestamps %d: %s, expected Loss", ts, c.CA)
		}
		p.run(5 * sim.Second)
		if c.CA != Open || c.Cwnd < cwnd || c.Ssthresh != infSsthresh || s.BytesRcvd != 7*1448 {
			t.Errorf("timestamps %d: %s, cwnd %d of %d, ssthresh %d, %d bytes", ts, c.CA, c.Cwnd, cwnd, c.Ssthresh, s.BytesRcvd)
		}
		p.said("undo.cwnd")
	}
}

// tcp_retries2: the writer gets ETIMEDOUT; TCP_USER_TIMEOUT does the same sooner; an
// orphan gets tcp_orphan_retries.
func TestGivingUp(t *testing.T) {
	for _, e := range []struct {
		says     string
		set      func(c *Conn)
		orphan   bool
		min, max sim.Duration
		rule     string
	}{
		{"tcp_retries2 = 15", func(*Conn) {}, false, 900 * sim.Second, 1200 * sim.Second, "rto.give-up"},
		{"TCP_USER_TIMEOUT of 5 s", func(c *Conn) { c.UserTO = 5 * sim.Second }, false, 5 * sim.Second, 6 * sim.Second, "rto.give-up"},
		{"an orphan", func(*Conn) {}, true, 100 * sim.Second, 115 * sim.Second, "orphan.give-up"},
	} {
		p := newPair(t)
		c, _ := p.open()
		e.set(c)
		p.lose = func(*end, *wire.Segment) bool { return true }
		p.write(c, 100)
		if e.orphan {
			p.close(c)
		}
		start := p.now
		for c.State != Closed && p.now.Sub(start) < (60*sim.Minute) {
			p.step(p.now.Add((60 * sim.Minute)))
		}
		if d := p.now.Sub(start); d < e.min || d > e.max || c.Err != ETIMEDOUT {
			t.Errorf("%s: given up after %s s with %s", e.says, d.Seconds(), c.Err)
		}
		p.said(e.rule, "conn.timed-out")
	}
}

// RFC 9293 §3.8.6.1: a closed window is probed, for ever as long as the probes are
// answered, and opens when somebody reads.
func TestZeroWindow(t *testing.T) {
	p := newPair(t, func(s *Sysctls) { s.RMem = [3]uint32{4096, 8192, 8192} })
	c, s := p.open()
	p.write(c, 16<<10)
	p.run(10 * sim.Second)
	if c.SndWnd >= uint32(c.MSS) && len(c.Wq) == 0 || c.XmitKind != TimerProbe {
		t.Fatalf("window %d, timer %s, %d buffers wait", c.SndWnd, c.XmitKind, len(c.Wq))
	}
	if n := p.client.count(TCPWinProbe); n < 4 || n > 8 {
		t.Errorf("%d probes in 10 s, expected about six: 0.2, 0.4, 0.8, 1.6, 3.2 s apart", n)
	}
	for range 20 {
		p.read(s)
		p.run(200 * sim.Millisecond)
	}
	if s.BytesRcvd != 16<<10 || c.XmitKind != NoTimer {
		t.Errorf("%d bytes, timer %s", s.BytesRcvd, c.XmitKind)
	}
	p.said("persist.start", "persist.probe", "persist.backoff", "persist.fire", "window.zero", "window.update-sent")
}

// A window that stays closed while nobody answers ends the connection.
func TestZeroWindowUnanswered(t *testing.T) {
	for _, user := range []sim.Duration{0, 3 * sim.Second} {
		p := newPair(t, func(s *Sysctls) { s.RMem = [3]uint32{4096, 8192, 8192} })
		c, _ := p.open()
		c.UserTO = user
		p.write(c, 16<<10)
		p.run(2 * sim.Second)
		p.lose = func(*end, *wire.Segment) bool { return true }
		for i := 0; c.State != Closed && i < 1000; i++ {
			p.step(p.now.Add((60 * sim.Minute)))
		}
		if c.State != Closed || c.Err != ETIMEDOUT {
			t.Errorf("user timeout %s s: %s with %s", user.Seconds(), c.State, c.Err)
		}
	}
}

// RFC 896 with Minshall's change, and TCP_CORK.
func TestNagle(t *testing.T) {
	p := newPair(t)
	c, s := p.open()
	p.write(c, 10)
	p.write(c, 10)
	p.write(c, 10)
	if c.PacketsOut != 1 {
		t.Errorf("%d small segments are out, expected one", c.PacketsOut)
	}
	p.run(100 * sim.Millisecond)
	if s.BytesRcvd != 30 {
		t.Errorf("%d bytes, expected the rest in one segment", s.BytesRcvd)
	}
	c.Cork = true
	p.write(c, 100)
	p.run(50 * sim.Millisecond)
	if c.PacketsOut != 0 {
		t.Error("a corked socket has sent a small segment")
	}
	c.Cork = false
	p.client.do(func(x *Ctx) { c.Flush(x) })
	if c.PacketsOut != 1 {
		t.Error("the end of the cork sets nothing free")
	}
	c.NoDelay = true
	p.write(c, 10)
	p.write(c, 10)
	if c.PacketsOut != 3 {
		t.Errorf("TCP_NODELAY: %d are out, expected 3", c.PacketsOut)
	}
	p.said("send.nagle")
}

// The ACK of a single segment waits, and that of the second one does not; in the first
// segments of a connection none waits (quick ACKs).
func TestDelayedAcks(t *testing.T) {
	p := newPair(t)
	c, s := p.open()
	p.transfer(c, s, 1<<18)
	lone := func() (n int) {
		p.write(c, 500)
		p.run(100 * sim.Millisecond) // shorter than a timeout, so that nobody thinks of a restart
		s.Quick, n = 0, len(p.log)
		p.write(c, 500)
		p.run(p.delay + sim.Millisecond)
		return n
	}
	n := lone()
	if len(p.log) != n+1 {
		t.Errorf("the ACK did not wait: %v", p.log[n:])
	}
	p.run(210 * sim.Millisecond)
	if len(p.log) != n+2 || p.server.count(DelayedACKs) == 0 {
		t.Errorf("the ACK never came: %v", p.log[n:])
	}
	p.said("ack.delay", "ack.delay-over", "ack.second-segment", "ack.at-once")
	n = lone()
	if p.read(s); len(p.log) != n+2 {
		t.Errorf("a read of all that was pushed does not send the ACK that waits: %v", p.log[n:])
	}
	p.server.do(func(x *Ctx) { s.SetQuickAck(x, 0) })
	if !s.inPingpong(&p.server.x) {
		t.Error("TCP_QUICKACK = 0 does not let ACKs wait")
	}
	p.server.do(func(x *Ctx) { s.SetQuickAck(x, 1) })
	if s.inPingpong(&p.server.x) {
		t.Error("TCP_QUICKACK = 1 lets ACKs wait")
	}
}

// Keepalive: an idle peer is asked, and given up when it does not answer.
func TestKeepalive(t *testing.T) {
	p := newPair(t)
	c, _ := p.open()
	p.client.do(func(x *Ctx) {
		c.KeepOn, c.KeepIntvl, c.KeepCnt = true, 2*sim.Second, 3
		c.ArmUser(x)
		c.SetKeepIdle(x, 10*sim.Second)
	})
	p.run(25 * sim.Second)
	if n := p.client.count(TCPKeepAlive); n != 2 || c.State != Established {
		t.Errorf("%d probes in 25 s, %s; expected 2", n, c.State)
	}
	p.lose = func(*end, *wire.Segment) bool { return true }
	start := p.now
	for c.State != Closed && p.now.Sub(start) < (60*sim.Minute) {
		p.step(p.now.Add((60 * sim.Minute)))
	}
	if d := p.now.Sub(start); c.Err != ETIMEDOUT || d < 11*sim.Second || d > 17*sim.Second {
		t.Errorf("%s after %s s, expected ETIMEDOUT", c.Err, d.Seconds())
	}
	p.said("keepalive.probe", "keepalive.give-up")
}
