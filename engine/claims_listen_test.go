package engine_test

import (
	"fmt"
	"testing"

	"wirestep/engine"
)

// flood is a scene in which the client's cable also brings n spoofed SYNs, 2 ms
// apart from 100 ms on, to a server with this listen().
func flood(n int, listen string, more ...string) []string {
	return append([]string{far, fmt.Sprintf("program server\n  s = %s\n", listen),
		fmt.Sprintf("at 100ms forge client > server flags=S seq=1000 win=1000 mss=1460 from=10.9.0.0/16:1024-65535 to=10.0.0.2:80 count=%d every=2ms\n", n)}, more...)
}

// halfOpen is how many requests are in the SYN queue of the server.
func (p *player) halfOpen(want int) *player {
	p.Helper()
	return p.is(fmt.Sprintf(`server.states["SYN_RECV"] == %d`, want))
}

const honest = "program client\n  at(1s)\n  c = connect(server:80)\n"

// A backlog of 4 keeps five half-open requests. Without cookies the honest client's
// SYNs meet silence; with them it gets in at once. The kernel logs it, once.
func TestT08_HalfOpenRequestsShutClientsOut(t *testing.T) {
	p := play(t, flood(10, "listen(:80, 4)", honest, "sysctl server net.ipv4.tcp_syncookies = 0")...).to("900ms").halfOpen(5)
	p.counts("server", "TCPReqQFullDrop", 5).counts("server", "ListenDrops", 5)
	p.to("3.5s").is("client.state == SYN_SENT").sends("client", "SYN", "1 2 3").says("server", "0s")
	p.counts("server", "TCPReqQFullDrop", 8).counts("server", "ListenDrops", 8)
	if l := p.host("server").Log; len(l) != 1 || l[0].Text != "TCP: request_sock_TCP: Possible SYN flooding on port 0.0.0.0:80. Dropping request." {
		t.Errorf("the kernel logs %v", l)
	}
	q := play(t, flood(10, "listen(:80, 4)", honest)...).to("1.1s").halfOpen(5).is("client.state == ESTABLISHED").sends("client", "SYN", "1")
	q.counts("server", "TCPReqQFullDoCookies", 6).counts("server", "SyncookiesRecv", 1).counts("server", "ListenDrops", 0)
	if l := q.host("server").Log; len(l) != 1 || l[0].Text != "TCP: request_sock_TCP: Possible SYN flooding on port 0.0.0.0:80. Sending cookies." {
		t.Errorf("the kernel logs %v", l)
	}
}

// What helps against a flood: fewer retries let requests go sooner, cookies do
// without them. tcp_max_syn_backlog matters only without cookies, and
// tcp_abort_on_overflow not at all.
func TestT10_WhatHelpsAgainstAFlood(t *testing.T) {
	play(t, flood(10, "listen(:80, 4)", "sysctl server net.ipv4.tcp_synack_retries = 1")...).to("3s").halfOpen(5).to("3.2s").halfOpen(0)
	for _, c := range []struct {
		cookies, max, want int
	}{{0, 16, 13}, {1, 16, 41}, {1, 2, 41}, {2, 16, 0}} {
		p := play(t, flood(60, "listen(:80, 40)", fmt.Sprintf("sysctl server net.ipv4.tcp_syncookies = %d\nsysctl server net.ipv4.tcp_max_syn_backlog = %d", c.cookies, c.max))...)
		p.to("900ms").halfOpen(c.want)
	}
	p := play(t, flood(10, "listen(:80, 4)", "sysctl server net.ipv4.tcp_syncookies = 0\nsysctl server net.ipv4.tcp_abort_on_overflow = 1")...).to("900ms")
	p.halfOpen(5).counts("server", "OutRsts", 0)
}

// queues tells how full the two queues of the server's listener are.
func (p *player) queues() (out string) {
	for _, q := range p.t.World().Queues() {
		if q.Kind == engine.QueueSyn || q.Kind == engine.QueueAccept {
			out += fmt.Sprintf("%s %d/%d ", q.Kind, len(q.Items), q.Limit)
		}
	}
	return out
}

// Two queues. Who waits for accept() is fully connected: it sends, and is
// acknowledged; its FIN or RST does not take it out of the queue.
func TestT39_TwoQueues(t *testing.T) {
	server := "program server\n  s = listen(:80, 5)\n  at(2s)\n  c = accept(s)\n  read(c, 100)\n  read(c, 100)\n"
	p := play(t, far, server, connects+"  write(c, 50)\n").to("30ms").halfOpen(1)
	if got := p.queues(); got != "syn 1/6 accept 0/6 " {
		t.Errorf("the queues are %s", got)
	}
	p.to("1s").halfOpen(0).is("server.states.ESTABLISHED == 1", "client.inflight == 0")
	if got := p.queues(); got != "syn 0/6 accept 1/6 " {
		t.Errorf("the queues are %s", got)
	}
	if l := p.host("server").Live[0]; l.AcceptQ != 1 || l.Backlog != 5 {
		t.Errorf("ss would show %d of %d", l.AcceptQ, l.Backlog)
	}
	p.to("3s").is("server.read == 50")
	play(t, far, server, connects+"  write(c, 50)\n  close(c)\n").to("1s").is("server.state == CLOSE_WAIT").to("3s").returns("server", "listen 0", "accept 0", "read 50", "read 0")
	play(t, far, server, connects+"  write(c, 50)\n  sleep(100ms)\n  abort(c)\n").to("3s").returns("server", "listen 0", "accept 0", "read 50", "read -1 ECONNRESET")
}

// How many half-open requests are kept: min(backlog, somaxconn) and one, and without
// cookies not the last quarter of tcp_max_syn_backlog either.
func TestT40_SynQueueSize(t *testing.T) {
	for _, c := range []struct{ backlog, somaxconn, max, cookies, want int }{
		{8, 4096, 2048, 0, 9}, {100, 4096, 16, 0, 13}, {100, 4096, 32, 0, 25}, {100, 4096, 64, 0, 49}, {100, 4096, 8, 0, 7}, {100, 4096, 4, 0, 4},
		{100, 5, 2048, 0, 6}, {0, 4096, 2048, 0, 1}, {8, 4096, 4, 1, 9}, {20, 3, 4, 1, 4}, {8, 4096, 2048, 2, 0},
	} {
		p := play(t, flood(60, fmt.Sprintf("listen(:80, %d)", c.backlog), fmt.Sprintf("sysctl server net.core.somaxconn = %d\nsysctl server net.ipv4.tcp_max_syn_backlog = %d\nsysctl server net.ipv4.tcp_syncookies = %d",
			c.somaxconn, c.max, c.cookies))...).to("900ms")
		if got := int(p.host("server").Requests); got != c.want {
			t.Errorf("%+v: %d are kept", c, got)
		}
	}
}

// A full SYN queue drops the SYN, without cookies: the client repeats it, and fails
// after 131 s. With cookies it is connected within a round trip.
func TestT41_SynQueueFull(t *testing.T) {
	p := play(t, flood(200, "listen(:80, 4)", honest, "sysctl server net.ipv4.tcp_syncookies = 0\nsysctl server net.ipv4.tcp_synack_retries = 10",
		"at 500ms forge client > server flags=S seq=9 win=9 from=10.8.0.0/16:1024-65535 to=10.0.0.2:80 count=20000 every=10ms")...).to("131.9s").is("client.state == SYN_SENT")
	p.to("133s").is("client.errno == ETIMEDOUT").sends("client", "SYN", "1 2 3 4 5 6 8 12 20 36 68")
	play(t, flood(200, "listen(:80, 4)", honest)...).to("1.05s").is("client.state == ESTABLISHED")
}

// With cookies there is no limit: every SYN is answered, and the right third segment
// connects. What it costs depends on the timestamps; the SYN-ACK is never repeated.
func TestT42_Cookies(t *testing.T) {
	p := play(t, flood(40, "listen(:80, 4)", "sysctl server net.ipv4.tcp_syncookies = 2")...).to("60s").counts("server", "SyncookiesSent", 40).counts("server", "RetransSegs", 0)
	p.halfOpen(0)
	for _, c := range []struct {
		syn, ack string
		mss      uint16
		options  string
	}{
		{"mss=1460 sackok wscale=7", "", 1460, ""},
		{"mss=1400 sackok wscale=7", "", 1300, ""},
		{"mss=300", "", 536, ""},
		{"mss=1459", "", 1440, ""},
		{"mss=9000", "", 1460, ""},
	} {
		p := play(t, near, "sysctl server net.ipv4.tcp_syncookies = 2\n", "program server\n  s = listen(:80, 4)\n  c = accept(s)\n")
		p.at("1ms", "forge client > server flags=S abs seq=1000 win=65535 from=client:40000 to=server:80 "+c.syn)
		p.at("2ms", "forge client > server flags=. seq=1 ack=1 win=65535"+c.ack).to("3ms").counts("server", "SyncookiesRecv", 1)
		conn := p.host("server").Live[1]
		if conn.PeerMSS != c.mss || conn.WScaleOK || conn.SackOK || conn.TSOK || conn.SRTT != 0 {
			t.Errorf("%s: MSS %d, scaling %t, SACK %t, timestamps %t", c.syn, conn.PeerMSS, conn.WScaleOK, conn.SackOK, conn.TSOK)
		}
	}
	q := play(t, far, "sysctl server net.ipv4.tcp_syncookies = 2\n", reader, connects).to("1s")
	if c := q.host("server").Live[1]; !c.WScaleOK || c.WScale != 10 || !c.SackOK || !c.TSOK || c.PeerMSS != 1460 {
		t.Errorf("with timestamps: MSS %d, scale %d, SACK %t", c.PeerMSS, c.WScale, c.SackOK)
	}
}

// A guess is reset; so is a cookie two minutes after the last one was sent, which
// nobody looks at any more.
func TestT42_WrongAndOldCookies(t *testing.T) {
	third := "forge client > server flags=. seq=1 ack=%d win=65535 from=client:40000 to=server:80"
	for _, c := range []struct {
		at          string
		ack         int
		recv, fails int
	}{{"1s", 1, 1, 0}, {"1s", 2, 0, 1}, {"1s", 90000, 0, 1}, {"59.9s", 1, 1, 0}, {"119.9s", 1, 1, 0}, {"120.1s", 1, 0, 0}, {"500s", 1, 0, 0}} {
		p := play(t, near, "sysctl server net.ipv4.tcp_syncookies = 2\n", "program server\n  s = listen(:80, 4)\n")
		p.at("50ms", "forge client > server flags=S abs seq=1000 win=65535 mss=1460 from=client:40000 to=server:80")
		p.at(c.at, fmt.Sprintf(third, c.ack)).end()
		p.counts("server", "SyncookiesRecv", c.recv).counts("server", "SyncookiesFailed", c.fails)
		if rst := p.when("server", "RST") != ""; rst != (c.recv == 0) {
			t.Errorf("at %s, ack %d: reset %t", c.at, c.ack, rst)
		}
	}
}

// The accept queue holds min(backlog, somaxconn) and one. listen() again changes it;
// somaxconn is looked at only then.
func TestT43_AcceptQueueSize(t *testing.T) {
	for _, c := range []struct{ backlog, somaxconn, want int }{{0, 4096, 1}, {1, 4096, 2}, {2, 4096, 3}, {5, 4096, 6}, {100, 3, 4}, {-1, 3, 4}} {
		p := play(t, far, fmt.Sprintf("sysctl server net.core.somaxconn = %d", c.somaxconn), fmt.Sprintf("program server\n  s = listen(:80, %d)\n", c.backlog),
			"program client\n  loop 9\n    c = socket()\n    fcntl(c, F_SETFL, O_NONBLOCK)\n    connect(c, server:80)\n    sleep(100ms)\n  end\n").to("950ms")
		if got := int(p.host("server").Live[0].AcceptQ); got != c.want {
			t.Errorf("%+v: %d wait", c, got)
		}
	}
	p := play(t, far, "program server\n  s = listen(:80, 1)\n  at(2s)\n  listen(s, 3)\n", "program client\n  loop 9\n    c = socket()\n    fcntl(c, F_SETFL, O_NONBLOCK)\n    connect(c, server:80)\n    sleep(100ms)\n  end\n")
	p.at("1s", "sysctl server net.core.somaxconn = 50").to("1.9s").is("server.states.ESTABLISHED == 2").to("9s").is("server.states.ESTABLISHED == 4")
}

// crowd is three clients of a server with a backlog of 1: the first is in at once, the
// other two shake hands at 200 ms, and there is room for one of them.
func crowd(server, last string, more ...string) []string {
	return append([]string{far, "program server\n  s = listen(:80, 1)\n" + server, "program client one\n  a = connect(server:80)\n",
		"program client two\n  at(200ms)\n  b = connect(server:80)\n", "program client three\n  at(200ms)\n  c = connect(server:80)\n" + last}, more...)
}

// The third segment meets a full accept queue, and tcp_abort_on_overflow is on:
// connect() has succeeded, then comes the RST.
func TestT44_AbortOnOverflow(t *testing.T) {
	p := play(t, crowd("", "  read(c, 1)\n", "sysctl server net.ipv4.tcp_abort_on_overflow = 1")...).to("1s")
	p.returns("client", "connect 0", "connect 0", "connect 0", "read -1 ECONNRESET").says("server", "250ms", "R 1:1(0)").sends("server", "RST", "0.26")
	p.counts("server", "EmbryonicRsts", 1).counts("server", "ListenOverflows", 1).counts("server", "ListenDrops", 1).halfOpen(0)
}

// A SYN that meets a full accept queue is dropped in silence all the same.
func TestT44_ASynIsNotAnswered(t *testing.T) {
	p := play(t, far, "sysctl server net.ipv4.tcp_abort_on_overflow = 1", "program server\n  s = listen(:80, 0)\n", "program client one\n  a = connect(server:80)\n",
		"program client two\n  at(200ms)\n  b = connect(server:80)\n").to("2.5s").says("server", "100ms").is("client.states.SYN_SENT == 1")
	p.counts("server", "ListenOverflows", 3).counts("server", "ListenDrops", 3).counts("server", "EmbryonicRsts", 0)
}

// Without it the third segment is ignored: the SYN-ACK is repeated, the client
// answers, and once accept() makes room that is enough. Never emptied, the request
// goes without a word, and whatever the client sends later is reset.
func TestT45_OverflowIgnored(t *testing.T) {
	p := play(t, crowd("  at(2s)\n  a = accept(s)\n", "")...).to("1.9s").halfOpen(1).is("client.states.ESTABLISHED == 3")
	p.counts("client", "TCPSYNChallenge", 1).counts("server", "ListenOverflows", 2)
	p.to("3.4s").halfOpen(0).is("server.states.ESTABLISHED == 3").sends("server", "SYN-ACK", "0.02 0.22 0.22 1.22 3.22")
	q := play(t, crowd("", "  at(100s)\n  write(c, 10)\n  read(c, 1)\n  write(c, 1)\n")...).to("99s").is("client.states.ESTABLISHED == 3", "server.states.ESTABLISHED == 2").halfOpen(0)
	q.sends("server", "SYN-ACK", "0.02 0.22 0.22 1.22 3.22 7.22 15.22 31.22").sends("server", "RST", "").to("101s")
	q.returns("client", "connect 0", "connect 0", "connect 0", "write 10", "read -1 ECONNRESET", "write -1 EPIPE")
}

// The client's data completes it as well, on the client's own timer.
func TestT45_DataRevivesIt(t *testing.T) {
	p := play(t, crowd("  at(500ms)\n  a = accept(s)\n", "  write(c, 100)\n")...).to("450ms").halfOpen(1).to("1s").halfOpen(0).is("client.inflight == 0", "server.states.ESTABLISHED == 3")
	p.sends("server", "SYN-ACK", "0.02 0.22 0.22")
}

// A new SYN is dropped while the queue is full; the client's repetitions find room
// in the end. More than one SYN was lost, so its first window is one segment.
func TestT45_ANewSynTriesAgain(t *testing.T) {
	p := play(t, far, "program server\n  s = listen(:80, 0)\n  at(3.5s)\n  a = accept(s)\n", "program client one\n  a = connect(server:80)\n", "program client two\n  at(100ms)\n  b = connect(server:80)\n")
	p.to("5s").sends("client", "SYN", "0 0.1 1.1 2.1 3.1 4.1").is("client.states.ESTABLISHED == 2", "client.cwnd == 1")
}

// A bare third segment does not wake a listener with TCP_DEFER_ACCEPT; data does.
// Nobody sends any: the SYN-ACK is repeated when the time is over, and the answer to
// that is let in.
func TestT84_DeferAccept(t *testing.T) {
	server := "program server\n  s = socket()\n  setsockopt(s, TCP_DEFER_ACCEPT, 3)\n  bind(s, :80)\n  listen(s, 5)\n  c = accept(s)\n"
	p := play(t, far, server, connects+"  at(500ms)\n  write(c, 100)\n").to("400ms").halfOpen(1).is("client.state == ESTABLISHED").counts("server", "TCPDeferAcceptDrop", 1)
	p.to("600ms").halfOpen(0).is("server.state == ESTABLISHED").says("server", "100ms", ". 1:1(0) ack 101")
	q := play(t, far, server, connects).to("2.9s").halfOpen(1).sends("server", "SYN-ACK", "0.02").to("5s").halfOpen(0)
	q.sends("server", "SYN-ACK", "0.02 3.02").is("server.state == ESTABLISHED")
}
