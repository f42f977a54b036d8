package middlebox

import (
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var (
	client = wire.Endpoint{Addr: netip.MustParseAddr("192.168.0.2"), Port: 40000}
	server = wire.Endpoint{Addr: netip.MustParseAddr("203.0.113.9"), Port: 80}
	public = netip.MustParseAddr("203.0.113.1")
)

func newNAT() *Box {
	table := DefaultTable
	table.Liberal = true // as it was measured
	return New(1, "nat", &Config{Kind: NAT, Public: public, Inside: netip.MustParsePrefix("192.168.0.0/24"), Table: table}, 1)
}

var way = Way{
	Mine: func(a netip.Addr) bool { return a == public },
	MTU:  func(netip.Addr) uint32 { return 1500 },
}

// take gives a box one segment, as if it came in at an instant.
func take(b *Box, at sim.Time, s wire.Segment) (Verdict, wire.Segment) {
	ids := sim.SubjectID(100)
	x := &Ctx{Recorder: trace.NewRecorder(), Now: at, IDs: &ids}
	x.Begin(trace.Event{ID: 1, At: at})
	v := b.Take(x, &s, way)
	return v, s
}

// segment makes one segment of the measured conversation.
func segment(side, kind string) wire.Segment {
	flags, err := wire.ParseFlags(map[string]string{"SYN": "S", "SYN-ACK": "S.", "FIN": "F.", "ACK": ".", "RST": "R", "NONE": "-"}[kind])
	if err != nil {
		panic(err)
	}
	s := wire.Segment{Src: client, Dst: server, Seq: 1000, Ack: 5001, Flags: flags}
	if side == "reply" {
		s = wire.Segment{Src: server, Dst: wire.Endpoint{Addr: public, Port: client.Port}, Seq: 5000, Ack: 1001, Flags: flags}
	}
	if !flags.Has(wire.SYN) {
		s.Seq++
	}
	if !flags.Has(wire.ACK) {
		s.Ack = 0
	}
	return s
}

// paths lead a new flow into each state.
var paths = map[string]string{
	"NONE": "", "SYN_SENT": "orig SYN", "SYN_RECV": "orig SYN,reply SYN-ACK", "ESTABLISHED": "orig SYN,reply SYN-ACK,orig ACK",
	"FIN_WAIT":   "orig SYN,reply SYN-ACK,orig ACK,orig FIN",
	"CLOSE_WAIT": "orig SYN,reply SYN-ACK,orig ACK,orig FIN,reply ACK",
	"LAST_ACK":   "orig SYN,reply SYN-ACK,orig ACK,orig FIN,reply ACK,reply FIN",
	"TIME_WAIT":  "orig SYN,reply SYN-ACK,orig ACK,orig FIN,reply ACK,reply FIN,orig ACK",
	"CLOSE":      "orig SYN,reply SYN-ACK,orig ACK,reply RST", "SYN_SENT2": "orig SYN,reply SYN",
}

// Every segment of every state does to a flow what it did in the kernel, and goes
// on as it did there.
func TestConntrackIsAsMeasured(t *testing.T) {
	b, err := os.ReadFile("testdata/transitions.tsv")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		box := newNAT()
		if path := paths[f[0]]; path != "" {
			for _, step := range strings.Split(path, ",") {
				side, kind, _ := strings.Cut(step, " ")
				take(box, 0, segment(side, kind))
			}
		}
		v, s := take(box, 0, segment(f[1], f[2]))
		after, left := "NONE", 0
		if len(box.Flows) > 0 {
			after, left = box.Flows[0].State.String(), int(sim.Duration(box.Flows[0].ExpireAt)/sim.Second)
		}
		how := "translated"
		switch {
		case v == Local:
			how = "local"
		case f[1] == "orig" && s.Src == client:
			how = "as-it-is"
		}
		if want, _ := strconv.Atoi(f[4]); after != f[3] || left != want || how != f[5] {
			t.Errorf("%s, %s from %s: %s for %d s, %s; measured %s for %s s, %s", f[0], f[2], f[1], after, left, how, f[3], f[4], f[5])
		}
		n++
	}
	if n < 110 {
		t.Errorf("%d transitions were compared, expected all that were measured", n)
	}
}

// Data that nobody acknowledges is remembered for five minutes, not five days.
func TestUnacknowledgedDataShortensTheTimeout(t *testing.T) {
	box := newNAT()
	for _, step := range strings.Split(paths["ESTABLISHED"], ",") {
		side, kind, _ := strings.Cut(step, " ")
		take(box, 0, segment(side, kind))
	}
	data := segment("orig", "ACK")
	data.Payload = "0123456789"
	take(box, 0, data)
	if got := sim.Duration(box.Flows[0].ExpireAt); got != 300*sim.Second {
		t.Errorf("with data on its way the entry lasts %s s, expected 300", got.Seconds())
	}
	ack := segment("reply", "ACK")
	ack.Ack += 10
	take(box, 0, ack)
	if got := sim.Duration(box.Flows[0].ExpireAt); got != 432_000*sim.Second {
		t.Errorf("with everything acknowledged the entry lasts %s s, expected 432000", got.Seconds())
	}
}

// An ICMP error comes back about the segment that left; who sent it hears of it in
// his own terms.
func TestAnErrorIsTranslated(t *testing.T) {
	box := newNAT()
	take(box, 0, segment("orig", "SYN"))
	v, s := take(box, 0, wire.Segment{Src: wire.Endpoint{Addr: public, Port: client.Port}, Dst: server, Seq: 1000,
		ICMP: wire.ICMP{Set: true, Type: 3, Code: 1}})
	if v != Forward || s.Src != client || s.Dst != server {
		t.Errorf("the error goes on (%d) as about a segment from %v to %v", v, s.Src, s.Dst)
	}
}

// By hash, a client meets the same server each time, and not all meet the same.
func TestBalancerByHash(t *testing.T) {
	conf := &Config{Kind: Balancer, Virtual: wire.Endpoint{Addr: public, Port: 80}, ByHash: true, Table: DefaultTable,
		Backends: []wire.Endpoint{{Addr: server.Addr, Port: 1}, {Addr: server.Addr, Port: 2}}}
	box := New(1, "lb", conf, 1)
	met := map[netip.Addr]uint16{}
	for i := range 60 {
		c := wire.Endpoint{Addr: netip.AddrFrom4([4]byte{10, 0, 0, byte(i % 20)}), Port: uint16(1000 + i)}
		v, s := take(box, 0, wire.Segment{Src: c, Dst: conf.Virtual, Flags: wire.SYN, Seq: 1})
		if v != Forward || met[c.Addr] != 0 && met[c.Addr] != s.Dst.Port {
			t.Fatalf("%v was sent to port %d (%d), before to %d", c, s.Dst.Port, v, met[c.Addr])
		}
		met[c.Addr] = s.Dst.Port
	}
	servers := map[uint16]bool{}
	for i := range 20 {
		servers[met[netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})]] = true
	}
	if len(servers) != 2 {
		t.Errorf("all clients were sent to one server")
	}
}

// What a copy of a box does to its flows the original does not see, nor the other
// way round.
func TestClonesGoTheirOwnWays(t *testing.T) {
	a := newNAT()
	take(a, 0, segment("orig", "SYN"))
	b := a.Clone()
	take(b, 0, segment("reply", "SYN-ACK"))
	c := b.Clone()
	take(a, 0, segment("reply", "RST"))
	take(c, 0, segment("orig", "ACK"))
	take(c, 0, segment("orig", "FIN"))
	if len(a.Flows) != 0 || len(b.Flows) != 1 || b.Flows[0].State != SynRecv || c.Flows[0].State != FinWait {
		t.Errorf("%d flows; %s; %s; expected none, SYN_RECV, FIN_WAIT", len(a.Flows), b.Flows[0].State, c.Flows[0].State)
	}
}
