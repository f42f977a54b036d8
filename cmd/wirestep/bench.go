package main

import (
	"fmt"
	"strings"
	"time"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
)

// benchScene is one bulk transfer over 100 Mbit/s, 10 ms each way, with a queue of
// one bandwidth-delay product and the loss asked for in the direction of the data.
const benchScene = `
host client 10.0.0.1
host server 10.0.0.2
link client > server delay 10ms rate 100mbit queue 170 loss %s%%
link server > client delay 10ms rate 100mbit

program server
  s = listen(:80)
  c = accept(s)
  read(c, eof)
  close(c)

program client
  c = connect(server:80)
%s  close(c)
`

// bench times one bulk transfer in virtual time, without keeping its history:
// wirestep bench.
func bench(e env, args []string) int {
	fs := flags("bench")
	bytes := fs.Int64("bytes", 100_000_000, "")
	loss := fs.String("loss", "0", "")
	explain := fs.Bool("explain", false, "")
	rest, code := parse(e, fs, args)
	switch {
	case code >= 0:
		return code
	case len(rest) > 0:
		return misused(e, "bench", fmt.Sprintf("%q, expected flags only", rest[0]))
	case *bytes < 1 || *bytes > 1<<40:
		return misused(e, "bench", fmt.Sprintf("-bytes %d, expected 1 to %d", *bytes, int64(1)<<40))
	}
	f, err := scene.Parse("bench", fmt.Sprintf(benchScene, strings.TrimSuffix(*loss, "%"), writes(*bytes)))
	if err != nil {
		return misused(e, "bench", err.Error())
	}
	w := engine.NewWorld(&f.Scenario)
	w.Forget()
	rec := &trace.Recorder{On: *explain}
	start := time.Now()
	for w.Step(rec) {
		rec.End()
	}
	wall := time.Since(start).Seconds()
	if got := w.Hosts()[1].Procs[0].Read; got != uint64(*bytes) {
		fmt.Fprintf(e.err, "bench: the server read %d bytes of %d\n", got, *bytes)
		return 1
	}
	n := int(w.LastPacket())
	fmt.Fprintf(e.out, "segments=%d wall_s=%.3f segments_per_s=%.0f\n", n, wall, float64(n)/wall)
	return 0
}

// writes hands over so many bytes, in calls of at most 1 GiB.
func writes(bytes int64) string {
	const most = 1 << 30
	var b strings.Builder
	if n := bytes / most; n > 0 {
		fmt.Fprintf(&b, "  loop %d\n    write(c, %d)\n  end\n", n, int64(most))
	}
	if n := bytes % most; n > 0 {
		fmt.Fprintf(&b, "  write(c, %d)\n", n)
	}
	return b.String()
}
