package engine_test

import (
	"strings"
	"testing"
)

// open plays a handshake between a real server and a forger, without timestamps,
// and goes on to 100 ms. Numbers of both sides are then 1.
func open(t *testing.T, program string) *player {
	t.Helper()
	p := play(t, lone, "program server\n  s = listen(:80, 128)\n  c = accept(s)\n"+program)
	p.at("1ms", "forge peer > server flags=S seq=1000 win=65535 mss=1460 sackok from=peer:40000 to=server:80")
	return p.at("2ms", "forge peer > server flags=. seq=1 ack=1 win=65535").to("100ms").is("server.state == ESTABLISHED")
}

// hears forges a segment at an instant and returns what the server answers within
// 900 ms.
func (p *player) hears(when, fields string) []string {
	p.Helper()
	p.at(when, "forge peer > server "+fields)
	p.to((p.t.World().Now() + 9e8).Seconds() + "s")
	return p.said("server", when)
}

func (p *player) answers(when, fields string, want ...string) *player {
	p.Helper()
	if got := strings.Join(p.hears(when, fields), " | "); got != strings.Join(want, " | ") {
		p.Errorf("%s is answered with %q, expected %q", fields, got, strings.Join(want, " | "))
	}
	return p
}

// A RST answers what nothing here can have caused: with the number that the
// segment acknowledges, or else with 0 and an ACK of it. A RST is never answered.
func TestT31_ClosedPort(t *testing.T) {
	for fields, want := range map[string]string{
		"flags=S seq=7": "R. 0:0(0) ack 1", "flags=F seq=7": "R. 0:0(0) ack 8", "flags=P seq=7 len=10": "R. 0:0(0) ack 17",
		"flags=. seq=7 ack=9": "R 9:9(0)", "flags=S. seq=7 ack=9": "R 9:9(0)", "flags=FP. seq=7 ack=9 len=3": "R 9:9(0)",
		"flags=R seq=7": "", "flags=R. seq=7 ack=9": "", "flags=RF seq=7": "",
	} {
		p := play(t, lone).at("1ms", "forge peer > server from=peer:1234 to=server:80 win=100 "+fields).to("1s")
		if got := strings.Join(p.said("server", "1ms"), " | "); got != want {
			t.Errorf("%s is answered with %q, expected %q", fields, got, want)
		}
	}
}

func TestT31_Listener(t *testing.T) {
	for fields, want := range map[string]string{
		"flags=. seq=7 ack=9": "R 9:9(0)", "flags=S. seq=7 ack=9": "R 9:9(0)", "flags=P. seq=7 ack=9 len=3": "R 9:9(0)",
		"flags=F seq=7": "", "flags=R seq=7": "", "flags=P seq=7 len=3": "",
	} {
		p := play(t, lone, reader).at("1ms", "forge peer > server from=peer:1234 to=server:80 win=100 "+fields).to("1s")
		if got := strings.Join(p.said("server", "1ms"), " | "); got != want {
			t.Errorf("%s is answered with %q, expected %q", fields, got, want)
		}
		p.is("server.state == CLOSED || server.state == LISTEN", "server.states.SYN_RECV == 0")
	}
}

// A SYN with FIN or RST means nothing to a listener; a third segment that brings a
// FIN along leads straight to CLOSE_WAIT.
func TestT83_FinInTheHandshake(t *testing.T) {
	for _, flags := range []string{"SF", "SR"} {
		p := play(t, lone, reader).at("1ms", "forge peer > server from=peer:1234 to=server:80 win=100 flags="+flags+" seq=7").to("1s")
		p.is("server.states.SYN_RECV == 0").says("server", "0s")
	}
	p := play(t, lone, reader)
	p.at("1ms", "forge peer > server flags=S seq=1000 win=65535 mss=1460 from=peer:40000 to=server:80")
	p.at("2ms", "forge peer > server flags=F. seq=1 ack=1 win=65535").to("500ms")
	p.is("server.state == CLOSE_WAIT", "server.eof").says("server", "2ms", ". 1:1(0) ack 2")
}

// In SYN_RECV an ACK of anything but the SYN-ACK gets a RST; the request stays.
func TestT31_BadAckInSynRecv(t *testing.T) {
	for ack, rst := range map[string]string{"2": "R 2:2(0)", "0": "R 0:0(0)", "500": "R 500:500(0)"} {
		p := play(t, lone, reader)
		p.at("1ms", "forge peer > server flags=S seq=1000 win=65535 mss=1460 from=peer:40000 to=server:80")
		p.at("2ms", "forge peer > server flags=. seq=1 win=65535 ack="+ack).to("500ms")
		p.is("server.states.SYN_RECV == 1").says("server", "2ms", rst)
		p.at("500ms", "forge peer > server flags=. seq=1 ack=1 win=65535").to("600ms").is("server.state == ESTABLISHED")
	}
}

// Outside the window: dropped and answered with an ACK, with a report when it is
// old data. Empty segments are answered twice a second at most, data always.
func TestT32_OutsideTheWindow(t *testing.T) {
	p := open(t, "  read(c, 20)\n")
	p.answers("100ms", "flags=P. seq=1 ack=1 win=65535 len=10", ". 1:1(0) ack 11")
	p.answers("2s", "flags=P. seq=1 ack=1 win=65535 len=10", ". 1:1(0) ack 11 sack 1:11").counts("server", "TCPDSACKOldSent", 1)
	p.answers("4s", "flags=P. seq=1000000 ack=1 win=65535 len=10", ". 1:1(0) ack 11").counts("server", "BeyondWindow", 1)
	p.answers("6s", "flags=. seq=1000000 ack=1 win=65535", ". 1:1(0) ack 11").counts("server", "BeyondWindow", 2)
	p.at("8s", "forge peer > server flags=. seq=1000000 ack=1 win=65535").at("8.1s", "forge peer > server flags=. seq=1000000 ack=1 win=65535")
	p.at("8.2s", "forge peer > server flags=. seq=1000000 ack=1 win=65535").at("8.52s", "forge peer > server flags=. seq=1000000 ack=1 win=65535")
	p.to("9s").counts("server", "TCPACKSkippedSeq", 2).says("server", "7s", ". 1:1(0) ack 11", ". 1:1(0) ack 11")
	p.at("9.1s", "forge peer > server flags=P. seq=1000000 ack=1 win=65535 len=10").at("9.2s", "forge peer > server flags=P. seq=1000000 ack=1 win=65535 len=10")
	p.to("9.3s").says("server", "9.1s", ". 1:1(0) ack 11", ". 1:1(0) ack 11").is("server.state == ESTABLISHED")
}

// A SYN in ESTABLISHED: a challenge ACK, whatever its number.
func TestT32_SynInEstablished(t *testing.T) {
	p := open(t, "")
	for i, seq := range []string{"1", "500", "0", "90000000"} {
		p.answers([]string{"1s", "3s", "5s", "7s"}[i], "flags=S win=65535 seq="+seq, ". 1:1(0) ack 1")
	}
	p.is("server.state == ESTABLISHED").counts("server", "TCPSYNChallenge", 4).counts("server", "TCPChallengeACK", 4)
}

// A RST has to be exact. In the window it is challenged, outside ignored.
func TestT33_RstHasToBeExact(t *testing.T) {
	p := open(t, "  read(c, 10)\n  read(c, 10)\n  write(c, 10)\n")
	p.answers("1s", "flags=R seq=100", ". 1:1(0) ack 1").counts("server", "TCPChallengeACK", 1)
	p.answers("3s", "flags=R seq=0").answers("5s", "flags=R seq=1000000").is("server.state == ESTABLISHED")
	p.answers("7s", "flags=R seq=1").is("server.state == CLOSED")
	p.returns("server", "listen 0", "accept 0", "read -1 ECONNRESET", "read 0", "write -1 EPIPE")
}

// One challenge ACK in half a second and socket.
func TestT33_ChallengesAreRationed(t *testing.T) {
	p := open(t, "")
	for _, when := range []string{"1s", "1.1s", "1.2s", "1.49s", "1.51s", "1.6s"} {
		p.at(when, "forge peer > server flags=R seq=100")
	}
	p.to("3s").counts("server", "TCPChallengeACK", 2).counts("server", "TCPACKSkippedChallenge", 4).says("server", "1s", ". 1:1(0) ack 1", ". 1:1(0) ack 1")
}

// What the application hears of an exact RST depends on the state.
func TestT33_ErrnoOfARst(t *testing.T) {
	for state, c := range map[string]struct{ program, fin, rst, errno string }{
		"FIN_WAIT_1": {"  at(105ms)\n  shutdown(c, SHUT_WR)\n  read(c, eof)\n", "", "flags=R seq=1", "ECONNRESET"},
		"FIN_WAIT_2": {"  at(105ms)\n  shutdown(c, SHUT_WR)\n  read(c, eof)\n", "flags=. seq=1 ack=2", "flags=R seq=1", "ECONNRESET"},
		"CLOSE_WAIT": {"  at(5s)\n  write(c, 1)\n", "flags=F. seq=1 ack=1", "flags=R seq=2", "EPIPE"},
		"CLOSING":    {"  at(105ms)\n  shutdown(c, SHUT_WR)\n  at(5s)\n  getsockopt(c, SO_ERROR)\n  write(c, 1)\n", "flags=F. seq=1 ack=1", "flags=R seq=2", "EPIPE"},
	} {
		p := open(t, c.program)
		if c.fin != "" {
			p.at("110ms", "forge peer > server win=65535 "+c.fin)
		}
		p.to("150ms").is("server.state == " + state)
		p.at("160ms", "forge peer > server "+c.rst).to("6s").is("server.state == CLOSED", "server.errno == "+c.errno)
	}
}

// Broken pipe is writing after the connection is known to be gone. The first error
// is ECONNRESET, unless a FIN came before.
func TestT17_BrokenPipe(t *testing.T) {
	p := open(t, "  at(1s)\n  write(c, 1)\n  write(c, 1)\n  read(c, 10)\n").at("200ms", "forge peer > server flags=R seq=1").to("2s")
	p.returns("server", "listen 0", "accept 0", "write -1 ECONNRESET", "write -1 EPIPE", "read 0")
	q := open(t, "  at(1s)\n  write(c, 1)\n  read(c, 10)\n").at("200ms", "forge peer > server flags=F. seq=1 ack=1 win=100")
	q.at("300ms", "forge peer > server flags=R seq=2").to("2s").returns("server", "listen 0", "accept 0", "write -1 EPIPE", "read 0")
	// The classic: the peer has closed, the first write brings its RST, the second fails.
	r := play(t, near, "program server\n  s = listen(:80, 128)\n  c = accept(s)\n  at(1s)\n  write(c, 1)\n  sleep(1s)\n  write(c, 1)\n", connects+"  sleep(100ms)\n  close(c)\n").end()
	r.returns("server", "listen 0", "accept 0", "write 1", "write -1 EPIPE")
}
