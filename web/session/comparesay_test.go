package session

import (
	"os"
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/outcome"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
)

// future is a comparison as people make it: moves in a scene, and the same again
// with something changed, or with one thing more.
type future struct {
	name   string
	scene  string   // a file, or a text
	moves  []string // at the start
	replay []string // the same moves, with these made first
	more   string   // one thing done in a branch of its own, at the instant before
	at     sim.Time
	en, zh string
}

func (f future) compare(t *testing.T) *outcome.Comparison {
	t.Helper()
	text := f.scene
	if strings.HasSuffix(text, ".scene") {
		b, err := os.ReadFile("../../" + f.scene)
		if err != nil {
			t.Fatal(err)
		}
		text = string(b)
	}
	file, err := scene.Parse("scene", text)
	if err != nil {
		t.Fatal(err)
	}
	tl, err := scene.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	op := func(text string) engine.Op {
		o, err := scene.ParseOp(text, tl.Scenario())
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return o
	}
	for _, m := range f.moves {
		if _, err := tl.Apply(op(m), 0, "you"); err != nil {
			t.Fatal(err)
		}
	}
	if f.more != "" {
		for at, ok := tl.NextAt(); ok && at <= f.at; at, ok = tl.NextAt() {
			tl.Step()
		}
		n := tl.N()
		tl.Step()
		if err := tl.Seek(n); err != nil {
			t.Fatal(err)
		}
		if _, err := tl.Apply(op(f.more), f.at, "you"); err != nil {
			t.Fatal(err)
		}
	} else {
		var ops []engine.Op
		for _, r := range f.replay {
			ops = append(ops, op(r))
		}
		if _, err := tl.Replay(ops, "", "you"); err != nil {
			t.Fatal(err)
		}
	}
	c, err := outcome.Compare(tl, []engine.BranchID{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// twoWrites is a request in two parts: Nagle keeps the second one back until the
// first is acknowledged.
const twoWrites = `
scene "Two writes"
host client 10.0.0.1
host server 10.0.0.2
link client server delay 20ms
program server
  s = listen(:80, 128)
  c = accept(s)
  sleep(20ms)
  read(c, 100)
  read(c, 100)
  write(c, 100)
  read(c, eof)
  close(c)
program client
  c = connect(server:80)
  sleep(40ms)
  write(c, 100)
  write(c, 100)
  read(c, 100)
  close(c)
`

// crowd is a flood, and five who mean it.
const crowd = `
scene "A crowd"
host mallory 10.6.6.6
host ann 10.0.0.1
host bob 10.0.0.2
host cat 10.0.0.3
host server 10.0.0.9
link mallory server delay 1ms
link ann server delay 10ms
link bob server delay 10ms
link cat server delay 10ms
sysctl ann tcp_syn_retries = 1
sysctl bob tcp_syn_retries = 1
sysctl cat tcp_syn_retries = 1
program server
  s = listen(:80, 4)
  loop
    c = accept(s)
  end
program ann
  at(500ms)
  c = connect(server:80)
program bob
  at(510ms)
  c = connect(server:80)
program cat
  at(520ms)
  c = connect(server:80)
at 5ms forge mallory > server flags=S seq=0 from=10.9.0.0/16:1024-65535 to=server:80 mss=1460 sackok count=40 every=5ms
`

var futures = []future{
	{
		name: "patience", scene: "lessons/sandbox/plain.scene", moves: []string{"drop every SYN"},
		replay: []string{"sysctl client tcp_syn_retries = 2"},
		en:     "Same moves, one setting changed: the client gives up at 7 s instead of 131 s.",
		zh:     "操作相同，改了一项设置：客户端在 7 秒时放弃，而不是 131 秒。",
	},
	{
		name: "patience without linear timeouts", scene: "lessons/sandbox/plain.scene", moves: []string{"drop every SYN"},
		replay: []string{"sysctl client tcp_syn_retries = 2", "sysctl client tcp_syn_linear_timeouts = 0"},
		en:     "Same moves, two settings changed: the client gives up at 7 s instead of 131 s.",
		zh:     "操作相同，改了两项设置：客户端在 7 秒时放弃，而不是 131 秒。",
	},
	{
		name: "syncookies under a flood", scene: "lessons/sandbox/syn-flood.scene",
		replay: []string{"sysctl server tcp_syncookies = 0"},
		en:     "One setting changed: bob is connected at 7.1 s instead of 100 ms.",
		zh:     "改了一项设置：bob 在 7.1 秒连上，而不是 100 ms。",
	},
	{
		name: "syncookies and three clients", scene: crowd,
		replay: []string{"sysctl server tcp_syncookies = 0"},
		en:     "One setting changed: 0 of 3 clients get in instead of 3.",
		zh:     "改了一项设置：3 个客户端里连上了 0 个，而不是 3 个。",
	},
	{
		name: "tw_reuse", scene: "lessons/sandbox/out-of-ports.scene",
		replay: []string{"sysctl client tcp_tw_reuse = 1"},
		en:     "One setting changed: 9 of 9 connects of the client succeed instead of 5.",
		zh:     "改了一项设置：客户端的 9 次 connect 成功了 9 次，而不是 5 次。",
	},
	{
		name: "reno and cubic", scene: "lessons/sandbox/lossy-link.scene",
		replay: []string{"sysctl client tcp_congestion_control = reno"},
		en:     "One setting changed: all data of the client is acknowledged at 494.8 ms instead of 414 ms.",
		zh:     "改了一项设置：客户端的数据在 494.8 ms 全部得到确认，而不是 414 ms。",
	},
	{
		name: "delayed ACK", scene: twoWrites,
		more: "call server app: setsockopt(c, TCP_QUICKACK, 0)", at: sim.Time(62 * sim.Millisecond),
		en: "One more system call: all data of the client is acknowledged at 200 ms instead of 160 ms.",
		zh: "多做了一次系统调用：客户端的数据在 200 ms 全部得到确认，而不是 160 ms。",
	},
	{
		name: "rfc1337", scene: "engine/testdata/golden/time-wait-assassination.scene",
		replay: []string{"sysctl server tcp_rfc1337 = 1"},
		en:     "One setting changed: the server stays in TIME_WAIT until 61.01 s instead of 1.03 s.",
		zh:     "改了一项设置：服务端的 TIME_WAIT 持续到 61.01 秒，而不是 1.03 秒。",
	},
	{
		name: "an old kernel", scene: "lessons/sandbox/old-kernel-behind-nat.scene",
		replay: []string{"reboot server linux-6.18"},
		en:     "Another kernel on the server: bob is connected at 5.042 s instead of 72.04 s.",
		zh:     "服务端换了内核：bob 在 5.042 秒连上，而不是 72.04 秒。",
	},
	{
		name: "one segment lost", scene: "lessons/sandbox/plain.scene",
		replay: []string{"drop 1st DATA from server"},
		en:     "One segment dropped: all data of the server is acknowledged at 152 ms instead of 100 ms.",
		zh:     "多丢弃了一个报文段：服务端的数据在 152 ms 全部得到确认，而不是 100 ms。",
	},
	{
		name: "no difference", scene: "lessons/sandbox/plain.scene",
		replay: []string{"sysctl client tcp_keepalive_time = 100"},
		en:     "One setting changed: nothing differs up to 60.32 s.",
		zh:     "改了一项设置：直到 60.32 秒，没有任何区别。",
	},
	{
		name: "a difference inside", scene: "lessons/sandbox/plain.scene",
		replay: []string{"sysctl client tcp_rto_min_us = 100000"},
		en:     "One setting changed: only what a connection keeps to itself differs, from 40 ms on; up to 60.32 s no outcome does.",
		zh:     "改了一项设置：从 40 ms 起，只有连接内部的变量不同；直到 60.32 秒，结果都一样。",
	},
}

// What became different is said in one sentence, in both languages.
func TestVerdicts(t *testing.T) {
	for _, f := range futures {
		t.Run(f.name, func(t *testing.T) {
			c := f.compare(t)
			en, zh := (&sayer{lang: "en", c: c}).compared(), (&sayer{lang: "zh-CN", c: c}).compared()
			if en.Verdict != f.en {
				t.Errorf("in English: %s\n       want: %s", en.Verdict, f.en)
			}
			if zh.Verdict != f.zh {
				t.Errorf("in Chinese: %s\n       want: %s", zh.Verdict, f.zh)
			}
		})
	}
}

// Where they part is what the engine does otherwise, and never what somebody did.
func TestPartings(t *testing.T) {
	want := map[string]string{
		"patience":                         "They part here, at 7 s: A sends SYN again, B goes to CLOSED",
		"patience without linear timeouts": "They part here, at 1 s: A waits 1 s, B waits 2 s",
		"tw_reuse":                         "They part here, at 1.24 s: A returns EADDRNOTAVAIL from connect(), B sends SYN",
		"reno and cubic":                   "They part here, at 124.9 ms: A sets ssthresh to 16, B sets ssthresh to 11",
		"delayed ACK":                      "They part here, at 100 ms: A sends ACK, B takes the DATA",
		"rfc1337":                          "They part here, at 1.03 s: A goes to CLOSED, B ignores the RST",
		"one segment lost":                 "They part here, at 80 ms: A sends ACK ack 1449, B sends ACK ack 1",
		"no difference":                    "",
	}
	for _, f := range futures {
		if text, ok := want[f.name]; ok {
			if got := (&sayer{lang: "en", c: f.compare(t)}).compared().Parting; got != text {
				t.Errorf("%s: %q, want %q", f.name, got, text)
			}
		}
	}
}
