package web

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"wirestep/web/session"
)

// metrics are the numbers that an operator watches.
type metrics struct {
	session.Counts
	sockets, sent, lagged atomic.Int64
}

// serve answers GET /metrics in the text format that Prometheus reads.
func (m *metrics) serve(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	for _, v := range []struct {
		name, kind, help string
		n                *atomic.Int64
	}{
		{"sessions", "gauge", "Sessions in memory.", &m.Sessions},
		{"sockets", "gauge", "Pages connected.", &m.sockets},
		{"sessions_created_total", "counter", "Sessions begun.", &m.Created},
		{"sessions_rebuilt_total", "counter", "Sessions read back from the journal.", &m.Rebuilt},
		{"sessions_put_away_total", "counter", "Sessions that went back to their journal because all held too much memory.", &m.PutAway},
		{"sessions_broken_total", "counter", "Sessions stopped because the engine broke one of its rules.", &m.Broken},
		{"commands_total", "counter", "Commands carried out.", &m.Commands},
		{"commands_refused_total", "counter", "Commands refused.", &m.Refused},
		{"events_total", "counter", "Events of the engine encoded.", &m.Events},
		{"sent_bytes_total", "counter", "Bytes written to pages.", &m.sent},
		{"keys_refused_total", "counter", "Pages that came with a key that does not hold.", &m.Forged},
		{"lagged_total", "counter", "Times that a page was behind and got a snapshot.", &m.lagged},
	} {
		fmt.Fprintf(w, "# HELP wirestep_%s %s\n# TYPE wirestep_%s %s\nwirestep_%s %d\n", v.name, v.help, v.name, v.kind, v.name, v.n.Load())
	}
	if cpu, memory, ok := process(); ok {
		for _, v := range []struct{ name, kind, help, value string }{
			{"cpu_seconds_total", "counter", "Time on processors, of the program and the kernel for it.", fmt.Sprintf("%.2f", cpu.Seconds())},
			{"resident_memory_bytes", "gauge", "Memory that the process holds.", strconv.FormatInt(memory, 10)},
		} {
			fmt.Fprintf(w, "# HELP process_%s %s\n# TYPE process_%s %s\nprocess_%s %s\n", v.name, v.help, v.name, v.kind, v.name, v.value)
		}
	}
}

// process is what this process has taken of its machine, where the system says so (Linux: /proc).
func process() (cpu time.Duration, memory int64, ok bool) {
	b, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0, 0, false
	}
	_, after, _ := bytes.Cut(b, []byte(") ")) // the name may hold anything but is followed by this
	f := strings.Fields(string(after))
	const utime, stime, rss, tick = 11, 12, 21, 10 * time.Millisecond // proc_pid_stat(5), counted from "state"; USER_HZ is 100
	if len(f) <= rss {
		return 0, 0, false
	}
	n := func(i int) int64 { v, _ := strconv.ParseInt(f[i], 10, 64); return v }
	return time.Duration(n(utime)+n(stime)) * tick, n(rss) * int64(os.Getpagesize()), true
}
