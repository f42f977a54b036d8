package packetdrill_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wirestep/engine/packetdrill"
	"wirestep/engine/wire"
)

var strict = packetdrill.Config{Trace: true, Limits: packetdrill.Limits{Steps: 20_000, Code: 4096}}

// Code of a stranger computes and asserts; what could grow without end is refused.
func TestGuardedCode(t *testing.T) {
	for code, want := range map[string]string{
		"assert 1 < 2 and TCP_CLOSE == 7, 'no %d' % 3":   "",
		"x = 2 * 3\nassert x == 6, (x, abs(-x))":         "",
		"if 1 < 2: assert True":                          "",
		"assert 1 == 2, 'one is %d' % 1":                 "expected 1 == 2, got one is 1",
		"while True: pass":                               "more than compute",
		"for i in range(9): pass":                        "more than compute",
		"x = 'a' * 1000000000":                           "more than compute",
		"print(min('a', 'b') * 1000000000)":              "more than compute",
		"x = 9\ny = x * x":                               "more than compute",
		"[0 for i in range(1000000000)]":                 "more than compute",
		"def f(): return f()":                            "more than compute",
		"x = lambda: 1":                                  "more than compute",
		"'aaaa'.replace('', 'b')":                        "more than compute",
		"assert 1 == 1 #" + strings.Repeat("x", 5000):    "at most 4096",
		"assert len(list(range(1000000000))) == 5, 'no'": "more than compute",
	} {
		r := packetdrill.Run("a.pkt", "0 %{\n"+code+"\n}%\n", strict)
		if r.OK != (want == "") || !strings.Contains(r.Failure(), want) {
			t.Errorf("%.60q: %t %s; want %q", code, r.OK, r.Failure(), want)
		}
	}
}

func TestStepsAreLimited(t *testing.T) {
	cfg := strict
	cfg.Limits.Steps = 3
	r := packetdrill.Run("a.pkt", "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"+strings.Repeat("+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n", 9), cfg)
	if want := "a.pkt:4: expected at most 3 events in the engine, got more"; r.Failure() != want {
		t.Errorf("got %q, want %q", r.Failure(), want)
	}
}

// Our own scripts stay within the limits, and their packets are kept in order.
func TestPacketsAreKept(t *testing.T) {
	for _, f := range scripts(t, "testdata") {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		cfg := strict
		cfg.Dir, cfg.Read = filepath.Dir(f), os.ReadFile
		r := packetdrill.Run(f, string(text), cfg)
		if !r.OK {
			t.Error(r.Failure())
		}
		if filepath.Base(f) != "delayed-ack.pkt" {
			continue
		}
		var got []string
		for _, p := range r.Packets {
			got = append(got, p.Text)
		}
		if want := "S 0:0(0)|S. 0:0(0) ack 1|. 1:1(0) ack 1|P. 1:101(100) ack 1|. 1:1(0) ack 101|P. 1:11(10) ack 101|P. 101:201(100) ack 11|. 11:11(0) ack 201"; strings.Join(got, "|") != want {
			t.Errorf("packets %q", got)
		}
		if p := r.Packets[1]; p.In || p.Line != 9 || p.Kind != wire.KindSynAck {
			t.Errorf("the SYN-ACK: %+v", p)
		}
	}
}
