package kernel

import (
	"cmp"
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

// PlayScene plays a scene on the engine and on real hosts, and compares: all of it, but
// at most so long; 0: Longest.
func PlayScene(file, text string, most time.Duration) *Verdict {
	v := &Verdict{File: file}
	if most == 0 {
		most = Longest
	}
	v.play(func(m *meter) error { return playScene(v, m, file, text, most) })
	return v
}

func playScene(v *Verdict, m *meter, file, text string, most time.Duration) error {
	f, err := scene.Parse(file, text)
	if err != nil {
		return err
	}
	sc := &f.Scenario
	if why := unplayable(sc); why != "" {
		return refuse("on the kernel a scene may not have %s", why)
	}
	r, err := onEngine(sc, most)
	if err != nil {
		return err
	}
	if r.cut {
		v.Notes = append(v.Notes, fmt.Sprintf("compared for its first %v", r.horizon))
	}
	l, err := newLab(sc, m)
	if err != nil {
		return err
	}
	defer l.close()
	if err := l.play(r.horizon); err != nil {
		return err
	}
	l.number()
	for i := range l.seen {
		if !l.seen[i].forged {
			v.Trace = append(v.Trace, l.line(&l.seen[i]))
		}
	}
	d := l.compare(r)
	if d == nil {
		d = l.ends(r)
	}
	v.Notes = append(v.Notes, l.notes...)
	if d != nil {
		return &Difference{file, 1, d.kind, d.text}
	}
	return nil
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
		h.u = &setup{local: h.spec.Addr, remote: h.spec.Addr, bits: 32, mtu: 1500}
		if err := h.u.prepare(s, "default"); err != nil {
			l.close()
			return nil, err
		}
		if err := s.ip("link set dev tun0 gso_max_segs 1"); err != nil { // the engine's hosts send segment by segment
			l.close()
			return nil, err
		}
		for _, set := range h.spec.Sysctls {
			if err := h.u.sysctl(s, set.Name, set.Value); err != nil {
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

// ends compares how the hosts stand at the end: the states of their sockets.
func (l *lab) ends(r *engineRun) (m *mismatch) {
	for i, h := range l.hosts {
		e := r.w.Hosts()[i]
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
			return differ(0, InState, "%v", err)
		}
		if !slices.Equal(want, got) {
			m = m.first(differ(time.Duration(i), InState, "%s: engine %v, kernel %v at the end", h.spec.Name, want, got))
		}
	}
	return m
}
