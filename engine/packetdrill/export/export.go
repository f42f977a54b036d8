package export

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"wirestep/engine/packetdrill/compare"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Scripts writes what happened on one host of a branch up to step n down as scripts, one a
// connection: the host is the kernel under test, whoever it talked to is the script. ""
// is the first host. Without any connection there is one script, of calls alone.
func Scripts(t *engine.Timeline, b engine.BranchID, n engine.StepNo, name string) ([]string, error) {
	t = t.Clone()
	tip := int(n)
	if err := t.Switch(b, 0); err != nil {
		return nil, err
	}
	var of *host.Host
	for _, h := range t.World().Hosts() {
		if t.World().Box(h.Index) != nil {
			continue // it has no sockets
		}
		if h.Name == name || name == "" && of == nil {
			of = h
		}
	}
	if of == nil {
		return nil, &NoHost{name, hostNames(t.World())}
	}
	all := connections(t, tip, of)
	var out []string
	for i := range all {
		if err := t.Switch(b, 0); err != nil {
			return nil, err
		}
		x := &exporter{t: t, last: -1, nextFD: 3, connection: all[i], which: i + 1, count: len(all)}
		x.at(t.World(), of.Index)
		out = append(out, x.write(t, tip))
	}
	return out, nil
}

func (x *exporter) at(w *engine.World, index sim.HostID) { x.index, x.h = index, w.Hosts()[index] }

// write goes through what happened, and writes what concerns the connection.
func (x *exporter) write(t *engine.Timeline, tip int) string {
	started := false
	for n := 1; n <= min(tip, x.to-1); n++ {
		if n >= x.born && !started {
			x.head(t)
			started = true
		}
		ev, ok := t.Step()
		if !ok {
			break
		}
		if x.at(t.World(), x.index); n >= x.born {
			x.event(t.World(), ev, n >= x.from)
		}
	}
	if !started {
		x.head(t)
	}
	x.foot(t.World())
	return strings.Join(x.out, "\n") + "\n"
}

// NoHost is a host that is not there, or has no sockets.
type NoHost struct{ Name, Hosts string }

func (e *NoHost) Error() string { return fmt.Sprintf("no host %q; the hosts are %s", e.Name, e.Hosts) }

func hostNames(w *engine.World) string {
	var names []string
	for _, h := range w.Hosts() {
		if w.Box(h.Index) == nil {
			names = append(names, h.Name)
		}
	}
	return strings.Join(names, ", ")
}

// exporter writes one script.
type exporter struct {
	connection
	t            *engine.Timeline
	which, count int // the connection's number, and how many there are
	h            *host.Host
	index        sim.HostID
	last         sim.Time // of the line before; -1: there is none
	out          []string
	others       int // packets of other connections

	asked   wire.Seq        // what the last segment that came acknowledges,
	said    uint32          // and as the script has it
	stamped map[uint32]bool // the timestamps that packets of the host have had
	set     []string        // the commands that make the settings
	scaled  int             // where the option for echoes of others may stand

	fds     []exported
	nextFD  int64
	waiting *pending
	own     stampShift
	peer    stampShift
}

// exported is a descriptor of the script.
type exported struct {
	proc  int32
	name  string
	fd    int64
	conn  sim.SubjectID
	open  bool
	timed bool // it has SO_RCVTIMEO
}

// pending is a call that has not returned.
type pending struct {
	proc int32
	at   int      // its line
	from sim.Time // what its times count from
	call string
}

// stampShift makes timestamps of a host small numbers.
type stampShift struct {
	known bool
	first uint32
}

const firstStamp = 1000

func (s *stampShift) of(n uint32) uint32 {
	if !s.known {
		s.known, s.first = true, n
	}
	return n - s.first + firstStamp
}

// lacks are what a script has no words for.
func (x *exporter) lacks() (out []string) {
	if x.after {
		out = append(out, "what the connection before, between the same ends, has left behind")
	}
	if x.cookied {
		out = append(out, "what an earlier connection has left behind: the Fast Open cookie that it begins with")
	}
	if x.h.Has(x.remote.Addr) {
		out = append(out, "that a host talks to itself")
	}
	if x.h.Kernel != &host.Profiles[0] {
		out = append(out, "that the host has the kernel "+x.h.Kernel.Name)
	}
	return out
}

func ends(e wire.Endpoint) string { return netip.AddrPortFrom(e.Addr, e.Port).String() }

// line adds a line that happens now.
func (x *exporter) line(at sim.Time, text string) {
	if x.last < 0 {
		x.out = append(x.out, "0 "+text)
	} else {
		x.out = append(x.out, "+"+short6(at.Sub(x.last))+" "+text)
	}
	x.last = at
}

// late adds a line about a timer's work: a kernel's timer may be late by a slot of its wheel,
// which stands in the line where the tolerance does not cover it.
func (x *exporter) late(ev *trace.Event, text string) {
	set := sim.Time(0)
	if e := x.t.Event(x.t.Branch(), engine.StepNo(ev.Cause)); e != nil {
		set = e.At
	}
	since := ev.At.Sub(x.last)
	slot := compare.Coarse(ev.At.Sub(set))
	if x.last < 0 || slot <= max(exportTolerance, since/8) {
		x.line(ev.At, text)
		return
	}
	x.out = append(x.out, "+"+short6(since)+"~+"+short6(since+slot)+" "+text)
	x.last = ev.At
}

// exportTolerance is how far a line of a script may be off.
const exportTolerance = 10 * sim.Millisecond

func (x *exporter) comment(format string, a ...any) {
	x.out = append(x.out, "// "+fmt.Sprintf(format, a...))
}

// short6 prints seconds without zeros at the end.
func short6(d sim.Duration) string {
	return strings.TrimSuffix(strings.TrimRight(script.Seconds(d), "0"), ".")
}

// head writes what the script begins with: addresses, tolerances and settings.
func (x *exporter) head(t *engine.Timeline) {
	s := t.Scenario()
	x.comment("%s: what %s did, as the kernel under test; %s is the script.", s.Name, x.h.Name, x.remote.Addr)
	if x.count > 1 {
		x.comment("Connection %d of %d, %s to %s: each is a script of its own.", x.which, x.count, ends(x.local), ends(x.remote))
	}
	for _, lack := range x.lacks() {
		x.comment("A script cannot say %s.", lack)
	}
	x.comment("Times count from the line before; numbers and timestamps begin small.")
	if x.local.Addr.Is6() {
		x.out = append(x.out, "--ip_version=ipv6")
	}
	x.out = append(x.out, fmt.Sprintf("--tolerance_usecs=%d", exportTolerance/sim.Microsecond))
	x.scaled = len(x.out)
	var set []string
	x.set = x.settings()
	for i, d := range host.Sysctls {
		always := d.Name == "net.ipv4.tcp_rmem" || d.Name == "net.ipv4.tcp_wmem" || d.Name == "net.ipv4.tcp_congestion_control"
		if x.h.Set.Values[i] != d.Default || always {
			set = append(set, x.set[i])
		}
	}
	for _, s := range x.set[len(host.Sysctls):] {
		if s != plainRoute(x.local.Addr.Is6()) {
			set = append(set, s)
		}
	}
	if x.h.Sys.FastOpen&tcp.FastOpenServer != 0 && x.h.Sys.FastOpenKeyN == 1 {
		k := x.h.Sys.FastOpenKeys[0]
		set = append(set, fmt.Sprintf("sysctl -q net.ipv4.tcp_fastopen_key=%08x-%08x-%08x-%08x", uint32(k[0]), k[0]>>32, uint32(k[1]), k[1]>>32))
	}
	x.out = append(x.out, "`"+strings.Join(set, "\n ")+"`", "")
}

// plainRoute changes the route to the script's peer, and gives it no attributes.
func plainRoute(v6 bool) string {
	_, remote := script.Ends(v6)
	if v6 {
		return "ip -6 route change " + netip.PrefixFrom(remote, 64).Masked().String() + " dev tun0"
	}
	return "ip route change " + netip.PrefixFrom(remote, 24).Masked().String() + " dev tun0"
}

// settings are the commands that set what the host has set: a setting each, then interface
// and route.
func (x *exporter) settings() (set []string) {
	for i := range host.Sysctls {
		set = append(set, "sysctl -q "+host.Sysctls[i].Name+"='"+x.h.Set.Values[i]+"'")
	}
	r := x.h.Sys.Route
	bits := -1
	for _, e := range x.h.Routes {
		if e.Prefix.Contains(x.remote.Addr) && e.Prefix.Bits() > bits {
			r, bits = e.Attr, e.Prefix.Bits()
			r.RTOMin = e.RTOMin
		}
	}
	route := plainRoute(x.local.Addr.Is6())
	if r.InitCwnd > 0 {
		route += fmt.Sprintf(" initcwnd %d", r.InitCwnd)
	}
	if r.InitRwnd > 0 {
		route += fmt.Sprintf(" initrwnd %d", r.InitRwnd)
	}
	if r.RTOMin > 0 {
		route += fmt.Sprintf(" rto_min %dms", r.RTOMin/sim.Millisecond)
	}
	return append(set, fmt.Sprintf("ip link set dev tun0 gso_max_segs %d", max(x.h.Sys.GSOMaxSegs, 1)), route)
}

// changed writes what somebody has set since the line before.
func (x *exporter) changed(at sim.Time) {
	now := x.settings()
	for i := range now {
		if now[i] != x.set[i] {
			x.line(at, "`"+now[i]+"`")
		}
	}
	x.set = now
}

// event writes what an event did on the host; packets only of the connection's own time.
func (x *exporter) event(w *engine.World, ev *trace.Event, packets bool) {
	for i := range ev.Effects {
		e := &ev.Effects[i]
		if packets && e.Kind == trace.Delivered && e.Host == x.index {
			x.arrived(w, ev, w.Packet(e.Packet))
		}
	}
	if ev.Kind == trace.Act {
		x.changed(ev.At)
	}
	if ev.Kind == trace.Call && ev.Host == x.index {
		x.call(ev)
	}
	for i := range ev.Effects {
		e := &ev.Effects[i]
		if p := w.Packet(e.Packet); packets && e.Kind == trace.Sent && p != nil && p.From == x.index && p.Of == 0 && !p.Forged {
			x.sent(ev, p)
		}
	}
}

// arrived writes a packet that the script sends.
func (x *exporter) arrived(w *engine.World, ev *trace.Event, p *engine.Packet) {
	s := &p.Seg
	if s.ICMP.Set {
		x.icmp(ev, p)
		return
	}
	switch {
	case s.Src != x.remote || s.Dst != x.local:
		x.others++
		return
	case s.BadSum:
		x.comment("a packet with a wrong checksum arrived, and was discarded")
		return
	}
	if o := &s.Opts; o.On(wire.HasTS) && s.Flags.Has(wire.ACK) && !x.stamped[o.TSEcr] {
		if len(x.stamped) == 0 { // packetdrill has nothing to count the echo from
			q := *p
			q.Seg.Opts.Has &^= wire.HasTS
			x.comment("without its timestamps, which echo none of this connection")
			p = &q
		} else if x.scaled > 0 {
			x.out = slices.Insert(x.out, x.scaled, "--tcp_ts_ecr_scaled")
			x.scaled = 0
			if x.waiting != nil {
				x.waiting.at++
			}
		}
	}
	x.asked, x.said = s.Ack, uint32(p.RelAck())
	x.line(ev.At, "< "+x.spell(p, &x.peer, &x.own))
}

// sent writes a packet that the host is to send.
func (x *exporter) sent(ev *trace.Event, p *engine.Packet) {
	if p.Seg.Src != x.local || p.Seg.Dst != x.remote || p.Seg.ICMP.Set {
		x.others++
		return
	}
	q := *p
	if q.Seg.ECN == wire.CE {
		q.Seg.ECN = wire.ECT0 // a queue on the way has marked it
	}
	if o := &q.Seg.Opts; o.On(wire.HasTS) {
		if x.stamped == nil {
			x.stamped = map[uint32]bool{}
		}
		x.stamped[o.TSVal] = true
	}
	text := "> " + x.spell(&q, &x.own, &x.peer)
	if ev.Kind == trace.Timer {
		x.late(ev, text)
		return
	}
	x.line(ev.At, text)
}

// cookie makes a Fast Open cookie that the host has given out one for the addresses of the
func (x *exporter) cookie(o *wire.Options) {
	for i := range int(x.h.Sys.FastOpenKeyN) {
		k := x.h.Sys.FastOpenKeys[i]
		if o.FOCookie == tcp.FastOpenCookie(k, x.remote.Addr, x.local.Addr).Val {
			local, remote := script.Ends(x.local.Addr.Is6())
			o.FOCookie = tcp.FastOpenCookie(k, remote, local).Val
			return
		}
	}
}

// spell writes a packet with the numbers of the script.
func (x *exporter) spell(p *engine.Packet, val, ecr *stampShift) string {
	s := p.Seg
	o := s.Opts
	if o.On(wire.HasTS) {
		o.TSVal = val.of(o.TSVal)
		if o.TSEcr != 0 {
			o.TSEcr = ecr.of(o.TSEcr)
		}
	}
	if o.On(wire.HasFastOpen) && o.FOCookieN > 0 {
		x.cookie(&o)
	}
	for i := range o.Sack[:o.SackN] {
		o.Sack[i].Start -= p.BaseAck
		o.Sack[i].End -= p.BaseAck
	}
	seq, ack := uint32(p.RelSeq()), uint32(p.RelAck())
	switch { // of the host's own the script's are as far from the number that it began with
	case x.known && p.From == x.index && (s.Seq != 0 || !s.Flags.Has(wire.RST)):
		seq = uint32(s.Seq - x.isn)
	case x.known && p.From != x.index && s.Flags.Has(wire.ACK):
		ack = uint32(s.Ack - x.isn)
	}
	if !x.known && s.Flags&(wire.RST|wire.ACK) == wire.RST && s.Seq == x.asked {
		seq = x.said // as the segment has it that is refused
	}
	ecn := ""
	if s.ECN != wire.NotECT {
		ecn = s.ECN.String()
	}
	opts := strings.TrimSuffix(script.SpellOptions(o.Bytes()), ",eol")
	return script.Spell(ecn, s.Flags, seq, len(s.Payload), s.Flags.Has(wire.ACK), ack, int(s.Win), int(s.Urg), opts)
}

// icmp writes an ICMP error that the script sends.
func (x *exporter) icmp(ev *trace.Event, p *engine.Packet) {
	s := &p.Seg
	if s.Src != x.local || s.Dst != x.remote {
		x.others++
		return
	}
	x.line(ev.At, "< "+script.SpellICMP(s, uint32(p.RelSeq())))
}

// pinned are the variables of TCP_INFO that the last line compares.
var pinned = []string{"tcpi_state", "tcpi_ca_state", "tcpi_snd_cwnd", "tcpi_snd_ssthresh", "tcpi_unacked", "tcpi_retransmits"}

// foot writes how the connection stands at the end.
func (x *exporter) foot(w *engine.World) {
	if x.waiting != nil {
		x.unwait(w.Now(), "...")
	}
	if x.others > 0 {
		x.comment("%d packets of other connections are left out.", x.others)
	}
	for _, f := range x.fds {
		c := w.Hosts()[x.index].Conn(f.conn)
		if !f.open || c == nil || c.State == tcp.Listen || c.Tuple.Remote != x.remote || c.Tuple.Local != x.local {
			continue
		}
		var asserts []string
		pins := pinned
		if c.State == tcp.Closed { // connect() that has failed leaves nothing of the connection: tcp_disconnect
			pins = pinned[:1]
		}
		for _, i := range c.Info(w.Now(), &x.h.Sys) {
			for _, name := range pins {
				if i.Name == name {
					asserts = append(asserts, fmt.Sprintf("assert %s == %d, %s", name, i.Value, name))
				}
			}
		}
		after := sim.Millisecond
		if c.State == tcp.Closed { // a timer may have ended it, and be late on a kernel
			after += compare.Coarse(w.Now().Sub(max(x.last, 0)))
		}
		x.line(w.Now().Add(after), "%{\n"+strings.Join(asserts, "\n")+"\n}%")
		return
	}
}
