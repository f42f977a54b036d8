package packetdrill_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wirestep/engine/packetdrill"
)

var rewrite = flag.Bool("rewrite", false, "record which of the recorded scripts pass")

// transcripts are scripts recorded from a real kernel. They lie beside the
// checkout, and may be missing.
const transcripts = "../../../shared/truth/transcripts"

const passing = "testdata/passing.txt"

func drill(t *testing.T, file string) *packetdrill.Result {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return packetdrill.Run(filepath.Base(file), string(text), packetdrill.Config{Exact: true, Dir: filepath.Dir(file), Read: os.ReadFile})
}

func scripts(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.pkt"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestOwnScripts(t *testing.T) {
	files := append(scripts(t, "testdata"), scripts(t, "testdata/*")...) // testdata/AREA/NAME.pkt
	if len(files) < 75 {
		t.Fatalf("%d scripts in testdata; expected at least 75", len(files))
	}
	for _, f := range files {
		t.Run(strings.TrimPrefix(f, "testdata/"), func(t *testing.T) {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if l := strings.SplitN(string(text), "\n", 3); len(l) < 3 || !strings.HasPrefix(l[0], "// ") || !strings.HasPrefix(l[1], "// ") {
				t.Error("expected two lines of prose on top")
			}
			r := drill(t, f)
			if !r.OK {
				t.Error(r.Failure())
			}
			if len(r.Odd) > 0 {
				t.Errorf("not understood: %q", r.Odd)
			}
		})
	}
}

// A script recorded from Linux that has passed must go on passing.
func TestRecordedScripts(t *testing.T) {
	files := scripts(t, transcripts)
	if len(files) == 0 {
		t.Log("no recorded scripts beside the checkout: only our own ran")
		return
	}
	text, err := os.ReadFile(passing)
	if err != nil && !*rewrite {
		t.Fatal(err)
	}
	listed := strings.Fields(string(text))
	var pass []string
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".pkt")
		r := drill(t, f)
		switch {
		case r.OK:
			pass = append(pass, name)
		case slices.Contains(listed, name):
			t.Errorf("passed once: %s", r.Failure())
		}
	}
	t.Logf("%d of %d recorded scripts pass", len(pass), len(files))
	if *rewrite {
		if err := os.WriteFile(passing, []byte(strings.Join(pass, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A failure names the line, what was expected and what came instead.
func TestFailuresSayWhere(t *testing.T) {
	const start = "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 bind(3, ..., ...) = 0\n+0 listen(3, 1) = 0\n" +
		"+0 `sysctl -q net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=0 net.ipv4.tcp_window_scaling=0`\n" +
		"+0 < S 0:0(0) win 1000 <mss 1000>\n"
	for _, c := range []struct{ script, want string }{
		{"0 socket(..., SOCK_STREAM, IPPROTO_TCP) = -1\n", "x.pkt:1: expected socket() = -1, got 3"},
		{"0 fork() = 3\n", "x.pkt:1: expected a system call that is modelled, got fork()"},
		{start + "+0 > S. 0:0(0) ack 2\n", "x.pkt:6: expected S. 0:0(0) ack 2, got S. 0:0(0) ack 1 <mss 1460> at 0.000030"},
		{start + "+.5 > S. 0:0(0) ack 1 <mss 1460>\n", "x.pkt:6: expected S. 0:0(0) ack 1 <mss 1460> by 0.500030, got it at 0.000030"},
		{start + "+0 > S. 0:0(0) ack 1 <mss 1460>\n+0 > . 1:1(0) ack 1\n",
			"x.pkt:7: expected . 1:1(0) ack 1 by 0.000030, got nothing until 1.000030: S. 0:0(0) ack 1 win 64240 <mss 1460>"},
		{start + "+0 > S. 0:0(0) ack 1 <...>\n+0 < . 1:1(0) ack 1 win 9\n+0 accept(3, ..., ...) = 4\n+0 read(4, ..., 9) = 9\n",
			"x.pkt:9: expected read() to return, got it to wait for ever"},
		{start + "* > S. 0:0(0) ack 1 <...>\n+0 %{\na = 2\nassert a == 1, a\n}%\n", "x.pkt:7: expected a == 1, got 2"},
	} {
		if got := packetdrill.Run("x.pkt", c.script, packetdrill.Config{}).Failure(); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.script, got, c.want)
		}
	}
}

// The verdict is data: a line for each event, with the engine's trace beside it.
func TestVerdictLineByLine(t *testing.T) {
	text, err := os.ReadFile("testdata/reset-exact.pkt")
	if err != nil {
		t.Fatal(err)
	}
	r := packetdrill.Run("reset-exact.pkt", string(text), packetdrill.Config{Trace: true})
	if len(r.Lines) != strings.Count(string(text), "\n")-2 {
		t.Errorf("%d verdicts", len(r.Lines))
	}
	found := false
	for _, l := range r.Lines {
		for _, s := range l.Trace {
			found = found || strings.Contains(s, "reset.challenge")
		}
	}
	if !found {
		t.Error("no line has the rule reset.challenge beside it")
	}
}

// An option that is packetdrill's and does nothing here is told beside the verdict.
func TestOddOptions(t *testing.T) {
	res := packetdrill.Run("x", "--speed=100\n--is_anyip\n--verbose\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n", packetdrill.Config{})
	if got := strings.Join(res.Odd, " "); !res.OK || got != "--speed=100 --is_anyip" {
		t.Errorf("%v, not understood: %s", res.Failure(), got)
	}
}

// An echo of a timestamp that no line has asked for cannot be mapped.
func TestStrangeEcho(t *testing.T) {
	const text = "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n" +
		"+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)\n+0 > S 0:0(0) <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 10>\n" +
		"+.1 < S. 0:0(0) ack 1 win 9 <mss 1000,sackOK,TS val 7 ecr 101,nop,wscale 7>\n"
	if res := packetdrill.Run("x", text, packetdrill.Config{}); res.OK || !strings.Contains(res.Failure(), "x:5: expected an echo of a timestamp") {
		t.Error(res.Failure())
	}
	if res := packetdrill.Run("x", "--tcp_ts_ecr_scaled\n"+text, packetdrill.Config{}); !res.OK {
		t.Error(res.Failure())
	}
}
