package packetdrill

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

func TestPackets(t *testing.T) {
	for _, line := range []string{
		"> S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 100 ecr 1010,nop,wscale 7>",
		"< . 1:1(0) ack 1 win 257 <nop,nop,sack 1001:2001 3001:4001>",
		"< P. 1:101(100) ack 4294897298 win 257",
		"> [ect0] P. 1:1001(1000) ack 1",
		"< SEW 0:0(0) win 9 <mss 1000,FO 3021b9d889017eeb,nop,nop>",
		"< U. 1:2(1) ack 1 win 9 urg 1",
		"> R 1:1(0)",
	} {
		s, err := Parse("x", "+0 "+line+"\n", nil)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		k := s.Events[0].Packet
		r := &runner{}
		if got := line[:2] + r.spellWant(k); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(line, " ", "") {
			t.Errorf("got %s, want %s", got, line)
		}
	}
	s, err := Parse("x", "+0 > S. 0:0(0) ack 1 <...>\n+0 > S.5 0:0(0) ack 1\n", nil)
	if err != nil || s.Events[1].Packet.Flags != wire.SYN|wire.ACK|wire.AE|wire.ECE || !s.Events[0].Packet.AnyOpts {
		t.Errorf("flags by number: %v", err)
	}
}

func TestTimes(t *testing.T) {
	s, err := Parse("x", "// all forms\n1 close(3) = 0 /* one */\n+.5 close(3) = 0 // two\n1~1.5 > . 1:1(0)\n+.1~+.2 > . 1:1(0)\n"+
		"* > . 1:1(0)\n+0...0.2 close(3) = 0\n.000001 close(3) = -1 EBADF (Bad file descriptor)\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	ms := sim.Millisecond
	for i, w := range []When{{Absolute, 1000 * ms, 1000 * ms, false, 0, false}, {Relative, 500 * ms, 500 * ms, false, 0, false},
		{Range, 1000 * ms, 1500 * ms, false, 0, false}, {RelRange, 100 * ms, 200 * ms, false, 0, false}, {Kind: AnyTime},
		{Kind: Relative, Blocks: true, End: 200 * ms}, {From: sim.Microsecond, To: sim.Microsecond}} {
		if s.Events[i].When != w || s.Events[i].Line != i+2 {
			t.Errorf("%s is %+v, want %+v", s.Events[i].Text, s.Events[i].When, w)
		}
	}
}

func TestArguments(t *testing.T) {
	const call = `recvmsg(4, {msg_name(...)=..., msg_iov(2)=[{..., 100}, {"abc", 3}], msg_flags=MSG_TRUNC|0x1}, 0) = N (note)`
	if _, err := Parse("x", "+0 "+call+"\n--", nil); err == nil {
		t.Fatal("garbage at the end was taken")
	}
	s, err := Parse("x", "+0 "+call+"\n", []Define{{"N", "-1"}})
	if err != nil {
		t.Fatal(err)
	}
	c := s.Events[0].Call
	n, ok := c.Args[1].field("msg_flags", -1).number()
	if b := iovec(c.Args[1].field("msg_iov", -1)); !ok || n != 0x21 || b.size != 103 || c.Result.Num != -1 || c.Note != "note" {
		t.Errorf("flags %d, %+v, result %d, note %q", n, b, c.Result.Num, c.Note)
	}
}

func TestPython(t *testing.T) {
	info := []tcp.InfoField{{Name: "tcpi_rtt", Value: 100_000}, {Name: "tcpi_snd_cwnd", Value: 10}}
	var p python
	for _, ok := range []string{
		"assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd", " assert(tcpi_snd_cwnd == 10) ", "assert 9 < tcpi_snd_cwnd <= 10",
		"a = 1; assert a == 1, 'a is %d' % a", "assert a == 1", "\n    if tcpi_rtt > 0:\n        assert True\n    else:\n        assert False\n",
		"print tcpi_rtt\nprint(tcpi_rtt)", "import sys", "assert tcpi_snd_cwnd is 10", "def f(x): return x * 2\nassert f(2) == 4",
		"assert abs(tcpi_rtt - 100000) < 5, (tcpi_rtt, tcpi_snd_cwnd)", "assert (tcpi_rtt ==\n        100000), \\\n    tcpi_rtt",
		"assert tcpi_snd_cwnd in (9, 10)", "assert not tcpi_snd_cwnd != 10", "assert round(tcpi_rtt / 1000.0) == 100", "for i in range(3): assert i < 3",
	} {
		if err := p.run(ok, info); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, c := range [][2]string{{"assert tcpi_snd_cwnd == 9, tcpi_snd_cwnd", "tcpi_snd_cwnd == 9, got 10"},
		{"assert 1 == 2", "1 == 2"}, {"assert False, 'no, %d' % 3", "False, got no, 3"}} {
		if err := p.run(c[0], info); err == nil || err.Error() != c[1] {
			t.Errorf("%q: %v, want %s", c[0], err, c[1])
		}
	}
	if err := p.run("while True: pass", info); err == nil {
		t.Error("a loop without end ended well")
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.pkt")
	more, _ := filepath.Glob("testdata/*/*.pkt")
	files = append(files, more...)
	for _, name := range files {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(string(b))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("fuzz", text, nil)
		if err == nil && len(s.Events) < 100 {
			Run("fuzz", text, Config{Limits: Limits{Steps: 3000, Code: 1000}})
		}
	})
}
