package find

import (
	"fmt"
	"slices"
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
)

// ParseSet reads a set as people write it: kinds separated by commas ("" is all of
// them), ways ("client->server"), calls ("client: close(c)") and settings
// ("server net.ipv4.tcp_syncookies = 0"). Without calls they are those of CallsOf.
func ParseSet(sc *engine.Scenario, words string, ways, calls, settings []string) (s Set, err error) {
	if s.Kinds, err = parseKinds(words, len(settings) > 0); err != nil {
		return s, err
	}
	for _, w := range ways {
		way, err := ParseWay(w, sc)
		if err != nil {
			return s, err
		}
		s.On = append(s.On, way)
	}
	if s.Calls, err = parseOps("call ", calls, sc); err != nil {
		return s, err
	}
	if s.Settings, err = parseOps("sysctl ", settings, sc); err != nil {
		return s, err
	}
	if len(calls) == 0 && s.Has(Call) {
		s.Calls = CallsOf(sc)
	}
	if s.Has(Setting) && len(settings) == 0 {
		return s, fmt.Errorf(`no settings to try, expected some such as "server net.ipv4.tcp_syncookies = 0"`)
	}
	return s, s.Valid()
}

func parseKinds(words string, settings bool) (out []Kind, err error) {
	if strings.TrimSpace(words) == "" {
		for k := range kinds {
			if k != Setting || settings {
				out = append(out, k)
			}
		}
		return out, nil
	}
	for _, w := range strings.Split(words, ",") {
		k, err := ParseKind(strings.TrimSpace(w))
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	if settings {
		out = append(out, Setting)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func parseOps(verb string, list []string, sc *engine.Scenario) (out []engine.Op, err error) {
	for _, text := range list {
		op, err := scene.ParseOp(verb+text, sc)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		out = append(out, op)
	}
	return out, nil
}
