package engine_test

import (
	"fmt"
	"testing"
)

// One connection, step by step: three segments, the client established half a
// round trip before the server; SYN and FIN take one number each; MSS, SACK,
// timestamps and window scaling are agreed in the SYNs.
func TestT04_HandshakeAgreesOnNumbersAndOptions(t *testing.T) {
	p := play(t, far, reader, "program client\n  c = connect(server:80)\n  sleep(1s)\n")
	p.to("10ms").is("client.state == SYN_SENT", "server.state == CLOSED")
	p.to("25ms").is("server.state == SYN_RECV")
	p.to("45ms").is("client.state == ESTABLISHED", "server.state == SYN_RECV", `server.states["SYN_RECV"] == 1`)
	p.to("65ms").is("server.state == ESTABLISHED", `server.states["SYN_RECV"] == 0`)
	p.says("", "0s", "S 0:0(0)", "S. 0:0(0) ack 1", ". 1:1(0) ack 1")
	p.returns("client", "connect 0").returns("server", "listen 0", "accept 0")
	for i, want := range []string{"wscale 10>", "wscale 10>"} {
		k := p.packets("")[i]
		if s := k.Seg.Format(k.BaseSeq, k.BaseAck); !hasAll(s, "<mss 1460,sackOK,TS val ", want) {
			t.Errorf("segment %d is %s", i+1, s)
		}
	}
}

// A SYN without options gets a connection without them: MSS 536, no scaling.
func TestT04_BareSyn(t *testing.T) {
	p := play(t, lone, "program server\n  s = listen(:80, 128)\n  c = accept(s)\n  write(c, 1000)\n")
	p.at("1ms", "forge peer > server flags=S seq=1000 win=65535 from=peer:40000 to=server:80")
	p.at("2ms", "forge peer > server flags=. seq=1 ack=1 win=65535")
	p.to("3ms")
	if k := p.packets("server")[0]; k.Seg.Opts.String() != "mss 1460" {
		t.Errorf("the SYN-ACK offers %s", k.Seg.Opts.String())
	}
	p.says("server", "0s", "S. 0:0(0) ack 1", ". 1:537(536) ack 1", "P. 537:1001(464) ack 1")
}

func TestT04_NonblockingConnect(t *testing.T) {
	p := play(t, far, reader, "program client\n  c = socket()\n  fcntl(c, F_SETFL, O_NONBLOCK)\n  connect(c, server:80)\n  poll(c, POLLOUT)\n  write(c, 3)\n")
	p.to("1s").returns("client", "socket 0", "fcntl 0", "connect -1 EINPROGRESS", "poll 1", "write 3")
}

// Both ends open at once: on Linux six segments, because each crossing SYN-ACK is
// answered with an ACK that reports the SYN as a duplicate.
func TestT06_SimultaneousOpen(t *testing.T) {
	p := play(t, far, crossing)
	p.to("10ms").is("client.state == SYN_SENT && server.state == SYN_SENT")
	p.to("30ms").is("client.state == SYN_RECV && server.state == SYN_RECV")
	p.to("1s").is("client.state == ESTABLISHED && server.state == ESTABLISHED")
	for _, h := range []string{"client", "server"} {
		p.says(h, "0s", "S 0:0(0)", "S. 0:0(0) ack 1", ". 1:1(0) ack 1 sack 0:1")
		p.counts(h, "TCPDSACKOldSent", 1).returns(h, "connect 0")
	}
	if k := p.packets("client")[1]; k.Seg.Win != 64240 {
		t.Errorf("the SYN-ACK offers %d, expected 64240", k.Seg.Win)
	}
}

const crossing = "program client\n  c = connect(server:80, :80)\nprogram server\n  c = connect(client:80, :80)\n"

// One of the crossing SYNs is lost: the other is answered with a SYN-ACK, and the
// usual three segments are enough.
func TestT06_SimultaneousOpenWithOneSynLost(t *testing.T) {
	p := play(t, far, crossing, "at 0s drop next SYN from client")
	p.to("500ms").is("client.state == ESTABLISHED && server.state == ESTABLISHED")
	p.says("client", "1ms", "S. 0:0(0) ack 1")
	p.says("server", "1ms", ". 1:1(0) ack 1")
}

// A split handshake: the peer answers the SYN with a bare SYN of its own.
func TestT06_SplitHandshake(t *testing.T) {
	p := play(t, alone, "program client\n  c = connect(peer:80)\n")
	p.at("10ms", "forge peer > client flags=S seq=5000 win=65535 mss=1460")
	p.to("20ms").is("client.state == SYN_RECV").says("client", "1ms", "S. 0:0(0) ack 1")
	p.at("20ms", "forge peer > client flags=. seq=1 ack=1 win=65535")
	p.to("30ms").is("client.state == ESTABLISHED").returns("client", "connect 0")
}

// A socket that connects to itself is established.
func TestT06_SelfConnect(t *testing.T) {
	p := play(t, near, "program client\n  c = connect(client:4000, :4000)\n  write(c, 5)\n  read(c, 5)\n")
	p.to("1s").is("client.state == ESTABLISHED").returns("client", "connect 0", "write 5", "read 5")
}

// Nobody listens: RST, and ECONNREFUSED at once.
func TestT07_ConnectionRefused(t *testing.T) {
	p := play(t, far, "program client\n  c = connect(server:80)\n").end()
	p.says("", "0s", "S 0:0(0)", "R. 0:0(0) ack 1").returns("client", "connect -1 ECONNREFUSED")
	p.is("now == 0.04", "client.state == CLOSED")
}

func TestT07_ICMPEndsTheAttempt(t *testing.T) {
	for icmp, errno := range map[string]string{"3/1": "EHOSTUNREACH", "3/13": "EHOSTUNREACH", "3/0": "ENETUNREACH", "3/3": "ECONNREFUSED"} {
		p := play(t, alone, "program client\n  c = connect(peer:80)\n")
		p.at("10ms", "forge peer > client icmp="+icmp+" seq=0").to("20ms")
		p.is("client.state == CLOSED").returns("client", "connect -1 "+errno)
	}
}

// The SYN carries 44 full segments of window, the SYN-ACK 45 of those with
// timestamps; neither is scaled, everything after is.
func TestInitialWindows(t *testing.T) {
	const data = "program client\n  c = connect(server:80)\n  write(c, 10)\n"
	for _, c := range []struct {
		sysctl string
		wins   [3]uint16
		scale  uint8
	}{
		{"", [3]uint16{64240, 65160, 63}, 10},
		{"sysctl server net.ipv4.tcp_timestamps = 0", [3]uint16{64240, 64240, 63}, 10},
		{"sysctl client net.ipv4.tcp_window_scaling = 0", [3]uint16{64240, 65160, 64240}, 0},
		{"sysctl client tcp_rmem = 4096 131072 6291456\nsysctl server tcp_rmem = 4096 131072 6291456", [3]uint16{64240, 65160, 502}, 7},
	} {
		p := play(t, far, c.sysctl, reader, data).to("1s")
		k := p.packets("")
		got := [3]uint16{k[0].Seg.Win, k[1].Seg.Win, k[2].Seg.Win}
		if got != c.wins || k[1].Seg.Opts.WScale != c.scale {
			t.Errorf("%q: windows %v, scale %d; expected %v, %d", c.sysctl, got, k[1].Seg.Opts.WScale, c.wins, c.scale)
		}
	}
}

// The first flight is ten segments whatever their size.
func TestInitialCwndIsTen(t *testing.T) {
	for _, mss := range []int{1460, 1000, 536} {
		p := play(t, far, "sysctl server net.ipv4.tcp_timestamps = 0", "program server\n  s = socket()\n  setsockopt(s, TCP_MAXSEG, "+fmt.Sprint(mss)+")\n  bind(s, :80)\n  listen(s, 9)\n  c = accept(s)\n  read(c, eof)\n",
			"program client\n  c = connect(server:80)\n  write(c, 30000)\n").to("50ms")
		p.is("client.cwnd == 10", "client.inflight == 10")
		if k := p.packets("client"); len(k) != 12 || len(k[11].Seg.Payload) != mss {
			t.Errorf("mss %d: %d segments were sent, expected SYN, ACK and ten of data", mss, len(k))
		}
	}
}

// A SYN lost once costs nothing more; lost twice, the first window is one segment.
func TestCwndAfterLostSyns(t *testing.T) {
	for lost, cwnd := range []int{10, 10, 1} {
		text := ""
		for i := range lost {
			text += fmt.Sprintf("at 0s drop %s SYN from client\n", []string{"1st", "2nd"}[i])
		}
		p := play(t, far, reader, "program client\n  c = connect(server:80)\n", text).to("10s")
		p.is(fmt.Sprintf("client.state == ESTABLISHED && client.cwnd == %d", cwnd))
	}
}

// The first sample R makes RTO = R + max(4·R/2, 200 ms); the smallest is 200 ms
// above the round trip.
func TestRTOAfterTheFirstSample(t *testing.T) {
	for delay, rto := range map[string]string{"100us": "0.204", "20ms": "0.24", "51ms": "0.308", "150ms": "0.9"} {
		p := play(t, "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay "+delay, reader, "program client\n  c = connect(server:80)\n")
		p.to("1s").is("client.rto == "+rto, "server.rto == "+rto)
	}
}
