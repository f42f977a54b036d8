package shell_test

import (
	"strings"
	"testing"

	"wirestep/engine/scene"
	"wirestep/engine/shell"
)

// What ip link set does, as a scene spells it; what it prints when that is refused.
func TestLinkSettings(t *testing.T) {
	f, err := scene.Parse("links", `scene "Links"
host client 10.0.0.1
host server 10.0.0.2
offload server
link client server delay 10ms
`)
	if err != nil {
		t.Fatal(err)
	}
	tl, err := scene.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ host, line, acts, prints string }{
		{"client", "ip link set dev eth0 down", "unplug client server|route client del 10.0.0.0/24", ""},
		{"client", "ip link set eth0 up", "", ""},
		{"client", "ip link set eth0 down; ip link set eth0 up", "unplug client server|route client del 10.0.0.0/24|plug client server|route client add 10.0.0.0/24", ""},
		{"client", "ip link set eth0 down; ip route get 10.0.0.2", "unplug client server|route client del 10.0.0.0/24", "Network is unreachable"},
		{"client", "ip link set dev eth0 mtu 1400", "link client > server mtu 1400", ""},
		{"client", "ip link set dev eth0 mtu 20", "", "mtu less than device minimum"},
		{"server", "ip link set dev eth0 gso_max_segs 8", "offload server segs 8", ""},
		{"server", "ip link set dev eth0 gso_max_segs 8 gso_max_size 20000", "offload server segs 8 size 20000", ""},
		{"server", "ip link set dev eth0 gso_max_segs 1", "offload server off", ""},
		{"server", "ip link set dev eth0 gso_max_segs 65536", "", `Invalid "gso_max_segs" value`},
		{"client", "ip link set dev eth0 gso_max_segs 1", "", ""},
		{"client", "ip link set dev eth0 gso_max_segs 8", "", "expected ethtool -K DEV tso on before"},
		{"client", "ip link set dev eth0 txqueuelen 1000", "", "expected up, down, mtu"},
		{"client", "ip link set eth7 down", "", `Cannot find device "eth7"`},
	} {
		a := shell.Run(tl.World(), c.host, c.line)
		var acts []string
		if a.Act != nil {
			acts = append(acts, scene.FormatOp(*a.Act))
		}
		for _, op := range a.More {
			acts = append(acts, scene.FormatOp(op))
		}
		if got := strings.Join(acts, "|"); got != c.acts || !strings.Contains(a.Text, c.prints) || c.prints == "" && a.Failed {
			t.Errorf("%s$ %s does %q and prints %q; expected %q and %q", c.host, c.line, got, a.Text, c.acts, c.prints)
		}
	}
}
