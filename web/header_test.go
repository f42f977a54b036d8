package web

import (
	"strings"
	"testing"

	"wirestep/web/proto"
)

// fieldOf is a field of a header by its name.
func fieldOf(t *testing.T, h *proto.Header, name string) proto.HeaderField {
	t.Helper()
	for _, f := range h.Fields {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("packet %d has no field %s: %+v", h.Packet, name, h.Fields)
	return proto.HeaderField{}
}

// A repeated SYN is shown beside the one that was dropped: the same but for its
// timestamp and its checksum.
func TestHeaderOfARepetition(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	p.do(proto.Command{T: "act", Op: "drop 1st SYN"})
	p.do(proto.Command{T: "until", Cond: "event.kind == \"timer\""})
	d := p.do(proto.Command{T: "header", N: p.cursor.N, Packet: 2})
	h := d.Header
	if h == nil || h.Against == nil || h.How != "repeats" || h.Against.Packet != 1 {
		t.Fatalf("header %+v", h)
	}
	if f := fieldOf(t, h, "seq"); f.Rel == nil || *f.Rel != 0 || len(h.Hex) != 2*h.Size || f.Value != fieldOf(t, h.Against, "seq").Value {
		t.Errorf("seq %+v of %d bytes", f, h.Size)
	}
	if fieldOf(t, h, "tsval").Value == fieldOf(t, h.Against, "tsval").Value {
		t.Error("a second later the timestamp is the same")
	}
	if f := fieldOf(t, h, "mss-value"); f.Value != 1460 {
		t.Errorf("MSS %+v", f)
	}
}

// An edited segment is shown beside what was sent, a corrupted one says so.
func TestHeaderOfAChange(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	p.do(proto.Command{T: "step"})
	p.do(proto.Command{T: "act", Op: "edit packet 1 mss=500"})
	h := p.do(proto.Command{T: "header", N: p.cursor.N, Packet: 1}).Header
	if h.How != "edited" || fieldOf(t, h, "mss-value").Value != 500 || fieldOf(t, h.Against, "mss-value").Value != 1460 || fieldOf(t, h, "checksum").Wrong != "" {
		t.Errorf("after the edit: %+v", h)
	}
	p.do(proto.Command{T: "act", Op: "corrupt packet 1"})
	h = p.do(proto.Command{T: "header", N: p.cursor.N, Packet: 1}).Header
	if f := fieldOf(t, h, "checksum"); f.Wrong != "checksum" || f.Right == f.Value {
		t.Errorf("after the corruption: %+v", f)
	}
	if h = p.do(proto.Command{T: "header", N: 1, Packet: 1}).Header; fieldOf(t, h, "mss-value").Value != 1460 {
		t.Errorf("before all that it was %+v", h)
	}
	p.refused("range", proto.Command{T: "header", N: p.cursor.N, Packet: 99})
}

// rulesOf are the ids of the rules of an event.
func rulesOf(f proto.Frame) string {
	var all []string
	for _, s := range f.Spans {
		all = append(all, s.Rule)
	}
	return strings.Join(all, " ")
}

// What the receiver would make of a forged reset is what it then makes of it, and
// asking leaves the session where it stands.
func TestForecastIsWhatComes(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	p.do(proto.Command{T: "until", Cond: "server.read > 0"})
	before := p.cursor
	for _, c := range []struct{ op, rule string }{
		{"forge client > server flags=R seq=1", "reset.outside"},
		{"forge client > server flags=R seq=5000", "challenge.ack"},
	} {
		p.do(proto.Command{T: "branch", Branch: ptr(before.Branch), N: before.N})
		ahead := p.do(proto.Command{T: "forecast", Op: c.op}).Ahead
		if p.cursor.N != before.N || p.cursor.Branch != before.Branch || len(ahead) != 1 {
			t.Fatalf("%s: cursor %+v, %d frames ahead", c.op, p.cursor, len(ahead))
		}
		p.do(proto.Command{T: "act", Op: c.op})
		p.do(proto.Command{T: "until", Cond: "event.segment == \"RST\" and event.kind == \"arrive\""})
		if now := rulesOf(p.frames[p.cursor.N]); now != rulesOf(ahead[0]) {
			t.Errorf("%s: foretold %s, came %s", c.op, rulesOf(ahead[0]), now)
		} else if !strings.Contains(now, c.rule) {
			t.Errorf("%s: expected %s among %s", c.op, c.rule, now)
		}
	}
	p.refused("op", proto.Command{T: "forecast", Op: "forge nobody > server flags=R"})
}

// What a setting would change is told before it is changed, and asking moves nothing.
func TestPreviewOfASetting(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	p.do(proto.Command{T: "act", Op: "drop every SYN"})
	p.do(proto.Command{T: "until", Cond: "client.errno != \"\""})
	before := p.cursor
	c := p.do(proto.Command{T: "preview", Ops: []string{"sysctl client net.ipv4.tcp_syn_retries = 2"}}).Compare
	if c == nil || !strings.Contains(c.Verdict, "7 s instead of") || len(c.Rows) == 0 || len(c.Rows) > 5 || c.Rows[0].Same {
		t.Fatalf("%+v", c)
	}
	if p.cursor != before || len(p.snap.Branches) != 1 {
		t.Errorf("cursor %+v, branches %+v", p.cursor, p.snap.Branches)
	}
	if c = p.do(proto.Command{T: "preview", Ops: []string{"sysctl client net.ipv4.tcp_keepalive_time = 5"}}).Compare; c.Form != "nothing" || len(c.Rows) != 0 {
		t.Errorf("a setting that nothing asks for: %+v", c)
	}
	p.refused("op", proto.Command{T: "preview", Ops: []string{"sysctl client net.ipv4.tcp_syn_retries = 999"}})
}
