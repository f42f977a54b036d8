package engine_test

import (
	"os"
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/scene"
)

func golden(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/golden/" + name + ".scene")
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(b), "\nexpect")
	return text + "\n"
}

func mustOp(t *testing.T, p *player, text string) engine.Op {
	t.Helper()
	op, err := scene.ParseOp(text, p.t.Scenario())
	if err != nil {
		t.Fatal(err)
	}
	return op
}

// Behind a NAT, a server with tcp_tw_recycle refuses the host whose clock is behind;
// the same moves on 6.18, which has no such setting, and both connect at once.
func TestT25_RecycleBehindANAT(t *testing.T) {
	p := play(t, golden(t, "nat-recycle"))
	old := p.t.Branch()
	p.to("5.5s").is("bob.state == SYN_SENT", "alice.errno == \"\"", "server.states.TIME_WAIT == 0", "server.counters[\"TcpExtPAWSPassive\"] == 1")
	p.to("30s").is("bob.state == SYN_SENT", "server.counters[\"TcpExtPAWSPassive\"] > 3")

	b, err := p.t.Replay([]engine.Op{mustOp(t, p, "reboot server linux-6.18")}, "on 6.18", "you")
	if err != nil {
		t.Fatal(err)
	}
	p.to("4s").is("server.states.TIME_WAIT == 1") // a minute
	p.to("5.5s").is("bob.errno == \"\"", "bob.eof", "server.counters[\"TcpExtPAWSPassive\"] == 0")
	if d, err := p.t.Diff(old, b); err != nil || d.What == "none" {
		t.Errorf("the two branches are compared as %+v (%v)", d, err)
	}
	if _, err := p.t.Apply(mustOp(t, p, "sysctl server net.ipv4.tcp_tw_recycle = 1"), p.t.World().Now(), "you"); err == nil || !strings.Contains(err.Error(), "taken out in Linux 4.12") {
		t.Errorf("6.18 was given tcp_tw_recycle: %v", err)
	}
}

// tcp_tw_recycle let an entry stay for three and a half timeouts: with a round trip of
// 42 ms and an RTO of 244 ms, less than a second.
func TestT23_RecycleKeepsTimeWaitForThreeAndAHalfTimeouts(t *testing.T) {
	p := play(t, golden(t, "nat-recycle"))
	p.to("1s")
	w := p.host("server").TWs
	if len(w) != 0 {
		t.Fatalf("after 1 s %d entries are left, expected none", len(w))
	}
	p = play(t, golden(t, "nat-recycle"), "sysctl server net.ipv4.tcp_tw_recycle = 0\n")
	if p.to("1s"); len(p.host("server").TWs) != 1 {
		t.Fatal("without tcp_tw_recycle the entry did not stay")
	}
}

// Which settings there are depends on the kernel; a scene that asks for one that its
// kernel does not have is refused, and told why.
func TestSettingsOfOtherKernels(t *testing.T) {
	for _, c := range []struct{ kernel, set, says string }{
		{"linux-6.18", "net.ipv4.tcp_tw_recycle = 1", "linux-6.18 has no such setting: it was taken out in Linux 4.12"},
		{"linux-3.10", "net.ipv4.tcp_syn_linear_timeouts = 1", "linux-3.10 has no such setting: it came with Linux 6.5"},
		{"linux-3.10", "net.ipv4.tcp_tw_recycle = 1", ""},
		{"linux-2.6.32", "net.ipv4.tcp_early_retrans = 1", "linux-2.6.32 has no such setting: it came with Linux 3.5"},
	} {
		_, err := scene.Parse("x", "kernel "+c.kernel+"\nhost a 10.0.0.1\nsysctl a "+c.set+"\n")
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s, %s: %v, expected %q", c.kernel, c.set, err, c.says)
		}
	}
}

// The defaults that an old kernel is known for: the backlog of 128, SYNs again after
// 1, 3, 7 s, and after 3, 9 s before Linux 3.1.
func TestDefaultsOfOldKernels(t *testing.T) {
	for kernel, want := range map[string][]string{"linux-3.10": {"0 S", "1 S", "3 S", "7 S"}, "linux-2.6.32": {"0 S", "3 S", "9 S"}} {
		p := play(t, "kernel "+kernel+"\n"+alone, "program client\n  s = listen(:81, 1000)\n  c = connect(peer:80)\n")
		p.to("10s")
		var got []string
		for _, k := range p.packets("client") {
			got = append(got, k.SentAt.Seconds()+" "+k.Seg.Flags.String())
		}
		if strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("%s sends %v, expected %v", kernel, got, want)
		}
		if b := p.host("client").Live[0].Backlog; b != 128 {
			t.Errorf("%s listens with a backlog of %d, expected 128", kernel, b)
		}
	}
}

// ss -K ends a socket from outside: the peer gets a RST with the right numbers, whoever
// holds the socket ECONNABORTED; of a listener, what waits in its queue is reset too,
// and accept() says EINVAL. Measured on 6.18.
func TestSocketsEndedFromOutside(t *testing.T) {
	p := play(t, near, "program server\n  s = listen(:80, 8)\n  c = accept(s)\n  read(c, 1)\n  at(3s)\n  d = accept(s)\n", connects+"  read(c, 1)\n",
		"program client two\n  at(1s)\n  d = connect(server:80)\n  read(d, 1)\n")
	p.to("500ms")
	c := p.host("server").Live[1].Tuple
	p.at("500ms", "destroy server 10.0.0.2:80 > 10.0.0.1:"+itoa(int(c.Remote.Port))).to("900ms").says("server", "500ms", "R. 1:1(0) ack 1")
	p.is("server.errno == ECONNABORTED", "client.errno == ECONNRESET")
	p.to("2s").at("2s", "destroy server :80").to("4s").says("server", "2s", "R. 1:1(0) ack 1")
	p.returns("server", "listen 0", "accept 0", "read -1 ECONNABORTED", "accept -1 EINVAL")
}
