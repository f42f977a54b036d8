package kernel

import (
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"wirestep/engine/packetdrill/compare"
	"wirestep/engine/packetdrill/python"
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// player plays one script on one namespace.
type player struct {
	sc      *script.Script
	u       *setup
	s       *space
	w       *compare.Wire
	v       *Verdict
	m       *meter
	start   time.Time
	buf     []byte
	fds     map[int64]int
	blocked *waiting
	code    python.Code
	held    [][]byte // memory of calls
	caps    func()   // gives back what cap_set() has taken
	had     [2]unix.CapUserData
	takes   map[int]time.Duration // how long the engine takes for the calls of a line
}

// end waits for the call that has not returned, and gives back the rights that the
// script has given up. Until then the kernel may use the memory of calls.
func (p *player) end() {
	p.s.end()
	if p.caps != nil {
		p.caps()
	}
	runtime.KeepAlive(p.held)
}

// beyond is how much longer than a line says a packet is waited for, to tell
// when it came instead.
const beyond = 1500 * sim.Millisecond

// Play plays a script on the kernel.
func Play(file, text string) *Verdict {
	v := &Verdict{File: file}
	v.play(func(m *meter) error { return play(v, m, file, text) })
	return v
}

func play(v *Verdict, m *meter, file, text string) error {
	sc, err := script.Parse(file, text, script.DefaultsFor("", text))
	if err != nil {
		return err
	}
	u, err := newSetup(sc)
	if err != nil {
		return err
	}
	t := timesOf(file, text, sc)
	if t.lasts > Longest {
		return refuse("the script lasts %v%s, and the kernel's time is real: expected at most %v", t.lasts.Round(time.Millisecond), t.because, Longest)
	}
	s, err := newSpace(true)
	if err != nil {
		return err
	}
	defer s.close()
	s.mss = u.mss
	if err := u.prepare(s, u.net()); err != nil {
		return err
	}
	for _, f := range u.scripts {
		if err := u.shell(s, "source "+f); err != nil {
			return err
		}
	}
	p := &player{sc: sc, u: u, s: s, v: v, m: m, buf: make([]byte, 256<<10), fds: map[int64]int{}, takes: t.takes}
	p.w = compare.NewWire(compare.WireConfig{Local: u.local, Remote: u.remote, BindPort: u.bind,
		Tolerance: sim.Duration(u.tolerance), Percent: u.percent, Await: p.await})
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer p.end()
	err = p.run()
	v.Notes = append(v.Notes, u.notes...)
	if u.control != "" {
		v.Notes = append(v.Notes, fmt.Sprintf("the host allows no namespace %s as its default (net.ipv4.tcp_allowed_congestion_control): it was set on each socket", u.control))
	}
	return err
}

func (p *player) run() error {
	p.start = time.Now()
	began := false
	for i := range p.sc.Events {
		e := &p.sc.Events[i]
		if e.Command == "" && !began {
			began, p.start = true, time.Now() // what a script sets up before it begins takes no time
		}
		if err := p.event(e); err != nil {
			return err
		}
	}
	if d := p.join(); d != nil {
		return d
	}
	for {
		q, ok, err := p.s.receive(time.Now(), p.buf)
		if err != nil || !ok {
			break
		}
		p.take(q)
	}
	for _, l := range p.w.Left() {
		p.v.Trace = append(p.v.Trace, "left "+l)
	}
	return nil
}

func (p *player) tol() time.Duration { return p.u.tolerance }

// real is the wall clock at an instant of the script, and sims the reverse.
func (p *player) real(t sim.Time) time.Time {
	return p.start.Add(time.Duration(t.Sub(compare.Epoch)))
}
func (p *player) sims(t time.Time) sim.Time {
	return compare.Epoch.Add(sim.Duration(t.Sub(p.start)))
}

func (p *player) stamp(t time.Time) string { return fmt.Sprintf("%.6f", t.Sub(p.start).Seconds()) }

func (p *player) differ(e *script.Event, k Kind, format string, a ...any) *Difference {
	return &Difference{p.sc.File, e.Line, k, fmt.Sprintf(format, a...)}
}

func (p *player) note(at sim.Time, text string) {
	p.v.Trace = append(p.v.Trace, p.stamp(p.real(at))+" "+text)
}

// event plays one line.
func (p *player) event(e *script.Event) error {
	if e.Packet != nil && !e.Packet.In {
		return p.expect(e)
	}
	lo, _ := p.w.Window(e)
	base := p.w.Now()
	if late := base.Sub(lo); e.When.Kind == script.Absolute && late > sim.Duration(p.tol()) {
		return p.differ(e, InTime, "expected this at %s, got there at %s", p.stamp(p.real(lo)), p.stamp(p.real(base)))
	}
	if lo = max(lo, base); e.Command == "" {
		if time.Until(p.real(lo)) > 0 {
			for wait := time.Until(p.real(lo)); wait > 0; wait = time.Until(p.real(lo)) {
				p.idle(wait)
			}
			p.m.late(time.Since(p.real(lo)))
		}
		p.w.Happened(lo, max(lo, p.sims(time.Now())))
	}
	p.note(p.w.Now(), e.Text)
	var d *Difference
	switch {
	case e.Packet != nil:
		d = p.inject(e)
	case e.Call != nil:
		d = p.call(e, p.real(base))
		if d == nil && e.Call.Name == "listen" && e.Call.Errno == "" {
			p.listening(e.Call)
		}
	case e.Code != "":
		d = p.assert(e)
	default:
		return p.u.shell(p.s, e.Command)
	}
	if d != nil {
		return d
	}
	return nil
}

// idle waits, and empties the device meanwhile: its queue is short.
func (p *player) idle(wait time.Duration) {
	ts := unix.NsecToTimespec(int64(wait))
	fds := []unix.PollFd{{Fd: int32(p.s.tun), Events: unix.POLLIN}}
	if n, _ := unix.Ppoll(fds, &ts, nil); n > 0 {
		p.s.drain()
	}
}

// expect compares the next packet that the kernel sends.
func (p *player) expect(e *script.Event) error {
	if m := p.w.Expect(e, beyond); m != nil {
		k := InSegment
		if m.Kind == compare.Late || m.Kind == compare.Early {
			k = InTime
		}
		return p.differ(e, k, "expected %s, got %s", m.Expected, m.Got)
	}
	p.note(p.w.Now(), e.Text)
	return nil
}

// await hands the next packet over.
func (p *player) await(limit sim.Time) bool {
	for {
		q, ok, err := p.s.receive(p.real(limit), p.buf)
		if err != nil || !ok {
			return false
		}
		if p.take(q) {
			return true
		}
	}
}

// take hands a packet over, if it is of the script's protocol.
func (p *player) take(q sent) bool {
	s, err := wire.Decode(q.bytes)
	if err != nil || s.ICMP.Set {
		return false
	}
	at := p.sims(q.at)
	p.w.Sent(s, at)
	p.note(at, "    sent "+p.w.Spell(&s))
	return true
}

func (p *player) inject(e *script.Event) *Difference {
	p.catchUp()
	s, m := p.w.Arriving(e.Packet)
	if m != nil {
		return p.differ(e, InScript, "expected %s, got %s", m.Expected, m.Got)
	}
	b, err := wire.Encode(&s)
	if err == nil {
		err = p.s.inject(b)
	}
	if err != nil {
		return p.differ(e, InScript, "expected a packet that can arrive, got %v", err)
	}
	return nil
}

// catchUp takes what was sent meanwhile: a packet of the script may depend on
// the numbers in it.
func (p *player) catchUp() {
	for {
		q, ok, err := p.s.tapped(p.buf)
		if err != nil || !ok {
			return
		}
		p.take(q)
	}
}

func (p *player) listening(c *script.Call) {
	name, err := unix.Getsockname(p.fd(args(c.Args).at(0)))
	if err != nil {
		return
	}
	at := wire.Endpoint{Addr: p.u.local}
	switch n := name.(type) {
	case *unix.SockaddrInet4:
		at.Port = uint16(n.Port)
	case *unix.SockaddrInet6:
		at.Port = uint16(n.Port)
	}
	p.w.Listening(at)
}

// assert runs %{ code }% over TCP_INFO and SO_MEMINFO of the socket that was opened last.
func (p *player) assert(e *script.Event) *Difference {
	var info []tcp.InfoField
	p.s.find(func(fd int) bool {
		if info, _ = tcpInfo(fd); info == nil {
			return false
		}
		info = append(info, memInfo(fd)...)
		return true
	})
	expected, got, err := p.code.Run(e.Code, info)
	if err != nil {
		return p.differ(e, InScript, "expected code that runs, got %v", err)
	}
	if expected != "" {
		return p.differ(e, InState, "expected %s, got %s", expected, got)
	}
	return nil
}
