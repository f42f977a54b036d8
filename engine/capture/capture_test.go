package capture

import (
	"bytes"
	"io"
	"net/netip"
	"testing"

	"github.com/gopacket/gopacket/pcapgo"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

func TestACaptureReadsBackAsItWasWritten(t *testing.T) {
	syn := wire.Segment{
		Src: wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.1"), Port: 40000},
		Dst: wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.2"), Port: 80},
		Seq: 7, Flags: wire.SYN, Win: 64240, TTL: 64,
	}
	data := syn
	data.Flags, data.Payload = wire.PSH|wire.ACK, "hello"
	in := []Packet{
		{At: 1, Host: 0, Seg: syn, Comment: "packet 1"},
		{At: sim.Time(sim.Second), Host: 1, Seg: data},
	}
	var b bytes.Buffer
	if err := Write(&b, &engine.Scenario{Name: "a test", Hosts: []engine.HostSpec{{Name: "client"}, {Name: "server"}}}, in); err != nil {
		t.Fatal(err)
	}
	r, err := pcapgo.NewNgReader(&b, pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range in {
		raw, info, err := r.ReadPacketData()
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.Decode(raw)
		if err != nil || got.Seq != want.Seg.Seq || got.Flags != want.Seg.Flags || got.Payload != want.Seg.Payload {
			t.Errorf("%v: read %+v, expected %+v", err, got, want.Seg)
		}
		if info.Timestamp.UnixNano() != int64(want.At) || info.InterfaceIndex != int(want.Host) {
			t.Errorf("read at %d on %d, expected %d on %d", info.Timestamp.UnixNano(), info.InterfaceIndex, want.At, want.Host)
		}
	}
	if _, _, err := r.ReadPacketData(); err != io.EOF {
		t.Errorf("after the last packet: %v, expected the end", err)
	}
	if i, err := r.Interface(1); err != nil || i.Name != "server" {
		t.Errorf("interface 1 is %q (%v), expected server", i.Name, err)
	}
}
