package web

import (
	"fmt"
	"net/http"
	"sync/atomic"

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
}
