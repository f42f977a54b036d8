package engine_test

import (
	"testing"
)

// timeWait is a client in TIME_WAIT since about 200 ms, whose peer is a forger.
// Both next numbers are 2; with stamps the peer's clock stood at 2000.
func timeWait(t *testing.T, stamps bool) *player {
	t.Helper()
	ts := [3]string{}
	set := "sysctl client net.ipv4.tcp_timestamps = 0\n"
	if stamps {
		ts, set = [3]string{" tsval=1000", " tsval=1100 tsecr=0", " tsval=2000 tsecr=1"}, ""
	}
	p := play(t, alone, set, "program client\n  c = connect(peer:80)\n  at(100ms)\n  close(c)\n")
	p.at("1ms", "forge peer > client flags=S. seq=5000 ack=1 win=65535 mss=1460 sackok"+ts[0])
	p.at("150ms", "forge peer > client flags=. seq=1 ack=2 win=65535"+ts[1])
	return p.at("200ms", "forge peer > client flags=F. seq=1 ack=2 win=65535"+ts[2]).to("1s").is("client.state == TIME_WAIT")
}

// TIME_WAIT starts anew with every segment that it answers, and silently with a
// bare ACK in order; a SYN that is merely too old does not prolong it.
func TestTimeWaitRestarts(t *testing.T) {
	for _, c := range []struct {
		name, segment string
		stamps        bool
		answer        string
		restarts      bool
	}{
		{"FIN", "flags=F. seq=1 ack=2", false, ". 2:2(0) ack 2", true},
		{"old data", "flags=P. seq=1 ack=2 len=1", false, ". 2:2(0) ack 2", true},
		{"new data", "flags=P. seq=2 ack=2 len=10", false, ". 2:2(0) ack 2", true},
		{"bare ACK in order", "flags=. seq=2 ack=2", false, "", true},
		{"old timestamp", "flags=. seq=2 ack=2 tsval=500 tsecr=1", true, ". 2:2(0) ack 2", true},
		{"old SYN", "flags=S seq=0", false, ". 2:2(0) ack 2", false},
		{"RST elsewhere", "flags=R seq=12", false, "", false},
	} {
		p := timeWait(t, c.stamps).at("30s", "forge peer > client win=100 "+c.segment).to("31s")
		got := p.said("client", "30s")
		if len(got) > 1 || len(got) == 1 && got[0] != c.answer || len(got) == 0 && c.answer != "" {
			t.Errorf("%s is answered with %q, expected %q", c.name, got, c.answer)
		}
		p.end()
		want := "60.2001"
		if c.restarts {
			want = "90.0001"
		}
		if now := p.t.World().Now().Seconds(); now != want {
			t.Errorf("%s at 30 s: TIME_WAIT ends at %s s, expected %s", c.name, now, want)
		}
	}
}

// T34, T35: a RST with exactly the right number ends TIME_WAIT, unless
// tcp_rfc1337 forbids it.
func TestT34_TimeWaitAssassination(t *testing.T) {
	timeWait(t, false).at("30s", "forge peer > client flags=R seq=2").to("31s").is("client.state == CLOSED")
	p := timeWait(t, false).at("29s", "sysctl client net.ipv4.tcp_rfc1337 = 1").at("30s", "forge peer > client flags=R seq=2").to("31s")
	p.is("client.state == TIME_WAIT")
}

// T30: with a full table no entry is made, already in FIN_WAIT_2; the peer's FIN
// meets nobody.
func TestT30_BucketOverflow(t *testing.T) {
	p := play(t, near, "sysctl client net.ipv4.tcp_max_tw_buckets = 0\n", reader+"  sleep(1s)\n  close(c)\n", connects+"  at(1s)\n  close(c)\n").end()
	p.counts("client", "TCPTimeWaitOverflow", 1).says("client", "1.5s", "R 2:2(0)").is("server.state == CLOSED", "now < 3")
}

// A stray FIN of an old connection: below the window it is a duplicate, above
// RCV.NXT it waits like a bomb until the gap fills, exactly there it ends the stream.
func TestT19_StrayFin(t *testing.T) {
	p := open(t, "  read(c, eof)\n")
	p.answers("1s", "flags=F. seq=-50 ack=1 win=65535", ". 1:1(0) ack 1 sack 4294967246:4294967247").is("server.state == ESTABLISHED")
	p.answers("3s", "flags=F. seq=11 ack=1 win=65535", ". 1:1(0) ack 1 sack 11:12").is("server.state == ESTABLISHED")
	p.answers("5s", "flags=P. seq=1 ack=1 len=10 win=65535", ". 1:1(0) ack 12").is("server.state == CLOSE_WAIT", "server.eof")
	q := open(t, "  read(c, eof)\n")
	q.at("1s", "forge peer > server flags=F. seq=1 ack=1 win=65535").to("2s").is("server.state == CLOSE_WAIT", "server.eof")
}

// Stray old data: without timestamps it corrupts the stream, with them PAWS throws
// it away; a segment without the option is taken all the same.
func TestT20_StrayData(t *testing.T) {
	p := open(t, "  read(c, 8)\n  read(c, 8)\n")
	p.at("1s", `forge peer > server flags=P. seq=1 ack=1 win=65535 payload="OLD!"`)
	p.at("2s", `forge peer > server flags=P. seq=1 ack=1 win=65535 payload="new.data"`).to("3s")
	if got := p.texts("server"); got != "OLD!data" {
		t.Errorf("the application read %q", got)
	}
	q := play(t, lone, "program server\n  s = listen(:80, 128)\n  c = accept(s)\n  read(c, 8)\n  read(c, 8)\n")
	q.at("1ms", "forge peer > server flags=S seq=1000 win=65535 mss=1460 sackok tsval=1000 from=peer:40000 to=server:80")
	q.at("2ms", "forge peer > server flags=. seq=1 ack=1 win=65535 tsval=1001 tsecr=0")
	q.at("1s", `forge peer > server flags=P. seq=1 ack=1 win=65535 payload="OLD!" tsval=500 tsecr=1`).to("2s").counts("server", "PAWSEstab", 1)
	q.at("2s", `forge peer > server flags=P. seq=1 ack=1 win=65535 payload="no stamp"`).to("3s")
	if got := q.texts("server"); got != "no stamp" {
		t.Errorf("the application read %q", got)
	}
}

// T26: a new SYN for the four-tuple of a TIME_WAIT entry: PAWS first, then a higher
// number or a newer timestamp. The new number lies 65537 above the old ones.
func TestT26_NewSynInTimeWait(t *testing.T) {
	for _, c := range []struct {
		name, syn string
		stamps    bool
		taken     bool
	}{
		{"higher number, no stamps", "seq=3", false, true},
		{"same number, no stamps", "seq=2", false, false},
		{"lower number, no stamps", "seq=1", false, false},
		{"newer stamp, lower number", "seq=0 tsval=3000", true, true},
		{"equal stamp, higher number", "seq=3 tsval=2000", true, true},
		{"older stamp, higher number", "seq=3 tsval=1500", true, false},
		{"no stamp, higher number", "seq=3", true, true},
	} {
		ts, set := [4]string{}, "sysctl server net.ipv4.tcp_timestamps = 0\n"
		if c.stamps {
			ts, set = [4]string{" tsval=1000", " tsval=1001 tsecr=0", " tsval=1500 tsecr=1", " tsval=2000 tsecr=1"}, ""
		}
		p := play(t, lone, set, "program server\n  s = listen(:80, 128)\n  c = accept(s)\n  at(100ms)\n  close(c)\n")
		p.at("1ms", "forge peer > server flags=S seq=1000 win=65535 mss=1460 sackok from=peer:40000 to=server:80"+ts[0])
		p.at("2ms", "forge peer > server flags=. seq=1 ack=1 win=65535"+ts[1])
		p.at("150ms", "forge peer > server flags=. seq=1 ack=2 win=65535"+ts[2])
		p.at("200ms", "forge peer > server flags=F. seq=1 ack=2 win=65535"+ts[3]).to("1s").is("server.state == TIME_WAIT")
		first := p.packets("server")[0].Seg.Seq
		p.at("10s", "forge peer > server flags=S win=65535 mss=1460 "+c.syn).to("10.5s")
		k := p.packets("server")
		last := k[len(k)-1].Seg
		if taken := last.Kind().String() == "SYN-ACK"; taken != c.taken {
			t.Errorf("%s: answered with %s", c.name, line(k[len(k)-1]))
		} else if taken && last.Seq != first+2+65537 {
			t.Errorf("%s: the new number is %d above the old SND.NXT, expected 65537", c.name, last.Seq-first-2)
		}
	}
}
