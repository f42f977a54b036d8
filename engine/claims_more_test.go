package engine_test

import (
	"fmt"
	"strings"
	"testing"
)

// oldPeer is a server whose connection with a forger's port 40000 has come to
// TIME_WAIT without timestamps: the forger's numbers went from 1000 to 1101, the last
// 60 bytes from 1041 on. After 2 s an exact RST from the network tries to end it.
func oldPeer(t *testing.T, rfc1337, program string) *player {
	t.Helper()
	p := play(t, lone, "sysctl server net.ipv4.tcp_timestamps = 0\nsysctl server net.ipv4.tcp_rfc1337 = "+rfc1337+"\n",
		"program server\n  s = listen(:80, 128)\n  c = accept(s)\n  read(c, 100)\n  at(100ms)\n  close(c)\n  d = accept(s)\n"+program)
	p.at("1ms", "forge peer > server flags=S abs seq=1000 win=65535 mss=1460 from=peer:40000 to=server:80")
	p.at("2ms", "forge peer > server flags=P. seq=1 ack=1 win=65535 len=100")
	p.at("150ms", "forge peer > server flags=F. seq=101 ack=2 win=65535").to("1s").is("server.state == TIME_WAIT", "server.read == 100")
	return p.at("2s", "forge peer > server flags=R seq=102").to("3s")
}

// newPeer opens the four-tuple again, numbered within the range of the old one.
func newPeer(p *player) *player {
	p.Helper()
	p.at("3s", "forge peer > server flags=S abs seq=1040 win=65535 mss=1460 from=peer:40000 to=server:80").to("3.5s").is("server.state == SYN_RECV")
	return p.at("3.5s", "forge peer > server flags=. seq=1 ack=1 win=65535").to("4s").is("server.state == ESTABLISHED")
}

// With TIME_WAIT cut short the first hazard is back: the last ACK was lost, the FIN
// comes again, and who still holds the descriptor reads an error. tcp_rfc1337 keeps
// the entry, and the peer ends well.
func TestT36_RepeatedFinMeetsNobody(t *testing.T) {
	for rfc, c := range map[string]struct{ answer, errno string }{"0": {"R 2:2(0)", "104"}, "1": {". 2:2(0) ack 2", "0"}} {
		p := play(t, near, "sysctl client net.ipv4.tcp_rfc1337 = "+rfc+"\n", reader+"  shutdown(c, SHUT_WR)\n  sleep(1s)\n  getsockopt(c, SO_ERROR)\n",
			connects+"  at(1s)\n  shutdown(c, SHUT_WR)\n  close(c)\n", "at 0s drop 2nd ACK from client")
		p.to("1.1s").is("client.state == TIME_WAIT && server.state == LAST_ACK")
		p.at("1.1s", "forge server > client flags=R seq=2").to("3s").says("client", "1.1s", c.answer).is("server.state == CLOSED")
		p.returns("server", "listen 0", "accept 0", "read 0", "shutdown 0", "getsockopt "+c.errno)
	}
}

// The second hazard: a new connection of the same four-tuple begins too early, and a
// late copy of old data fits into it.
func TestT36_OldDataEntersTheNewConnection(t *testing.T) {
	p := newPeer(oldPeer(t, "0", "  read(d, 8)\n  read(d, 8)\n"))
	p.at("4s", `forge peer > server flags=P. abs seq=1041 win=65535 payload="OLD!" ack=`+p.ackOfServer())
	p.at("5s", `forge peer > server flags=P. seq=1 ack=1 win=65535 payload="new.data"`).to("6s")
	if got := p.texts("server"); !strings.HasSuffix(got, "OLD!data") {
		t.Errorf("the application read %q", got)
	}
}

// The third: a late FIN ends the new connection's stream.
func TestT36_OldFinEndsTheNewConnection(t *testing.T) {
	p := newPeer(oldPeer(t, "0", "  read(d, eof)\n"))
	p.at("4s", "forge peer > server flags=F. abs seq=1041 win=65535 ack="+p.ackOfServer()).to("5s").is("server.state == CLOSE_WAIT", "server.eof")
}

// Where TIME_WAIT has been kept, such a SYN is an old segment and gets an ACK of what
// was last heard.
func TestT36_KeptTimeWaitRefusesTheSyn(t *testing.T) {
	p := oldPeer(t, "1", "").is("server.state == TIME_WAIT")
	p.at("3s", "forge peer > server flags=S abs seq=1040 win=65535 mss=1460 from=peer:40000 to=server:80").to("4s")
	k := p.is("server.state == TIME_WAIT").packets("server")
	if last := k[len(k)-1]; last.SentAt < instant(t, "3s") || last.Seg.Kind().String() != "ACK" || last.Seg.Ack != 1102 {
		t.Errorf("the SYN is answered with %s", line(last))
	}
}

// ackOfServer is what acknowledges the server's latest SYN, as on the wire.
func (p *player) ackOfServer() string {
	k := p.packets("server")
	return fmt.Sprint(uint32(k[len(k)-1].BaseSeq) + 1)
}

// SO_LINGER with 0 s: what is unsent is thrown away, the peer gets a RST, and nobody
// waits. What the peer has queued it may still read; then comes the error.
func TestT37_LingerZero(t *testing.T) {
	p := play(t, near, tiny+"  at(2s)\n  read(c, 100000)\n  read(c, 1)\n  read(c, 1)\n", connects+"  setsockopt(c, SO_LINGER, 1, 0)\n  at(1s)\n  write(c, 20000)\n  at(1500ms)\n  close(c)\n")
	p.to("1.4s").is("client.snd_una == 10137", "client.snd_nxt == 10137")
	p.to("1.6s").is("client.state == CLOSED", "client.states.TIME_WAIT == 0", "server.states.TIME_WAIT == 0").says("client", "1.5s", "R. 10137:10137(0) ack 1")
	p.end().is("now < 2.1").returns("client", "connect 0", "setsockopt 0", "write 20000", "close 0").sends("client", "FIN", "")
	p.returns("server", "socket 0", "setsockopt 0", "bind 0", "listen 0", "accept 0", "read 10136", "read -1 ECONNRESET", "read 0")
}

// With data in flight the RST is numbered after it: SND.NXT, not SND.UNA. The ACKs that
// are still under way meet nobody.
func TestT37_LingerZeroWithDataInFlight(t *testing.T) {
	p := play(t, far, reader, connects+"  setsockopt(c, SO_LINGER, 1, 0)\n  at(1s)\n  write(c, 3000)\n  at(1010ms)\n  close(c)\n").to("3s")
	p.says("client", "1.01s", "R. 3001:3001(0) ack 1", "R 1449:1449(0)", "R 2897:2897(0)", "R 3001:3001(0)")
	p.is("client.state == CLOSED && server.state == CLOSED").returns("server", "listen 0", "accept 0", "read 3000", "read -1 ECONNRESET")
}

// With more than 0 s close() blocks until the FIN is acknowledged.
func TestT37_LingerBlocks(t *testing.T) {
	const slow = "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 50ms\n"
	p := play(t, slow, reader, connects+"  setsockopt(c, SO_LINGER, 1, 2)\n  write(c, 10)\n  at(1s)\n  close(c)\n").to("1.1s")
	p.is("client.state == FIN_WAIT_1").returns("client", "connect 0", "setsockopt 0", "write 10")
	p.to("1.16s").is("client.state == FIN_WAIT_2").returns("client", "connect 0", "setsockopt 0", "write 10", "close 0")
	// Or until the time is over; the kernel then goes on in the background.
	q := play(t, slow, reader, connects+"  setsockopt(c, SO_LINGER, 1, 2)\n  at(1s)\n  close(c)\n", "at 0s drop every FIN from client").to("2.99s")
	q.returns("client", "connect 0", "setsockopt 0").to("3.01s").returns("client", "connect 0", "setsockopt 0", "close 0")
	q.is("client.state == FIN_WAIT_1").sends("client", "RST", "")
	// Without the option it returns at once.
	play(t, slow, reader, connects+"  at(1s)\n  close(c)\n").to("1.01s").returns("client", "connect 0", "close 0")
}

// A listener that closes resets who stands in its accept queue.
func TestT37_ClosingAListener(t *testing.T) {
	p := play(t, near, "program server\n  s = listen(:80, 128)\n  at(1s)\n  close(s)\n", connects+"  read(c, 1)\n").end()
	p.says("server", "1s", "R. 1:1(0) ack 1").returns("client", "connect 0", "read -1 ECONNRESET").is("server.state == CLOSED")
}

// Reliable: over a link that loses, repeats, reorders and damages, the application
// reads exactly what was written. Nothing damaged, nothing twice, in order, no gaps.
func TestT60_EveryByteOnceAndInOrder(t *testing.T) {
	var lines, want strings.Builder
	for i := range 40 {
		s := fmt.Sprintf("line %d;", i) + strings.Repeat(string(rune('a'+i%26)), 100+37*i)
		fmt.Fprintf(&lines, "  write(c, %q)\n", s)
		want.WriteString(s)
	}
	damaged, repeated, reordered := 0, 0, 0
	for seed := range 12 {
		p := play(t, fmt.Sprintf("seed %d\n", seed), "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 10ms jitter 4ms loss 5% dup 5% reorder 10%\n",
			"program server\n  s = listen(:80, 128)\n  c = accept(s)\n  loop 3000\n    read(c, 50)\n  end\n  read(c, eof)\n", "program client\n  at(1ms)\n  c = connect(server:80)\n"+lines.String()+"  close(c)\n", "at 0s corrupt 2nd DATA from client\nat 0s corrupt 9th DATA from client\n").to("150s")
		if got := p.texts("server"); got != want.String() {
			t.Errorf("seed %d: %d bytes read, %d written, or not the same", seed, len(got), want.Len())
		}
		p.is("server.eof", fmt.Sprintf("server.read == %d", want.Len()))
		damaged += p.count("server", "InCsumErrors")
		repeated += p.count("server", "TCPDSACKOldSent")
		reordered += p.count("server", "TCPOFOQueue")
	}
	if damaged == 0 || repeated == 0 || reordered == 0 {
		t.Errorf("the link was too good: %d damaged, %d repeated, %d out of order", damaged, repeated, reordered)
	}
}

// One segment lost four times: a probe, then timeouts that double. The congestion
// window falls to one segment; the fifth gets through.
func TestT64_RetransmissionTimeout(t *testing.T) {
	for net, times := range map[string]string{near: "1 1.204 1.408 1.816 2.632", far: "1 1.24 1.48 1.96 2.92"} {
		p := play(t, net, reader, connects+"  at(1s)\n  write(c, 10)\n", "at 900ms drop every DATA from client").to("1.97s").is("client.cwnd == 1", "server.read == 0")
		p.at("2s", "forget rule 1").to("5s").sends("client", "DATA", times).is("server.read == 10", "client.inflight == 0", "client.backoff == 0")
		p.counts("client", "TCPLossProbes", 1).counts("client", "TCPTimeouts", 3).counts("client", "RetransSegs", 4)
	}
}

// The client has lost its memory and opens the same four-tuple again. The server,
// still established, challenges the SYN; the client's RST tells it; the SYN comes
// again, long before its second is over, and the connection is made.
func TestT79_HalfOpenRecovery(t *testing.T) {
	p := play(t, far, "program server\n  s = listen(:80, 128)\n  c = accept(s)\n  read(c, 10)\n  d = accept(s)\n  read(d, 10)\n",
		"program client\n  c = connect(server:80, :40000)\n  at(1s)\n  abort(c)\n  at(2s)\n  d = connect(server:80, :40000)\n  write(d, 7)\n", "at 500ms drop next RST from client")
	p.to("1.9s").is("client.state == CLOSED && server.state == ESTABLISHED")
	p.to("2.03s").is("client.state == SYN_SENT && server.state == ESTABLISHED").says("server", "2s", ". 1:1(0) ack 1")
	p.counts("server", "TCPSYNChallenge", 1).counts("server", "TCPChallengeACK", 1)
	p.to("2.045s").is("client.state == SYN_SENT")
	old, k := p.packets("server")[1].Seg, p.packets("client")
	if rst := k[len(k)-1].Seg; rst.Kind().String() != "RST" || rst.Seq != old.Ack {
		t.Errorf("the client answered the challenge with %s, expected a RST numbered as that ACK", line(k[len(k)-1]))
	}
	p.to("3s").returns("server", "listen 0", "accept 0", "read -1 ECONNRESET", "accept 0", "read 7")
	p.returns("client", "connect 0", "abort 0", "connect 0", "write 7").is("client.state == ESTABLISHED")
	p.sends("client", "SYN", "0 2 2.048").sends("server", "SYN-ACK", "0.02 2.068")
}

// Two sockets may share a local port if both ask for it, but not the four-tuple: the
// second connect() fails, and nothing is sent. Another destination is no conflict.
func TestT80_FourTupleInUse(t *testing.T) {
	second := func(port string) string {
		return "program client\n  a = socket()\n  setsockopt(a, SO_REUSEADDR, 1)\n  bind(a, :40000)\n  connect(a, server:80)\n" +
			"  b = socket()\n  setsockopt(b, SO_REUSEADDR, 1)\n  bind(b, :40000)\n  at(1s)\n  connect(b, server:" + port + ")\n"
	}
	both := "program server\n  r = listen(:81, 128)\n  s = listen(:80, 128)\n  c = accept(s)\n"
	p := play(t, far, both, second("80")).end()
	p.returns("client", "socket 0", "setsockopt 0", "bind 0", "connect 0", "socket 0", "setsockopt 0", "bind 0", "connect -1 EADDRNOTAVAIL")
	p.says("client", "500ms").is("client.states.ESTABLISHED == 1")
	play(t, far, both, second("81")).end().is("client.states.ESTABLISHED == 2", `client.errno == ""`)
}

const keepalive = "program server\n  s = listen(:80, 128)\n  c = accept(s)\n  setsockopt(c, SO_KEEPALIVE, 1)\n  setsockopt(c, TCP_KEEPIDLE, 2)\n" +
	"  setsockopt(c, TCP_KEEPINTVL, 1)\n  setsockopt(c, TCP_KEEPCNT, 3)\n  read(c, eof)\n"

// Keepalive: idle for 2 s, three empty probes numbered SND.NXT - 1 a second apart,
// and after 5 s the reader learns that nobody is there. A RST goes out, in case.
func TestT81_Keepalive(t *testing.T) {
	p := play(t, near, keepalive, connects, "at 1s unplug client server").to("4.9s").is("server.state == ESTABLISHED")
	p.says("server", "1s", ". 0:0(0) ack 1", ". 0:0(0) ack 1", ". 0:0(0) ack 1").sends("server", "ACK", "2.0003 3.0003 4.0003")
	p.counts("server", "TCPKeepAlive", 3).to("5.1s").is("server.state == CLOSED", "server.errno == ETIMEDOUT", "client.state == ESTABLISHED")
	p.says("server", "4.9s", "R. 1:1(0) ack 1").counts("server", "TCPAbortOnTimeout", 1)
}

// An answer starts the idle time anew, and the unanswered probes count no more.
// Without the option a dead peer goes unnoticed for ever.
func TestT81_AnsweredProbes(t *testing.T) {
	p := play(t, near, keepalive, connects, "at 1s unplug client server").at("3.5s", "plug client server").to("9s").is("server.state == ESTABLISHED")
	p.sends("server", "ACK", "2.0003 3.0003 4.0003 6.0005 8.0007").sends("client", "ACK", "0.0002 4.0004 6.0006 8.0008")
	q := play(t, near, reader, connects, "at 1s unplug client server").end().is("server.state == ESTABLISHED && client.state == ESTABLISHED")
	q.says("server", "1s")
}
