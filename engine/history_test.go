package engine_test

import (
	"slices"
	"testing"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// The history of every variable of every subject ends in the value that is shown,
// and each of its steps begins where the one before it ended.
func TestHistoryOfEveryNumber(t *testing.T) {
	asked, set := 0, 0
	goldenRuns(t, 120, func(name string, tl *engine.Timeline) {
		n := tl.N()
		for _, s := range tl.World().Subjects() {
			for f, v := range s.Values {
				h, err := tl.History(tl.Branch(), n, &engine.Number{Subject: s.ID, Fields: []uint16{uint16(f)}, Counter: -1})
				must(t, err)
				asked++
				if len(h.Changes) == 0 {
					continue
				}
				set++
				if h.Changes[0].New != v {
					t.Errorf("%s: %s of subject %d is %d, its history ends in %d", name, s.Schema.Fields[f].Name, s.ID, v, h.Changes[0].New)
				}
				for i := 1; i < len(h.Changes); i++ {
					if h.Changes[i-1].Old != h.Changes[i].New {
						t.Errorf("%s: %s of subject %d went to %d and began at %d", name, s.Schema.Fields[f].Name, s.ID, h.Changes[i].New, h.Changes[i-1].Old)
					}
				}
			}
		}
	})
	if asked < 20_000 || set < 2_000 {
		t.Errorf("%d numbers asked and %d of them set by events; expected more", asked, set)
	}
}

func TestHistoryOfCountersAndSettings(t *testing.T) {
	p := play(t, greets)
	p.drops(1, "client", 1)
	p.to("1.5s").at("1.5s", "sysctl server net.ipv4.tcp_fin_timeout = 7").end()
	counter := slices.Index(tcp.CounterNames, "TcpRetransSegs")
	h, err := p.t.History(0, p.t.N(), &engine.Number{Host: 0, Counter: counter})
	must(t, err)
	if len(h.Changes) != 1 || h.Changes[0].Old != 0 || h.Changes[0].New != 1 || h.Changes[0].At != sim.Time(sim.Second) {
		t.Errorf("TcpRetransSegs: %+v, expected 0 to 1 at 1 s", h.Changes)
	}
	h, err = p.t.History(0, p.t.N(), &engine.Number{Host: 1, Counter: -1, Sysctl: "net.ipv4.tcp_fin_timeout"})
	must(t, err)
	if len(h.Changes) != 1 || h.Changes[0].Was != "60" || h.Changes[0].Is != "7" {
		t.Errorf("tcp_fin_timeout: %+v, expected 60 to 7", h.Changes)
	}
	h, err = p.t.History(0, p.t.N(), &engine.Number{Host: 1, Counter: -1, Sysctl: "net.ipv4.tcp_syn_retries"})
	must(t, err)
	if len(h.Changes) != 0 {
		t.Errorf("tcp_syn_retries: %+v, expected nothing: it is as the kernel has it", h.Changes)
	}
}

// Every timer that an event sets says where its length came from, and the terms add
// up to what is set.
func TestEveryTimerSaysItsLength(t *testing.T) {
	timers := map[string]tcp.TimerKind{"DelackAt": tcp.TimerDelack, "KeepAt": tcp.TimerKeep, "CompAt": tcp.TimerComp, "PaceAt": tcp.TimerPace, "SynAckAt": tcp.TimerSynAck, "ExpireAt": tcp.TimerExpire}
	hows := map[string]int{}
	goldenRuns(t, 0, func(name string, tl *engine.Timeline) {
		schemas := map[sim.SubjectID]*trace.Schema{}
		for range 400 {
			e, ok := tl.Step()
			if !ok {
				break
			}
			set := map[sim.SubjectID]map[string]int64{}
			note := func(id sim.SubjectID, field string, v int64) {
				if set[id] == nil {
					set[id] = map[string]int64{}
				}
				set[id][field] = v
			}
			for _, x := range e.Effects {
				if x.Made != nil && x.Made.Schema != nil {
					schemas[x.Subject] = x.Made.Schema
				}
				if x.Kind == trace.Destroyed {
					delete(set, x.Subject)
				}
			}
			for _, c := range e.Changes {
				if s := schemas[c.Subject]; s != nil && s.Fields[c.Field].Unit == trace.UnitDeadline {
					note(c.Subject, s.Fields[c.Field].Name, c.New)
				}
			}
			for id, fields := range set {
				for field, at := range fields {
					if at == int64(sim.Never) {
						continue
					}
					i := slices.IndexFunc(e.Lengths, func(l trace.Length) bool {
						k, named := timers[field]
						return l.Subject == id && int64(l.At) == at && (!named || tcp.TimerKind(l.Timer) == k)
					})
					if i < 0 {
						t.Errorf("%s: event %d sets %s of subject %d without saying where its length came from", name, e.ID, field, id)
						continue
					}
					l := e.Lengths[i]
					hows[tcp.Hows[l.How].Key]++
					if why := adds(l, e.At); why != "" {
						t.Errorf("%s: event %d: %s: %s %v is not %v", name, e.ID, tcp.Hows[l.How].Key, why, l.Terms, l.At.Sub(e.At).Seconds())
					}
				}
			}
		}
	})
	for _, k := range [...]string{"initial", "estimate", "doubled", "linear", "fallback", "rest", "tlp", "probe", "ato", "syn-ack", "time-wait", "keep-idle", "keep-intvl", "fin-wait"} {
		if hows[k] == 0 {
			t.Errorf("no timer of the golden scenes has a length of the kind %q", k)
		}
	}
}

// adds works a sum out again; "" when it is right, or not one of those that are
// plain arithmetic.
func adds(l trace.Length, now sim.Time) string {
	d := l.At.Sub(now)
	term := func(i int) sim.Duration { return sim.Duration(l.Terms[i]) }
	tick := func(d sim.Duration) sim.Duration {
		return (d + 4*sim.Millisecond - 1) / (4 * sim.Millisecond) * (4 * sim.Millisecond)
	}
	want := d
	switch tcp.How(l.How) {
	case tcp.HowInitial, tcp.HowFallback, tcp.HowAckMax, tcp.HowKeepIntvl, tcp.HowTimeWait, tcp.HowBadAck:
		want = term(0)
	case tcp.HowEstimate:
		want = tick(term(0) + term(1))
	case tcp.HowDoubled:
		want = min(2*term(0), term(2))
	case tcp.HowRest:
		want = max(term(0)-term(1), 4*sim.Millisecond)
	case tcp.HowTLP:
		want = min(tick(term(0)+term(1)), term(2))
	case tcp.HowProbe, tcp.HowSynAck:
		want = min(term(0)<<l.Terms[1], term(2))
	case tcp.HowKeepIdle, tcp.HowFinWait:
		want = term(0) - term(1)
	}
	if want != d {
		return want.Seconds()
	}
	return ""
}

// Every place in a SYN queue, an accept queue or a table of TIME_WAIT is answered with
// the event that put the entry there.
func TestHistoryOfEveryPlaceInAQueue(t *testing.T) {
	asked := map[engine.QueueKind]int{}
	goldenRuns(t, 300, func(name string, tl *engine.Timeline) {
		tip := tl.N()
		must(t, tl.Switch(tl.Branch(), 0))
		type place struct {
			kind    engine.QueueKind
			subject sim.SubjectID
		}
		since := map[place]engine.StepNo{}
		for n := engine.StepNo(1); n <= tip; n++ {
			tl.Step()
			for _, q := range tl.World().Queues() {
				if q.Kind != engine.QueueSyn && q.Kind != engine.QueueAccept && q.Kind != engine.QueueTimeWait {
					continue
				}
				for _, i := range q.Items {
					if p := (place{q.Kind, i.Subject}); since[p] == 0 {
						since[p] = n
					}
				}
			}
		}
		for p, n := range since {
			h, err := tl.History(tl.Branch(), tip, &engine.Number{Subject: p.subject, Counter: -1})
			must(t, err)
			asked[p.kind]++
			if len(h.Changes) != 1 || !h.Changes[0].Made || h.Changes[0].N != n {
				t.Errorf("%s: subject %d is in the %s queue since event %d; the answer is %+v", name, p.subject, p.kind, n, h.Changes)
			}
		}
	})
	for _, k := range []engine.QueueKind{engine.QueueSyn, engine.QueueAccept, engine.QueueTimeWait} {
		if asked[k] < 50 {
			t.Errorf("%d places of the %s queue asked; expected more", asked[k], k)
		}
	}
}
