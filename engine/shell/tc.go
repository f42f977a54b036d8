package shell

import (
	"slices"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/netem"
	"wirestep/engine/sim"
)

const tcUsage = `Usage: tc [ -s ] qdisc show [ dev NAME ]
       tc qdisc { add | change | replace | del } dev NAME root KIND …
       KIND := netem [ delay TIME [ JITTER ] ] [ loss PERCENT ] [ duplicate PERCENT ] [ reorder PERCENT ] [ rate RATE ] [ limit PACKETS ] [ ecn ]
             | tbf rate RATE burst BYTES { latency TIME | limit BYTES }
             | pfifo [ limit PACKETS ] | codel | fq_codel [ limit PACKETS ] [ target TIME ] [ interval TIME ] [ quantum BYTES ] [ ecn | noecn ]
             | red limit BYTES min BYTES max BYTES [ avpkt BYTES ] [ burst N ] [ probability P ] [ ecn ]
`

// runTc is tc: the queueing discipline at the root of an interface.
func runTc(r *request) Answer {
	args, stats := r.args, false
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if args[0] != "-s" && args[0] != "-statistics" && args[0] != "-d" {
			return fail("Option \"" + args[0] + "\" is unknown, try \"tc -help\".")
		}
		stats = stats || args[0] != "-d"
		args = args[1:]
	}
	if len(args) == 0 || !strings.HasPrefix("qdisc", args[0]) {
		return fail("tc: only qdisc is understood here, without classes and filters; expected:\n" + tcUsage)
	}
	verb := "show"
	if len(args) > 1 {
		verb, args = args[1], args[2:]
	} else {
		args = nil
	}
	dev := ""
	var rest []string
	for i := 0; i < len(args); i++ {
		if args[i] == "dev" && i+1 < len(args) {
			dev = args[i+1]
			i++
		} else {
			rest = append(rest, args[i])
		}
	}
	if dev != "" && !r.hasDevice(dev) {
		return fail("Cannot find device \"" + dev + "\"")
	}
	switch verb {
	case "show", "list", "ls":
		return r.showQdiscs(dev, stats)
	case "add", "change", "replace", "del", "delete":
		return r.setQdisc(verb, dev, rest)
	}
	return fail("Command \"" + verb + "\" is unknown, try \"tc qdisc help\".\n" + tcUsage)
}

func (r *request) setQdisc(verb, dev string, args []string) Answer {
	var d *device
	for _, o := range r.devices() {
		if o.name == dev {
			d = &o
		}
	}
	if d == nil {
		return fail("tc: a discipline of " + map[bool]string{true: "no interface", false: dev}[dev == ""] + " is not understood here; expected dev and one of those that ip link lists, but lo")
	}
	if len(args) > 0 && args[0] == "root" {
		args = args[1:]
	} else if len(args) > 0 && (args[0] == "parent" || args[0] == "ingress" || args[0] == "clsact") {
		return fail("tc: classes and ingress are not understood here; expected root")
	}
	if len(args) > 1 && args[0] == "handle" {
		args = args[2:]
	}
	kind, _, _ := r.w.Qdisc(r.at, d.peer)
	op := engine.Op{Kind: engine.OpQdisc, Link: engine.LinkSpec{From: r.h.Name, To: r.w.Hosts()[d.peer].Name}}
	if verb == "del" || verb == "delete" {
		if kind == "" {
			return Answer{Text: "Error: Cannot delete qdisc with handle of zero.\n", Failed: true}
		}
		return Answer{Act: &op}
	}
	switch {
	case len(args) == 0:
		return fail(tcUsage)
	case verb == "add" && kind != "":
		return Answer{Text: "Error: Exclusivity flag on, cannot modify.\n", Failed: true}
	case verb == "change" && kind == "":
		return Answer{Text: "Error: Qdisc not found. To create specify NLM_F_CREATE flag.\n", Failed: true}
	}
	op.Qdisc = args[0]
	if !slices.Contains(engine.QdiscKinds, op.Qdisc) {
		return fail("tc: the discipline \"" + op.Qdisc + "\" is not understood here; expected " + strings.Join(engine.QdiscKinds, ", "))
	}
	q := qdiscReader{op: &op}
	if err := q.read(args[1:]); err != "" {
		return fail(err)
	}
	return Answer{Act: &op}
}

// qdiscReader reads the parameters of a discipline.
type qdiscReader struct {
	op      *engine.Op
	burst   uint64
	latency sim.Duration
	limit   uint64
}

func (q *qdiscReader) read(args []string) string {
	s := &q.op.Link
	for i := 0; i < len(args); i++ {
		w := args[i]
		switch w {
		case "ecn":
			s.ECN, q.op.LinkHas = true, q.op.LinkHas|engine.LinkECN
			continue
		case "noecn":
			s.NoECN, q.op.LinkHas = true, q.op.LinkHas|engine.LinkECN
			continue
		}
		if i+1 == len(args) {
			return "What is \"" + w + "\"?\n" + tcUsage
		}
		i++
		v := args[i]
		err := q.word(w, v)
		if err == "" && w == "delay" && i+1 < len(args) {
			if j, ok := tcTime(args[i+1]); ok {
				i++
				j = min(j, s.Delay)
				s.Delay, s.Jitter = s.Delay-j, 2*j // from so much less to so much more
				q.op.LinkHas |= engine.LinkJitter
			}
		}
		if err == "" && i+1 < len(args) && strings.HasSuffix(args[i+1], "%") {
			return "tc: a correlation (" + args[i+1] + ") is not understood here; expected each packet by itself"
		}
		if err != "" {
			return err
		}
	}
	return q.finish()
}

// kindWords are the words that each discipline takes.
var kindWords = map[string]string{"netem": "delay latency loss duplicate reorder rate limit", "tbf": "rate burst buffer maxburst latency limit mtu minburst peakrate",
	"pfifo": "limit", "bfifo": "limit", "codel": "limit target interval", "fq_codel": "limit target interval quantum flows memory_limit drop_batch ce_threshold",
	"red": "limit min max avpkt burst probability bandwidth"}

func (q *qdiscReader) word(w, v string) string {
	if !slices.Contains(strings.Fields(kindWords[q.op.Qdisc]), w) {
		return "What is \"" + w + "\"? Of " + q.op.Qdisc + " this shell knows: " + kindWords[q.op.Qdisc]
	}
	s, wrong := &q.op.Link, "Illegal \""+w+"\": "+v
	n, isNum := tcSize(v)
	d, isTime := tcTime(v)
	part, isPart := tcPart(v)
	has := func(f engine.LinkField, ok bool) string {
		if q.op.LinkHas |= f; !ok {
			return wrong
		}
		return ""
	}
	switch {
	case w == "delay", w == "latency" && q.op.Qdisc == "netem":
		s.Delay = d
		return has(engine.LinkDelay, isTime)
	case w == "loss", w == "duplicate", w == "reorder":
		f, to := engine.LinkLoss, &s.LossPPM
		if w == "duplicate" {
			f, to = engine.LinkDup, &s.DupPPM
		} else if w == "reorder" {
			f, to = engine.LinkReorder, &s.ReorderPPM
		}
		*to = part
		return has(f, isPart)
	case w == "rate":
		rate, ok := tcRate(v)
		s.Rate = rate
		return has(engine.LinkRate, ok)
	case w == "limit":
		q.limit = n
		return has(0, isNum)
	case w == "burst", w == "buffer", w == "maxburst":
		q.burst = n
		return has(0, isNum)
	case w == "latency":
		q.latency = d
		return has(0, isTime)
	case w == "target":
		s.Target = d
		return has(engine.LinkTarget, isTime)
	case w == "interval":
		s.Interval = d
		return has(engine.LinkInterval, isTime)
	case w == "quantum":
		s.Quantum = uint32(n)
		return has(engine.LinkQuantum, isNum)
	case w == "min":
		s.RedMin = uint32(n)
		return has(engine.LinkMin, isNum)
	case w == "max":
		s.RedMax = uint32(n)
		return has(engine.LinkMax, isNum)
	case w == "probability":
		p, err := strconv.ParseFloat(v, 64)
		s.RedPPM = uint32(p * 1_000_000)
		return has(engine.LinkProb, err == nil && p > 0 && p <= 1)
	case w == "avpkt", w == "bandwidth", w == "flows", w == "memory_limit":
		return "" // what follows from them is fixed here
	}
	return "tc: " + w + " of " + q.op.Qdisc + " is not understood here"
}

// finish works out what the words mean together.
func (q *qdiscReader) finish() string {
	s, kind := &q.op.Link, q.op.Qdisc
	queue := func(packets uint64) {
		s.Queue = uint32(min(max(packets, 1), 1_000_000))
		q.op.LinkHas |= engine.LinkQueue
	}
	disc := func(d netem.Discipline) { s.Disc, q.op.LinkHas = d, q.op.LinkHas|engine.LinkDisc }
	switch kind {
	case "netem":
		queue(max(q.limit, 1000*b2i(q.limit == 0)))
		if s.ECN {
			s.MarkPPM, s.LossPPM, s.ECN = s.LossPPM, 0, false
			q.op.LinkHas = q.op.LinkHas&^(engine.LinkECN|engine.LinkLoss) | engine.LinkMark
		}
	case "tbf":
		if s.Rate == 0 || q.burst == 0 || q.limit == 0 && q.latency == 0 {
			return "Error: tbf wants \"rate\", \"burst\" and either \"limit\" or \"latency\"."
		}
		bytes := q.limit
		if bytes == 0 {
			bytes = s.Rate/8*uint64(q.latency/sim.Millisecond)/1000 + q.burst
		}
		queue(bytes / 1514)
	case "pfifo":
		queue(max(q.limit, 1000*b2i(q.limit == 0)))
	case "bfifo":
		queue(q.limit / 1514)
	case "codel", "fq_codel":
		disc(netem.CoDel)
		if kind == "fq_codel" {
			disc(netem.FQCoDel)
		}
		if q.limit > 0 {
			queue(q.limit)
		}
	case "red":
		disc(netem.RED)
		if s.RedPPM == 0 {
			s.RedPPM, q.op.LinkHas = 20_000, q.op.LinkHas|engine.LinkProb
		}
		if s.RedMin == 0 || s.RedMax <= s.RedMin || q.limit == 0 {
			return "Required parameter (limit, min, max) is missing"
		}
		queue(q.limit / 1514)
	}
	return ""
}

func b2i(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func tcTime(v string) (sim.Duration, bool) {
	for _, u := range [...]struct {
		name string
		d    sim.Duration
	}{{"msecs", sim.Millisecond}, {"msec", sim.Millisecond}, {"ms", sim.Millisecond}, {"usec", sim.Microsecond}, {"us", sim.Microsecond}, {"secs", sim.Second}, {"sec", sim.Second}, {"s", sim.Second}, {"", sim.Microsecond}} {
		if n, ok := strings.CutSuffix(v, u.name); ok {
			k, err := strconv.ParseFloat(n, 64)
			return sim.Duration(k * float64(u.d)), err == nil && k >= 0 && k < 1e6
		}
	}
	return 0, false
}

func tcPart(v string) (uint32, bool) {
	n, percent := strings.CutSuffix(v, "%")
	k, err := strconv.ParseFloat(n, 64)
	if !percent || err != nil || k < 0 || k > 100 {
		return 0, false
	}
	return uint32(k*10_000 + 0.5), true
}

func tcRate(v string) (uint64, bool) {
	for _, u := range [...]struct {
		name string
		n    float64
	}{{"gbit", 1e9}, {"mbit", 1e6}, {"kbit", 1e3}, {"gbps", 8e9}, {"mbps", 8e6}, {"kbps", 8e3}, {"bps", 8}, {"bit", 1}, {"", 1}} {
		if n, ok := strings.CutSuffix(strings.ToLower(v), u.name); ok {
			k, err := strconv.ParseFloat(n, 64)
			return uint64(k * u.n), err == nil && k > 0 && k*u.n <= 1e12
		}
	}
	return 0, false
}

func tcSize(v string) (uint64, bool) {
	for _, u := range [...]struct {
		name string
		n    uint64
	}{{"kbit", 128}, {"mbit", 131072}, {"kb", 1024}, {"mb", 1 << 20}, {"k", 1024}, {"m", 1 << 20}, {"b", 1}, {"", 1}} {
		if n, ok := strings.CutSuffix(strings.ToLower(v), u.name); ok {
			k, err := strconv.ParseUint(n, 10, 32)
			return k * u.n, err == nil
		}
	}
	return 0, false
}
