package engine_test

import (
	"slices"
	"testing"

	"wirestep/engine"
)

// Every byte range in a queue and every port in use is answered with the event that
// put it there: the one since which it stands there.
func TestEveryPlaceTellsWhenItWasTaken(t *testing.T) {
	asked := map[engine.QueueKind]int{}
	goldenRuns(t, 300, func(name string, tl *engine.Timeline) {
		tip := tl.N()
		must(t, tl.Switch(tl.Branch(), 0))
		held := [][]engine.Queue{tl.World().Queues()} // after each event
		for range tip {
			tl.Step()
			held = append(held, tl.World().Queues())
		}
		for _, n := range []engine.StepNo{tip / 2, tip} {
			for _, p := range placesIn(held[n]) {
				since := n
				for since > 0 && stands(held[since-1], &p) {
					since--
				}
				h, err := tl.Entered(tl.Branch(), n, &p)
				must(t, err)
				asked[p.Kind]++
				if since == 0 && len(h.Changes) > 0 || since > 0 && (len(h.Changes) != 1 || h.Changes[0].N != since) {
					t.Errorf("%s: at event %d %+v stands there since event %d; the answer is %+v", name, n, p, since, h.Changes)
				}
			}
		}
	})
	for _, k := range []engine.QueueKind{engine.QueueSend, engine.QueueRetransmit, engine.QueueReceive, engine.QueueOutOfOrder, engine.QueuePorts} {
		if asked[k] < 5 {
			t.Errorf("%d places of the %s queue were asked about", asked[k], k)
		}
	}
}

// placesIn are the first bytes of all ranges and the ports in use.
func placesIn(all []engine.Queue) (out []engine.Place) {
	for _, q := range all {
		for _, i := range q.Items {
			p := engine.Place{Host: q.Host, Subject: q.Subject, Kind: q.Kind, Number: i.From}
			if q.Kind == engine.QueuePorts {
				p.Number = uint32(i.Port)
			} else if i.To == i.From {
				continue
			}
			out = append(out, p)
		}
	}
	return out
}

func stands(all []engine.Queue, p *engine.Place) bool {
	return slices.ContainsFunc(all, func(q engine.Queue) bool {
		return q.Host == p.Host && q.Subject == p.Subject && q.Kind == p.Kind && slices.ContainsFunc(q.Items, func(i engine.QueueItem) bool {
			return i.From <= p.Number && p.Number < i.To || uint32(i.Port) == p.Number && q.Kind == engine.QueuePorts
		})
	})
}
