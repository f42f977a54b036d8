package tcp

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// pair is two hosts and a wire between them: no ports to choose, no processes, no
// queues, but whole connections with requests, TIME_WAIT entries and every timer. What
// is lost, or what a box changes, says lose.
type pair struct {
	*testing.T
	now    sim.Time
	client *end
	server *end
	delay  sim.Duration
	lose   func(from *end, s *wire.Segment) bool
	flying []flight
	log    []string        // what left, as "client S 0:0"
	rules  map[string]bool // that have applied
}

type flight struct {
	at sim.Time
	to *end
	s  wire.Segment
}

// end is one of the two.
type end struct {
	p      *pair
	name   string
	x      Ctx
	sys    Sysctls
	conns  []*Conn
	reqs   []*Request
	tws    []*TimeWait
	nextID sim.SubjectID
	isn    wire.Seq
	at     wire.Endpoint
	peer   wire.Endpoint
	key    CookieKey
}

// newPair makes two hosts, 10 ms from each other, with the settings of Linux by default.
func newPair(t *testing.T, set ...func(*Sysctls)) *pair {
	p := &pair{T: t, now: sim.Time(sim.Second), delay: 10 * sim.Millisecond, rules: map[string]bool{}}
	a := wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.1"), Port: 40000}
	b := wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.2"), Port: 80}
	p.client, p.server = p.newEnd("client", 1000, a, b, set), p.newEnd("server", 9000, b, a, set)
	return p
}

func (p *pair) newEnd(name string, isn wire.Seq, at, peer wire.Endpoint, set []func(*Sysctls)) *end {
	e := &end{p: p, name: name, sys: defaults, isn: isn, at: at, peer: peer, key: func(t wire.Tuple, minute uint32) uint32 { return uint32(t.Remote.Port)*2654435761 + minute*40503 }}
	for _, f := range set {
		f(&e.sys)
	}
	e.x = Ctx{Recorder: trace.NewRecorder(), Sys: &e.sys, Rand: &sim.Rand{}, MIB: &MIB{}, Mem: &Memory{}}
	return e
}

// defaults are those of Linux, as far as the tests meet them.
var defaults = func() Sysctls {
	s := labSysctls
	s.Timestamps, s.SynRetries, s.SynackRetries, s.SynLinearTimeouts, s.Somaxconn, s.MaxSynBacklog = 1, 6, 5, 4, 4096, 512
	s.FinTimeout, s.KeepaliveTime, s.KeepaliveIntvl, s.KeepaliveProbes = 60*sim.Second, 7200*sim.Second, 75*sim.Second, 9
	s.CongestionControl, s.Syncookies, s.ChallengeAckLimit, s.ECN, s.ECNFallback = Cubic, 1, 1<<31-1, 2, true
	s.CompSackDelay, s.CompSackSlack, s.CompSackNr, s.RetransCollapse = sim.Millisecond, 100*sim.Microsecond, 44, true
	s.BaseMSS, s.MTUProbeFloor, s.MTUProbeGap, s.MTUProbeInterval = 1024, 48, 8, 600*sim.Second
	s.NoSsthreshMetrics, s.CoreRMemMax, s.CoreWMemMax, s.FastOpenHole, s.MinTSOSegs, s.TSORTTLog, s.TSOWinDivisor, s.GSOMaxSize = true, 212992, 212992, 0, 2, 9, 3, 65536
	s.RMem[1], s.RMem[2] = 131072, 6291456
	return s
}()

func (e *end) id() sim.SubjectID { e.nextID++; return e.nextID }

// do is one event at a host: what it sends goes on the wire.
func (e *end) do(f func(x *Ctx)) {
	x := &e.x
	x.Now, x.Out = e.p.now, x.Out[:0]
	x.Begin(trace.Event{ID: 1, At: x.Now})
	for _, c := range e.conns {
		c.Watch(x)
	}
	f(x)
	ev := x.End()
	for i := range ev.Spans {
		e.p.rules[ev.Spans[i].Rule.ID] = true
	}
	for _, o := range x.Out {
		e.p.leaves(e, o.Seg)
	}
}

func (p *pair) leaves(from *end, s wire.Segment) {
	p.log = append(p.log, from.name+" "+p.spell(from, &s))
	to := p.client
	if from == to {
		to = p.server
	}
	if p.lose == nil || !p.lose(from, &s) {
		p.flying = append(p.flying, flight{p.now.Add(p.delay), to, s})
	}
}

// spell is tcpdump's way, with numbers relative to the initial ones.
func (p *pair) spell(from *end, s *wire.Segment) string {
	base, other := p.client.isn, p.server.isn
	if from == p.server {
		base, other = other, base
	}
	f := ""
	for _, l := range []struct {
		f wire.Flags
		s string
	}{{wire.SYN, "S"}, {wire.FIN, "F"}, {wire.RST, "R"}, {wire.PSH, "P"}, {wire.URG, "U"}, {wire.ECE, "E"}, {wire.CWR, "W"}} {
		if s.Flags.Has(l.f) {
			f += l.s
		}
	}
	if s.Flags.Has(wire.ACK) {
		f += "."
	}
	seq := int(s.Seq.Minus(base))
	out := f + " " + strconv.Itoa(seq) + ":" + strconv.Itoa(seq+len(s.Payload))
	if s.Flags.Has(wire.ACK) {
		out += " ack " + strconv.Itoa(int(s.Ack.Minus(other)))
	}
	return out
}

// listen makes the server listen; n is the backlog.
func (p *pair) listen(n uint32) *Conn {
	l := p.server.socket()
	p.server.do(func(x *Ctx) { l.StartListen(x, n) })
	return l
}

func (e *end) socket() *Conn {
	c := NewConn(e.id())
	c.InitBuffers(&e.sys)
	c.Tuple = wire.Tuple{Local: e.at, Remote: e.peer}
	e.conns = append(e.conns, c)
	return c
}

// connect opens from an end and returns the socket, in SYN_SENT.
func (e *end) connect() *Conn {
	c := e.socket()
	e.do(func(x *Ctx) { c.Connect(x, e.isn) })
	return c
}

// open makes a connection and returns both of its sockets.
func (p *pair) open() (client, server *Conn) {
	p.Helper()
	p.listen(8)
	client = p.client.connect()
	p.run(3 * p.delay)
	server = p.accepted()
	if client.State != Established {
		p.Fatalf("the client is in %s, expected ESTABLISHED", client.State)
	}
	return client, server
}

// accepted is the last socket that the server's listener has made, taken out of its
// accept queue.
func (p *pair) accepted() *Conn {
	p.Helper()
	c := p.server.conns[len(p.server.conns)-1]
	if len(p.server.conns) < 2 {
		p.Fatal("the server has made no socket")
	}
	p.server.conns[0].AcceptQ--
	c.Parent = 0
	return c
}

// run lets so much time pass, with all that falls due in it.
func (p *pair) run(d sim.Duration) {
	for until := p.now.Add(d); p.step(until); {
	}
}

// settle goes on until nothing is due within ten minutes.
func (p *pair) settle() {
	for range 20000 {
		if !p.step(p.now.Add(10 * sim.Minute)) {
			return
		}
	}
	p.Fatal("it never comes to rest")
}

// step carries out what is due first, or goes to the end.
func (p *pair) step(until sim.Time) bool {
	at, arrive := sim.Never, -1
	for i := range p.flying {
		if p.flying[i].at < at {
			at, arrive = p.flying[i].at, i
		}
	}
	var timer func()
	for _, e := range []*end{p.client, p.server} {
		if t, f := e.due(); t < at {
			at, timer = t, f
		}
	}
	if at > until {
		p.now = until
		return false
	}
	p.now = max(p.now, at)
	if timer != nil {
		timer()
		return true
	}
	f := p.flying[arrive]
	p.flying = slices.Delete(p.flying, arrive, arrive+1)
	f.to.do(func(x *Ctx) { f.to.arrives(x, f.s) })
	return true
}

// due is the first timer of an end.
func (e *end) due() (at sim.Time, f func()) {
	at = sim.Never
	for _, c := range e.conns {
		if t, k := c.NextTimer(); t < at {
			at, f = t, func() {
				e.do(func(x *Ctx) {
					c.OnTimer(x, k)
					e.takeOver(c.TakeHandOver())
				})
			}
		}
	}
	for _, q := range e.reqs {
		if q.SynAckAt < at {
			at, f = q.SynAckAt, func() {
				e.do(func(x *Ctx) {
					if !q.OnTimer(x, e.conns[0]) {
						e.forget(q)
					}
				})
			}
		}
	}
	for _, w := range e.tws {
		if w.ExpireAt < at {
			at, f = w.ExpireAt, func() {
				e.do(func(x *Ctx) { w.OnTimer(x) })
				e.tws = slices.DeleteFunc(e.tws, func(o *TimeWait) bool { return o == w })
			}
		}
	}
	return at, f
}

func (e *end) forget(q *Request) {
	e.conns[0].DropRequest(q)
	e.reqs = slices.DeleteFunc(e.reqs, func(o *Request) bool { return o == q })
}

func (e *end) takeOver(w *TimeWait) {
	if w != nil {
		w.ID = e.id()
		e.tws = append(e.tws, w)
	}
}

// arrives finds whom a segment is for, as a host does.
func (e *end) arrives(x *Ctx, s wire.Segment) {
	if s.ICMP.Set {
		e.conns[len(e.conns)-1].OnICMP(x, &s)
		return
	}
	for _, c := range e.conns {
		if c.State != Closed && c.State != Listen {
			e.takeOver(c.OnSegment(x, &s))
			if l := c.TakeLeft(); l != nil {
				e.conns[0].FastOpenLeave(x, l.Reset, c.Parent == 0)
			}
			return
		}
	}
	if len(e.tws) > 0 {
		v, isn := e.tws[0].OnSegment(x, &s, len(e.conns) > 0 && e.conns[0].State == Listen)
		if v == TWKeep {
			return
		}
		e.tws = e.tws[1:]
		if v == TWSyn {
			e.toListener(x, &s, &isn)
		}
		return
	}
	if len(e.conns) == 0 || e.conns[0].State != Listen {
		ReplyReset(x, &s)
		return
	}
	if len(e.reqs) > 0 {
		e.toRequest(x, e.reqs[0], &s)
		return
	}
	e.toListener(x, &s, nil)
}

func (e *end) toListener(x *Ctx, s *wire.Segment, isn *wire.Seq) {
	l := e.conns[0]
	n := e.isn
	if isn != nil {
		n = *isn
	}
	switch l.Arrives(x, s, &Caller{Reopens: isn != nil, Key: e.key, Proven: x.Mem.Proven(s.Tuple())}) {
	case ListenCreate:
		q := &Request{}
		if cookie, now := l.NewRequest(x, q, s, n, 0); now {
			c := NewConn(e.id())
			e.conns = append(e.conns, c)
			l.NewFastOpenChild(x, c, q, s, cookie)
			return
		}
		q.ID = e.id()
		e.reqs = append(e.reqs, q)
	case ListenCookie:
		l.AnswerCookie(x, &Request{}, s, 0, e.key)
	case ListenChild:
		q := &Request{}
		if l.ReadCookie(x, q, s, 0, e.key) {
			if ok, _ := l.RoomForChild(x, q, s); ok {
				e.child(x, l, q, s)
			}
		}
	}
}

func (e *end) toRequest(x *Ctx, q *Request, s *wire.Segment) {
	l := e.conns[0]
	switch q.OnSegment(x, s, l.DeferAccept) {
	case ReqKill:
		e.forget(q)
	case ReqAccept:
		ok, kill := l.RoomForChild(x, q, s)
		if kill {
			e.forget(q)
		}
		if ok {
			e.reqs = slices.DeleteFunc(e.reqs, func(o *Request) bool { return o == q })
			e.child(x, l, q, s)
		}
	}
}

func (e *end) child(x *Ctx, l *Conn, q *Request, s *wire.Segment) {
	c := NewConn(e.id())
	e.conns = append(e.conns, c)
	c.Watch(x)
	l.NewChild(x, c, q, s)
	e.takeOver(c.OnSegment(x, s))
}

// of finds the end of a socket.
func (p *pair) of(c *Conn) *end {
	if slices.Contains(p.client.conns, c) {
		return p.client
	}
	return p.server
}

func (p *pair) write(c *Conn, n int) (took int) {
	p.Helper()
	p.of(c).do(func(x *Ctx) {
		var err Errno
		if took, err = c.Write(x, strings.Repeat("x", n), 0); err != OK {
			p.Errorf("write: %s", err)
		}
	})
	return took
}

// read takes all that is there, and says how it ended.
func (p *pair) read(c *Conn) (n int, err Errno) {
	for {
		s := ""
		p.of(c).do(func(x *Ctx) { s, err = c.Read(x, 1<<20, false) })
		if n += len(s); s == "" {
			return n, err
		}
	}
}

func (p *pair) close(c *Conn) {
	e := p.of(c)
	e.do(func(x *Ctx) { e.takeOver(c.Close(x)) })
}

// states checks where two sockets are.
func (p *pair) states(says string, client *Conn, a State, server *Conn, b State) {
	p.Helper()
	if client.State != a || server.State != b {
		p.Errorf("%s: client in %s, server in %s; expected %s and %s", says, client.State, server.State, a, b)
	}
}

// said checks that rules have applied.
func (p *pair) said(rules ...string) {
	p.Helper()
	for _, r := range rules {
		if !p.rules[r] {
			p.Errorf("the rule %s has not applied", r)
		}
	}
}

// sends checks the last segments that left.
func (p *pair) sends(says string, want ...string) {
	p.Helper()
	got := p.log[max(0, len(p.log)-len(want)):]
	if !slices.Equal(got, want) {
		p.Errorf("%s: sent\n%s\nexpected\n%s", says, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// count is a counter of an end.
func (e *end) count(c Counter) uint64 { return e.x.MIB[c] }

// once loses the first segment from an end for which f holds.
func (p *pair) once(from *end, f func(s *wire.Segment) bool) {
	done := false
	p.lose = func(e *end, s *wire.Segment) bool {
		if done || e != from || !f(s) {
			return false
		}
		done = true
		return true
	}
}
