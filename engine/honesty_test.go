package engine_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/middlebox"
	"wirestep/engine/netem"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// notReached are the rules that no scene of the corpus applies yet, with what it
// would take. The list may only shrink.
var notReached = map[string]string{
	"neigh.queue-full": "more than a hundred segments have to wait for one neighbour within three seconds",
	"data.zero-window": "the window has to be closed with nothing to be read: all the room taken by what is out of order",
}

// corpus plays every golden scene and a few made for rules that those leave out,
// and shows each event.
func corpus(t *testing.T, show func(name string, w *engine.World, e *trace.Event)) {
	t.Helper()
	texts := map[string]string{}
	files, err := filepath.Glob("testdata/golden/*.scene")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden scenes: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		must(t, err)
		texts[file] = string(b)
	}
	for i, text := range moreScenes {
		texts["scene "+itoa(i+1)] = text
	}
	for seed := range 60 {
		rnd := sim.Derive(uint64(seed), "corpus")
		texts["swarm "+itoa(seed)] = swarmScene(&rnd, newChecker())
	}
	for name, text := range texts {
		f, err := scene.Parse(name, text)
		must(t, err)
		tl, err := scene.Load(f)
		must(t, err)
		for b := range tl.Branches() {
			must(t, tl.Switch(engine.BranchID(b), 0))
			for range 5000 {
				e, ok := tl.Step()
				if !ok {
					break
				}
				show(name+", branch "+itoa(b), tl.World(), e)
			}
		}
	}
}

// Every rule is applied by some scene: one that never is would be an explanation
// that nobody can see, and perhaps a wrong one.
func TestEveryRuleIsReached(t *testing.T) {
	reached := map[string]bool{}
	corpus(t, func(_ string, _ *engine.World, e *trace.Event) {
		for i := range e.Spans {
			reached[e.Spans[i].Rule.ID] = true
		}
	})
	for _, r := range trace.Rules() {
		switch why := notReached[r.ID]; {
		case !reached[r.ID] && why == "":
			t.Errorf("no scene applies %s", r.ID)
		case reached[r.ID] && why != "":
			t.Errorf("%s is applied now: take it off the list", r.ID)
		}
		delete(reached, r.ID)
	}
	for id := range reached {
		t.Errorf("%s was applied and not declared", id)
	}
}

// Every rule has a sentence, and names an RFC or a Linux function or says how it
// differs. A section is named with its RFC.
func TestEveryRuleHasASource(t *testing.T) {
	for _, r := range trace.Rules() {
		if r.Says == "" || !strings.HasSuffix(r.Says, ".") && !strings.HasSuffix(r.Says, "?") {
			t.Errorf("%s says %q", r.ID, r.Says)
		}
		if len(r.RFC) == 0 && r.Linux == "" && r.Differs == "" {
			t.Errorf("%s cites nothing", r.ID)
		}
		if len(r.RFC) == 0 && r.Differs == "" {
			t.Errorf("%s cites no RFC and does not say why", r.ID)
		}
		for _, c := range r.RFC {
			if !strings.HasPrefix(c, "RFC ") && !strings.HasPrefix(c, "draft-") {
				t.Errorf("%s cites %q, expected such as RFC 9293 §3.10", r.ID, c)
			}
		}
		if strings.ContainsAny(r.Linux, "() ") {
			t.Errorf("%s names the function %q", r.ID, r.Linux)
		}
	}
}

// bookkeeping are the variables that may change outside of every rule: they note
// that something happened, and decide nothing by themselves in that event. The list
// may only shrink.
var bookkeeping = map[string]string{
	"host":             "how many there are follows from what came and went",
	"timewait.TSStamp": "when TS.Recent was taken", "tcb.TSStamp": "when TS.Recent was taken",
	"timewait.TSRecent": "taken from nearly every segment", "tcb.TSRecent": "taken from nearly every segment",
	"request.TSStamp": "when TS.Recent was taken", "request.TSRecent": "taken from the third segment", "request.Acked": "that the third segment came",
	"tcb.TSOffset":  "a secret, chosen with the four-tuple",
	"tcb.SegsIn":    "counts arrivals",
	"tcb.LastAckAt": "when an ACK came", "tcb.SndWl1": "which segment set the window",
	"tcb.LastOOW": "when the last answer was spent", "request.LastOOW": "when the last answer was spent", "timewait.LastOOW": "when the last answer was spent",
	"tcb.Limit": "why the sender stopped", "tcb.SndSml": "end of the last small segment",
	"tcb.CwndUsageSeq": "round of cwnd validation", "tcb.MaxOut": "the same", "tcb.CwndUsed": "the same", "tcb.CwndStamp": "the same", "tcb.CwndLimited": "the same",
	"tcb.PrrOut": "sent in this recovery", "tcb.Delivered": "what the peer has", "tcb.RackAdvanced": "whether RACK moved",
	"tcb.Quick": "spent by what is sent", "tcb.AckPending": "that an ACK is due",
	"tcb.SynQ": "length of a queue", "tcb.SynQYoung": "length of a queue",
	"tcb.WMem":      "room that a buffer takes",
	"tcb.Forward":   "what such room leaves of its last page",
	"tcb.ProbesOut": "an answer came",
}

// Nothing changes, is counted, dropped or sent outside of a rule; spans lie in
// spans that came before.
func TestEverythingHappensUnderARule(t *testing.T) {
	seen := map[string]bool{}
	complain := func(name string, e *trace.Event, what string) {
		if !seen[what] {
			t.Errorf("%s, event %d, %s %s at %s s: %s", name, e.ID, e.Kind, e.Name, e.At.Seconds(), what)
		}
		seen[what] = true
	}
	corpus(t, func(name string, w *engine.World, e *trace.Event) {
		for i, s := range e.Spans {
			if int(s.Parent) >= i || s.Parent < -1 {
				complain(name, e, "span "+s.Rule.ID+" lies in a later one")
			}
		}
		for _, c := range e.Changes {
			if f := field(w, c); c.Span < 0 && f != "" {
				if schema, _, _ := strings.Cut(f, "."); bookkeeping[f] == "" && bookkeeping[schema] == "" {
					complain(name, e, "no rule changes "+f)
				}
			}
		}
		for i := range e.Effects {
			f := &e.Effects[i]
			if (f.Kind == trace.Dropped || f.Kind == trace.Lost || f.Kind == trace.Sent) && f.Span < 0 {
				complain(name, e, "a packet is "+f.Kind.String()+" without a rule")
			}
			if f.Kind == trace.Dropped && !e.Spans[f.Span].Rule.Drops {
				complain(name, e, e.Spans[f.Span].Rule.ID+" drops a segment and does not say so")
			}
		}
	})
}

// field names the variable of a change; "" when its subject is gone.
func field(w *engine.World, c trace.Change) string {
	for _, s := range w.Subjects() {
		if s.ID == c.Subject {
			return s.Schema.Name + "." + s.Schema.Fields[c.Field].Name
		}
	}
	return ""
}

// The cause of every event is an earlier one, or the scene itself.
func TestEveryCauseLeadsToTheScene(t *testing.T) {
	causes := map[string][]sim.EventID{}
	corpus(t, func(name string, _ *engine.World, e *trace.Event) {
		list := causes[name]
		if e.Cause < 0 || e.Cause >= e.ID || int(e.ID) != len(list)+1 {
			t.Errorf("%s: event %d has the cause %d", name, e.ID, e.Cause)
		}
		if e.Cause == 0 && (e.Kind == trace.Timer || e.Kind == trace.Arrive) {
			t.Errorf("%s: event %d, %s %s, has no cause", name, e.ID, e.Kind, e.Name)
		}
		causes[name] = append(list, e.Cause)
	})
}

// unlikeNumbers finds what in a struct and its groups would share something with a
// copy, or is no number.
func unlikeNumbers(ty reflect.Type) (found []string) {
	for i := range ty.NumField() {
		f := ty.Field(i)
		of := f.Type
		for of.Kind() == reflect.Array {
			of = of.Elem()
		}
		switch k := of.Kind(); {
		case k == reflect.Struct:
			found = append(found, unlikeNumbers(of)...)
		case k == reflect.Bool || k >= reflect.Int && k <= reflect.Uint64:
		default:
			found = append(found, ty.String()+"."+f.Name+" is a "+k.String())
		}
	}
	return found
}

// What is watched is made of numbers: two states of mind are compared with ==, and
// copying one copies all of it.
func TestWatchedStructsAreFlat(t *testing.T) {
	for _, v := range []any{tcp.TCB{}, tcp.RequestVars{}, tcp.TimeWaitVars{}, host.Vars{}, netem.Vars{}, middlebox.Vars{}, middlebox.FlowVars{}} {
		ty := reflect.TypeOf(v)
		if !ty.Comparable() {
			t.Errorf("%s cannot be compared", ty)
		}
		for _, found := range unlikeNumbers(ty) {
			t.Error(found)
		}
	}
	var names []string
	for _, s := range engine.Schemas() {
		names = append(names, s.Name)
	}
	if want := []string{"host", "tcb", "request", "timewait", "link", "box", "conntrack"}; !slices.Equal(names, want) {
		t.Errorf("the watched structs are %v, expected %v: add the new one above", names, want)
	}
}
