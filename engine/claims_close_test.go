package engine_test

import (
	"slices"
	"testing"
)

// halfClosed is a client that has shut its sending half down and whose FIN the
// peer has acknowledged, when more is nothing; with close() it holds nothing more.
func finWait2(t *testing.T, last string) *player {
	t.Helper()
	p := play(t, alone, "program client\n  c = connect(peer:80)\n  at(100ms)\n  "+last+"\n")
	p.at("1ms", "forge peer > client flags=S. seq=5000 ack=1 win=65535 mss=1460 sackok")
	return p.at("200ms", "forge peer > client flags=. seq=1 ack=2 win=65535").to("250ms").is("client.state == FIN_WAIT_2")
}

// Swapped with the last data, the FIN waits in the out-of-order queue of a
// half-closed socket: no TIME_WAIT yet.
func TestT01_FinBeforeDataAfterShutdown(t *testing.T) {
	p := finWait2(t, "shutdown(c, SHUT_WR)")
	p.at("300ms", "forge peer > client flags=F. seq=101 ack=2 win=65535").to("350ms").is("client.state == FIN_WAIT_2")
	p.says("client", "250ms", ". 2:2(0) ack 1 sack 101:102").counts("client", "TCPOFOQueue", 1)
	p.at("400ms", "forge peer > client flags=F. seq=101 ack=2 win=65535").to("450ms").is("client.state == FIN_WAIT_2")
	p.says("client", "350ms", ". 2:2(0) ack 1 sack 101:102 101:102").counts("client", "TCPDSACKOfoSent", 1)
}

// It also works where the same segment acknowledges our FIN, and in ESTABLISHED.
func TestT01_FinBeforeDataElsewhere(t *testing.T) {
	p := play(t, alone, "program client\n  c = connect(peer:80)\n  at(100ms)\n  shutdown(c, SHUT_WR)\n")
	p.at("1ms", "forge peer > client flags=S. seq=5000 ack=1 win=65535 mss=1460 sackok")
	p.at("110ms", "forge peer > client flags=F. seq=101 ack=2 win=65535").to("150ms").is("client.state == FIN_WAIT_2")
	p.counts("client", "TCPOFOQueue", 1)
	p = play(t, alone, "program client\n  c = connect(peer:80)\n")
	p.at("1ms", "forge peer > client flags=S. seq=5000 ack=1 win=65535 mss=1460 sackok")
	p.at("110ms", "forge peer > client flags=F. seq=101 ack=1 win=65535").to("150ms").is("client.state == ESTABLISHED")
	p.counts("client", "TCPOFOQueue", 1)
}

// After close() nobody can read what is missing: a RST numbered SND.NXT, and the
// socket is gone. New data of any kind has the same end; only a bare FIN in order
// leads to TIME_WAIT.
func TestT01_AfterClose(t *testing.T) {
	for name, seg := range map[string]string{
		"FIN out of order": "flags=F. seq=101 ack=2", "data in order": "flags=P. seq=1 ack=2 len=10",
		"data and FIN": "flags=FP. seq=1 ack=2 len=10", "data out of order": "flags=P. seq=101 ack=2 len=10",
	} {
		p := finWait2(t, "close(c)")
		p.at("300ms", "forge peer > client "+seg+" win=65535").to("350ms")
		if t.Log(name); !slices.Equal(p.said("client", "250ms"), []string{"R 2:2(0)"}) {
			t.Errorf("%s: sent %v", name, p.said("client", "250ms"))
		}
		p.is("client.state == CLOSED")
	}
	p := finWait2(t, "close(c)").at("300ms", "forge peer > client flags=F. seq=1 ack=2 win=65535").to("350ms")
	p.is("client.state == TIME_WAIT").says("client", "250ms", ". 2:2(0) ack 2")
}

func TestT01_AfterCloseInFinWait1(t *testing.T) {
	p := play(t, alone, "program client\n  c = connect(peer:80)\n  at(100ms)\n  close(c)\n")
	p.at("1ms", "forge peer > client flags=S. seq=5000 ack=1 win=65535 mss=1460 sackok")
	p.at("110ms", "forge peer > client flags=F. seq=101 ack=2 win=65535").to("150ms")
	p.is("client.state == CLOSED").counts("client", "TCPAbortOnData", 1).says("client", "105ms", "R 2:2(0)")
}

// The missing data comes: one ACK jumps over it, what was queued and the FIN, and
// only then TIME_WAIT begins. The application still reads everything. The ACK leaves
// before the SACK block is forgotten: Linux 6.18 sends "ack 202 sack 101:202".
func TestT02_TheGapIsFilled(t *testing.T) {
	p := finWait2(t, "shutdown(c, SHUT_WR)\n  at(1s)\n  read(c, eof)")
	p.at("300ms", "forge peer > client flags=F. seq=101 ack=2 win=65535 len=100")
	p.at("400ms", "forge peer > client flags=P. seq=1 ack=2 win=65535 len=100").to("450ms").is("client.state == TIME_WAIT")
	p.says("client", "350ms", ". 2:2(0) ack 202 sack 101:202")
	p.to("2s").is("client.read == 200", "client.eof")
}

// Four waves: FIN, ACK, FIN, ACK, because the server takes its time. The ACK of
// the FIN is delayed, since the application might answer.
func TestT05_FourWaves(t *testing.T) {
	p := play(t, near, reader+"  sleep(300ms)\n  close(c)\n", connects+"  write(c, 100)\n  at(1s)\n  close(c)\n")
	p.to("1.01s").is("client.state == FIN_WAIT_1 && server.state == CLOSE_WAIT")
	p.to("1.1s").is("client.state == FIN_WAIT_2 && server.state == CLOSE_WAIT")
	p.to("2s").is("client.state == TIME_WAIT && server.state == CLOSED")
	p.says("", "1s", "F. 101:101(0) ack 1", ". 1:1(0) ack 102", "F. 1:1(0) ack 102", ". 102:102(0) ack 2")
	if k := p.packets("server"); k[2].SentAt.Sub(k[1].SentAt) < 0 || p.wire("server")[2] != "1.0401 . 1:1(0) ack 102" {
		t.Errorf("the ACK of the FIN: %v", p.wire("server"))
	}
	p.returns("server", "listen 0", "accept 0", "read 100", "read 0", "close 0").end().is("now > 61.3 and now < 61.4", "client.state == CLOSED")
}

// The window of opportunity for three waves is the delayed ACK of the FIN: the
// next tick if the server never received data, 40 ms else.
func TestT12_FourWavesBecomeThree(t *testing.T) {
	for _, c := range []struct {
		data, wait string
		segments   int
	}{
		{"", "0ms", 3}, {"", "3ms", 3}, {"", "10ms", 4}, {"", "300ms", 4},
		{"  write(c, 10)\n", "0ms", 3}, {"  write(c, 10)\n", "30ms", 3}, {"  write(c, 10)\n", "50ms", 4}, {"  write(c, 10)\n", "300ms", 4},
	} {
		p := play(t, near, reader+"  sleep("+c.wait+")\n  close(c)\n", connects+c.data+"  at(1s)\n  close(c)\n").to("2s")
		if got := p.said("", "1s"); len(got) != c.segments {
			t.Errorf("data %q, the server waits %s: %q, expected %d", c.data, c.wait, got, c.segments)
		}
		p.is("client.state == TIME_WAIT && server.state == CLOSED")
	}
}

// TCP_QUICKACK does not split them: the FIN itself puts the socket into the mode
// of question and answer.
func TestT12_QuickackDoesNotSplit(t *testing.T) {
	p := play(t, near, "program server\n  s = listen(:80, 128)\n  c = accept(s)\n  setsockopt(c, TCP_QUICKACK, 1)\n  read(c, eof)\n  close(c)\n",
		connects+"  at(1s)\n  close(c)\n").to("2s")
	p.says("", "1s", "F. 1:1(0) ack 1", "F. 1:1(0) ack 2", ". 2:2(0) ack 2")
}

// A server that writes its answer and closes sends them as two segments; the
// client acknowledges the FIN after 40 ms.
func TestT12_AnswerThenFin(t *testing.T) {
	p := play(t, near, "program server\n  s = listen(:80, 128)\n  c = accept(s)\n  read(c, 100)\n  write(c, 50)\n  close(c)\n",
		connects+"  at(1s)\n  write(c, 10)\n").to("2s")
	p.says("server", "1s", ". 1:1(0) ack 11", "P. 1:51(50) ack 11", "F. 51:51(0) ack 11")
	got := p.wire("client")
	if last := got[len(got)-1]; last != "1.0402 . 11:11(0) ack 52" {
		t.Errorf("the ACK of the FIN: %q", got)
	}
}

// A half close: the client says that it will send no more, and goes on reading.
func TestT13_HalfClose(t *testing.T) {
	p := play(t, near, reader+"  sleep(500ms)\n  write(c, 300)\n  sleep(500ms)\n  close(c)\n", connects+"  at(1s)\n  shutdown(c, SHUT_WR)\n  read(c, eof)\n")
	p.to("1.2s").is("client.state == FIN_WAIT_2 && server.state == CLOSE_WAIT")
	p.to("1.7s").is("client.state == FIN_WAIT_2", "client.read == 300").says("server", "1.2s", "P. 1:301(300) ack 2")
	p.to("3s").is("client.state == TIME_WAIT && server.state == CLOSED", "client.eof")
	// With close() instead, the data gets a RST.
	q := play(t, near, reader+"  sleep(500ms)\n  write(c, 300)\n  sleep(500ms)\n  write(c, 1)\n", connects+"  at(1s)\n  close(c)\n").to("1.7s")
	q.says("client", "1.2s", "R 2:2(0)").is("client.state == CLOSED && server.state == CLOSED")
	q.to("3s").is("server.errno == EPIPE")
}

// Both close at the same moment: CLOSING on both sides, then TIME_WAIT on both.
func TestT11_SimultaneousClose(t *testing.T) {
	const close = "  at(1s)\n  close(c)\n"
	p := play(t, far, "program server\n  s = listen(:80, 128)\n  c = accept(s)\n"+close, connects+close)
	p.to("1.01s").is("client.state == FIN_WAIT_1 && server.state == FIN_WAIT_1")
	p.to("1.03s").is("client.state == CLOSING && server.state == CLOSING")
	p.to("1.1s").is("client.state == TIME_WAIT && server.state == TIME_WAIT")
	p.says("client", "1s", "F. 1:1(0) ack 1", ". 2:2(0) ack 2").says("server", "1s", "F. 1:1(0) ack 1", ". 2:2(0) ack 2")
	p.end().is("now > 61 and now < 61.1")
}

// One of the crossing FINs is lost: its sender is in CLOSING, the other waits in
// FIN_WAIT_2 for the repeated FIN; both end in TIME_WAIT.
func TestT11_SimultaneousCloseWithOneFinLost(t *testing.T) {
	const close = "  at(1s)\n  shutdown(c, SHUT_WR)\n"
	p := play(t, far, "program server\n  s = listen(:80, 128)\n  c = accept(s)\n"+close, connects+close, "at 0s drop 1st FIN from client")
	p.to("1.1s").is("client.state == CLOSING && server.state == FIN_WAIT_2")
	p.to("2s").is("client.state == TIME_WAIT && server.state == TIME_WAIT")
}

// The active closer gets TIME_WAIT, for 60 s whatever tcp_fin_timeout says; the
// other side is gone at once.
func TestT14_TheActiveCloserWaits(t *testing.T) {
	p := play(t, near, "sysctl client net.ipv4.tcp_fin_timeout = 10\n", readClose, connects+"  at(1s)\n  close(c)\n")
	p.to("1.5s").is("client.state == TIME_WAIT && server.state == CLOSED", "client.states.TIME_WAIT == 1", "server.states.TIME_WAIT == 0")
	p.end().is("now > 61 and now < 61.001")
}

// T56: a process that dies closes what it held, even while it waits in a call.
func TestT56_KillIsClose(t *testing.T) {
	p := play(t, near, reader, connects+"  at(10s)\n  close(c)\n").at("1s", "call server: kill()").to("2s")
	p.is("server.state == FIN_WAIT_2 && client.state == CLOSE_WAIT").says("server", "1s", "F. 1:1(0) ack 1")
}
