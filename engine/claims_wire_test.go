package engine_test

import (
	"testing"
)

const three = connects + "  at(1s)\n  write(c, 4344)\n  write(c, 10)\n"

// What a hand on the wire does to three segments of data.
func TestDropIsRepaired(t *testing.T) {
	p := play(t, far, reader, three, "at 900ms drop next DATA from client").to("10s")
	p.is("server.read == 4354", "client.inflight == 0", `server.counters["TcpExtTCPOFOQueue"] >= 3`)
	if p.count("client", "RetransSegs") < 1 {
		t.Error("nothing was sent again")
	}
}

func TestDelayReorders(t *testing.T) {
	p := play(t, far, reader, three, "at 900ms delay next DATA from client by 5ms").to("10s")
	p.is("server.read == 4354").counts("server", "TCPOFOQueue", 3)
}

func TestHoldAndRelease(t *testing.T) {
	p := play(t, far, reader, three, "at 900ms hold next DATA from client").to("1.03s")
	held := p.packets("client")[2].ID
	p.is("server.read == 0", "server.rcv_nxt == 1").counts("server", "TCPOFOQueue", 3)
	p.at("1.03s", "release packet "+itoa(int(held))).to("1.06s").is("server.read == 4354", "server.rcv_nxt == 4355")
	// It had the whole way still before it.
	if at := p.t.World().Packet(held).ArriveAt.Seconds(); at != "1.05" {
		t.Errorf("the released segment arrived at %s s", at)
	}
}

func TestDuplicateIsReported(t *testing.T) {
	p := play(t, far, reader, three, "at 900ms duplicate next DATA from client after 1ms").to("10s")
	p.is("server.read == 4354").counts("server", "TCPDSACKOldSent", 1).counts("client", "TCPDSACKRecv", 1).counts("client", "RetransSegs", 0)
}

func TestCorruptIsDiscarded(t *testing.T) {
	p := play(t, far, reader, three, "at 900ms corrupt next DATA from client").to("10s")
	p.is("server.read == 4354").counts("server", "InCsumErrors", 1).is(`server.counters["TcpExtTCPOFOQueue"] >= 3`)
}

// Pulled out for a while, the cable loses what is on it; the connection survives.
func TestUnplugged(t *testing.T) {
	p := play(t, far, reader, three).at("1.01s", "unplug client server").at("3s", "plug client server").to("20s")
	p.is("server.read == 4354", "client.state == ESTABLISHED", "client.inflight == 0")
	if p.count("client", "TCPTimeouts") == 0 {
		t.Error("there was no timeout")
	}
}

// A setting takes hold of what begins later, as in the kernel.
func TestSysctlInMidFlight(t *testing.T) {
	p := play(t, near, reader, connects, "at 0s drop every SYN from client").at("20s", "sysctl client net.ipv4.tcp_syn_retries = 3").end()
	p.sends("client", "SYN", "0 1 2 3 4 5 7 11 19").is("now == 35", "client.errno == ETIMEDOUT")
}

// A pure reordering by less than a quarter of a round trip needs no repetition.
func TestReorderIsNotLoss(t *testing.T) {
	p := play(t, far, reader, connects+"  at(1s)\n  write(c, 2896)\n", "at 900ms delay next DATA from client by 2ms").to("10s")
	p.is("server.read == 2896").counts("client", "RetransSegs", 0)
}
