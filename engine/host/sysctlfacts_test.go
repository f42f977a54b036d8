package host

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Each setting has its facts, and the facts are of settings that there are.
func TestEverySettingHasItsFacts(t *testing.T) {
	effects := []Effect{EffectNow, EffectTimer, EffectConnect, EffectSocket, EffectListen, EffectPort, EffectCall, EffectClose, EffectNever}
	for i := range Sysctls {
		d := &Sysctls[i]
		f, ok := facts[strings.TrimPrefix(d.Name, "net.ipv4.")]
		switch {
		case !ok:
			t.Errorf("%s has no facts", d.Name)
		case f.Unit == "":
			t.Errorf("%s has no unit", d.Name)
		case !slices.Contains(effects, f.Effect):
			t.Errorf("%s takes effect %q", d.Name, f.Effect)
		case f.Linux == "" && f.Idle == 0:
			t.Errorf("%s names neither the function that looks at it nor the release that stopped looking", d.Name)
		case f.RFC != "" && !strings.HasPrefix(f.RFC, "RFC "):
			t.Errorf("%s cites %q", d.Name, f.RFC)
		case d.Models() == (f.Effect == EffectNever):
			t.Errorf("%s: modelled is %v, but it takes effect %q", d.Name, d.Models(), f.Effect)
		}
	}
	if len(facts) != numSysctls {
		t.Errorf("%d facts for %d settings", len(facts), numSysctls)
	}
}

// What the table calls the range is what the parser takes: both ends are
// accepted, and the next number outside is refused with the end that it passed.
func TestRangesAreWhatTheParserTakes(t *testing.T) {
	n := 0
	for i := range Sysctls {
		d := &Sysctls[i]
		low, high, ok := d.Range()
		if !ok {
			continue
		}
		n++
		whole := func(v int64) string {
			s := strconv.FormatInt(v, 10)
			switch d.Kind {
			case kindTriple:
				return s + " " + s + " " + s
			case kindRange:
				return s + " " + s
			}
			return s
		}
		for _, v := range []int64{low, high} {
			if _, err := d.parse(whole(v)); err != nil {
				t.Errorf("%s refuses %d, an end of its range: %v", d.Name, v, err)
			}
		}
		for _, v := range []int64{low - 1, high + 1} {
			_, err := d.parse(whole(v))
			if err == nil {
				t.Errorf("%s takes %d, outside of %d to %d", d.Name, v, low, high)
			} else if d.Kind != kindPorts && !strings.Contains(err.Error(), strconv.FormatInt(min(max(v, low), high), 10)) {
				t.Errorf("%s does not say which end %d has passed: %v", d.Name, v, err)
			}
		}
	}
	if n < 80 {
		t.Errorf("only %d settings have a range", n)
	}
	for i := range Sysctls {
		for _, word := range Sysctls[i].Choices() {
			if _, err := Sysctls[i].parse(word); err != nil {
				t.Errorf("%s refuses %q, one of its choices: %v", Sysctls[i].Name, word, err)
			}
		}
	}
}

// The default of a setting is in its range, on every kernel that has it.
func TestDefaultsAreInRange(t *testing.T) {
	for i := range Sysctls {
		for _, p := range Profiles {
			if _, err := Sysctls[i].parse(p.Default(i)); err != nil {
				t.Errorf("%s of %s: %v", Sysctls[i].Name, p.Name, err)
			}
		}
	}
}
