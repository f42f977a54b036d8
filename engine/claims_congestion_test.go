package engine_test

import (
	"fmt"
	"testing"
)

// bulk is a client that writes so many bytes at 1 s, over a round trip of 40 ms.
func bulk(t *testing.T, bytes int, more ...string) *player {
	t.Helper()
	return play(t, append([]string{far, reader, connects + fmt.Sprintf("  at(1s)\n  write(c, %d)\n", bytes)}, more...)...)
}

// Not "three packets without an answer": three segments held above the hole prove the
// loss, within one round trip and without a timeout. The first two let new data go.
func TestT65_FastRetransmit(t *testing.T) {
	p := bulk(t, 20000, "at 900ms drop next DATA from client").to("1.5s")
	p.counts("client", "TCPTimeouts", 0).counts("client", "TCPSackRecovery", 1).counts("client", "RetransSegs", 1).is("server.read == 20000")
	got := p.said("client", "1.039s")
	if len(got) < 3 || got[0] != ". 14481:15929(1448) ack 1" || got[1] != ". 15929:17377(1448) ack 1" || got[2] != ". 1:1449(1448) ack 1" {
		t.Errorf("after a round trip the client sent %q", got)
	}
}

// Three holes are filled in the same round trip, for SACK names them all.
func TestT65_ThreeHolesAtOnce(t *testing.T) {
	p := bulk(t, 14480, "at 0s drop 1st DATA from client\nat 0s drop 3rd DATA from client\nat 0s drop 5th DATA from client").to("1.5s")
	p.counts("client", "TCPTimeouts", 0).counts("client", "RetransSegs", 3).is("server.read == 14480")
	for _, k := range p.packets("client") {
		if k.SentAt > 1_090_000_000 && len(k.Seg.Payload) > 0 {
			t.Errorf("%s is sent after the round trip of recovery", line(k))
		}
	}
}

// Congestion control protects the network: over a link that takes a tenth of what the
// windows allow, what is lost stays a small part of what is sent.
func TestT70_ProtectsTheNetwork(t *testing.T) {
	p := play(t, "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms rate 10mbit queue 30\n", reader, connects+"  write(c, 2000000)\n").to("20s")
	p.is("server.read == 2000000")
	lost, sent := p.count("client", "RetransSegs"), p.count("client", "OutSegs")
	if lost == 0 || lost*10 > sent {
		t.Errorf("%d of %d segments were repeated", lost, sent)
	}
}

// cwnd begins at ten segments, not at one.
func TestT71_InitialWindow(t *testing.T) {
	p := bulk(t, 60000).to("1.01s")
	if n := len(p.said("client", "1s")); n != 10 {
		t.Errorf("%d segments left at first, expected 10", n)
	}
	p.is("client.cwnd == 10")
}

// Slow start doubles cwnd in each round trip.
func TestT72_SlowStart(t *testing.T) {
	p := bulk(t, 400000)
	for i, want := range []int{10, 20, 40, 80} {
		p.to(fmt.Sprintf("%dms", 1010+40*i)).is(fmt.Sprintf("client.cwnd == %d", want))
	}
}

// In congestion avoidance Reno adds one a round trip: linear.
func TestT73_CongestionAvoidance(t *testing.T) {
	p := bulk(t, 400000, "sysctl client net.ipv4.tcp_congestion_control = reno\nsysctl client net.ipv4.tcp_early_retrans = 0\nat 900ms drop next DATA from client")
	p.to("1.13s").is("client.ssthresh == 5")
	was := 5
	for i := range 5 {
		p.to(fmt.Sprintf("%dms", 1150+40*i))
		now := p.cwnd("client")
		if now < was || now > was+2 {
			t.Errorf("cwnd went from %d to %d in a round trip", was, now)
		}
		was = now
	}
	if was < 8 || was > 11 {
		t.Errorf("cwnd is %d after five round trips, expected about one more in each", was)
	}
}

// The receiver acknowledges each segment above a hole at once; the sender repeats on
// the third.
func TestT74_DuplicateAcksAtOnce(t *testing.T) {
	p := bulk(t, 14480, "at 900ms drop next DATA from client").to("1.059s")
	got := p.said("server", "1.0199s")
	for i, end := range []int{2897, 4345, 5793} {
		if want := fmt.Sprintf(". 1:1(0) ack 1 sack 1449:%d", end); len(got) <= i || got[i] != want {
			t.Fatalf("the server sent %q, expected %q as number %d", got, want, i+1)
		}
	}
	p.counts("client", "TCPFastRetrans", 1)
}

// Fast recovery: ssthresh is half with Reno and seven tenths with CUBIC. cwnd is not
// cut at once and never inflated by three; it arrives at ssthresh when the round trip
// is over.
func TestT75_FastRecovery(t *testing.T) {
	for cc, ssthresh := range map[string]int{"reno": 10, "cubic": 14} {
		p := bulk(t, 200000, "sysctl client net.ipv4.tcp_congestion_control = "+cc+"\nat 1030ms drop next DATA from client")
		p.to("1.0801s").is("client.ssthresh == " + fmt.Sprint(ssthresh))
		most := 0
		for p.step() && p.t.World().Now() < 1_119_000_000 {
			most = max(most, p.cwnd("client"))
		}
		if most > 21 {
			t.Errorf("%s: cwnd rose to %d in recovery", cc, most)
		}
		p.to("1.15s")
		if now := p.cwnd("client"); now < ssthresh || now > ssthresh+2 {
			t.Errorf("%s: cwnd is %d after recovery, expected %d", cc, now, ssthresh)
		}
	}
}

// A timeout presumes everything lost and starts again from one segment.
func TestT76_Timeout(t *testing.T) {
	p := bulk(t, 14480, "sysctl client net.ipv4.tcp_early_retrans = 0\nat 900ms unplug client server\nat 1100ms plug client server")
	p.to("1.23s").is("client.inflight == 10").to("1.26s").is("client.cwnd == 1", "client.ssthresh == 7", "client.inflight == 1")
	p.to("1.29s").is("client.cwnd == 2").to("3s").is("server.read == 14480").counts("client", "TCPTimeouts", 1)
}

// The initial numbers are agreed in the handshake, and everything is counted from them.
func TestT77_NumbersOfTheHandshake(t *testing.T) {
	p := bulk(t, 3000).to("1.5s")
	for _, k := range p.packets("client") {
		if k.Seg.Kind().String() == "DATA" && k.Seg.Seq.Minus(k.BaseSeq) < 1 {
			t.Errorf("%s lies before the SYN's number", line(k))
		}
	}
	p.says("client", "1s", ". 1:1449(1448) ack 1", ". 1449:2897(1448) ack 1", "P. 2897:3001(104) ack 1")
}

// Reordering alone loses nothing: the queue of what is out of order waits, and the
// bytes are delivered in order. A short overtaking costs no repetition; a long one
// costs a needless one, which is taken back.
func TestT78_ReorderingIsNoLoss(t *testing.T) {
	p := bulk(t, 2896, "at 900ms delay next DATA from client by 5ms").to("1.5s")
	p.counts("client", "RetransSegs", 0).counts("client", "TCPTimeouts", 0).is("server.read == 2896")
	q := bulk(t, 14480, "at 900ms delay next DATA from client by 60ms").to("2s")
	q.is("server.read == 14480", "client.cwnd >= 10").counts("client", "TCPTimeouts", 0).counts("client", "RetransSegs", 1)
	if n := q.count("client", "TCPFullUndo") + q.count("client", "TCPDSACKUndo") + q.count("client", "TCPPartialUndo"); n != 1 {
		t.Errorf("%d reductions were taken back, expected 1", n)
	}
}

// cwnd is the congestion window of a host's latest connection.
func (p *player) cwnd(h string) int {
	p.Helper()
	live := p.host(h).Live
	if len(live) == 0 {
		p.Fatalf("%s has no connection", h)
	}
	return int(live[len(live)-1].Cwnd)
}
