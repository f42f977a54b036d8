package scene

import (
	"strings"
	"testing"
)

const before = `host client 10.0.0.1
host server 10.0.0.2
link client server delay 20ms
`

// Every mistake is told at its word, with what would be accepted.
func TestMistakesStandAtTheirWord(t *testing.T) {
	for _, c := range []struct{ line, at, expected string }{
		{`link client nobody`, `nobody`, "client or server"},
		{`link client server dealy 2ms`, `dealy`, "delay, jitter"},
		{`sysctl client net.ipv4.tcp_syn_retries = 999`, `999`, ""},
		{`sysctl client net.ipv4.tcp_sin_retries = 9`, `net.ipv4.tcp_sin_retries`, ""},
		{`sysctl client net.ipv4.tcp_congestion_control = vegas`, `vegas`, "reno, cubic, bbr"},
		{`host x 10.0.0`, `10.0.0`, "10.0.0.1"},
		{`at 5x drop next SYN`, `5x`, "20ms"},
		{`at 5s drop next SIN`, `SIN`, "SYN-ACK"},
		{`at 5s dropp next SYN`, `dropp`, "drop"},
		{`drop every SYN`, `drop`, "at 0s drop every SYN"},
		{`expect never client.stat == ESTABLISHED`, `stat`, ""},
		{`expect never klient.state == ESTABLISHED`, `klient`, "client"},
		{`program server "x"`, `"x"`, "name"},
		{`scene "x`, `"x`, `another "`},
		{`kernel client linux-9`, `linux-9`, "linux-6.18"},
	} {
		judge(t, before+c.line, 4, c.at, c.expected)
	}
	for _, c := range []struct{ line, at, expected string }{
		{`  c = connekt(server:80)`, `connekt`, "connect"},
		{`  read(d, 5)`, `d`, "socket()"},
		{`  c = connect(sarver:80)`, `sarver:80`, "server"},
		{`  c = connect(server:80, 40000)`, `40000`, "address"},
		{`  write(c, 9999999999)`, `9999999999`, "1073741824"},
		{`  sleep(server)`, `sleep`, "20ms"},
		{`  drop every SYN from client`, `drop`, "at 0s"},
		{`  c = socket() close`, `close`, "end of the line"},
	} {
		judge(t, before+"program client\n"+c.line, 5, c.at, c.expected)
	}
}

func judge(t *testing.T, text string, line int, at, expected string) {
	t.Helper()
	_, wrong := Judge("x.scene", text)
	if len(wrong) != 1 {
		t.Errorf("%q: %d mistakes, expected one: %v", text, len(wrong), wrong)
		return
	}
	m := wrong[0]
	raw := strings.Split(text, "\n")[line-1]
	if m.Line != line || m.Column < 1 || m.End > len(raw)+1 || raw[m.Column-1:m.End-1] != at {
		t.Errorf("%q: at %d:%d-%d, expected %q", raw, m.Line, m.Column, m.End, at)
	}
	if !strings.Contains(m.Expected, expected) {
		t.Errorf("%q: expected %q; want it to name %q", raw, m.Expected, expected)
	}
}

func TestColumnsCountCharacters(t *testing.T) {
	_, wrong := Judge("x", before+`scene "握手" 7`)
	if len(wrong) != 1 || wrong[0].Column != 12 || wrong[0].End != 13 {
		t.Fatalf("%+v", wrong)
	}
}

// What is offered is what is read: each word, put where it belongs, is accepted.
func TestWordsAreTheParsers(t *testing.T) {
	w := AllWords()
	text := before
	for _, k := range w.Kernels {
		if _, wrong := Judge("x", text+"kernel client "+k); len(wrong) > 0 {
			t.Errorf("kernel %s: %v", k, wrong[0])
		}
	}
	for _, s := range w.Segments {
		if _, wrong := Judge("x", text+"at 1s drop every "+s); len(wrong) > 0 {
			t.Errorf("segment %s: %v", s, wrong[0])
		}
	}
	for _, s := range w.Settings {
		line := text + "sysctl client " + s.Name + " = " + s.Default
		if _, wrong := Judge("x", line); len(wrong) > 0 && !s.ReadOnly && s.Default != "" && !strings.Contains(wrong[0].Text, "taken out") {
			t.Errorf("%s: %v", line, wrong[0])
		}
	}
	for _, f := range w.Host {
		cond := "client." + f + " == client." + f
		if f == "counters" || f == "states" {
			cond = "len(client." + f + ") > 0"
		}
		if _, wrong := Judge("x", text+"expect ever "+cond); len(wrong) > 0 {
			t.Errorf("%s: %v", f, wrong[0])
		}
	}
	for _, list := range [][]string{w.Statements, w.Verbs, w.Link, w.Boxes, w.Forge, w.Edit, w.Expect, w.Event, w.States, w.Errnos, w.Counters} {
		if len(list) < 3 {
			t.Errorf("a list of %v", list)
		}
	}
}
