package shell_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/shell"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Commands one after the other, those that act made, print what the real ones
// printed; those that the real ones refused change nothing.
func TestCommandsThatActPrintWhatTheRealOnesPrint(t *testing.T) {
	timeline := timelineOf(t, "sockets", sim.Time(3040*sim.Millisecond))
	for _, r := range recordings(t, "acts.client") {
		a := shell.Run(timeline.World(), "client", r.command)
		want := strings.TrimLeft(r.text, "\n")
		if strings.HasPrefix(r.command, "nc ") || strings.HasPrefix(r.command, "kill ") {
			want = r.text
		}
		if got := trimmed(a.Text); got != trimmed(want) {
			t.Errorf("%s printed\n%s\nwant\n%s", r.command, got, trimmed(want))
		}
		if a.Failed && a.Act != nil {
			t.Errorf("%s failed, and acts", r.command)
		}
		if a.Act == nil {
			continue
		}
		a.Act.Text = scene.FormatOp(*a.Act)
		if again, err := scene.ParseOp(a.Act.Text, timeline.Scenario()); err != nil || scene.FormatOp(again) != a.Act.Text {
			t.Errorf("%s does %q, which is read as %q (%v)", r.command, a.Act.Text, again.Text, err)
		}
		if _, err := timeline.Apply(*a.Act, timeline.World().Now(), "you"); err != nil {
			t.Errorf("%s: %v", r.command, err)
		}
	}
	left := shell.Run(timeline.World(), "client", "ss -tanH").Text
	if strings.Contains(left, ":90 ") || !strings.Contains(left, "10.0.0.1:40000 10.0.0.2:80") {
		t.Errorf("after ss -K dport = :90 there is\n%s", left)
	}
}

// trimmed leaves out spaces at the ends of lines.
func trimmed(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

var (
	ages  = regexp.MustCompile(`age [0-9.]+sec`)
	times = regexp.MustCompile(`rtt \d+us rttvar \d+us`)
)

func TestMoreToolsPrintWhatTheRealOnesPrint(t *testing.T) {
	w := world(t, "sockets", sim.Time(3040*sim.Millisecond))
	plain := func(s string) string {
		return times.ReplaceAllString(ages.ReplaceAllString(s, "age Nsec"), "rtt N rttvar N")
	}
	for _, r := range recordings(t, "more.client") {
		got, want := items(plain(shell.Run(w, "client", r.command).Text)), items(plain(r.text))
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s printed\n%s\nwant\n%s", r.command, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

var (
	clocks = regexp.MustCompile(`^\d\d:\d\d:\d\d\.\d{6} `)
	large  = regexp.MustCompile(`\d{5,}`)
)

// tcpdump prints the same lines; clocks, initial numbers and timestamps are each
// host's own.
func TestTcpdumpPrintsWhatTheRealOnePrints(t *testing.T) {
	w := world(t, "dump", sim.Time(2*sim.Second))
	b, err := os.ReadFile("testdata/dump.client")
	if err != nil {
		t.Fatal(err)
	}
	plain := func(s string) string {
		var out []string
		for _, line := range strings.Split(strings.TrimSpace(s), "\n") {
			if !clocks.MatchString(line) {
				t.Errorf("no clock stands before %q", line)
			}
			out = append(out, large.ReplaceAllString(clocks.ReplaceAllString(line, ""), "N"))
		}
		return strings.Join(out, "\n")
	}
	if got, want := plain(shell.Run(w, "client", "tcpdump -n -i eth0").Text), plain(string(b)); got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
}

// Processes are started, seen and ended from the shell; what they hold is closed.
func TestProcesses(t *testing.T) {
	timeline := timelineOf(t, "sockets", sim.Time(3040*sim.Millisecond))
	do := func(host, line string) {
		t.Helper()
		a := shell.Run(timeline.World(), host, line)
		if a.Failed || a.Act == nil {
			t.Fatalf("%s: %q", line, a.Text)
		}
		if _, err := timeline.Apply(*a.Act, timeline.World().Now(), "you"); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		timeline.RunUntil(func(w *engine.World, _ *trace.Event) bool {
			at, _ := timeline.NextAt()
			return at > w.Now().Add(sim.Second)
		}, 40)
	}
	sees := func(host, line, want string) {
		t.Helper()
		if got := shell.Run(timeline.World(), host, line).Text; !strings.Contains(got, want) {
			t.Errorf("%s on %s printed\n%s\nwant %q in it", line, host, got, want)
		}
	}
	do("server", "nc -l 99")
	sees("server", "ss -ltnp", `:99        0.0.0.0:*    users:(("nc",pid=1001,fd=`)
	do("client", "nc server 99")
	sees("client", "ss -tnp dport = :99", `users:(("nc",pid=1007,fd=`)
	sees("client", "ps", "1007 ?        00:00:00 nc\n")
	do("client", "kill 1007")
	if got := shell.Run(timeline.World(), "client", "ps").Text; strings.Contains(got, " nc\n") {
		t.Errorf("after kill there is\n%s", got)
	}
	do("client", "ip link set eth0 down")
	sees("client", "ip link show eth0", "<BROADCAST,MULTICAST> mtu 1500 qdisc noqueue state DOWN")
	do("client", "ip link set dev eth0 up")
	do("client", "reboot")
	sees("client", "ip -s link show dev eth0", "RX:  bytes packets errors dropped  missed   mcast")
	do("client", "poweroff")
	sees("client", "ss", "client is switched off")
}

// A NAT shows its table as conntrack does.
func TestConntrack(t *testing.T) {
	w := world(t, "nat", sim.Time(200*sim.Millisecond))
	want := "tcp      6 431999 ESTABLISHED src=192.168.0.2 dst=203.0.113.9 sport=40000 dport=80 src=203.0.113.9 dst=203.0.113.1 sport=80 dport=40000 [ASSURED] mark=0 use=1\n" +
		"tcp      6 119 SYN_SENT src=192.168.0.2 dst=203.0.113.9 sport=40001 dport=80 [UNREPLIED] src=203.0.113.9 dst=203.0.113.1 sport=80 dport=40001 mark=0 use=1\n" +
		"conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.\n"
	if got := shell.Run(w, "nat1", "conntrack -L").Text; got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
}

// A line that no command understands changes nothing and says so, whatever it is.
func FuzzRun(f *testing.F) {
	w := world(f, "sockets", sim.Time(3040*sim.Millisecond))
	for _, line := range []string{"ss -tan '( sport = :80 or dst 10.0.0.0/8 )' state all", "iptables -A INPUT -p tcp --dport 80 --syn -j DROP", "nc server 80", "sysctl -ar tcp",
		"tcpdump -n port 80 and host 10.0.0.1", "ip -s link show dev eth0", "kill -9 1000", "ss -K", "cat /proc/sys/net/ipv4/tcp_rmem", "nstat -az *Syn*", "conntrack -L"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		a := shell.Run(w, "client", line)
		if a.Failed && a.Act != nil {
			t.Errorf("%q failed, and acts", line)
		}
		if a.Act == nil {
			return
		}
		text := scene.FormatOp(*a.Act)
		if _, err := scene.ParseOp(text, nil); err != nil && !strings.Contains(err.Error(), "host is called") {
			t.Errorf("%q does %q: %v", line, text, err)
		}
		if err := w.Check(a.Act); err != nil {
			t.Errorf("%q does %q, which is refused: %v", line, text, err)
		}
	})
}

// timelineOf plays a scene of testdata up to an instant, to go on from there.
func timelineOf(t testing.TB, name string, until sim.Time) *engine.Timeline {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".scene")
	if err != nil {
		t.Fatal(err)
	}
	file, err := scene.Parse(name, string(b))
	if err != nil {
		t.Fatal(err)
	}
	return timelineFor(t, file, until)
}

// play ends with an event at the very instant, so that what is left of a timer
// counts from there.
func play(t testing.TB, file *scene.File, until sim.Time) *engine.World {
	t.Helper()
	return timelineFor(t, file, until).World()
}

func timelineFor(t testing.TB, file *scene.File, until sim.Time) *engine.Timeline {
	t.Helper()
	timeline, err := engine.NewTimeline(file.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	timeline.RunUntil(func(*engine.World, *trace.Event) bool {
		at, ok := timeline.NextAt()
		return !ok || at > until
	}, 100_000)
	op, err := scene.ParseOp("sysctl "+file.Scenario.Hosts[0].Name+" net.ipv4.tcp_early_demux = 1", &file.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := timeline.Apply(op, until, "test"); err != nil {
		t.Fatal(err)
	}
	return timeline
}
