package tcp

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Why Fast Open failed, as tcpi_fastopen_client_fail tells.
const (
	foNoCookie      = 1
	foNotAcked      = 2
	foSynRetransmit = 3
)

var fastOpenDefer = trace.Declare(trace.Rule{
	ID: "fastopen.defer",
	Says: "TCP_FASTOPEN_CONNECT, and a cookie is at hand: connect() returns at once and sends nothing. " +
		"The first write() will send the SYN, with its bytes in it.",
	Linux:   "tcp_fastopen_defer_connect",
	Differs: "RFC 7413 leaves the interface to the system.",
})

// DeferConnect leaves the SYN to the first write, if it could carry data
// (tcp_fastopen_defer_connect).
func (c *Conn) DeferConnect(x *Ctx, iss wire.Seq) bool {
	if _, _, ok := c.clientCookie(x); !ok {
		return false
	}
	defer x.Enter(fastOpenDefer)()
	c.setState(x, SynSent)
	c.ISS = iss
	c.SndUna, c.SndNxt, c.SndMax = iss, iss, iss
	c.FODefer = true
	return true
}

var fastOpenPaused = trace.Declare(trace.Rule{
	ID: "fastopen.paused",
	Says: "Fast Open has met a black hole: something on the way swallows what is unusual about it. For tcp_fastopen_blackhole_timeout_sec, " +
		"doubled each time, handshakes are plain ones.",
	RFC:   trace.Cites("RFC 7413 §4.1.3.1", "RFC 7413 §7.1"),
	Linux: "tcp_fastopen_active_should_disable",
})

// clientCookie is the cookie for the peer, the MSS that it had, 0 if that is not
// known, and whether data may go with the SYN (tcp_fastopen_cookie_check).
func (c *Conn) clientCookie(x *Ctx) (k Cookie, mss uint16, ok bool) {
	if m := x.Mem.metrics(x, c.Tuple, false); m != nil {
		k, mss = m.Cookie, m.MSS
		if k.N == 0 && m.TryExp == 1 {
			k.Exp = true
		}
	}
	if fastOpenOff(x) {
		return Cookie{N: noCookie}, mss, false
	}
	if x.Sys.FastOpen&fastOpenClientNoCookie != 0 || c.FONoCookie || x.Sys.Route.NoCookie {
		return Cookie{N: noCookie}, mss, true
	}
	return k, mss, k.N > 0
}

var fastOpenAsk = trace.Declare(trace.Rule{
	ID:    "fastopen.ask",
	Says:  "There is no cookie of this server yet. The SYN is a plain one with an empty Fast Open option: it asks for one, and the data waits for the handshake.",
	RFC:   trace.Cites("RFC 7413 §4.1.2", "RFC 7413 §4.2.1"),
	Linux: "tcp_send_syn_data",
})

var fastOpenSend = trace.Declare(trace.Rule{
	ID: "fastopen.send",
	Says: "The data goes with the SYN, as much as a segment of this server's MSS holds beside 40 bytes of options; " +
		"the cookie of an earlier handshake shows that the address is not forged.",
	RFC:     trace.Cites("RFC 7413 §4.2.2", "RFC 7413 §3"),
	Linux:   "tcp_send_syn_data",
	Differs: "The retransmission queue holds a SYN and data apart: should the SYN time out, it is repeated alone.",
})

// sendSynData sends the SYN with a cookie and data, or with the wish for a cookie
// (tcp_send_syn_data). It returns how much of the data went along.
func (c *Conn) sendSynData(x *Ctx, syn *Skb, data string) int {
	cookie, mss, ok := c.clientCookie(x)
	if c.PeerMSS = c.AdvMSS; mss > 0 {
		c.PeerMSS = mss
	}
	if !ok {
		if cookie.N == 0 {
			defer x.Enter(fastOpenAsk)()
			c.FOFail = foNoCookie
		}
		c.transmitSyn(x, syn, cookie)
		c.Rtx = append(c.Rtx, *syn)
		return 0
	}
	defer x.Enter(fastOpenSend)()
	c.SynFOCh = x.Sys.FastOpenHole > 0 && x.Mem.HoleTimes > 0
	if c.UserMSS > 0 {
		c.PeerMSS = min(c.PeerMSS, c.UserMSS)
	}
	c.syncMSS(x.Sys, c.MTU)
	space := max(min(c.MTU-ipHeaderLen(c.Tuple)-tcpHeader, uint32(c.PeerMSS)), x.Sys.MinSndMSS) - 40
	n := min(len(data), int(space))
	k := Skb{Seq: syn.Seq, End: syn.End + wire.Seq(n), Flags: syn.Flags, Data: data[:n], Segs: 1}
	c.transmitSyn(x, &k, cookie)
	syn.SentAt, syn.FirstAt, syn.Sent, syn.No = k.SentAt, k.FirstAt, k.Sent, k.No
	c.Rtx = append(c.Rtx, *syn)
	k.Seq, k.Flags = k.Seq+1, wire.PSH
	c.Rtx = append(c.Rtx, k) // Linux: also when it is empty
	c.SndMax += wire.Seq(n)
	c.chargeWrite(skbWriteCost(n))
	c.PacketsOut++
	c.SynData = n > 0
	x.Count(TCPOrigDataSent)
	return n
}

// transmitSyn sends a SYN with a Fast Open option; repetitions are without.
func (c *Conn) transmitSyn(x *Ctx, k *Skb, cookie Cookie) {
	if cookie.N >= 0 {
		c.synCookie, c.SynFO, c.SynFOExp = &cookie, true, cookie.Exp
	}
	c.transmit(x, k)
	c.synCookie = nil
}

var fastOpenTaken = trace.Declare(trace.Rule{
	ID:    "fastopen.taken",
	Says:  "The SYN-ACK acknowledges the data as well: the server's application may be working on it already.",
	RFC:   trace.Cites("RFC 7413 §4.2.2"),
	Linux: "tcp_rcv_fastopen_synack",
})

var fastOpenRefused = trace.Declare(trace.Rule{
	ID: "fastopen.refused",
	Says: "The SYN-ACK acknowledges the SYN, but not all of its data. The rest is sent again at once, with the third segment: " +
		"the worst that Fast Open can do is an ordinary handshake.",
	RFC:   trace.Cites("RFC 7413 §4.2.2", "RFC 7413 §4.1.3.1"),
	Linux: "tcp_rcv_fastopen_synack",
})

var fastOpenKeep = trace.Declare(trace.Rule{
	ID:    "fastopen.keep-cookie",
	Says:  "The SYN-ACK brings a cookie. It is kept for this server's address, together with its MSS, for connections to come.",
	RFC:   trace.Cites("RFC 7413 §4.1.3"),
	Linux: "tcp_fastopen_cache_set",
})

var fastOpenTryExp = trace.Declare(trace.Rule{
	ID: "fastopen.try-experimental",
	Says: "The SYN asked for a cookie, and none came. The server may know only the option of before RFC 7413, number 254: " +
		"the next SYN to it asks with that one.",
	RFC:   trace.Cites("RFC 7413 §4.1.1", "RFC 6994 §3"),
	Linux: "tcp_rcv_fastopen_synack",
})

// fastOpenAnswer draws the consequences of the SYN-ACK to a SYN of Fast Open
// (tcp_rcv_fastopen_synack). true: data was sent again, and the ACK with it.
func (c *Conn) fastOpenAnswer(x *Ctx, s *wire.Segment) bool {
	data := c.SynData && len(c.Rtx) > 0
	k := cookieOf(&s.Opts)
	lost, try := false, uint8(0)
	switch {
	case !c.SynFO:
		k.N = noCookie // nobody asked
	case c.TotalRetrans > 0:
		lost = k.N < 0 && data
	case k.N < 0 && !c.SynData:
		try = 1
		if c.SynFOExp {
			try = 2
		}
	}
	mss := c.PeerMSS
	if s.Opts.On(wire.HasMSS) && s.Opts.MSS != 0 {
		mss = s.Opts.MSS
	}
	x.Mem.metrics(x, c.Tuple, true).fastOpen(x, mss, k, lost, try)
	if data {
		defer x.Enter(fastOpenRefused)()
		c.FOFail = foNotAcked
		if c.TotalRetrans > 0 {
			c.FOFail = foSynRetransmit
		}
		for i := range c.Rtx {
			c.markLost(x, &c.Rtx[i])
		}
		c.repeatLost(x)
		x.Count(TCPFastOpenActiveFail)
		return true
	}
	if c.SynData {
		defer x.Enter(fastOpenTaken)()
		c.SynDataAcked = true
		x.Count(TCPFastOpenActive)
		if c.Delivered > 1 {
			c.Delivered-- // Linux: the SYN and its data were one segment
		}
	}
	c.takeSynData(x, s)
	return false
}

// fastOpen keeps what the SYN-ACK told (tcp_fastopen_cache_set).
func (m *Metrics) fastOpen(x *Ctx, mss uint16, k Cookie, lost bool, try uint8) {
	m.MSS = mss
	if k.N > 0 {
		x.Note(fastOpenKeep)
		m.Cookie = k
	} else if try > m.TryExp && m.Cookie.N <= 0 && !m.Cookie.Exp {
		x.Note(fastOpenTryExp)
		m.TryExp = try
	}
	if m.SynLost++; !lost {
		m.SynLost = 0
	}
	m.SynLostAt = x.Now
}

// takeSynData takes what came with a SYN or SYN-ACK (tcp_fastopen_add_skb).
func (c *Conn) takeSynData(x *Ctx, s *wire.Segment) {
	if s.End() == c.RcvNxt {
		return
	}
	defer x.Enter(dataTake)()
	c.SegsIn, c.Stats.DataIn, c.SynDataAcked = 1, 1, true
	b := hold(s)
	c.reserve(b.Cost)
	c.queueInOrder(x, b)
	c.charge(b.Cost)
	if s.Flags.Has(wire.FIN) {
		c.fin(x)
	}
}

var fastOpenHole = trace.Declare(trace.Rule{
	ID: "fastopen.black-hole",
	Says: "After a SYN with data nothing comes through: repeated timeouts, or a FIN or RST with everything before it missing. " +
		"Some box on the way does not let Fast Open pass, so this host pauses it.",
	RFC:   trace.Cites("RFC 7413 §4.1.3.1", "RFC 7413 §7.1"),
	Linux: "tcp_fastopen_active_disable",
})

// fastOpenOff: a black hole was met not long ago (tcp_fastopen_active_should_disable).
func fastOpenOff(x *Ctx) bool {
	if x.Sys.FastOpenHole == 0 || x.Mem.HoleTimes == 0 {
		return false
	}
	pause := x.Sys.FastOpenHole << min(x.Mem.HoleTimes-1, 6)
	return x.When(fastOpenPaused, trace.Dur("time since the black hole", x.Now.Sub(x.Mem.HoleAt), trace.OpLT, "pause", pause))
}

// meetHole switches Fast Open off for a while (tcp_fastopen_active_disable).
func (c *Conn) meetHole(x *Ctx) {
	if x.Sys.FastOpenHole == 0 {
		return
	}
	x.Note(fastOpenHole)
	x.Mem.HoleAt = x.Now
	x.Mem.HoleTimes++
	x.Count(TCPFastOpenBlackhole)
}

// suspectHole looks at a timeout (tcp_fastopen_active_detect_blackhole).
func (c *Conn) suspectHole(x *Ctx, expired bool) {
	if (c.SynFO || c.SynData || c.SynDataAcked) && (c.Retries == 2 || c.Retries < 2 && expired) {
		c.meetHole(x)
		x.Count(TCPFastOpenActiveFail)
	}
}

// judgeHole looks at a connection that ends (tcp_fastopen_active_disable_ofo_check).
func (c *Conn) judgeHole(x *Ctx) {
	switch {
	case !c.SynFO:
	case c.Stats.DataIn == 0:
		if len(c.Ofo) == 1 && c.Ofo[0].FIN {
			c.meetHole(x)
		}
	case c.SynFOCh:
		x.Mem.HoleTimes = 0
	}
}
