package python

import (
	"testing"

	"wirestep/engine/tcp"
)

func TestPython(t *testing.T) {
	info := []tcp.InfoField{{Name: "tcpi_rtt", Value: 100_000}, {Name: "tcpi_snd_cwnd", Value: 10}}
	var p Code
	for _, ok := range []string{
		"assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd", " assert(tcpi_snd_cwnd == 10) ", "assert 9 < tcpi_snd_cwnd <= 10",
		"a = 1; assert a == 1, 'a is %d' % a", "assert a == 1", "\n    if tcpi_rtt > 0:\n        assert True\n    else:\n        assert False\n",
		"print tcpi_rtt\nprint(tcpi_rtt)", "import sys", "assert tcpi_snd_cwnd is 10", "def f(x): return x * 2\nassert f(2) == 4",
		"assert abs(tcpi_rtt - 100000) < 5, (tcpi_rtt, tcpi_snd_cwnd)", "assert (tcpi_rtt ==\n        100000), \\\n    tcpi_rtt",
		"assert tcpi_snd_cwnd in (9, 10)", "assert not tcpi_snd_cwnd != 10", "assert round(tcpi_rtt / 1000.0) == 100", "for i in range(3): assert i < 3",
	} {
		if err := p.run(ok, info); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, c := range [][2]string{{"assert tcpi_snd_cwnd == 9, tcpi_snd_cwnd", "tcpi_snd_cwnd == 9, got 10"},
		{"assert 1 == 2", "1 == 2"}, {"assert False, 'no, %d' % 3", "False, got no, 3"}} {
		if err := p.run(c[0], info); err == nil || err.Error() != c[1] {
			t.Errorf("%q: %v, want %s", c[0], err, c[1])
		}
	}
	if err := p.run("while True: pass", info); err == nil {
		t.Error("a loop without end ended well")
	}
}
