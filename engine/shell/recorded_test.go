package shell_test

import (
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/shell"
	"wirestep/engine/sim"
)

// world plays a scene of testdata up to an instant. The last event is at that very
// instant, so that what is left of a timer counts from there.
func world(t testing.TB, name string, until sim.Time) *engine.World {
	t.Helper()
	return timelineOf(t, name, until).World()
}

// recording is what a real tool printed for one command.
type recording struct{ command, text string }

func recordings(t *testing.T, name string) (all []recording) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split("\n"+string(b), "\n$ ")[1:] {
		command, text, _ := strings.Cut(part, "\n")
		all = append(all, recording{command, strings.TrimRight(text, "\n") + "\n"})
	}
	return all
}

// unmodelled are words of the real tools that the engine has nothing for. Of a
// single segment it draws no rcv_rtt.
var unmodelled = []string{"app_limited", "busy:", "delivery_rate", "rcv_rtt:"}

// loose are the numbers that a real wire and a real timer wheel make other than
// exact, and by how much.
var loose = map[string]float64{
	"rtt": 0.05, "minrtt": 0.05, "send": 0.05, "pacing_rate": 0.05, "lastsnd": 0.35, "lastrcv": 0.35, "lastack": 0.35, "rto": 0.05,
}

// differs are numbers that the engine is known to have otherwise; see docs/fidelity.md.
var differs = map[string]bool{"rcv_space": true, "rcv_ssthresh": true, "segs_in": true, "rcvmss": true}

// What ss, nstat and sysctl print is what the real ones printed on Linux 6.18 for
// the same sockets: the same columns, words and states; times within tolerance.
func TestTheToolsPrintWhatTheRealOnesPrint(t *testing.T) {
	w := world(t, "sockets", sim.Time(3040*sim.Millisecond))
	for _, host := range []string{"client", "server"} {
		for _, r := range recordings(t, "sockets."+host) {
			t.Run(host+" "+r.command, func(t *testing.T) {
				got := items(shell.Run(w, host, r.command).Text)
				want := items(r.text)
				if len(got) != len(want) {
					t.Fatalf("printed\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				for i := range want {
					switch r.command {
					case "ss -tano", "ss -tanoi", "ss -ltni":
						sameNumbers(t, got[i], want[i])
						continue
					}
					if got[i] != want[i] {
						t.Errorf("printed\n%q\nwant\n%q", got[i], want[i])
					}
				}
			})
		}
	}
}

// items are the lines of an output, those that go on with a tab joined, in the
// order of the alphabet below the first: a hash table has no order.
func items(text string) (all []string) {
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if strings.HasPrefix(line, "TcpExtTCPDSACKRecvSegs") {
			continue
		}
		if strings.HasPrefix(line, "\t") && len(all) > 0 {
			all[len(all)-1] += strings.TrimRight(line, " \t")
		} else {
			all = append(all, strings.TrimRight(line, " "))
		}
	}
	slices.Sort(all[min(1, len(all)):])
	return all
}

// sameNumbers compares two descriptions of one socket word by word.
func sameNumbers(t *testing.T, got, want string) {
	t.Helper()
	a, b := words(got), words(want)
	if len(a) != len(b) {
		t.Errorf("printed\n%s\nwant\n%s", strings.Join(a, " "), strings.Join(b, " "))
		return
	}
	for i := range b {
		key := strings.FieldsFunc(b[i], func(r rune) bool { return r == ':' || r == '=' })[0]
		switch {
		case a[i] == b[i]:
		case differs[key]:
			if !strings.HasPrefix(a[i], key+":") {
				t.Errorf("printed %s, want %s", a[i], b[i])
			}
		case key == "timer":
			if one, two := strings.FieldsFunc(a[i], isMark), strings.FieldsFunc(b[i], isMark); len(one) != len(two) || one[1] != two[1] || one[3] != two[3] || math.Abs(left(one[2])-left(two[2])) > 0.5 {
				t.Errorf("printed %s, want %s", a[i], b[i])
			}
		case strings.Contains(want, "SYN-SENT") && strings.HasPrefix(key, "last"):
			// Linux counts from the start of the machine when nothing was ever sent.
		case strings.Contains(want, "backoff:") && key == "pacing_rate":
			// Linux keeps the rate of before the loss.
		case !near(a[i], b[i], loose[key]):
			t.Errorf("printed %s, want %s", a[i], b[i])
		}
	}
}

func isMark(r rune) bool { return r == '(' || r == ')' || r == ',' || r == ':' }

// left reads a time as ss writes it, in seconds.
func left(s string) (secs float64) {
	if a, b, ok := strings.Cut(s, "min"); ok {
		n, _ := strconv.ParseFloat(a, 64)
		return n*60 + left(b)
	}
	if a, ok := strings.CutSuffix(s, "sec"); ok {
		n, _ := strconv.ParseFloat(a, 64)
		return n
	}
	whole := strings.TrimSuffix(s, "ms")
	n, _ := strconv.ParseFloat(whole, 64)
	if !strings.Contains(whole, ".") {
		n /= 1000
	}
	return n
}

func words(s string) (out []string) {
	all := strings.Fields(s)
	for i := 0; i < len(all); i++ {
		switch w := all[i]; {
		case w == "delivery_rate":
			i++
		case w == "send" || w == "pacing_rate":
			out = append(out, w+":"+strings.TrimSuffix(all[i+1], "bps"))
			i++
		case slices.ContainsFunc(unmodelled, func(u string) bool { return strings.HasPrefix(w, u) }):
		default:
			out = append(out, w)
		}
	}
	return out
}

// near compares key:number/number, each within a share.
func near(a, b string, share float64) bool {
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == ':' || r == '/' || r == ',' })
	}
	x, y := split(a), split(b)
	if len(x) != len(y) {
		return false
	}
	for i := range y {
		m, err1 := strconv.ParseFloat(x[i], 64)
		n, err2 := strconv.ParseFloat(y[i], 64)
		if x[i] != y[i] && (err1 != nil || err2 != nil || math.Abs(m-n) > share*math.Max(math.Abs(n), 1)) {
			return false
		}
	}
	return true
}

// The last column is filled up, as ss fills it.
func TestColumnsAreFilled(t *testing.T) {
	w := world(t, "sockets", sim.Time(3040*sim.Millisecond))
	want := "State Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess\n" +
		"ESTAB 0      0           10.0.0.1:40000     10.0.0.2:80         \n"
	if got := shell.Run(w, "client", "ss -tan sport = :40000").Text; got != want {
		t.Errorf("printed\n%q\nwant\n%q", got, want)
	}
}
