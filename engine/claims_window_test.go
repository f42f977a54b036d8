package engine_test

import (
	"fmt"
	"testing"

	"wirestep/engine/tcp"
)

// tiny is a server whose receive buffer offers five full segments and no more, and
// whose application does not read yet.
const tiny = "program server\n  s = socket()\n  setsockopt(s, SO_RCVBUF, 8192)\n  bind(s, :80)\n  listen(s, 5)\n  c = accept(s)\n"

// tinyOpen plays the handshake of a forger with that server.
func tinyOpen(t *testing.T, program string) *player {
	t.Helper()
	p := play(t, lone, tiny+program)
	p.at("1ms", "forge peer > server flags=S seq=1000 win=65535 mss=1460 sackok from=peer:40000 to=server:80")
	return p.at("2ms", "forge peer > server flags=. seq=1 ack=1 win=65535").to("100ms").is("server.state == ESTABLISHED")
}

// fill forges seven segments of 1000 bytes, one a second from 1 s on.
func (p *player) fill() *player {
	p.Helper()
	for i := range 7 {
		p.at(fmt.Sprintf("%ds", 1+i), fmt.Sprintf("forge peer > server flags=P. seq=%d ack=1 win=65535 len=1000", 1+1000*i))
	}
	return p.to("7.5s")
}

// offered asserts the windows that a host has offered from an instant on, as they
// stand in its segments.
func (p *player) offered(from, since string, want ...int) *player {
	p.Helper()
	at, got := instant(p, since), []int{}
	for _, k := range p.packets(from) {
		if k.SentAt >= at {
			got = append(got, int(k.Seg.Win))
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		p.Errorf("%s offered windows of %d from %s on, expected %d", from, got, since, want)
	}
	return p
}

// limited is a server that writes at 1 s to a forger who offers 3000 bytes, without
// scaling.
func limited(t *testing.T, program string) *player {
	t.Helper()
	p := play(t, lone, "program server\n  s = listen(:80, 128)\n  c = accept(s)\n  at(1s)\n"+program)
	p.at("1ms", "forge peer > server flags=S seq=1000 win=3000 mss=1460 sackok from=peer:40000 to=server:80")
	return p.at("2ms", "forge peer > server flags=. seq=1 ack=1 win=3000")
}

// What exceeds the receiver's capacity is thrown away and answered with an ACK that
// repeats the window; it has to come again once there is room.
func TestT67_BeyondTheWindow(t *testing.T) {
	p := tinyOpen(t, "  at(20s)\n  read(c, 100000)\n  read(c, 100000)\n").fill()
	p.answers("8s", "flags=P. seq=7001 ack=1 win=65535 len=1000", ". 1:1(0) ack 7001").offered("server", "8s", 300)
	p.counts("server", "BeyondWindow", 1)
	if p.count("server", "TCPWantZeroWindowAdv") == 0 {
		t.Error("nobody wished to close the window")
	}
	p.to("21s").is("server.read == 7000")
	p.at("21s", "forge peer > server flags=P. seq=7001 ack=1 win=65535 len=1000").to("22s").is("server.read == 8000")
}

// A sender that heeds the window never meets that end, however slow the reader is:
// nothing is dropped and everything arrives.
func TestT67_TheSenderKeepsWithin(t *testing.T) {
	p := play(t, near, tiny+"  loop 20\n    sleep(500ms)\n    read(c, 5000)\n  end\n  read(c, eof)\n", connects+"  at(1s)\n  write(c, 60000)\n  close(c)\n")
	for p.step() {
		for _, c := range p.host("client").Live {
			if n := int(c.SndNxt.Minus(c.SndUna)); c.State != tcp.SynSent && n > int(c.SndWnd) {
				t.Fatalf("%d bytes are in flight, %d allowed\n%s", n, c.SndWnd, p.look())
			}
		}
	}
	p.is("server.read == 60000", "server.eof").counts("server", "BeyondWindow", 0).counts("server", "TCPRcvQDrop", 0)
}

// The handshake offers the first window, every ACK the next. Its right edge stays
// where it is while nobody reads.
func TestT68_EveryAckTellsTheWindow(t *testing.T) {
	p := tinyOpen(t, "").fill()
	p.offered("server", "0s", 7300, 6300, 5300, 4300, 3300, 2300, 1300, 300)
	for _, k := range p.packets("server")[1:] {
		if edge := uint32(k.Seg.Ack-k.BaseAck) + uint32(k.Seg.Win); edge != 7301 {
			t.Errorf("%s: the right edge stands at %d, expected 7301", line(k), edge)
		}
	}
}

// A little room is not worth a segment. Only when a full segment or half the buffer
// has come free does the reader's side speak up.
func TestT68_WindowUpdate(t *testing.T) {
	p := tinyOpen(t, "  at(20s)\n  read(c, 1000)\n  at(21s)\n  read(c, 6000)\n").fill()
	p.to("20.9s").is("server.read == 1000").says("server", "8s")
	p.to("25s").is("server.read == 7000").says("server", "8s", ". 1:1(0) ack 7001").offered("server", "8s", 7000)
}

// Of 3000 bytes a sender uses two full segments; the 80 left over are withheld, lest
// the window be filled with crumbs.
func TestT68_TheSenderStopsAtTheWindow(t *testing.T) {
	p := limited(t, "  write(c, 10000)\n").to("1.003s")
	p.says("server", "1s", ". 1:1461(1460) ack 1", "P. 1461:2921(1460) ack 1").is("server.cwnd == 10")
	p.at("1.1s", "forge peer > server flags=. seq=1 ack=2921 win=3000").to("1.103s")
	p.says("server", "1.1s", ". 2921:4381(1460) ack 1", "P. 4381:5841(1460) ack 1")
}

// With room enough the congestion window is the limit: ten segments.
func TestT68_TheSmallerWindowCounts(t *testing.T) {
	p := open(t, "  at(1s)\n  write(c, 30000)\n").to("1.003s")
	if n := len(p.said("server", "1s")); n != 10 {
		t.Errorf("%d segments left at once, expected 10", n)
	}
}

// The window is announced as open again, and the announcement is lost. An ACK is not
// repeated; were it not for the sender's probes, both would wait for ever.
func TestT68_LostWindowUpdate(t *testing.T) {
	p := play(t, near, tiny+"  at(4s)\n  read(c, 7000)\n  read(c, eof)\n", connects+"  at(1s)\n  write(c, 20000)\n  close(c)\n")
	p.to("3s").at("3.9s", "drop next ACK from server").to("4.1s").is("client.state == FIN_WAIT_1", "client.inflight == 0")
	p.says("client", "3.9s").to("4.2s")
	if got := p.said("client", "4.1s"); len(got) < 2 || got[0] != ". 10136:10136(0) ack 1" || got[1] != ". 10137:11585(1448) ack 1" {
		t.Errorf("after the lost update the client sent %q", got)
	}
	p.to("20s").is("server.read == 20000", "server.eof")
}

// close() into a closed window: the FIN cannot leave, and FIN_WAIT_1 waits with the
// probes. If nobody answers them the orphan ends like any other.
func TestT69_CloseIntoZeroWindow(t *testing.T) {
	for _, write := range []string{"", "  write(c, 10)\n"} {
		p := open(t, "  at(1s)\n"+write+"  close(c)\n")
		p.at("200ms", "forge peer > server flags=. seq=1 ack=1 win=0").to("100s").is("server.state == FIN_WAIT_1")
		p.sends("server", "FIN", "").sends("server", "DATA", "").counts("server", "TCPWinProbe", 8)
		p.end().is("server.state == CLOSED", "now - 1 > 100", "now - 1 < 110").sends("server", "RST", "")
	}
}

// As long as the probes are answered it stays; once there is room, data and FIN go.
func TestT69_AnsweredProbesGoOn(t *testing.T) {
	p := play(t, near, tiny+"  at(300s)\n  read(c, eof)\n  close(c)\n", connects+"  at(1s)\n  write(c, 20000)\n  close(c)\n")
	p.to("141s").is("client.state == FIN_WAIT_1 && server.state == ESTABLISHED").sends("client", "FIN", "")
	p.to("299s").is("client.state == FIN_WAIT_1")
	p.to("310s").is("client.state == TIME_WAIT && server.state == CLOSED", "server.read == 20000")
}
