package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gopacket/gopacket/pcapgo"
)

const lostSyn = "../../engine/testdata/golden/syn-lost-once.scene"

// call runs the program.
func call(in string, args ...string) (code int, out, err string) {
	var o, e bytes.Buffer
	code = run(args, strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

func TestCommandLinesThatAreNotUnderstood(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "usage:"},
		{"fly", `no command is called "fly"`},
		{"run", "0 scenes, expected one"},
		{"run a b", "2 scenes, expected one"},
		{"run -speed 3 x.scene", "flag provided but not defined: -speed"},
		{"run x.scene -format xml", "-format xml, expected compact, json, explain, tcpdump or pkt"},
		{"find x.scene", "nothing to find, expected -to with a condition"},
		{"find " + lostSyn + " -to nobody.errno==1", "unknown name nobody"},
		{"find " + lostSyn + " -to now>1 -moves drop,drip", `"drip" is no kind of move, expected one of drop, delay`},
		{"bench -bytes 0", "-bytes 0, expected 1 to"},
		{"bench now", `"now", expected flags only`},
		{"bench -loss many", `"many%" is not a share`},
		{"check -x", "flag provided but not defined: -x"},
	} {
		code, out, err := call("", strings.Fields(c.args)...)
		if code != 2 || out != "" || !strings.Contains(err, c.want) || !strings.Contains(err, "usage:") {
			t.Errorf("wirestep %s: %d, %q, %q; expected 2 and %q with the usage", c.args, code, out, err, c.want)
		}
	}
	if code, out, _ := call("", "help"); code != 0 || !strings.Contains(out, "wirestep run") {
		t.Errorf("help: %d, %q", code, out)
	}
}

func TestFindTellsAWayAndAProof(t *testing.T) {
	code, out, e := call("", "find", lostSyn, "-to", "now >= 2 && client.state == SYN_SENT", "-moves", "drop")
	if code != 0 || e != "" || !strings.Contains(out, "at 0s drop 2nd SYN from client") {
		t.Errorf("%d, %q,\n%s", code, e, out)
	}
	code, out, _ = call("", "find", lostSyn, "-to", "client.errno == ECONNREFUSED", "-moves", "drop", "-max", "1")
	if code != 1 || !strings.Contains(out, "no single move of the set reaches client.errno == ECONNREFUSED: every future was tried") || !strings.Contains(out, "drop: each segment that a host sends") {
		t.Errorf("%d,\n%s", code, out)
	}
	code, out, _ = call("", "find", lostSyn, "-to", "now >= 2 && client.state == SYN_SENT", "-moves", "drop", "-json")
	var got jsonFound
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 || len(got.Found) == 0 || len(got.Found[0].Solutions[0].Moves) != 1 {
		t.Errorf("%d, %v,\n%s", code, err, out)
	}
}

func TestRunWritesEveryFormat(t *testing.T) {
	recorded, err := os.ReadFile(strings.TrimSuffix(lostSyn, ".scene") + ".trace")
	if err != nil {
		t.Fatal(err)
	}
	if code, out, e := call("", "run", lostSyn); code != 0 || out != string(recorded) || e != "" {
		t.Errorf("compact: %d, %q,\n%s", code, e, out)
	}
	if _, out, _ := call("", "run", lostSyn, "-format", "explain"); !strings.Contains(out, "because of event") || !strings.Contains(out, "* rto.fire") {
		t.Errorf("explain lacks a cause or a rule:\n%s", out)
	}
	if _, out, _ := call("", "run", "-format", "tcpdump", lostSyn); !strings.HasPrefix(out, "0.000000 IP 10.0.0.1.") || strings.Count(out, "\n") != 4 {
		t.Errorf("tcpdump tells of %d packets, expected 4:\n%s", strings.Count(out, "\n"), out)
	}
	_, out, _ := call("", "run", "-format=json", lostSyn)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if want := strings.Count(string(recorded), "\n"); len(lines) != want {
		t.Errorf("json has %d lines, expected %d", len(lines), want)
	}
	for _, l := range lines {
		var e jsonEvent
		if err := json.Unmarshal([]byte(l), &e); err != nil || e.Kind == "" {
			t.Errorf("%v in %s", err, l)
		}
	}
}

func TestRunStopsWhenTheConditionHolds(t *testing.T) {
	code, out, _ := call("", "run", lostSyn, "-until", "client.state == ESTABLISHED")
	if last := out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:]; code != 0 || !strings.Contains(last, "SYN_SENT>ESTABLISHED") {
		t.Errorf("%d; the last event is %s", code, last)
	}
	if code, _, err := call("", "run", lostSyn, "-until", "client.state == CLOSING"); code != 1 || !strings.Contains(err, "before") {
		t.Errorf("a condition that never holds: %d, %q", code, err)
	}
	if code, _, err := call("", "run", lostSyn, "-until", "clint.cwnd > 1"); code != 1 || !strings.Contains(err, "column 1: unknown name clint") {
		t.Errorf("a condition with a mistake: %d, %q", code, err)
	}
}

func TestRunTellsMistakesWithTheirLine(t *testing.T) {
	name := filepath.Join(t.TempDir(), "bad.scene")
	if err := os.WriteFile(name, []byte("host a 10.0.0.1\nhots b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, err := call("", "run", name); code != 1 || out != "" || !strings.HasPrefix(err, name+`:2: "hots" is no statement`) {
		t.Errorf("%d, %q, %q", code, out, err)
	}
	if code, _, err := call("", "run", filepath.Join(t.TempDir(), "none.scene")); code != 1 || err == "" {
		t.Errorf("a scene that is not there: %d, %q", code, err)
	}
}

func TestRunWritesACapture(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcapng")
	if code, _, err := call("", "run", lostSyn, "-pcapng", name); code != 0 {
		t.Fatal(err)
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := pcapgo.NewNgReader(file, pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	var comments []string // of each packet
	for {
		_, _, options, err := r.ReadPacketDataWithOptions()
		if err != nil {
			break
		}
		comments = append(comments, strings.Join(options.Comments, "\n"))
	}
	if len(comments) != 4 || !strings.Contains(comments[0], "Lost, event 2") || !strings.HasSuffix(comments[0], "By the rule: drop 1st SYN from client.") {
		t.Errorf("%q, expected four comments, the first about a loss", comments)
	}
}

func TestCheckHoldsScenesToWhatTheyExpect(t *testing.T) {
	dir := t.TempDir()
	b, err := os.ReadFile(lostSyn)
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("good.scene", good)
	if code, out, e := call("", "check", dir); code != 0 || out != "checked 1, wrong 0\n" {
		t.Errorf("%d, %q, %q", code, out, e)
	}
	write("bad.scene", good+"expect end client.state == CLOSED\nexpect ever client.cwnd == 77\nexpect never now > 1\nexpect end x\n")
	code, out, e := call("", "check", dir)
	n := strings.Count(good, "\n")
	if code != 1 || out != "checked 2, wrong 4\n" || strings.Count(e, "bad.scene:") != 4 || !regexp.MustCompile(`bad.scene:\d+: after no event`).MatchString(e) {
		t.Errorf("%d, %q, %q with %d lines", code, out, e, n)
	}
}

func TestFmt(t *testing.T) {
	const ugly, nice = "host   a 10.0.0.1 # here\n", "host a 10.0.0.1  # here\n"
	if code, out, _ := call(ugly, "fmt"); code != 0 || out != nice {
		t.Errorf("%d, %q", code, out)
	}
	name := filepath.Join(t.TempDir(), "x.scene")
	if err := os.WriteFile(name, []byte(ugly), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := call("", "fmt", "-l", name); code != 0 || out != name+"\n" {
		t.Errorf("-l: %d, %q", code, out)
	}
	if code, _, _ := call("", "fmt", name); code != 0 {
		t.Errorf("%d", code)
	}
	if b, _ := os.ReadFile(name); string(b) != nice {
		t.Errorf("%q", b)
	}
	if code, _, err := call("hots\n", "fmt"); code != 1 || !strings.HasPrefix(err, "input:1: ") {
		t.Errorf("%d, %q", code, err)
	}
}

func TestBenchPrintsOneLine(t *testing.T) {
	code, out, err := call("", "bench", "-bytes", "100000", "-loss", "1")
	if code != 0 || !regexp.MustCompile(`^segments=\d+ wall_s=\d+\.\d+ segments_per_s=\d+\n$`).MatchString(out) {
		t.Errorf("%d, %q, %q", code, out, err)
	}
}

func TestRunPrintsWhatAToolPrints(t *testing.T) {
	code, out, _ := call("", "run", lostSyn, "-shell", "client", "ss -tan", "-until", "client.state == SYN_SENT")
	if code != 0 || !strings.Contains(out, "SYN-SENT") || strings.Contains(out, "call connect") {
		t.Errorf("%d, %q", code, out)
	}
	for _, c := range []struct{ host, line, says string }{
		{"nobody", "ss -tan", "no host is called nobody"},
		{"client", "sysctl -w net.ipv4.tcp_sack=0", "expected a command that only looks"},
	} {
		if code, out, err := call("", "run", lostSyn, "-shell", c.host, c.line); code != 1 || out != "" || !strings.Contains(err, c.says) {
			t.Errorf("%s on %s: %d, %q, %q", c.line, c.host, code, out, err)
		}
	}
	if code, _, err := call("", "run", lostSyn, "-shell", "client"); code != 2 || !strings.Contains(err, "a scene and a command line") {
		t.Errorf("no command line: %d, %q", code, err)
	}
}

// A loop that never waits is named with its line.
func TestALoopThatSpinsIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "spin.scene")
	text := "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms\nprogram server\n  s = listen(:80, 1)\n  c = accept(s)\n  abort(c)\n" +
		"program client\n  c = connect(server:80)\n  loop\n    read(c, 100)\n  end\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, err := call("", "run", file, "-shell", "client", "ss")
	if code != 1 || !strings.HasPrefix(err, file+":10: ") || !strings.Contains(err, "read(c, 100)") {
		t.Errorf("%d, %q", code, err)
	}
}
