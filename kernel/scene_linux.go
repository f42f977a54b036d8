package kernel

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// Horizon is how much of a scene is played in real time: no round number, at
// which much happens.
const Horizon = 9937 * time.Millisecond

// after is how long the hosts are watched after the engine has nothing more to do.
const after = 300 * time.Millisecond

// PlayScene plays a scene on the engine and on real hosts, and compares.
func PlayScene(file, text string) *Verdict {
	v := &Verdict{File: file}
	v.play(func(m *meter) error { return playScene(v, m, file, text) })
	return v
}

func playScene(v *Verdict, m *meter, file, text string) error {
	f, err := scene.Parse(file, text)
	if err != nil {
		return err
	}
	sc := &f.Scenario
	if why := unplayable(sc); why != "" {
		return refuse("on the kernel a scene may not have %s", why)
	}
	w, horizon, err := onEngine(sc)
	if err != nil {
		return err
	}
	if horizon == Horizon {
		v.Notes = append(v.Notes, fmt.Sprintf("compared for its first %v", Horizon))
	}
	l, err := newLab(sc, m)
	if err != nil {
		return err
	}
	defer l.close()
	if err := l.play(horizon); err != nil {
		return err
	}
	for i := range l.seen {
		v.Trace = append(v.Trace, l.line(&l.seen[i]))
	}
	if d := l.compare(w, horizon); d != "" {
		return &Difference{file, 1, InSegment, d}
	}
	if d := l.ends(w); d != "" {
		return &Difference{file, 1, InState, d}
	}
	return nil
}

// unplayable says what of a scene cannot be played on real hosts, "" if all can.
func unplayable(sc *engine.Scenario) string {
	if len(sc.Hosts) > 2 {
		return "more than two hosts"
	}
	for i := range sc.Hosts {
		switch h := &sc.Hosts[i]; {
		case h.Box != nil:
			return "boxes between hosts"
		case sc.KernelOf(h) != engine.DefaultKernel:
			return "another kernel than the one underneath"
		case len(h.Filter)+len(h.Output) > 0:
			return "a firewall on a host"
		}
		if !sc.Hosts[i].Addr.Is4() {
			return "hosts whose first address is of IPv6"
		}
	}
	for _, k := range sc.Links {
		if k.Jitter+sim.Duration(k.LossPPM+k.DupPPM+k.ReorderPPM+k.MarkPPM) > 0 || k.Rate+uint64(k.Queue) > 0 || k.MTU != 0 && k.MTU != 1500 {
			return "links with chance, a rate or another MTU"
		}
	}
	for _, s := range sc.Script {
		op := &s.Op
		for op.Kind == engine.OpLater {
			op = op.Then
		}
		switch op.Kind {
		case engine.OpEdit, engine.OpCall, engine.OpRelease:
			return "edit, call or release"
		case engine.OpReboot, engine.OpPowerOff, engine.OpPowerOn, engine.OpDestroy, engine.OpFilter, engine.OpStart, engine.OpOffload, engine.OpQdisc, engine.OpRoute, engine.OpMetrics, engine.OpConntrack:
			return "the life of a host"
		case engine.OpForge:
			if op.Many.Count > maxMany {
				return fmt.Sprintf("more than %d forged segments from one line", maxMany)
			}
		case engine.OpLink:
			if op.LinkHas != engine.LinkDelay {
				return "a link that changes more than its delay"
			}
		}
	}
	for _, p := range sc.Programs {
		for _, in := range p.Lines {
			if in.Name == "poll" || in.Name == "getsockopt" {
				return in.Name + "()"
			}
		}
	}
	return ""
}

// onEngine runs a scene in virtual time, as far as it is compared.
func onEngine(sc *engine.Scenario) (*engine.World, time.Duration, error) {
	t, err := engine.NewTimeline(*sc)
	if err != nil {
		return nil, 0, err
	}
	for {
		at, ok := t.NextAt()
		if !ok {
			return t.World(), min(time.Duration(t.World().Now())+after, Horizon), t.Err()
		}
		if at >= sim.Time(Horizon) {
			return t.World(), Horizon, t.Err()
		}
		if _, ok := t.Step(); !ok {
			return t.World(), min(time.Duration(t.World().Now())+after, Horizon), t.Err()
		}
	}
}

// maxMany is how many forged segments a line may stand for: each is a packet that
// this program writes in time.
const maxMany = 1000

// oneByOne spells out what stands for many forged segments.
func oneByOne(script []engine.Scheduled) (out []engine.Scheduled) {
	for _, s := range script {
		for i := range max(s.Op.Many.Count, 1) {
			one := s
			one.At = s.At.Add(sim.Duration(i) * s.Op.Many.Every)
			one.Op.Forge, one.Op.Many = s.Op.Many.Segment(s.Op.Forge, i), engine.Many{}
			out = append(out, one)
		}
	}
	return out
}

func newLab(sc *engine.Scenario, m *meter) (*lab, error) {
	l := &lab{sc: sc, m: m, kinds: map[[2]int]int{}, delays: map[[2]int]sim.Duration{}, down: map[[2]int]bool{},
		buf: make([]byte, 256<<10), over: make(chan struct{}), plan: oneByOne(sc.Script)}
	slices.SortStableFunc(l.plan, func(a, b engine.Scheduled) int { return cmp.Compare(a.At, b.At) })
	for i := range sc.Hosts {
		s, err := newSpace(false)
		if err != nil {
			l.close()
			return nil, err
		}
		h := &station{spec: &sc.Hosts[i], s: s}
		l.hosts = append(l.hosts, h)
		u := &setup{local: h.spec.Addr, remote: h.spec.Addr, bits: 32, mtu: 1500}
		if err := u.prepare(s, "default"); err != nil {
			l.close()
			return nil, err
		}
		if err := s.ip("link set dev tun0 gso_max_segs 1"); err != nil { // the engine's hosts send segment by segment
			l.close()
			return nil, err
		}
		for _, set := range h.spec.Sysctls {
			if err := s.sysctl(set.Name, set.Value); err != nil {
				l.close()
				return nil, refuse("%s = %s: %v", set.Name, set.Value, err)
			}
		}
	}
	for i := range sc.Links {
		k := &sc.Links[i]
		for _, c := range l.cables(&engine.Op{Link: *k}) {
			l.delays[c] = k.Delay
		}
	}
	for i := range sc.Programs {
		p := &sc.Programs[i]
		h := l.host(p.Host)
		h.procs = append(h.procs, &process{l: l, h: h, lines: p.Lines, vars: map[string]int{}})
	}
	return l, nil
}

// play lets the scene happen, in real time.
func (l *lab) play(horizon time.Duration) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l.start = time.Now().Add(20 * time.Millisecond)
	l.until = l.start.Add(horizon)
	for _, h := range l.hosts {
		for _, p := range h.procs {
			h.s.run(p.run)
		}
	}
	return l.wireLoop()
}

// close ends the programs and the hosts.
func (l *lab) close() {
	close(l.over)
	for _, h := range l.hosts {
		h.s.close()
	}
}

// stateOfHex are the states as /proc/net/tcp numbers them.
var stateOfHex = map[string]string{"01": "ESTABLISHED", "02": "SYN_SENT", "03": "SYN_RECV", "04": "FIN_WAIT_1", "05": "FIN_WAIT_2",
	"06": "TIME_WAIT", "08": "CLOSE_WAIT", "09": "LAST_ACK", "0A": "LISTEN", "0B": "CLOSING"}

// states counts the sockets of a host by state.
func (h *station) states() (out []string, err error) {
	err = h.s.inside(func() error {
		b, err := os.ReadFile("/proc/thread-self/net/tcp")
		for i, line := range strings.Split(string(b), "\n") {
			if f := strings.Fields(line); i > 0 && len(f) > 3 {
				out = append(out, stateOfHex[f[3]])
			}
		}
		return err
	})
	slices.Sort(out)
	return out, err
}

// ends compares how the hosts stand at the end: states, and errno of programs.
func (l *lab) ends(w *engine.World) string {
	var all []error
	for i, h := range l.hosts {
		e := w.Hosts()[i]
		var want []string
		for _, c := range e.Live {
			if c.State != tcp.Closed {
				want = append(want, c.State.String())
			}
		}
		for range e.Reqs {
			want = append(want, tcp.SynRecv.String())
		}
		for _, t := range e.TWs {
			want = append(want, t.State.String())
		}
		slices.Sort(want)
		got, err := h.states()
		if err != nil {
			return err.Error()
		}
		if !slices.Equal(want, got) {
			all = append(all, fmt.Errorf("%s: engine %v, kernel %v at the end", h.spec.Name, want, got))
		}
		for j, p := range h.procs {
			if j >= len(e.Procs) {
				continue
			}
			if want, got := errnoOf(&e.Procs[j]), p.lastErrno(); want != got {
				all = append(all, fmt.Errorf("%s: errno of the program: engine %q, kernel %q", h.spec.Name, want, got))
			}
		}
	}
	if err := errors.Join(all...); err != nil {
		return strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	return ""
}
