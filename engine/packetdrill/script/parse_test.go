package script

import (
	"strings"
	"testing"

	"wirestep/engine/sim"
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
		if got := line[:2] + k.String(); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(line, " ", "") {
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
	n, ok := c.Args[1].Field("msg_flags", -1).Value()
	if iov := c.Args[1].Field("msg_iov", -1); !ok || n != 0x21 || len(iov.List) != 2 || c.Result.Num != -1 || c.Note != "note" {
		t.Errorf("flags %d, %v, result %d, note %q", n, iov, c.Result.Num, c.Note)
	}
}
