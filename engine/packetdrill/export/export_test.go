package export

import (
	"net/netip"
	"testing"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// Values of options are written as numbers in the unit of the option, a timeval byte by byte.
func TestOptionValues(t *testing.T) {
	for _, c := range []struct {
		option, text string
		want         int64
	}{
		{"TCP_USER_TIMEOUT", "1.5s", 1500}, {"TCP_KEEPIDLE", "60s", 60}, {"IP_TOS", "0x10", 16}, {"IP_MTU_DISCOVER", "IP_PMTUDISC_DO", 2}, {"SO_RCVTIMEO", "500ms", 500},
	} {
		if v := numbersOf([]string{c.text}, host.FindOption(c.option)); len(v) != 1 || v[0] != c.want {
			t.Errorf("%s of %s: %v, want %d", c.text, c.option, v, c.want)
		}
	}
	if v := numbersOf([]string{"reno"}, host.FindOption("TCP_CONGESTION")); v != nil {
		t.Errorf("reno is %v", v)
	}
	const want = `"\x01\x00\x00\x00\x00\x00\x00\x00\x20\xa1\x07\x00\x00\x00\x00\x00"`
	if got := timeval([]int64{1500}); got != want {
		t.Errorf("1500 ms: %s", got)
	}
	if got := timeval([]int64{1, 500_000}); got != want {
		t.Errorf("1 s and 500000 us: %s", got)
	}
}

// A SYN with a number of its own begins a connection between ends that have had one.
func TestConnectionsOfTheSameEnds(t *testing.T) {
	a := wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.1"), Port: 4000}
	b := wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.2"), Port: 80}
	var all []connection
	for _, c := range []connection{
		{local: a, remote: b, from: 1, to: 99, known: true, isn: 7},
		{local: a, remote: b, from: 2, to: 99},
		{local: a, remote: b, from: 3, to: 99, known: true, isn: 7}, // repeated
		{local: a, remote: b, from: 20, to: 99, known: true, isn: 8},
		{local: b, remote: a, from: 30, to: 99},
	} {
		all = meets(all, c)
	}
	if len(all) != 3 || all[0].to != 20 || !all[1].after || all[1].isn != 8 || all[2].local != b {
		t.Errorf("%+v", all)
	}
}

// Seconds are written without zeros at the end.
func TestShort(t *testing.T) {
	for d, want := range map[sim.Duration]string{0: "0", 200 * sim.Millisecond: "0.2", sim.Second: "1", 1500 * sim.Microsecond: "0.0015"} {
		if got := short6(d); got != want {
			t.Errorf("%d: %s, want %s", d, got, want)
		}
	}
}
