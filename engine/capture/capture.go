// Package capture writes what travelled in a run as a pcapng file, so that
// Wireshark and tshark can look at it.
//
// There is one interface a host; a packet stands once, on the interface of the
// host that sent it, at the instant at which it left. Its comment tells what a
// capture cannot know: why it was sent, because of what, and what befell it.
package capture

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// Packet is one packet of a capture.
type Packet struct {
	ID      sim.PacketID
	At      sim.Time
	Host    sim.HostID // the interface on which it was seen
	Seg     wire.Segment
	Comment string // a line for each thing that is known
}

// Write writes a capture. The packets stand in the order of their times; the
// first instant of a scene is the first second of 1970.
func Write(w io.Writer, sc *engine.Scenario, packets []Packet) error {
	if len(sc.Hosts) == 0 {
		return fmt.Errorf("capture: no hosts, expected one at least")
	}
	section := pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "wirestep", Comment: sc.Name}}
	ng, err := pcapgo.NewNgWriterInterface(w, device(sc.Hosts[0].Name), section)
	if err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	for _, h := range sc.Hosts[1:] {
		if _, err := ng.AddInterface(device(h.Name)); err != nil {
			return fmt.Errorf("capture: %w", err)
		}
	}
	for i := range packets {
		p := &packets[i]
		b, err := wire.Encode(&p.Seg)
		if err != nil {
			return fmt.Errorf("capture: packet %d: %w", i+1, err)
		}
		info := gopacket.CaptureInfo{
			Timestamp: time.Unix(0, int64(p.At)), CaptureLength: len(b), Length: len(b), InterfaceIndex: int(p.Host),
		}
		if err := ng.WritePacketWithOptions(info, b, pcapgo.NgPacketOptions{Comments: comments(p.Comment)}); err != nil {
			return fmt.Errorf("capture: packet %d: %w", i+1, err)
		}
	}
	if err := ng.Flush(); err != nil {
		return fmt.Errorf("capture: %w", err)
	}
	return nil
}

func device(host string) pcapgo.NgInterface {
	return pcapgo.NgInterface{Name: host, LinkType: layers.LinkTypeRaw, TimestampResolution: 9}
}

// comments makes each line a comment of its own: readers cut long ones short.
func comments(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}
