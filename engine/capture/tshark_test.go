package capture_test

import (
	"bytes"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/capture"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var plain = capture.Words{
	T:     func(key string, args ...any) string { return key },
	Says:  func(r *trace.Rule) string { return r.Says },
	Check: scene.CheckText,
	Who:   func(by string) string { return by },
}

// tshark reads a capture and prints fields of the packets that a filter lets through.
func tshark(t *testing.T, file, filter string, fields ...string) string {
	t.Helper()
	args := []string{"-r", file, "-Y", filter, "-T", "fields"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	cmd := exec.Command("tshark", args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "WIRESHARK_CONFIG_DIR="+t.TempDir())
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, wrong.String())
	}
	return string(out)
}

func needTshark(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err == nil {
		return
	}
	if os.Getenv("WIRESTEP_MUST_ASK_TSHARK") != "" {
		t.Fatal("tshark is not installed, and WIRESTEP_MUST_ASK_TSHARK is set")
	}
	t.Skip("skipped: tshark is not installed, so no analyser was asked") // that it says so is what is tested
}

// elsewhere moves the addresses of a scene, so that scenes do not meet in one capture.
func elsewhere(a netip.Addr, k int) netip.Addr {
	b := a.AsSlice()
	if len(b) == 0 {
		return a
	}
	b[0], b[1] = 20+byte(k>>8), byte(k)
	if a.Is6() {
		b[0], b[2], b[3] = 0x20, byte(k>>8), byte(k)
	}
	out, _ := netip.AddrFromSlice(b)
	return out
}

// parameter is a value of a lesson's scene that its steps may change: {name=value}.
var parameter = regexp.MustCompile(`\{[a-z-]+=([^}]*)\}`)

// No analyser finds a malformed packet or an error in what the engine sends,
// whatever the port: in every scene of the tests, the lessons and the sandbox.
func TestAnalysersFindNothingMalformed(t *testing.T) {
	needTshark(t)
	var files []string
	for _, glob := range []string{"../testdata/golden/*.scene", "../../lessons/*/*.scene"} {
		more, err := filepath.Glob(glob)
		if err != nil || len(more) == 0 {
			t.Fatalf("%s: %d scenes, %v", glob, len(more), err)
		}
		files = append(files, more...)
	}
	var all []capture.Packet
	of := map[netip.Addr]string{}
	for k, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := scene.Parse(name, parameter.ReplaceAllString(string(text), "$1"))
		if err != nil {
			t.Fatal(err)
		}
		tl, err := scene.Load(f)
		if err != nil {
			t.Fatal(err)
		}
		tl.RunUntil(func(*engine.World, *trace.Event) bool { return false }, 3000)
		for _, p := range capture.Run(tl, plain) {
			p.Host, p.Comment = 0, ""
			p.Seg.Src.Addr, p.Seg.Dst.Addr = elsewhere(p.Seg.Src.Addr, k), elsewhere(p.Seg.Dst.Addr, k)
			of[p.Seg.Src.Addr], of[p.Seg.Dst.Addr] = name, name
			all = append(all, p)
		}
	}
	file := filepath.Join(t.TempDir(), "all.pcapng")
	write(t, file, &engine.Scenario{Hosts: []engine.HostSpec{{Name: "every host"}}}, all)
	if n := strings.Count(tshark(t, file, "tcp.len > 0", "frame.number"), "\n"); n < 1000 {
		t.Fatalf("%d packets with data, expected thousands", n)
	}
	wrong := tshark(t, file, "_ws.malformed or _ws.expert.severity == error", "frame.number", "ip.src", "tcp.srcport", "tcp.dstport", "_ws.col.Info", "_ws.expert.message")
	for i, line := range strings.Split(strings.TrimSpace(wrong), "\n") {
		if line == "" || i > 20 {
			break
		}
		src, _ := netip.ParseAddr(strings.Split(line, "\t")[1])
		t.Errorf("%s: %s", of[src], line)
	}
}

// ports are those of which people make scenes, and analysers know the protocol: by
// its number alone they take the payload for it. DNS and IPP are not among them: to
// these any bytes are a message, and no text is a good one.
var ports = []uint16{
	7, 21, 22, 23, 25, 79, 80, 88, 110, 111, 119, 139, 143, 179, 389, 443, 445, 465, 554, 587, 636, 853, 873, 993, 995, 1080, 1194, 1433, 1521, 1723, 1883,
	2049, 3000, 3128, 3260, 3306, 3389, 4000, 4444, 5000, 5060, 5222, 5432, 5555, 5672, 5900, 6000, 6379, 6667, 8000, 8008, 8080, 8081, 8443, 8888, 9000,
	9090, 9092, 9200, 10000, 11211, 27017,
}

// The pattern that stands for data is no protocol's: not at any place of it, in
// segments of any size, in either direction.
func TestPatternIsNobodysProtocol(t *testing.T) {
	needTshark(t)
	var all []capture.Packet
	for _, size := range []int{100, 536, 1448, 1460} {
		for i, port := range ports {
			all = append(all, conversation(netip.AddrFrom4([4]byte{10, byte(size >> 8), byte(size), byte(i)}), port, size)...)
		}
	}
	file := filepath.Join(t.TempDir(), "ports.pcapng")
	write(t, file, &engine.Scenario{Hosts: []engine.HostSpec{{Name: "a host"}}}, all)
	wrong := tshark(t, file, "_ws.malformed or _ws.expert.severity == error", "tcp.srcport", "tcp.dstport", "tcp.len", "_ws.col.Info")
	for i, line := range strings.Split(strings.TrimSpace(wrong), "\n") {
		if line == "" || i > 40 {
			break
		}
		t.Error(line)
	}
}

// conversation sends 70 KB or 150 segments of the pattern each way.
func conversation(client netip.Addr, port uint16, size int) (all []capture.Packet) {
	a, b := wire.Endpoint{Addr: client, Port: 33000}, wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.1"), Port: port}
	send := func(src, dst wire.Endpoint, flags wire.Flags, seq, ack int, data string) {
		all = append(all, capture.Packet{At: sim.Time(len(all)), Seg: wire.Segment{
			Src: src, Dst: dst, Flags: flags, Seq: wire.Seq(seq), Ack: wire.Seq(ack), Win: 64240, TTL: 64, Payload: data,
		}})
	}
	send(a, b, wire.SYN, 0, 0, "")
	send(b, a, wire.SYN|wire.ACK, 0, 1, "")
	send(a, b, wire.ACK, 1, 1, "")
	total := min(70_000, 150*size)
	for _, up := range []bool{true, false} {
		src, dst, ack := a, b, 1
		if !up {
			src, dst, ack = b, a, 1+total
		}
		for off := 0; off < total; off += size {
			send(src, dst, wire.PSH|wire.ACK, 1+off, ack, wire.Pattern(uint64(off), min(size, total-off)))
			send(dst, src, wire.ACK, ack, 1+min(off+size, total), "")
		}
	}
	return all
}

func write(t *testing.T, file string, sc *engine.Scenario, packets []capture.Packet) {
	t.Helper()
	var b bytes.Buffer
	if err := capture.Write(&b, sc, packets); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
