package lessons

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// Every story is played to its end: the evidence stands in the outputs, what par pays
// for tells the causes apart, the cures reach the goal and no other change does.
func TestStories(t *testing.T) {
	all, err := Stories()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no stories")
	}
	for _, s := range all {
		for _, err := range s.Check() {
			t.Error(err)
		}
		if par := s.Par(); par > 8 {
			t.Errorf("%s: par is %d minutes, expected 8 at most", s.ID, par)
		}
	}
}

// A change may be typed as well; what only looks is no change, and what changes is no look.
func TestTypedInAStory(t *testing.T) {
	s := GetStory("customers-cannot-get-in")
	if x, err := s.TryLine("web", "sysctl -w net.ipv4.tcp_syncookies=2"); err != nil || !x.Holds {
		t.Errorf("cookies always: %v, %v", x, err)
	}
	if x, err := s.TryLine("web", "iptables -A INPUT -s 10.9.0.0/16 -j DROP"); err != nil || !x.Holds {
		t.Errorf("a filter against the flood: %v, %v", x, err)
	}
	if x, err := s.TryLine("ann", "sysctl -w net.ipv4.tcp_tw_reuse=1"); err != nil || x.Holds {
		t.Errorf("nothing to do with it: %v, %v", x, err)
	}
	for line, says := range map[string]string{"nstat": "only looks", "sysctl -w net.ipv4.tcp_nonsense=1": "No such file"} {
		if _, err := s.TryLine("web", line); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, expected %s", line, err, says)
		}
	}
	if _, err := s.Output("web", "sysctl -w net.ipv4.tcp_syncookies=2"); err == nil {
		t.Error("a look has changed something")
	}
	if out, err := s.Output("web", "sysctl net.ipv4.tcp_syncookies"); err != nil || !strings.HasSuffix(out, "= 0\n") {
		t.Errorf("the night is not as it was: %q, %v", out, err)
	}
}

// What is wrong with a story is told where it stands.
func TestMistakesInAStory(t *testing.T) {
	b, err := embedded.ReadFile("stories/customers-cannot-get-in.yaml")
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	for _, c := range []struct{ from, to, says string }{
		{"chapter: queues", "chapter: queus", `x.yaml:1:10: chapter "queus", did you mean "queues"?`},
		{"level: 1", "level: 9", "x.yaml:2:8: level 9; expected 1 to 3"},
		{"at: 13s", "at: 13", `"13"; expected an instant of the scene`},
		{"on: web, run: nstat", "on: wed, run: nstat", `host "wed"`},
		{"run: nstat,", "run: nstatt,", `"nstatt" on web: sh: 1: nstatt: not found`},
		{"run: nstat,", "run: reboot,", `"reboot" on web: this command changes something`},
		{"right: flood", "right: floods", `cause "floods", did you mean "flood"?`},
		{"right: flood", "right: accept", "alone; expected of what a look shows for the right cause"},
		{"lacks: 'ListenOverflows'", "lacks: 'x'}\n      - {look: rules, lacks: 'x'", "rules is no look that speaks for the cause flood"},
		{`{look: half-open, shows: '10\.9\.\d+\.\d+:\d+'`, `{look: capture, shows: '10\.9\.'`, "the evidence costs 4 minutes, but the same stands in ss -tan state syn-recv | head -12 and nstat, for 2"},
		{"cures: [cookies]", "cures: [retries]", "the goal holds after cookies, which is not among the cures"},
		{"cures: [cookies]", "cures: [cookies, retries]", "the goal does not hold after retries"},
		{`shows: 'TcpExtListenDrops +\d+'`, `shows: 'TcpExtListenDrips +\d+'`, "counters shows no (?m)TcpExtListenDrips"},
		{"lacks: 'ListenOverflows'", "lacks: 'ListenDrops'", `counters shows "ListenDrops"`},
		{"look: counters", "look: contours", `there is no look "contours"`},
		{`goal: ann.errno == ""`, `goal: ann.erno == ""`, `did you mean "errno"?`},
		{`goal: ann.errno == ""`, `goal: now > 1 || ann.errno == ""`, "it holds with nothing changed"},
		{"sysctl ann net.ipv4.tcp_syn_retries = 4", "sysctl ann net.ipv4.tcp_syn_retrie = 4", "tcp_syn_retrie"},
		{"symptoms: [connect-timeout]", "symptoms: [connect-time]", `symptom "connect-time", did you mean "connect-timeout"?`},
		{"lesson: syn-flood", "lesson: syn-floods", `lesson "syn-floods": there is no such lesson`},
	} {
		if !strings.Contains(good, c.from) {
			t.Fatalf("the story has no %q", c.from)
		}
		errs := checkStories(fstest.MapFS{"x.yaml": {Data: []byte(strings.Replace(good, c.from, c.to, 1))}}, ".")
		if !slices.ContainsFunc(errs, func(err error) bool { return strings.Contains(err.Error(), c.says) }) {
			t.Errorf("%s: %v, expected %q", c.to, errs, c.says)
		}
	}
}

// The log of a host's programs is a file like any: searched, counted, cut.
func TestLogIsSearched(t *testing.T) {
	s := GetStory("customers-cannot-get-in")
	all, err := s.Output("ann", "cat app.log")
	if err != nil {
		t.Fatal(err)
	}
	timeouts := strings.Count(all, "ETIMEDOUT")
	if out, err := s.Output("ann", "grep -c ETIMEDOUT app.log"); err != nil || timeouts == 0 || out != strconv.Itoa(timeouts)+"\n" {
		t.Errorf("grep -c says %q, %v; the log has %d", out, err, timeouts)
	}
	if out, _ := s.Output("ann", "tail -n 1 app.log | wc -l"); strings.TrimSpace(out) != "1" {
		t.Errorf("the last line: %q", out)
	}
	if out, _ := s.Output("web", "grep ETIMEDOUT app.log"); strings.Contains(out, "ETIMEDOUT") {
		t.Error("one host reads another's log")
	}
}
