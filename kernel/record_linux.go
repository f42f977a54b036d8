package kernel

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"wirestep/engine/packetdrill/compare"
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// recorder plays a plan on the kernel and writes down what happens as a script.
type recorder struct {
	player
	p    *plan
	last time.Time
	out  []string

	local, remote wire.Endpoint
	began         bool
	known         bool // the kernel's first sequence number
	isn           wire.Seq
	irs           wire.Seq // the peer's, as packetdrill takes it: 0 until the kernel answers a second SYN with numbers of its own
	next          wire.Seq // the kernel's next sequence number, and what the peer has acknowledged
	acked         wire.Seq
	tsKnown       bool
	tsShift       uint32
	tsLast        uint32
	peerNext      wire.Seq
	nextFD, conn  int64
	rd            reader // the peer as a receiver
}

// record plays a plan and returns the script of what happened.
func record(p *plan) (string, error) {
	sc := &script.Script{}
	if p.ip6 {
		sc.Options = []script.Option{{Name: "ip_version", Value: "ipv6"}}
	}
	u, err := newSetup(sc)
	if err != nil {
		return "", err
	}
	s, err := newSpace(true)
	if err != nil {
		return "", err
	}
	defer s.close()
	if err := u.prepare(s, u.net()); err != nil {
		return "", err
	}
	r := &recorder{player: player{u: u, s: s, sc: sc, v: &Verdict{}, buf: make([]byte, 256<<10), fds: map[int64]int{}},
		p: p, nextFD: 3, conn: -1,
		local: wire.Endpoint{Addr: u.local, Port: u.bind}, remote: wire.Endpoint{Addr: u.remote, Port: 36869}}
	r.w = compare.NewWire(compare.WireConfig{Local: u.local, Remote: u.remote, BindPort: u.bind,
		Tolerance: sim.Duration(u.tolerance), Await: func(sim.Time) bool { return false }})
	if err := r.begin(); err != nil {
		return "", err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for i := range p.acts {
		if err := r.act(&p.acts[i]); err != nil {
			return "", err
		}
	}
	return "--strict_segments\n" + strings.Join(r.out, "\n") + "\n", nil
}

// begin makes the settings and the sockets.
func (r *recorder) begin() error {
	var sys []string
	for _, s := range r.p.sys {
		sys = append(sys, s[0]+`="`+s[1]+`"`)
	}
	cmd := "sysctl -q " + strings.Join(sys, " ")
	if !r.p.gso {
		cmd += "; ip link set dev tun0 gso_max_segs 1"
	}
	if err := r.u.shell(r.s, cmd); err != nil {
		return err
	}
	if r.p.ip6 {
		r.out = append(r.out, "--ip_version=ipv6")
	}
	r.out = append(r.out, "`"+cmd+"`")
	r.start = time.Now()
	r.last = r.start
	calls := []string{"socket(..., SOCK_STREAM, IPPROTO_TCP)"}
	if !r.p.active {
		calls = append(calls, "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4)")
		calls = append(append(calls, r.p.before...), "bind(3, ..., ...)", "listen(3, 1)")
	} else {
		calls = append(calls, r.p.before...)
		r.conn = 3
	}
	for _, c := range append(calls, "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK)") {
		if _, err := r.made(c); err != nil {
			return err
		}
	}
	return nil
}

// made makes a system call and writes it down with its result.
func (r *recorder) made(call string) (int64, error) {
	sc, err := script.Parse("call", "0 "+call+" = 0", nil)
	if err != nil {
		return 0, err
	}
	t, err := r.task(sc.Events[0].Call)
	if err != nil {
		return 0, err
	}
	line := r.at(time.Now(), false)
	n, err := t.do()
	if err == nil && t.opens {
		r.s.keep(int(n))
		r.fds[r.nextFD] = int(n)
		n = r.nextFD
		r.nextFD++
	}
	result := fmt.Sprint(n)
	if no, is := err.(unix.Errno); is {
		result, n = "-1 "+errnoName(no)+" ("+no.Error()+")", -1
	} else if err != nil {
		return 0, err
	}
	r.out = append(r.out, line+call+" = "+result)
	return n, nil
}

// at begins a line: the time since the line before. A timer of the kernel is
// late by as much as its wheel is coarse; a range says so.
func (r *recorder) at(t time.Time, sent bool) string {
	d := max(t.Sub(r.last), 0)
	r.last = t
	switch {
	case !r.began:
		r.began = true
		return "0 "
	case !sent:
		return fmt.Sprintf("+%.4f ", d.Seconds())
	case d < 300*time.Microsecond:
		return "+0 "
	case d < 3500*time.Microsecond: // perhaps a timer that waits for the next tick
		return "+0~+0.0045 "
	}
	lo := max(d-coarse(t.Sub(r.start))-5*time.Millisecond, 0)
	return fmt.Sprintf("+%.4f~+%.4f ", lo.Seconds(), (d + time.Millisecond).Seconds())
}

// coarse is how late a timer may be that was armed d before.
func coarse(d time.Duration) time.Duration { return time.Duration(compare.Coarse(sim.Duration(d))) }

func (r *recorder) act(a *act) error {
	until := time.Now().Add(a.wait)
	for {
		q, ok, err := r.s.receive(until, r.buf)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		r.sent(q)
	}
	switch a.kind {
	case actInject:
		return r.peerSends(a)
	case actICMP:
		return r.complains(a)
	case actCall:
		return r.calls(a)
	case actPeer:
		return r.peerTakes(a)
	case actCheckSend:
		r.check(sending)
		return nil
	}
	r.check(checked)
	return nil
}

// sent writes a packet of the kernel down, with the numbers of the script.
func (r *recorder) sent(q sent) {
	s, err := wire.Decode(q.bytes)
	if err != nil || s.ICMP.Set {
		return
	}
	r.local, r.remote = s.Src, s.Dst
	if s.Flags.Has(wire.SYN) && (!r.known || s.Seq != r.isn) {
		if r.known && s.Flags.Has(wire.ACK) && !r.p.active {
			r.irs = s.Ack - 1
		}
		r.known, r.isn, r.next, r.acked = true, s.Seq, s.Seq, s.Seq
	}
	if s.Seq.After(r.next) || s.End().After(r.next) {
		if !s.Flags.Has(wire.RST) {
			r.next = s.End()
		}
	}
	if r.p.rtt > 0 {
		r.rd.arrived(&s)
	}
	if s.Flags.Has(wire.SYN) {
		r.rd.sack = s.Opts.On(wire.HasSackOK) && (r.rd.sack || r.p.active)
	}
	if s.Opts.On(wire.HasTS) {
		if r.tsLast = s.Opts.TSVal; !r.tsKnown {
			r.tsKnown, r.tsShift = true, s.Opts.TSVal-100
		}
		s.Opts.TSVal -= r.tsShift
	}
	if s.Seq != 0 {
		s.Seq -= r.isn
	}
	if !s.Flags.Has(wire.SYN) {
		if s.Flags.Has(wire.ACK) {
			s.Ack -= r.irs
		}
		for i := range s.Opts.SackN {
			s.Opts.Sack[i].Start -= r.irs
			s.Opts.Sack[i].End -= r.irs
		}
	}
	win := r.p.wins || s.Flags.Has(wire.SYN)
	r.out = append(r.out, r.at(q.at, true)+"> "+script.SpellSegment(&s, win))
}

// peerSends injects a segment.
func (r *recorder) peerSends(a *act) error {
	if r.p.active && !r.known {
		return nil
	}
	s := wire.Segment{Src: r.remote, Dst: r.local, Seq: r.peerNext + wire.Seq(a.off), Flags: a.flags, Win: a.win, Opts: a.opts, Urg: a.urg}
	syn := a.flags.Has(wire.SYN)
	if syn && r.p.area == "handshake" {
		s.Seq = wire.Seq(a.off)
	}
	s.Payload = wire.Pattern(uint64(s.Seq), a.size)
	if from := uint32(s.Seq - r.irs); !a.flags.Has(wire.SYN) && from+uint32(a.size) < from {
		return nil // packetdrill's language has no segment across number 0
	}
	if a.flags.Has(wire.ACK) {
		s.Ack = r.ack(a)
	}
	if r.p.ts && !a.noTS && (r.tsKnown || syn && !a.flags.Has(wire.ACK)) { // before the kernel has named one, nothing can be echoed
		s.Opts.Has |= wire.HasTS
		s.Opts.TSVal = uint32(1000 + time.Since(r.start).Milliseconds() - int64(a.age))
		if a.flags.Has(wire.ACK) {
			s.Opts.TSEcr = r.tsLast
		}
	}
	b, err := wire.Encode(&s)
	if err != nil {
		return err
	}
	if !a.flags.Has(wire.RST) && a.off <= 0 && s.End().After(r.peerNext) {
		r.peerNext = s.End()
	}
	if a.flags.Has(wire.ACK) {
		s.Ack -= r.isn
	}
	if s.Opts.On(wire.HasTS) && s.Opts.TSEcr != 0 {
		s.Opts.TSEcr -= r.tsShift
	}
	if syn {
		r.rd.sack = s.Opts.On(wire.HasSackOK) && (r.rd.sack || !r.p.active)
		r.rd.mss = 536
		if s.Opts.On(wire.HasMSS) {
			r.rd.mss = int(s.Opts.MSS)
		}
	}
	if !syn {
		s.Seq -= r.irs
	}
	line := r.at(time.Now(), false)
	if err := r.s.inject(b); err != nil {
		return err
	}
	r.out = append(r.out, line+"< "+script.SpellSegment(&s, true))
	return nil
}

// complains injects an ICMP error about what the kernel has sent.
func (r *recorder) complains(a *act) error {
	if !r.known {
		return nil
	}
	s := wire.Segment{Src: r.local, Dst: r.remote, Seq: r.acked + wire.Seq(a.off), Ack: r.peerNext, Flags: wire.ACK, Payload: wire.Pattern(0, a.size)}
	s.ICMP = wire.ICMP{Set: true, Type: 3, Code: a.code}
	if r.p.ip6 {
		s.ICMP.V6, s.ICMP.Type = true, 1
	}
	b, err := wire.Encode(&s)
	if err != nil {
		return err
	}
	line := r.at(time.Now(), false)
	if err := r.s.inject(b); err != nil {
		return err
	}
	r.out = append(r.out, line+"< "+script.SpellICMP(&s, uint32(s.Seq-r.isn)))
	return nil
}

func (r *recorder) ack(a *act) wire.Seq {
	n := r.next
	switch a.ack {
	case ackNone:
		n = r.acked
	case ackHalf:
		n = r.acked + (r.next-r.acked)/2
	}
	n += wire.Seq(a.plus)
	if n.After(r.acked) && !n.After(r.next) {
		r.acked = n
	}
	return n
}

// calls makes the calls of a step; without a connection there is nothing to do.
func (r *recorder) calls(a *act) error {
	fd := r.conn
	switch {
	case a.call == "connect":
		_, err := r.made("connect(3, ..., ...)")
		return err
	case a.call == "accept":
		if r.p.active || r.conn >= 0 {
			return nil
		}
		n, err := r.made("accept(3, ..., ...)")
		if err == nil && n >= 0 {
			r.conn = n
			_, err = r.made(fmt.Sprintf("fcntl(%d, F_SETFL, O_RDWR|O_NONBLOCK)", n))
		}
		return err
	case fd < 0:
		return nil
	}
	if done, err := r.callsSending(a, fd); done {
		return err
	}
	var err error
	if strings.Contains(a.call, "%d") {
		_, err = r.made(fmt.Sprintf(a.call, fd))
		return err
	}
	switch a.call {
	case "inq":
		line := r.at(time.Now(), false)
		n, _ := unix.IoctlGetInt(r.fds[fd], unix.SIOCINQ)
		r.out = append(r.out, line+fmt.Sprintf("ioctl(%d, SIOCINQ, [%d]) = 0", fd, n))
	case "read", "write":
		_, err = r.made(fmt.Sprintf("%s(%d, ..., %d)", a.call, fd, a.n))
	case "shutdown":
		_, err = r.made(fmt.Sprintf("shutdown(%d, %s)", fd, []string{"SHUT_RD", "SHUT_WR", "SHUT_RDWR"}[a.n]))
	case "linger":
		_, err = r.made(fmt.Sprintf("setsockopt(%d, SOL_SOCKET, SO_LINGER, {onoff=1, linger=%d}, 8)", fd, a.n))
	case "quickack":
		_, err = r.made(fmt.Sprintf("setsockopt(%d, SOL_TCP, TCP_QUICKACK, [%d], 4)", fd, a.n))
	case "soerror":
		line := r.at(time.Now(), false)
		n, _ := unix.GetsockoptInt(r.fds[fd], unix.SOL_SOCKET, unix.SO_ERROR)
		r.out = append(r.out, line+fmt.Sprintf("getsockopt(%d, SOL_SOCKET, SO_ERROR, [%d], [4]) = 0", fd, n))
	case "close":
		r.conn = -1
		_, err = r.made(fmt.Sprintf("close(%d)", fd))
	}
	return err
}

// checked are the variables that a check compares.
var checked = []string{"tcpi_state", "tcpi_unacked", "tcpi_retransmits", "tcpi_backoff", "tcpi_snd_mss", "tcpi_bytes_received",
	"tcpi_rcv_mss", "tcpi_advmss", "tcpi_pmtu", "tcpi_rcv_ssthresh", "tcpi_rcv_space", "tcpi_segs_in", "tcpi_segs_out", "tcpi_data_segs_in",
	"tcpi_data_segs_out", "tcpi_bytes_acked", "tcpi_bytes_sent", "tcpi_bytes_retrans", "tcpi_notsent_bytes", "tcpi_rcv_ooopack", "tcpi_snd_wnd", "tcpi_rcv_wnd",
	"tcpi_options", "tcpi_snd_wscale", "tcpi_rcv_wscale", "tcpi_total_retrans", "tcpi_dsack_dups", "tcpi_reord_seen", "tcpi_probes", "tcpi_delivered",
	"tcpi_rehash", "tcpi_total_rto", "tcpi_total_rto_recoveries"}

func (r *recorder) check(checked []string) {
	if r.conn < 0 {
		return
	}
	line := r.at(time.Now(), false)
	info, err := tcpInfo(r.fds[r.conn])
	if err != nil {
		return
	}
	var says []string
	for _, name := range checked {
		for _, f := range info {
			if f.Name == name {
				says = append(says, fmt.Sprintf("assert %s == %d, %s", name, f.Value, name))
			}
		}
	}
	r.out = append(r.out, line+"%{\n"+strings.Join(says, "\n")+"\n}%")
}
