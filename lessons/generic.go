package lessons

import (
	"fmt"
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
	"wirestep/i18n"
)

// genericMost is how many things to try a scene of one's own gets.
const genericMost = 3

// dropped are the segments whose loss tells most, in that order.
var dropped = [...]wire.Kind{wire.KindSynAck, wire.KindData, wire.KindFin, wire.KindSyn}

// Generic finds things to try in a scene that nobody wrote any for: the loss of the
// first segment of a kind that the scene really sends, and places where something
// happens. Each has been made once before it is offered.
func Generic(f *scene.File) []Try {
	first := firstSent(f)
	var all []Try
	for _, k := range dropped {
		if from, ok := first[k]; ok {
			all = append(all, lose(f, k, from))
		}
	}
	all = append(all, reach(f, "timer", `event.kind == "timer"`), reach(f, "failure", failure(f)))
	out := []Try{}
	for _, y := range all {
		t, err := scene.Load(&scene.File{Scenario: f.Scenario})
		if err != nil {
			return nil
		}
		if _, err := y.Run(t, "", "you"); err == nil && len(out) < genericMost {
			out = append(out, y)
		}
	}
	return out
}

// firstSent says who sends the first segment of each kind.
func firstSent(f *scene.File) map[wire.Kind]string {
	first := map[wire.Kind]string{}
	t, err := engine.NewTimeline(f.Scenario)
	if err != nil {
		return first
	}
	for range genericAhead {
		ev, ok := t.Step()
		if !ok {
			break
		}
		for i := range ev.Effects {
			if ev.Effects[i].Kind != trace.Sent {
				continue
			}
			p := t.World().Packet(ev.Effects[i].Packet)
			if _, has := first[p.Seg.Kind()]; !has {
				first[p.Seg.Kind()] = hostName(t.World(), p.From)
			}
		}
	}
	return first
}

const genericAhead = 2000 // events that are looked at

// lose drops the first segment of a kind, and goes to where somebody sends again.
func lose(f *scene.File, k wire.Kind, from string) Try {
	sel := fmt.Sprintf("1st %s from %s", k, from)
	again := sum(f, "TcpRetransSegs")
	return generic(f, "lose", "lose-"+strings.ToLower(k.String()), yamlTry{
		At: sel + " sent", Do: []string{"drop {" + sel + "}"}, To: again + " > 0", Expect: again + " > 0",
		Values: map[string]string{"when": "now as seconds", "who": "event.host"},
	}, "kind", k.String())
}

// reach goes to where something happens for the first time.
func reach(f *scene.File, id, cond string) Try {
	return generic(f, id, id, yamlTry{
		To: "first " + cond, Expect: cond, Values: map[string]string{"when": "now as seconds", "who": "event.host", "what": "event.name"},
	})
}

func sum(f *scene.File, counter string) string {
	var parts []string
	for _, h := range f.Scenario.Hosts {
		parts = append(parts, fmt.Sprintf("%s.counters[%q]", strings.ReplaceAll(h.Name, "-", "_"), counter))
	}
	return strings.Join(parts, " + ")
}

func failure(f *scene.File) string {
	var parts []string
	for _, h := range f.Scenario.Hosts {
		parts = append(parts, strings.ReplaceAll(h.Name, "-", "_")+`.errno != ""`)
	}
	return strings.Join(parts, " || ")
}

// generic makes a try whose words are in the catalogue: try.KEY-title, -text, -says.
func generic(f *scene.File, key, id string, in yamlTry, args ...any) Try {
	k := &linter{l: &Lesson{}, file: "generic", sc: &f.Scenario}
	in.ID = id
	in.Title, in.Text, in.Says = map[string]string{}, map[string]string{}, map[string]string{}
	for _, lang := range Langs {
		in.Title[lang] = i18n.T(lang, "try."+key+"-title", args...)
		in.Text[lang] = i18n.T(lang, "try."+key+"-text", args...)
		in.Says[lang] = i18n.T(lang, "try."+key+"-says", args...)
	}
	return k.try("$", in)
}
