package scene

import (
	"strings"
	"testing"

	"wirestep/engine"
)

func TestConditionsFindTheirMoment(t *testing.T) {
	f := read(t, golden+"/handshake-data-close.scene")
	for _, c := range []struct {
		cond string
		at   string // instant of the first event after which it holds; "" never
	}{
		{"client.state == SYN_SENT", "0"},
		{`client.state == "ESTABLISHED"`, "0.04"},
		{"server.state == ESTABLISHED and client.state == ESTABLISHED", "0.06"},
		{"server.states.SYN_RECV == 1", "0.02"},
		{`server.states["TIME_WAIT"] > 0`, ""},
		{"client.cwnd == 10 && client.srtt > 0.039 && client.srtt < 0.041", "0.04"},
		{"client.rto >= 0.24", "0"},
		{"server.read == 100", "0.06"},
		{"server.eof", "0.2"},
		{"client.snd_una == 101", "0.08"},
		{"client.rcv_nxt == 2001", "0.08"},
		{`client.counters["TcpActiveOpens"] == 1`, "0"},
		{`event.kind == "timer"`, "0.24"},
		{`event.segment == "FIN" and event.host == "server"`, "0.2"},
		{`"close.fin-received" in event.rules`, "0.2"},
		{`any(event.rules, # == "time-wait.over")`, "60.52"},
		{"now > 0.5", "0.52"},
		{"step == 7", "0.04"},
		{"client.errno == ECONNRESET", ""},
		{"segment", "0.02"},
		{"timer", "0.24"},
		{"state", "0"},
		{"drop", ""},
	} {
		tl, err := Load(f)
		if err != nil {
			t.Fatal(err)
		}
		cond, err := Compile(c.cond, &f.Scenario)
		if err != nil {
			t.Errorf("%s: %v", c.cond, err)
			continue
		}
		at := ""
		if tl.RunUntil(cond, 1000) {
			at = tl.World().Now().Seconds()
		}
		if at != c.at {
			t.Errorf("%s holds first at %q, expected %q", c.cond, at, c.at)
		}
	}
}

func TestConditionsBeforeTheFirstEvent(t *testing.T) {
	f := read(t, golden+"/handshake-data-close.scene")
	tl, err := Load(f)
	if err != nil {
		t.Fatal(err)
	}
	cond, err := Compile(`client.state == CLOSED and event.kind == "" and now == 0 and client.errno == ""`, &f.Scenario)
	if err != nil || !cond(tl.World(), nil) {
		t.Errorf("nothing has happened, and that does not hold (%v)", err)
	}
	for _, w := range []string{"segment", "timer", "state", "drop"} {
		c, _ := Compile(w, &f.Scenario)
		if c(tl.World(), nil) {
			t.Errorf("%s holds before anything has happened", w)
		}
	}
}

func TestMistakesInConditionsSayWhere(t *testing.T) {
	sc := &engine.Scenario{Hosts: []engine.HostSpec{{Name: "client"}, {Name: "web-server"}}}
	for _, c := range []struct{ cond, want string }{
		{"client.cwnd <", "column 13: unexpected token EOF"},
		{"clint.cwnd < 4", "column 1: unknown name clint, expected now, step, event, client, web_server or the name of a state or an errno"},
		{"client.cwmd < 4", "column 8: a host has no cwmd; it has state, cwnd, ssthresh, rto,"},
		{"event.host_ == 1", "column 7: an event has no host_; it has kind, host, name, segment, rules"},
		{"now + 1", "expected bool"},
		{"client.state == 4", "column 14: "},
		{"all(1..9, # > 0)", "column 6: a range of numbers"},
		{"any(event.rules, any(event.rules, any(event.rules, true)))", "more than two loops"},
		{`repeat("x", 1000000) == ""`, "unknown name repeat"},
		{strings.Repeat("1", 2000), "the condition has 2000 letters, expected at most 1024"},
		{"", "column 1: unexpected token EOF"},
	} {
		_, err := Compile(c.cond, sc)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q:\n got %v\nwant %s", c.cond, err, c.want)
		}
	}
	if _, err := Compile("web_server.state == LISTEN", sc); err != nil {
		t.Error(err)
	}
}
