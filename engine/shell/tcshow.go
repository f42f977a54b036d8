package shell

import (
	"fmt"
	"strconv"

	"wirestep/engine"
	"wirestep/engine/sim"
)

// showQdiscs is tc qdisc show.
func (r *request) showQdiscs(dev string, stats bool) Answer {
	if dev == "" || dev == "lo" {
		r.print("qdisc noqueue 0: dev lo root refcnt 2 \n")
		if stats {
			r.sent(device{name: "lo", peer: r.at})
		}
	}
	for i, d := range r.devices() {
		if dev != "" && dev != d.name {
			continue
		}
		kind, s, _ := r.w.Qdisc(r.at, d.peer)
		if kind == "" {
			r.print("qdisc noqueue 0: dev ", d.name, " root refcnt 2 \n")
		} else {
			fmt.Fprintf(&r.out, "qdisc %s %d: dev %s root refcnt 2%s \n", kind, 8001+i, d.name, tcWords(kind, &s))
		}
		if stats {
			r.sent(d)
		}
	}
	return r.said()
}

// tcWords writes the parameters of a discipline as tc does.
func tcWords(kind string, s *engine.LinkSpec) (out string) {
	add := func(ok bool, words ...string) {
		if ok {
			for _, w := range words {
				out += " " + w
			}
		}
	}
	limit := strconv.Itoa(int(s.Queue))
	switch kind {
	case "netem":
		add(true, "limit", limit)
		mid := s.Delay + s.Jitter/2
		add(mid > 0, "delay", tcSpan(mid))
		if s.Jitter > 0 {
			out += "  " + tcSpan(s.Jitter/2)
		}
		add(s.LossPPM+s.MarkPPM > 0, "loss", tcPercent(s.LossPPM+s.MarkPPM))
		add(s.MarkPPM > 0, "ecn")
		add(s.DupPPM > 0, "duplicate", tcPercent(s.DupPPM))
		add(s.ReorderPPM > 0, "reorder", tcPercent(s.ReorderPPM), "gap 1")
		add(s.Rate > 0, "rate", tcBits(s.Rate))
	case "tbf":
		add(true, "rate", tcBits(s.Rate), "limit", strconv.Itoa(int(s.Queue)*1514)+"b")
	case "pfifo":
		add(true, "limit", limit+"p")
	case "bfifo":
		add(true, "limit", strconv.Itoa(int(s.Queue)*1514)+"b")
	case "codel", "fq_codel":
		if s.Queue == 0 {
			limit = map[string]string{"codel": "1000", "fq_codel": "10240"}[kind]
		}
		add(true, "limit", limit+"p")
		if kind == "fq_codel" {
			quantum := s.Quantum
			if quantum == 0 {
				quantum = 1514
			}
			add(true, "flows 1024 quantum", strconv.Itoa(int(quantum)))
		}
		add(true, "target", tcSpan(orSpan(s.Target, 5*sim.Millisecond)), "interval", tcSpan(orSpan(s.Interval, 100*sim.Millisecond)))
		add(kind == "fq_codel", "memory_limit 32Mb")
		add(s.ECN || kind == "fq_codel" && !s.NoECN, "ecn")
		add(kind == "fq_codel", "drop_batch 64")
	case "red":
		add(true, "limit", strconv.Itoa(int(s.Queue)*1514)+"b", "min", strconv.Itoa(int(s.RedMin))+"b", "max", strconv.Itoa(int(s.RedMax))+"b")
		add(s.ECN, "ecn")
	}
	return out
}

func orSpan(d, or sim.Duration) sim.Duration {
	if d == 0 {
		return or
	}
	return d
}

func tcSpan(d sim.Duration) string {
	switch {
	case d >= sim.Second:
		return strconv.FormatFloat(float64(d)/1e9, 'g', 3, 64) + "s"
	case d >= sim.Millisecond:
		return strconv.FormatFloat(float64(d)/1e6, 'g', 3, 64) + "ms"
	}
	return strconv.FormatFloat(float64(d)/1e3, 'g', 3, 64) + "us"
}

func tcPercent(ppm uint32) string {
	return strconv.FormatFloat(float64(ppm)/10_000, 'g', -1, 64) + "%"
}

func tcBits(n uint64) string {
	for _, u := range [...]struct {
		n    uint64
		name string
	}{{1e9, "Gbit"}, {1e6, "Mbit"}, {1e3, "Kbit"}} {
		if n >= u.n && n%u.n == 0 {
			return strconv.FormatUint(n/u.n, 10) + u.name
		}
	}
	return strconv.FormatUint(n, 10) + "bit"
}

// sent is what tc -s tells of an interface.
func (r *request) sent(d device) {
	var packets, bytes, lost uint64
	for _, p := range r.seen(d) {
		if p.From != r.at {
			continue
		}
		if n := uint64(len(p.Seg.Payload)) + uint64(p.Seg.Headers()) + 14; p.ArriveAt == sim.Never && !p.Held {
			lost++
		} else {
			packets, bytes = packets+1, bytes+n
		}
	}
	waiting, queued, _, _ := r.w.Waiting(r.at, d.peer)
	fmt.Fprintf(&r.out, " Sent %d bytes %d pkt (dropped %d, overlimits 0 requeues 0) \n backlog %db %dp requeues 0\n", bytes, packets, lost, queued, waiting)
}
