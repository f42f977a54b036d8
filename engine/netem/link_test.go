package netem

import "testing"

// A link that marks everything marks what may be marked and loses the rest; one that
// marks nothing deals the same dice as one never configured.
func TestMark(t *testing.T) {
	l := Link{Vars: Vars{MarkPPM: 1_000_000}}
	if v := l.Admit(0, 100, 100, true); !v.Marked || v.Lost != nil {
		t.Errorf("ECN-capable: %+v, expected it marked and not lost", v)
	}
	if v := l.Admit(0, 100, 100, false); v.Marked || v.Lost != lossMark {
		t.Errorf("not ECN-capable: %+v, expected it lost", v)
	}
	l.MarkPPM = 0
	if v := l.Admit(0, 100, 100, true); v.Marked || v.Lost != nil {
		t.Errorf("no marks: %+v, expected it to pass", v)
	}
}
