package engine

import (
	"net/netip"
	"runtime"
	"testing"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// bulk is one transfer from client to server: 100 Mbit/s, 10 ms each way.
func bulk(bytes int64, lossPPM uint32) *Scenario {
	a, b := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	v := func(name string) host.Arg { return host.Arg{Kind: host.ArgVar, Text: name} }
	call := func(to, name string, args ...host.Arg) host.Instr {
		return host.Instr{Var: to, Name: name, Args: args}
	}
	at := func(addr netip.Addr) host.Arg {
		return host.Arg{Kind: host.ArgAddr, Addr: wire.Endpoint{Addr: addr, Port: 80}}
	}
	link := LinkSpec{From: "client", To: "server", Delay: 10 * sim.Millisecond, Rate: 100_000_000, LossPPM: lossPPM}
	back := link
	back.From, back.To, back.LossPPM = "server", "client", 0
	return &Scenario{Seed: 1, Hosts: []HostSpec{{Name: "client", Addr: a}, {Name: "server", Addr: b}}, Links: []LinkSpec{link, back},
		Programs: []Program{
			{Host: "server", Name: "app", Lines: []host.Instr{
				call("s", "listen", at(netip.Addr{}), host.Arg{Kind: host.ArgNum, Num: 16}), call("c", "accept", v("s")),
				call("", "read", v("c"), host.Arg{Kind: host.ArgWord, Text: "eof"}), call("", "close", v("c"))}},
			{Host: "client", Name: "app", Lines: []host.Instr{
				call("c", "connect", at(b)), call("", "write", v("c"), host.Arg{Kind: host.ArgNum, Num: bytes}), call("", "close", v("c"))}},
		}}
}

func benchmark(b *testing.B, rec *trace.Recorder) {
	segments := 0
	for b.Loop() {
		w := NewWorld(bulk(5<<20, 1000))
		w.Forget()
		for w.Step(rec) {
		}
		segments += int(w.LastPacket())
	}
	b.ReportMetric(float64(segments)/b.Elapsed().Seconds(), "segments/s")
}

func BenchmarkBulkBare(b *testing.B)      { benchmark(b, &trace.Recorder{}) }
func BenchmarkBulkExplained(b *testing.B) { benchmark(b, trace.NewRecorder()) }

// BenchmarkBack measures one step back at event 10,000, and what a session of
// that length keeps in memory.
func BenchmarkBack(b *testing.B) {
	const events = 10_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	t, err := NewTimeline(*bulk(50<<20, 1000))
	if err != nil {
		b.Fatal(err)
	}
	for t.N() < events {
		if _, ok := t.Step(); !ok {
			b.Fatalf("it ends at event %d: %v", t.N(), t.Err())
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	for b.Loop() {
		if !t.Back() {
			b.Fatal("there is no way back")
		}
		if err := t.Seek(events); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
}
