package kernel

import (
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// lab is a scene on real hosts: each is a namespace, and this program the wire.
type lab struct {
	sc    *engine.Scenario
	m     *meter
	hosts []*station
	start time.Time
	until time.Time

	flights []flying           // in order of arrival
	plan    []engine.Scheduled // in order of time
	rules   []rule
	nrule   int
	kinds   map[[2]int]int // host and kind, -1: any
	isns    []firstNumber
	delays  map[[2]int]sim.Duration
	down    map[[2]int]bool
	seen    []seen
	notes   []string
	loose   bool // some host was not compared ACK by ACK, so when room comes is chance too
	buf     []byte
	over    chan struct{}
}

// station is one host.
type station struct {
	spec  *engine.HostSpec
	s     *space
	u     *setup
	procs []*process
}

// flying is a packet on its way.
type flying struct {
	at time.Time
	to int
	b  []byte
}

type rule struct {
	n  int
	op engine.Op
}

// firstNumber is the first sequence number from one end to another.
type firstNumber struct {
	src, dst wire.Endpoint
	base     wire.Seq
}

// seen is a segment that a host sent.
type seen struct {
	host     int
	at       time.Duration // since the start of the scene
	seg      wire.Segment
	seq, ack wire.Seq // what its numbers count from
	forged   bool     // by the scene
	leads    bool     // somewhere: the engine's network carries nothing else
}

// wireLoop carries packets until the scene is over.
func (l *lab) wireLoop() error {
	for {
		now := time.Now()
		for len(l.plan) > 0 && !l.real(l.plan[0].At).After(now) {
			op := l.plan[0].Op
			l.m.late(time.Since(l.real(l.plan[0].At)))
			l.plan = l.plan[1:]
			if err := l.perform(&op); err != nil {
				return err
			}
		}
		for len(l.flights) > 0 && !l.flights[0].at.After(now) {
			f := l.flights[0]
			l.m.late(time.Since(f.at))
			l.flights = l.flights[1:]
			if err := l.hosts[f.to].s.inject(f.b); err != nil {
				return fmt.Errorf("a packet cannot arrive: %w", err)
			}
		}
		if err := l.collect(); err != nil {
			return err
		}
		next := l.until
		if len(l.flights) > 0 && l.flights[0].at.Before(next) {
			next = l.flights[0].at
		}
		if len(l.plan) > 0 && l.real(l.plan[0].At).Before(next) {
			next = l.real(l.plan[0].At)
		}
		if !time.Now().Before(l.until) {
			return nil
		}
		l.wait(time.Until(next))
	}
}

func (l *lab) real(t sim.Time) time.Time { return l.start.Add(time.Duration(t)) }

// wait waits for a packet of any host, or a time.
func (l *lab) wait(d time.Duration) {
	ts := unix.NsecToTimespec(int64(max(d, 0)))
	var fds []unix.PollFd
	for _, h := range l.hosts {
		fds = append(fds, unix.PollFd{Fd: int32(h.s.tap), Events: unix.POLLIN}, unix.PollFd{Fd: int32(h.s.tun), Events: unix.POLLIN})
	}
	unix.Ppoll(fds, &ts, nil) // an interruption is as good as nothing: the caller looks again
	for _, h := range l.hosts {
		h.s.drain()
	}
}

// collect takes what the hosts have sent, in the order in which they did.
func (l *lab) collect() error {
	type from struct {
		host int
		p    sent
	}
	var all []from
	for i, h := range l.hosts {
		for {
			p, ok, err := h.s.tapped(l.buf)
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			all = append(all, from{i, p})
		}
	}
	slices.SortStableFunc(all, func(a, b from) int { return a.p.at.Compare(b.p.at) })
	for _, f := range all {
		s, err := wire.Decode(f.p.bytes)
		if err != nil {
			continue
		}
		x := seen{host: f.host, at: f.p.at.Sub(l.start), seg: s}
		l.learn(&s)
		to := l.hostAt(s.Dst)
		if s.ICMP.Set {
			to = l.hostAt(s.Src) // the quoted segment's sender is told
		}
		if x.leads = l.joins(f.host, to); x.leads {
			l.put(f.host, to, &x, f.p.at, f.p.bytes)
		}
		l.seen = append(l.seen, x)
	}
	return nil
}

// joins reports whether a link leads from one host to another.
func (l *lab) joins(from, to int) bool {
	_, is := l.delays[[2]int{from, to}]
	return is
}

func (l *lab) hostAt(e wire.Endpoint) int {
	for i, h := range l.hosts {
		if h.spec.Addr == e.Addr {
			return i
		}
	}
	return -1
}

// put sends a packet on its way, and lets the standing rules have their say.
// An edit changes what was seen, as it changes what the engine shows.
func (l *lab) put(from, to int, x *seen, at time.Time, b []byte) {
	k := x.seg.Kind()
	l.kinds[[2]int{from, int(k)}]++
	l.kinds[[2]int{from, -1}]++
	cable := [2]int{from, to}
	lost := l.down[cable]
	arrive := at.Add(time.Duration(l.delays[cable]))
	var copies []time.Time
	for i := 0; i < len(l.rules); i++ {
		op := l.rules[i].op
		if !l.matches(&op.Target, k, from) {
			continue
		}
		switch op.Kind {
		case engine.OpDrop, engine.OpHold:
			lost = true
		case engine.OpDelay:
			arrive = arrive.Add(time.Duration(op.By))
		case engine.OpDuplicate:
			if !lost {
				copies = append(copies, arrive.Add(time.Duration(op.By)))
			}
		case engine.OpCorrupt:
			b = slices.Clone(b)
			b[20+16] ^= 1 // the checksum of a header without IP options
		case engine.OpEdit:
			b = l.edit(&op, x, b)
		}
		if op.Target.Nth == -1 {
			l.rules = slices.Delete(l.rules, i, i+1)
			i--
		}
	}
	if !lost {
		l.insert(flying{arrive, to, b})
	}
	for _, c := range copies {
		l.insert(flying{c, to, b})
	}
}

func (l *lab) insert(f flying) {
	i := len(l.flights)
	for i > 0 && l.flights[i-1].at.After(f.at) {
		i--
	}
	l.flights = slices.Insert(l.flights, i, f)
}

// matches reports whether a packet that was just counted is meant by a target.
func (l *lab) matches(t *engine.Target, k wire.Kind, from int) bool {
	if t.From != "" && l.hosts[from].spec.Name != t.From || !t.Any && t.Kind != k {
		return false
	}
	if t.Nth <= 0 {
		return true
	}
	slot, n := int(k), 0
	if t.Any {
		slot = -1
	}
	for i, h := range l.hosts {
		if t.From == "" || h.spec.Name == t.From {
			n += l.kinds[[2]int{i, slot}]
		}
	}
	return n == t.Nth
}

// perform makes an intervention.
func (l *lab) perform(op *engine.Op) error {
	switch op.Kind {
	case engine.OpForge:
		return l.forge(op)
	case engine.OpSysctl:
		h := l.host(op.Host)
		return h.u.sysctl(h.s, op.Set.Name, op.Set.Value)
	case engine.OpUnplug, engine.OpPlug, engine.OpLink:
		for _, c := range l.cables(op) {
			if op.Kind == engine.OpLink {
				l.delays[c] = op.Link.Delay
				continue
			}
			l.down[c] = op.Kind == engine.OpUnplug
			if l.down[c] {
				l.flights = slices.DeleteFunc(l.flights, func(f flying) bool { return f.to == c[1] })
			}
		}
	case engine.OpForget:
		l.rules = slices.DeleteFunc(l.rules, func(r rule) bool { return r.n == op.Rule })
	default:
		l.nrule++
		l.rules = append(l.rules, rule{l.nrule, *op})
	}
	return nil
}

func (l *lab) host(name string) *station {
	for _, h := range l.hosts {
		if h.spec.Name == name {
			return h
		}
	}
	return nil
}

func (l *lab) cables(op *engine.Op) (out [][2]int) {
	for a, from := range l.hosts {
		for b, to := range l.hosts {
			f, t := from.spec.Name, to.spec.Name
			if f == op.Link.From && t == op.Link.To || op.Both && t == op.Link.From && f == op.Link.To {
				out = append(out, [2]int{a, b})
			}
		}
	}
	return out
}
