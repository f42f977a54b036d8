package engine_test

import (
	"fmt"
	"testing"
)

// The last ACK is lost. The server's FIN comes again, TIME_WAIT answers it and
// starts its minute anew; the server closes without an error.
func TestT15_TimeWaitAnswersARepeatedFin(t *testing.T) {
	p := play(t, near, readClose, connects+"  at(1s)\n  close(c)\n", "at 0s drop 2nd ACK from client")
	p.to("1.1s").is("client.state == TIME_WAIT && server.state == LAST_ACK")
	p.to("2s").is("client.state == TIME_WAIT && server.state == CLOSED").returns("server", "listen 0", "accept 0", "read 0", "close 0")
	p.sends("server", "FIN", "1.0001 1.2041").says("client", "1.1s", ". 2:2(0) ack 2")
	p.end().is("now > 61.2 and now < 61.21")
}

// Without TIME_WAIT the repeated FIN gets a RST. The passive closer hears of it
// only if it still holds the descriptor.
func TestT16_WithoutTimeWait(t *testing.T) {
	for end, calls := range map[string][]string{
		"shutdown(c, SHUT_WR)\n  sleep(1s)\n  getsockopt(c, SO_ERROR)": {"listen 0", "accept 0", "read 0", "shutdown 0", "getsockopt 104"},
		"close(c)": {"listen 0", "accept 0", "read 0", "close 0"},
	} {
		p := play(t, near, "sysctl client net.ipv4.tcp_max_tw_buckets = 0\n", reader+"  "+end+"\n", connects+"  at(1s)\n  shutdown(c, SHUT_WR)\n",
			"at 0s drop 2nd ACK from client").to("3s")
		p.says("client", "1.1s", "R 2:2(0)").returns("server", calls...).is("server.state == CLOSED")
		p.counts("client", "TCPTimeWaitOverflow", 1)
	}
}

// TIME_WAIT is best effort: if every FIN and ACK is lost it ends a minute after
// the last FIN heard, and the server tries on.
func TestT18_TimeWaitIsBestEffort(t *testing.T) {
	p := play(t, near, readClose, connects+"  at(1s)\n  close(c)\n  \n", "at 1s drop every ACK from client\nat 1010ms drop every FIN from server")
	p.to("1.1s").is("client.state == TIME_WAIT && server.state == LAST_ACK")
	p.to("62s").is("client.state == CLOSED && server.state == LAST_ACK")
	p.to("104s").is("server.state == LAST_ACK").to("109s").is("server.state == CLOSED")
}

// fins are the instants at which an orphan that closes at 1 s, next to its peer,
// repeats its FIN: a probe after 0.204 s, then timeouts that double.
const fins = "1 1.204 1.408 1.816 2.632 4.264 7.528 14.056 27.112 53.224"

// The first FIN never arrives: a probe, eight timeouts, and after 107 s the orphan
// is gone without a word. The peer stays; what it sends then gets a RST.
func TestT51_FirstFinLost(t *testing.T) {
	p := play(t, near, reader+"  getsockopt(c, SO_ERROR)\n  write(c, 5)\n", connects+"  at(1s)\n  close(c)\n", "at 0s drop every FIN from client")
	p.to("105s").is("client.state == FIN_WAIT_1 && server.state == ESTABLISHED")
	p.to("108s").is("client.state == CLOSED && server.state == ESTABLISHED")
	p.sends("client", "FIN", fins).sends("client", "RST", "").counts("client", "TCPAbortOnTimeout", 1)
	if at := p.lastWith("conn.timed-out"); at != "105.448" {
		t.Errorf("the orphan went at %s s, expected 104.448 s after its FIN", at)
	}
}

// What the peer sends to a host that has forgotten the connection.
func TestT51_PeerMeetsNobody(t *testing.T) {
	p := play(t, near, "program server\n  s = listen(:80, 128)\n  c = accept(s)\n  at(110s)\n  write(c, 5)\n  sleep(1s)\n  read(c, 10)\n  write(c, 5)\n",
		connects+"  at(1s)\n  close(c)\n", "at 0s drop every FIN from client").end()
	p.says("client", "109s", "R 1:1(0)").returns("server", "listen 0", "accept 0", "write 5", "read -1 ECONNRESET", "write -1 EPIPE")
}

// tcp_orphan_retries is a span of time, not a count; tcp_retries2 has no say.
func TestT51_OrphanLimit(t *testing.T) {
	for _, c := range []struct{ sysctl, fins, gone string }{
		{"tcp_orphan_retries = 1", "1 1.204 1.408 1.816", "2.632"},
		{"tcp_orphan_retries = 3", "1 1.204 1.408 1.816 2.632 4.264", "7.528"},
		{"tcp_orphan_retries = 8", fins, "105.448"},
		{"tcp_retries2 = 3", fins, "105.448"},
	} {
		p := play(t, near, "sysctl client net.ipv4."+c.sysctl+"\n", reader, connects+"  at(1s)\n  close(c)\n", "at 0s drop every FIN from client").end()
		p.sends("client", "FIN", c.fins).is("now == " + c.gone)
	}
}

// With the descriptor open the limit is tcp_retries2, and the reader is told.
func TestT51_ShutdownTimesOut(t *testing.T) {
	p := play(t, near, "sysctl client net.ipv4.tcp_retries2 = 5\n", reader, connects+"  at(1s)\n  shutdown(c, SHUT_WR)\n  read(c, eof)\n  write(c, 1)\n",
		"at 0s drop every FIN from client").end()
	p.returns("client", "connect 0", "shutdown 0", "read -1 ETIMEDOUT", "write -1 EPIPE")
	p.is("now > 13.8 and now < 14.4") // 12.6 s after the first timeout: measured 13.3 s after the FIN
}

// The second wave is lost: an ACK is never repeated, but the FIN that it answers
// is, and each is answered anew, with a report of the duplicate.
func TestT52_AckOfFinLost(t *testing.T) {
	p := play(t, near, reader, connects+"  at(1s)\n  close(c)\n", "at 0s drop 1st ACK from server").to("2s")
	p.is("client.state == FIN_WAIT_2 && server.state == CLOSE_WAIT")
	p.sends("client", "FIN", "1 1.204").says("server", "1s", ". 1:1(0) ack 2", ". 1:1(0) ack 2 sack 1:2")
	// Lost for ever: the client goes after 107 s, and the server's FIN meets nobody.
	q := play(t, near, reader+"  at(120s)\n  close(c)\n", connects+"  at(1s)\n  close(c)\n", "at 0s drop every ACK from server")
	q.to("110s").is("client.state == CLOSED && server.state == CLOSE_WAIT").sends("client", "FIN", fins)
	q.end().says("client", "110s", "R 2:2(0)").is("server.state == CLOSED")
}

// FIN_WAIT_2 waits for the peer's FIN: the small entry that has replaced the socket
// answers it and becomes TIME_WAIT.
func TestT53_FinWait2WaitsForTheFin(t *testing.T) {
	p := play(t, near, reader+"  at(50s)\n  close(c)\n", connects+"  at(1s)\n  close(c)\n").to("49s").is("client.state == FIN_WAIT_2")
	if h := p.host("client"); len(h.Live) != 0 || len(h.TWs) != 1 {
		t.Errorf("the client has %d sockets and %d entries, expected one entry", len(h.Live), len(h.TWs))
	}
	p.to("51s").is("client.state == TIME_WAIT && server.state == CLOSED").says("client", "49s", ". 2:2(0) ack 2")
	p.end().is("abs(now - 110.0001) < 0.0002")
}

// FIN_WAIT_2 after close() lasts tcp_fin_timeout. Above 60 s a quirk of Linux
// makes it twice what is above; below, three and a half timeouts are the least.
func TestT54_FinWait2Timeout(t *testing.T) {
	for _, c := range []struct {
		timeout int
		gone    float64 // after the ACK of the FIN
	}{{60, 60}, {5, 5}, {1, 1}, {0, 0.714}, {61, 2}, {62, 4}, {65, 10}, {70, 20}, {90, 60}} {
		p := play(t, near, fmt.Sprintf("sysctl client net.ipv4.tcp_fin_timeout = %d\n", c.timeout), reader, connects+"  at(1s)\n  close(c)\n")
		p.to("1.01s").is("client.state == FIN_WAIT_2")
		p.end().is("server.state == CLOSE_WAIT", fmt.Sprintf("abs(now - 1.0042 - %g) < 0.002", c.gone)).sends("client", "RST", "")
	}
}

func TestT54_Linger2(t *testing.T) {
	play(t, near, reader, connects+"  setsockopt(c, TCP_LINGER2, 3)\n  at(1s)\n  close(c)\n").end().is("abs(now - 4.0042) < 0.002")
	p := play(t, near, reader, connects+"  setsockopt(c, TCP_LINGER2, -1)\n  at(1s)\n  close(c)\n").end()
	p.says("client", "1s", "F. 1:1(0) ack 1", "R 2:2(0)").is("now < 1.01", "client.state == CLOSED")
}

// After that a late FIN or late data gets a RST.
func TestT54_LateFinAndData(t *testing.T) {
	p := play(t, near, reader+"  at(70s)\n  close(c)\n", connects+"  at(1s)\n  close(c)\n").end()
	p.says("client", "69s", "R 2:2(0)").is("server.state == CLOSED")
	p = play(t, near, reader+"  at(70s)\n  write(c, 9)\n  sleep(1s)\n  write(c, 9)\n", connects+"  at(1s)\n  close(c)\n").end()
	p.says("client", "69s", "R 2:2(0)").returns("server", "listen 0", "accept 0", "read 0", "write 9", "write -1 EPIPE")
}

// The third wave never comes. After shutdown() there is no timer at all; a later
// close() starts the 60 s.
func TestT55_FinWait2AfterShutdown(t *testing.T) {
	p := play(t, near, reader, connects+"  at(1s)\n  shutdown(c, SHUT_WR)\n  read(c, eof)\n").to("1h")
	p.is("client.state == FIN_WAIT_2 && server.state == CLOSE_WAIT")
	if !p.t.AtEnd() {
		t.Error("something is still scheduled")
	}
	q := play(t, near, reader, connects+"  at(1s)\n  shutdown(c, SHUT_WR)\n  at(200s)\n  close(c)\n").to("259.9s")
	q.is("client.state == FIN_WAIT_2").to("260.1s").is("client.state == CLOSED")
}

// The third wave is lost: CLOSE_WAIT has no timer, LAST_ACK has that of every
// orphan. If a FIN gets through, TIME_WAIT; if after the client is gone, RST.
func TestT56_SecondFinLost(t *testing.T) {
	p := play(t, near, reader+"  at(30s)\n  close(c)\n", connects+"  at(1s)\n  close(c)\n", "at 0s drop every FIN from server")
	p.to("29s").is("server.state == CLOSE_WAIT && client.state == FIN_WAIT_2")
	p.to("31s").is("server.state == LAST_ACK").to("62s").is("client.state == CLOSED && server.state == LAST_ACK")
	p.end().sends("server", "FIN", "30 30.204 30.408 30.816 31.632 33.264 36.528 43.056 56.112 82.224").is("now == 134.448")
}

func TestT56_FinGetsThroughLate(t *testing.T) {
	p := play(t, near, readClose, connects+"  at(1s)\n  close(c)\n", "at 0s drop every FIN from server\n").to("50s")
	p.at("50s", "forget rule 1").to("54s").is("client.state == TIME_WAIT && server.state == CLOSED")
	p = play(t, near, readClose, connects+"  at(1s)\n  shutdown(c, SHUT_WR)\n  close(c)\n", "sysctl client net.ipv4.tcp_fin_timeout = 30\n", "at 0s drop every FIN from server\n").to("50s")
	p.at("50s", "forget rule 1").to("54s").is("client.state == CLOSED && server.state == CLOSED").says("client", "50s", "R 2:2(0)")
}

// close() with unread data: a RST instead of a FIN.
func TestT56_CloseWithUnreadData(t *testing.T) {
	p := play(t, near, "program server\n  s = listen(:80, 128)\n  c = accept(s)\n  sleep(1s)\n  close(c)\n", connects+"  write(c, 100)\n  read(c, eof)\n").end()
	p.says("server", "0.5s", "R. 1:1(0) ack 101").counts("server", "TCPAbortOnClose", 1)
	p.returns("client", "connect 0", "write 100", "read -1 ECONNRESET").is("client.state == CLOSED && server.state == CLOSED")
}

// No: LAST_ACK ends after 107 s, or with a RST from a host that has forgotten.
func TestT57_LastAckIsNotForEver(t *testing.T) {
	p := play(t, near, readClose, connects+"  at(1s)\n  close(c)\n", "at 0s drop every FIN from server").end()
	p.is("server.state == CLOSED", "now > 105 and now < 106").counts("server", "TCPAbortOnTimeout", 1)
}

// The fourth wave is lost for ever: every FIN heard starts the minute anew.
func TestT58_EveryFinRestartsTimeWait(t *testing.T) {
	p := play(t, near, readClose, connects+"  at(1s)\n  close(c)\n", "at 500ms drop every ACK from client")
	p.to("104s").is("client.state == TIME_WAIT && server.state == LAST_ACK")
	p.to("106s").is("client.state == TIME_WAIT && server.state == CLOSED")
	p.sends("server", "FIN", "1.0001 1.2041 1.4081 1.8161 2.6321 4.2641 7.5281 14.0561 27.1121 53.2241")
	p.end().is("abs(now - 113.2242) < 0.0001") // 60 s after the FIN of 53.2241 s
}

// The client's minute ends whatever the server does; a FIN that comes later meets
// nobody, and its RST ends LAST_ACK.
func TestT59_FinAfterTimeWait(t *testing.T) {
	p := play(t, near, "sysctl server net.ipv4.tcp_orphan_retries = 9\n", readClose, connects+"  at(1s)\n  close(c)\n", "at 500ms drop every ACK from client")
	p.at("2s", "drop every FIN from server").to("62s").is("client.state == CLOSED && server.state == LAST_ACK")
	p.at("100s", "forget rule 2").to("106s").is("server.state == CLOSED").says("client", "62s", "R 2:2(0)")
}
