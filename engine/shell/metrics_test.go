package shell_test

import (
	"testing"

	"wirestep/engine/scene"
	"wirestep/engine/shell"
	"wirestep/engine/sim"
)

const twice = `scene "twice"
host client 10.0.0.1
host server 10.0.0.2
link client server delay 20ms
sysctl server net.ipv4.tcp_fastopen = 0x403
sysctl server net.ipv4.tcp_fastopen_key = a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4
program server
  s = listen(:80, 8)
  c = accept(s)
  read(c, eof)
  close(c)
program client
  c = socket()
  sendto(c, 100, MSG_FASTOPEN, server:80)
  close(c)
`

// What a connection leaves behind can be seen, the cookie too; the words are those of
// ip tcp_metrics.
func TestMetricsAreShown(t *testing.T) {
	f, err := scene.Parse("twice", twice)
	if err != nil {
		t.Fatal(err)
	}
	w := play(t, f, sim.Time(sim.Second))
	const want = "10.0.0.2 age 0.920sec cwnd 10 rtt 40000us rttvar 40000us fo_mss 1460 fo_cookie b65b7897f70bf77d source 10.0.0.1\n"
	for _, line := range []string{"ip tcp_metrics", "ip tcp_metrics show 10.0.0.2"} {
		if got := shell.Run(w, "client", line); got.Text != want || got.Failed {
			t.Errorf("%s printed %q, want %q", line, got.Text, want)
		}
	}
	if got := shell.Run(w, "client", "ip tcp_metrics show 10.0.0.9"); got.Text != "RTNETLINK answers: No such process\n" || !got.Failed {
		t.Errorf("an address that is not known: %q", got.Text)
	}
	for _, bad := range []string{"ip adr", "ip tcp_metrics show nowhere", "ip"} {
		if !shell.Run(w, "client", bad).Failed {
			t.Errorf("%s did not fail", bad)
		}
	}
}
