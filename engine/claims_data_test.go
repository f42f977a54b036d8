package engine_test

import (
	"fmt"
	"strings"
	"testing"
)

// One flipped bit: counted and discarded in silence. The sender's probe brings the
// data again.
func TestT61_Checksum(t *testing.T) {
	p := play(t, far, reader, connects+"  at(1s)\n  write(c, 10)\n", "at 0s corrupt next DATA from client").to("1.2s")
	p.counts("server", "InCsumErrors", 1).says("server", "1s").is("server.read == 0")
	p.to("3s").is("server.read == 10").sends("client", "DATA", "1 1.24").counts("client", "TCPLossProbes", 1)
}

// Duplicates are acknowledged and reported, overlaps trimmed, holes kept open in
// the out-of-order queue; the application reads every byte once, in order.
func TestT62_DuplicatesAndOrder(t *testing.T) {
	p := open(t, "  read(c, eof)\n")
	seg := func(from, to int) string {
		return fmt.Sprintf("flags=P. seq=%d ack=1 win=65535 len=%d", from+1, to-from)
	}
	p.answers("1s", seg(0, 100), ". 1:1(0) ack 101")
	p.answers("2s", seg(0, 100), ". 1:1(0) ack 101 sack 1:101").counts("server", "TCPDSACKOldSent", 1)
	p.answers("3s", seg(50, 200), ". 1:1(0) ack 201 sack 51:101").counts("server", "TCPDSACKOldSent", 2)
	p.answers("4s", seg(300, 400), ". 1:1(0) ack 201 sack 301:401")
	p.answers("5s", seg(450, 500), ". 1:1(0) ack 201 sack 451:501 301:401")
	p.answers("6s", seg(200, 300), ". 1:1(0) ack 401 sack 451:501")
	p.answers("7s", seg(400, 450), ". 1:1(0) ack 501").is("server.read == 500").counts("server", "TCPOFOQueue", 2)
}

// The first segments are acknowledged at once, as many as half the window holds of
// two full ones, at most 16; after that the ACK waits for 40 ms. (A reader that takes a
// pushed segment at once would bring the ACK at once.)
func TestT63_DelayedAck(t *testing.T) {
	p := open(t, "")
	for i := range 20 {
		at := fmt.Sprintf("%dms", 1000+100*i)
		p.at(at, fmt.Sprintf("forge peer > server flags=P. seq=%d ack=1 win=65535 len=10", 1+10*i))
	}
	p.to("20s")
	delayed := 0
	for i, k := range p.packets("server")[1:] {
		wait := int64(k.SentAt)%100e6 - 100e3
		if wait > 0 {
			delayed++
			if wait < 40e6 || wait > 48e6 {
				t.Errorf("ACK %d came after %d µs", i+1, wait/1000)
			}
		} else if delayed > 0 {
			t.Errorf("ACK %d was not delayed", i+1)
		}
	}
	if delayed != 4 {
		t.Errorf("%d ACKs of 20 were delayed, expected 4: %v", delayed, p.wire("server"))
	}
}

// Three ACKs are lost; the fourth covers all, and nothing is sent again.
func TestT63_CumulativeAck(t *testing.T) {
	p := play(t, far, reader, "program client\n  c = connect(server:80)\n  setsockopt(c, TCP_NODELAY, 1)\n  at(1s)\n  write(c, 10)\n  sleep(10ms)\n  write(c, 10)\n  sleep(10ms)\n  write(c, 10)\n  sleep(10ms)\n  write(c, 10)\n",
		"at 500ms drop next ACK from server", "at 1021ms drop next ACK from server", "at 1031ms drop next ACK from server").to("5s")
	p.is("client.inflight == 0", "server.read == 40").counts("client", "RetransSegs", 0)
	p.says("server", "1s", ". 1:1(0) ack 11", ". 1:1(0) ack 21", ". 1:1(0) ack 31", ". 1:1(0) ack 41")
}

// close() with data still queued: the FIN is a segment of its own. When both are
// lost, the probe sends the FIN first.
func TestT82_CloseWithQueuedData(t *testing.T) {
	p := play(t, near, readClose, connects+"  at(1s)\n  write(c, 100)\n  close(c)\n").to("3s")
	p.says("client", "1s", "P. 1:101(100) ack 1", "F. 101:101(0) ack 1", ". 102:102(0) ack 2").is("server.read == 100", "client.state == TIME_WAIT")
	q := play(t, near, readClose, connects+"  at(1s)\n  write(c, 100)\n  close(c)\n", "at 900ms drop next DATA from client\nat 900ms drop next FIN from client").to("3s")
	q.is("server.read == 100", "client.state == TIME_WAIT && server.state == CLOSED")
	got := q.said("client", "1.001s")
	if len(got) < 2 || (got[0] != "F. 101:101(0) ack 1" && got[0] != "FP. 1:101(100) ack 1") {
		t.Errorf("after the loss the client sent %q", got)
	}
}

// A tail loss probe comes before the first timeout; the timeout then runs from the
// probe. One segment in flight: after 2·SRTT + 200 ms, at most RTO.
func TestTLPThenTimeouts(t *testing.T) {
	p := play(t, near, reader, connects+"  at(1s)\n  write(c, 10)\n", "at 900ms drop every DATA from client").to("5s")
	p.sends("client", "DATA", "1 1.204 1.408 1.816 2.632 4.264").counts("client", "TCPLossProbes", 1).counts("client", "TCPTimeouts", 4)
	// Several in flight: after 2·SRTT + 2 ms, in whole ticks, and the probe is the last segment.
	q := play(t, far, reader, connects+"  at(1s)\n  write(c, 4344)\n", "at 900ms drop every DATA from client").to("1.2s")
	q.sends("client", "DATA", "1 1 1 1.084").is("client.state == ESTABLISHED")
	if got := q.said("client", "1.01s"); len(got) != 1 || got[0] != "P. 2897:4345(1448) ack 1" {
		t.Errorf("the probe is %q", got)
	}
}

// Data that is never acknowledged: tcp_retries2 doublings, then ETIMEDOUT.
func TestRetries2(t *testing.T) {
	for delay, gone := range map[string][2]string{"100us": {"13.0", "13.4"}, "20ms": {"14.9", "16.0"}} {
		p := play(t, "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay "+delay+"\nsysctl client net.ipv4.tcp_retries2 = 5\n", reader,
			connects+"  at(1s)\n  write(c, 10)\n  read(c, 10)\n  write(c, 1)\n", "at 900ms drop every DATA from client").end()
		p.returns("client", "connect 0", "write 10", "read -1 ETIMEDOUT", "write -1 EPIPE").is("now - 1 > "+gone[0], "now - 1 < "+gone[1])
	}
	p := play(t, near, reader, connects+"  at(1s)\n  write(c, 10)\n", "at 900ms drop every DATA from client").end()
	p.is("now - 1 > 924.6", "now - 1 < 930").is("client.state == CLOSED")
}

// A closed window is probed with an empty segment numbered SND.UNA - 1, less and
// less often. Answered probes go on; unanswered ones of an orphan end.
func TestPersistSchedule(t *testing.T) {
	p := open(t, "  at(1s)\n  write(c, 10)\n")
	p.at("200ms", "forge peer > server flags=. seq=1 ack=1 win=0").to("60s")
	want := []string{"1.204 . 0:0(0) ack 1", "1.612 . 0:0(0) ack 1", "2.428 . 0:0(0) ack 1", "4.06 . 0:0(0) ack 1", "7.324 . 0:0(0) ack 1",
		"13.852 . 0:0(0) ack 1", "26.908 . 0:0(0) ack 1", "53.02 . 0:0(0) ack 1"}
	got := p.wire("server")[1:]
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("probes\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	p.counts("server", "TCPWinProbe", 8).at("60s", "forge peer > server flags=. seq=1 ack=1 win=100").to("60.1s")
	p.says("server", "60s", "P. 1:11(10) ack 1")
}

func TestPersistOfAnOrphanEnds(t *testing.T) {
	p := open(t, "  at(1s)\n  write(c, 10)\n  close(c)\n")
	p.at("200ms", "forge peer > server flags=. seq=1 ack=1 win=0").to("100s").is("server.state == FIN_WAIT_1")
	p.end().is("now > 100 and now < 112", "server.state == CLOSED")
}
