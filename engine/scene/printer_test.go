package scene

import (
	"net/netip"
	"testing"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// fakeLens is a world of two hosts and one socket.
type fakeLens struct{ schema *trace.Schema }

type fakeBlock struct {
	State  uint8
	SndUna wire.Seq
	XmitAt sim.Time
	Cwnd   uint32
}

const fakeSource = `type fakeBlock struct {
	State  uint8    // state [state]: x.
	SndUna wire.Seq // SND.UNA [seq:snd]: x.
	XmitAt sim.Time // RTO [timer]: x.
	Cwnd   uint32   // cwnd [segments]: x.
}`

func newFakeLens() fakeLens {
	return fakeLens{trace.NewSchema("tcb", fakeBlock{}, fakeSource, map[string][]string{"uint8": {"CLOSED", "SYN_SENT"}})}
}

func (l fakeLens) host(h sim.HostID) string { return [...]string{"-", "client", "server"}[h+1] }
func (l fakeLens) subject(sim.SubjectID) subject {
	return subject{name: "client.1", schema: l.schema, iss: 1000}
}
func (l fakeLens) counter(uint16) string                { return "TcpExtTCPTimeouts" }
func (l fakeLens) process(h sim.HostID, n int32) string { return "app" }
func (l fakeLens) packet(id sim.PacketID) (p packet) {
	p.seg = wire.Segment{
		Src: wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.1"), Port: 40000},
		Dst: wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.2"), Port: 80},
		Seq: 1000, Flags: wire.SYN, Win: 64240,
	}
	p.relSeq = 1000
	return p
}

var outerRule = &trace.Rule{ID: "rto.fire", Says: "The timer fires.", RFC: trace.Cites("RFC 6298 §5.4"), Linux: "tcp_write_timer"}
var innerRule = &trace.Rule{ID: "rto.ask", Says: "Is it the first?", Differs: "Linux counts."}

func fakeEvent() *trace.Event {
	return &trace.Event{
		ID: 2, At: 1_020_000_000, Kind: trace.Timer, Host: 0, Name: "RTO", Cause: 1,
		Spans: []trace.Span{
			{Rule: outerRule, Parent: -1},
			{Rule: innerRule, Parent: 0, Asked: 1},
		},
		Checks: []trace.Check{trace.Gt("SND.UNA", 1, "high_seq", 0)},
		Changes: []trace.Change{
			{Subject: 1, Field: 0, Span: 0, Old: 0, New: 1},
			{Subject: 1, Field: 3, Span: 0, Old: 10, New: 5},
			{Subject: 1, Field: 3, Span: 1, Old: 5, New: 1},
			{Subject: 1, Field: 1, Span: 0, Old: 1000, New: 1001},
			{Subject: 1, Field: 2, Span: -1, Old: int64(sim.Never), New: 3_000_000_000},
		},
		Counts:  []trace.Count{{Span: 1, By: 1}},
		Effects: []trace.Effect{{Kind: trace.Sent, Span: 0, Packet: 7, At: 1_040_000_000}, {Kind: trace.Returned, Span: -1, Result: -1, Errno: "ETIMEDOUT"}},
	}
}

func TestPrinterWritesOneLineATreeAndAPacket(t *testing.T) {
	p := &Printer{}
	p.remember(1, "0 client call app: c = connect(server:80)")
	got := p.compact(newFakeLens(), fakeEvent())
	want := "2 1.02 client timer RTO <- 1 | client.1 state CLOSED>SYN_SENT, client.1 cwnd 10>1 | client.1 RTO @3 | +TcpExtTCPTimeouts | rules rto.fire | sent #7 S 0:0(0) win 64240 @1.04; returned app -1 ETIMEDOUT"
	if got != want {
		t.Errorf("compact:\n%s\nexpected\n%s", got, want)
	}
	want = `event 2: 1.02 client timer RTO
  because of event 1: 0 client call app: c = connect(server:80)
  client.1 RTO: never -> 3
  returned app -1 ETIMEDOUT
  * rto.fire
    The timer fires.
    [RFC 6298 §5.4; Linux tcp_write_timer]
    client.1 state: CLOSED -> SYN_SENT
    client.1 cwnd: 10 -> 5 segments
    client.1 SND.UNA: 0 -> 1
    sent #7 S 0:0(0) win 64240 @1.04
    ? rto.ask: SND.UNA (1) > high_seq (0): yes
      Is it the first?
      differs: Linux counts.
      client.1 cwnd: 5 -> 1 segments
      counted TcpExtTCPTimeouts +1
`
	if got := p.explain(newFakeLens(), fakeEvent()); got != want {
		t.Errorf("explain:\n%s\nexpected\n%s", got, want)
	}
	want = "1.020000 IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [S], seq 0, win 64240, length 0\n"
	if got := tcpdump(newFakeLens(), fakeEvent()); got != want {
		t.Errorf("tcpdump:\n%s\nexpected\n%s", got, want)
	}
}
