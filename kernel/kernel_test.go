package kernel

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wirestep/engine/packetdrill"
)

// Where the rights are, the kernel is asked; where they are not, it says which.
func TestScriptsOnTheKernel(t *testing.T) {
	files, err := filepath.Glob("testdata/*.pkt")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d scripts, %v; expected three at least", len(files), err)
	}
	needsKernel(t)
	Sources(Read(files), func(v *Verdict) {
		t.Run(filepath.Base(v.File), func(t *testing.T) { asExpected(t, v) })
	})
}

func TestScriptsOnTheEngine(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.pkt")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if why := packetdrill.Run(f, string(b), packetdrill.Config{Exact: true}).Failure(); why != "" {
			t.Error(why)
		}
	}
}

// A script that is wrong must fail, on the line that is wrong, by its kind.
func TestDifferencesAreFound(t *testing.T) {
	needsKernel(t)
	b, err := os.ReadFile("testdata/reset.pkt")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from, to string
		kind     Kind
		text     string
	}{
		{"S 0:0(0) win 64240", "S 0:0(0) win 64241", InSegment, "win 64240"},
		{"+0 > S 0:0", "+.5 > S 0:0", InTime, "got it at"},
		{"= -1 ECONNRESET", "= -1 EPIPE", InErrno, "got -1 ECONNRESET"},
		{"= -1 ECONNRESET (Connection reset by peer)", "= 0", InErrno, "got -1 ECONNRESET"},
		{"TCP_CLOSE", "TCP_CLOSE_WAIT", InState, "tcpi_state == TCP_CLOSE_WAIT"},
	} {
		v := inTime(func() *Verdict { return Play("x.pkt", strings.Replace(string(b), c.from, c.to, 1)) })
		if busy(v) {
			skip(t, v.Err.Error())
		}
		var d *Difference
		if !errors.As(v.Err, &d) || d.Kind != c.kind || !strings.Contains(d.Text, c.text) {
			t.Errorf("%q for %q: %v; expected a difference in %s with %q", c.to, c.from, v.Err, c.kind, c.text)
		}
	}
}

// inTime plays until the machine is not late.
func inTime(play func() *Verdict) *Verdict {
	for n := 1; ; n++ {
		switch v := play(); {
		case v.Late <= TooLate:
			return v
		case n == busyTries:
			v.Err = tooBusy(v.Late, v.Err)
			return v
		}
	}
}

// mustRefuse holds a refusal to naming what is missing.
func mustRefuse(t *testing.T, why string) {
	t.Helper()
	for _, word := range []string{"root", "/dev/net/tun", "CAP_", "no Linux kernel"} {
		if strings.Contains(why, word) {
			return
		}
	}
	t.Errorf("%q; expected what is missing: root, a capability, /dev/net/tun or Linux", why)
}
