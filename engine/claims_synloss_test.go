package engine_test

import (
	"fmt"
	"strings"
	"testing"
)

const connects = "program client\n  c = connect(server:80)\n"

func synScene(retries, linear int) string {
	return near + fmt.Sprintf("sysctl client net.ipv4.tcp_syn_retries = %d\nsysctl client net.ipv4.tcp_syn_linear_timeouts = %d\n", retries, linear) +
		reader + connects + "at 0s drop every SYN from client\n"
}

// The SYN is sent L+1 times a second apart, then the waits double. It is given up
// at the first timeout where R+L have been sent again, or 2^(R+1)-1 s have passed.
func TestT48_SynSchedule(t *testing.T) {
	for _, c := range []struct {
		r, l  int
		syns  string
		error string
	}{
		{6, 4, "0 1 2 3 4 5 7 11 19 35 67", "131"},
		{6, 0, "0 1 3 7 15 31 63", "127"},
		{5, 0, "0 1 3 7 15 31", "63"},
		{3, 4, "0 1 2 3 4 5 7 11", "19"},
		{3, 1, "0 1 2 4 8", "16"},
		{2, 2, "0 1 2 3 5", "9"},
		{2, 4, "0 1 2 3 4 5", "7"},
		{2, 10, "0 1 2 3 4 5 6", "7"},
		{4, 2, "0 1 2 3 5 9 17", "33"},
		{4, 10, "0 1 2 3 4 5 6 7 8 9 10 11 13 17 25", "41"},
		{1, 4, "0 1 2", "3"},
		{1, 0, "0 1", "3"},
	} {
		t.Run(fmt.Sprint(c.r, c.l), func(t *testing.T) {
			p := play(t, synScene(c.r, c.l)).end()
			p.sends("client", "SYN", c.syns).returns("client", "connect -1 ETIMEDOUT")
			p.is("now == "+c.error, "client.state == CLOSED").counts("client", "TCPSynRetrans", strings.Count(c.syns, " "))
		})
	}
}

// No: the client gives up. close() before that deletes the socket, and nobody is
// told.
func TestT46_SynLost(t *testing.T) {
	p := play(t, near, reader, "program client\n  c = socket()\n  fcntl(c, F_SETFL, O_NONBLOCK)\n  connect(c, server:80)\n  sleep(1500ms)\n  close(c)\n",
		"at 0s drop every SYN from client").end()
	p.sends("client", "SYN", "0 1").is("now == 1.5", "client.state == CLOSED")
	p.says("client", "1.1s")
}

// The default of tcp_syn_retries is 6, and four timeouts are linear on top.
func TestT47_SynRetriesDefault(t *testing.T) {
	p := play(t, near, reader, connects, "at 0s drop every SYN from client").to("130.9s").is("client.state == SYN_SENT")
	p.end().sends("client", "SYN", "0 1 2 3 4 5 7 11 19 35 67").is("now == 131", "client.errno == ETIMEDOUT")
}

// TCP_SYNCNT and TCP_USER_TIMEOUT shorten the wait for one socket.
func TestT48_SocketOptions(t *testing.T) {
	for opt, end := range map[string]string{"TCP_SYNCNT, 2": "7", "TCP_USER_TIMEOUT, 10000": "10"} {
		p := play(t, near, reader, "program client\n  c = socket()\n  setsockopt(c, "+opt+")\n  connect(c, server:80)\n",
			"at 0s drop every SYN from client").end()
		p.returns("client", "socket 0", "setsockopt 0", "connect -1 ETIMEDOUT").is("now == " + end)
	}
}

// The SYN-ACK is sent again after 1, 3, 7, 15 and 31 s; at 63 s the request goes,
// and nobody is told.
func TestT09_SynAckSchedule(t *testing.T) {
	for retries, want := range map[int][2]string{
		5: {"0.0011 1.0011 3.0011 7.0011 15.0011 31.0011", "63.0011"},
		0: {"0.0011", "1.0011"},
		1: {"0.0011 1.0011", "3.0011"},
		2: {"0.0011 1.0011 3.0011", "7.0011"},
	} {
		p := play(t, lone, fmt.Sprintf("sysctl server net.ipv4.tcp_synack_retries = %d\n", retries), reader)
		p.at("1ms", "forge peer > server flags=S seq=1000 win=65535 mss=1460 from=peer:40000 to=server:80").end()
		p.sends("server", "SYN-ACK", want[0]).sends("server", "RST", "").is("server.states.SYN_RECV == 0", "now == "+want[1])
	}
}

func synFrom(port int) string {
	return fmt.Sprintf("forge peer > server flags=S seq=1000 win=65535 mss=1460 from=peer:%d to=server:80", port)
}

// While more than half of the SYN queue is taken, old requests get two retries
// only: of 17 with a backlog of 16, nine vanish at 7 s.
func TestT09_HalfFullSynQueueAgesFaster(t *testing.T) {
	p := play(t, lone, "program server\n  s = listen(:80, 16)\n")
	for i := range 17 {
		p.at("1ms", synFrom(40000+i))
	}
	p.to("6.9s").is("server.states.SYN_RECV == 17")
	p.to("7.1s").is("server.states.SYN_RECV == 8")
	p.to("63s").is("server.states.SYN_RECV == 8").end().is("server.states.SYN_RECV == 0")
}

// The same SYN again brings the SYN-ACK at once and starts the timer anew,
// without using up a retry. Another SYN in the window ends the request.
func TestDuplicateSynInSynRecv(t *testing.T) {
	p := play(t, lone, "sysctl server net.ipv4.tcp_synack_retries = 1\n", reader)
	p.at("0s", synFrom(40000)).at("500ms", "forge peer > server flags=S seq=0 win=65535 mss=1460").end()
	p.sends("server", "SYN-ACK", "0.0001 0.5001 1.5001").is("now == 3.5001")
	q := play(t, lone, reader).at("0s", synFrom(40000))
	q.at("1ms", "forge peer > server flags=S seq=500 win=65535 mss=1460 from=peer:40000 to=server:80").to("2ms")
	q.is("server.states.SYN_RECV == 0").says("server", "1ms", "R. 0:0(0) ack 1")
	q.counts("server", "EmbryonicRsts", 1)
}

// A SYN-ACK that acknowledges something else gets a RST with that number, and the
// SYN is sent again within 15 ms: once, and only if it was not sent again before.
func TestT31_BadAckInSynSent(t *testing.T) {
	for _, flags := range []string{"S.", "."} {
		p := play(t, alone, "program client\n  c = connect(peer:80)\n")
		p.at("100ms", "forge peer > client flags="+flags+" seq=5000 ack=77 win=65535 mss=1460").to("900ms")
		p.is("client.state == SYN_SENT").says("client", "1ms", "R 77:77(0)", "S 0:0(0)")
		p.sends("client", "SYN", "0 0.1081")
		p.at("900ms", "forge peer > client flags="+flags+" seq=5000 ack=77 win=65535 mss=1460").to("1s")
		p.says("client", "900ms", "R 77:77(0)")
	}
}

// The SYN-ACK is lost for ever. Both sides repeat: each SYN that arrives is
// answered at once and puts the server's own timer off. The request dies; the
// client's last SYN opens another, with another number.
func TestT49_SynAckLost(t *testing.T) {
	p := play(t, near, reader, connects, "at 0s drop every SYN-ACK from server")
	p.to("36s")
	n := len(p.packets("server"))
	if n < 14 || n > 16 {
		t.Errorf("%d SYN-ACKs in 36 s, measured were 15: %s", n, p.when("server", "SYN-ACK"))
	}
	p.to("67s").is("server.states.SYN_RECV == 1")
	first := p.packets("server")[0].Seg.Seq
	p.end().sends("client", "SYN", "0 1 2 3 4 5 7 11 19 35 67").returns("client", "connect -1 ETIMEDOUT")
	k := p.packets("server")
	if last := k[len(k)-1].Seg.Seq; last == first {
		t.Errorf("the last request has the number of the first, %d", last)
	}
	p.is("server.states.SYN_RECV == 0").sends("server", "RST", "")
}

// Lost once, the SYN-ACK costs a second: the client's SYN is answered again.
func TestT49_SynAckLostOnce(t *testing.T) {
	p := play(t, near, reader, connects, "at 0s drop next SYN-ACK from server").to("10s")
	p.is("client.state == ESTABLISHED && server.state == ESTABLISHED && client.cwnd == 10")
	p.sends("client", "SYN", "0 1")
}

// The third segment is lost. The server repeats its SYN-ACK after a second, and
// the client, long established, answers with a challenge ACK.
func TestT50_ThirdAckLost(t *testing.T) {
	p := play(t, far, reader, connects, "at 0s drop 1st ACK from client").to("900ms")
	p.is("client.state == ESTABLISHED && server.state == SYN_RECV")
	p.to("2s").is("server.state == ESTABLISHED").counts("client", "TCPSYNChallenge", 1).counts("client", "TCPChallengeACK", 1)
	p.says("", "900ms", "S. 0:0(0) ack 1", ". 1:1(0) ack 1").sends("server", "SYN-ACK", "0.02 1.02")
}

// ... or the client's first data completes the handshake at once.
func TestT50_DataCompletes(t *testing.T) {
	p := play(t, far, reader, connects+"  sleep(100ms)\n  write(c, 10)\n", "at 0s drop 1st ACK from client").to("200ms")
	p.is("server.state == ESTABLISHED", "server.read == 10").sends("server", "SYN-ACK", "0.02")
}

// ... or every ACK is lost: the request is dropped in silence after 63 s, and what
// the client sends then is answered with a RST.
func TestT50_ThirdAckLostForEver(t *testing.T) {
	p := play(t, far, reader, connects+"  at(80s)\n  write(c, 10)\n  sleep(1s)\n  read(c, 10)\n  write(c, 10)\n",
		"at 0s drop every ACK from client").to("63.1s")
	p.is("client.state == ESTABLISHED && server.state == CLOSED").sends("server", "RST", "")
	p.counts("client", "TCPSYNChallenge", 5)
	p.end().returns("client", "connect 0", "write 10", "read -1 ECONNRESET", "write -1 EPIPE")
	p.says("server", "70s", "R 1:1(0)")
}
