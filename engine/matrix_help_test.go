package engine_test

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// bench is one host of the engine with a raw peer: what it sends is kept, and
// what reaches it is written by hand.
type bench struct {
	testing.TB
	h        *host.Host
	ids      sim.SubjectID
	now      sim.Time
	step     sim.EventID
	rec      trace.Recorder
	out      []wire.Segment
	listener int32
	fd       int32 // of the connection; -1: none, or closed

	us, peer           wire.Endpoint
	iss, irs           wire.Seq
	sndUna, sndNxt     wire.Seq
	rcvNxt             wire.Seq
	before, after, err string
	reply              []string
	counters           map[string]int
}

// newBench is a host without timestamps, as in the measurement.
func newBench(t testing.TB) *bench {
	a := netip.MustParseAddr
	b := &bench{TB: t, ids: 1, now: sim.Time(sim.Second), listener: -1, fd: -1,
		us: wire.Endpoint{Addr: a("10.0.0.1"), Port: 80}, peer: wire.Endpoint{Addr: a("10.0.0.2"), Port: 40000},
		iss: 500_000_000, irs: 1_000_000_000}
	b.h = host.New(1, 0, "host", []netip.Addr{b.us.Addr}, 1, &host.Profiles[0])
	must(t, b.h.SetSysctl("net.ipv4.tcp_timestamps", "0"))
	b.sndUna, b.sndNxt, b.rcvNxt = b.iss+1, b.iss+1, b.irs+1
	return b
}

// event lets the host handle something and keeps what it sends.
func (b *bench) event(kind trace.Kind, do func(x *host.Ctx)) {
	b.step++
	b.rec.Begin(trace.Event{ID: b.step, At: b.now, Kind: kind})
	x := &host.Ctx{IDs: &b.ids}
	x.Recorder, x.Now, x.Sys, x.MIB, x.Mem, x.Rand = &b.rec, b.now, &b.h.Sys, &b.h.MIB, &b.h.Mem, &b.h.Rand
	do(x)
	for i := range x.Out {
		b.out = append(b.out, x.Out[i].Seg)
	}
	b.h.Finish(x)
}

// wait lets virtual time pass, with the timers that fire in it.
func (b *bench) wait(d sim.Duration) {
	end := b.now.Add(d)
	for t := b.h.NextTimer(); t.At <= end; t = b.h.NextTimer() {
		b.now = max(b.now, t.At)
		b.event(trace.Timer, func(x *host.Ctx) { b.h.OnTimer(x, t) })
	}
	b.now = end
}

// send puts a segment without data on the wire.
func (b *bench) send(flags wire.Flags, seq, ack wire.Seq) {
	b.deliver(wire.Segment{Src: b.peer, Dst: b.us, Flags: flags, Seq: seq, Ack: ack, Win: 65535})
}

// deliver lets a segment of the peer arrive; it takes 1 ms.
func (b *bench) deliver(s wire.Segment) {
	s.TTL = 64
	if s.Flags.Has(wire.SYN) {
		s.Opts.Has |= wire.HasMSS | wire.HasSackOK
		s.Opts.MSS = 1460
	}
	b.wait(sim.Millisecond)
	b.event(trace.Arrive, func(x *host.Ctx) { b.h.OnSegment(x, &s) })
}

// call makes a system call that has to succeed.
func (b *bench) call(do func(x *host.Ctx) tcp.Errno) {
	b.Helper()
	b.event(trace.Call, func(x *host.Ctx) {
		if err := do(x); err != tcp.OK {
			b.Fatalf("a call fails with %s", err)
		}
	})
}

// makes makes a call that gives a descriptor.
func (b *bench) makes(x *host.Ctx, c host.Call) int32 {
	b.Helper()
	d, w := b.h.Call(x, c)
	if w != nil || d.Errno != tcp.OK {
		b.Fatalf("%T fails with %s", c, d.Errno)
	}
	return int32(d.N)
}

// returns makes a call that does not wait.
func (b *bench) returns(x *host.Ctx, c host.Call) tcp.Errno {
	d, _ := b.h.Call(x, c)
	return d.Errno
}

func (b *bench) listen() {
	b.call(func(x *host.Ctx) tcp.Errno {
		b.listener = b.makes(x, &host.Socket{})
		if err := b.returns(x, &host.Bind{FD: b.listener, At: b.us}); err != tcp.OK {
			return err
		}
		return b.returns(x, &host.Listen{FD: b.listener, Backlog: 16})
	})
}

// handshake opens a connection from the peer's side, and accepts it.
func (b *bench) handshake(whole bool) {
	b.listen()
	b.send(wire.SYN, b.irs, 0)
	b.iss = b.out[len(b.out)-1].Seq
	b.sndUna, b.sndNxt = b.iss, b.iss+1
	if !whole {
		return
	}
	b.sndUna = b.sndNxt
	b.send(wire.ACK, b.rcvNxt, b.sndNxt)
	b.call(func(x *host.Ctx) tcp.Errno {
		b.fd = b.makes(x, &host.Accept{FD: b.listener})
		return tcp.OK
	})
}

// connect sends a SYN of the host's own.
func (b *bench) connect() {
	b.us.Port = 2000
	b.call(func(x *host.Ctx) tcp.Errno {
		b.fd = b.makes(x, &host.Socket{NonBlock: true})
		if err := b.returns(x, &host.Bind{FD: b.fd, At: b.us}); err != tcp.OK {
			return err
		}
		if err := b.returns(x, &host.Connect{FD: b.fd, To: b.peer}); err != tcp.EINPROGRESS {
			return err
		}
		return tcp.OK
	})
	b.iss = b.out[0].Seq
	b.sndUna, b.sndNxt = b.iss, b.iss+1
}

// fin closes the host's half, by close() or by shutdown().
func (b *bench) fin(how string) {
	b.call(func(x *host.Ctx) tcp.Errno {
		if how == "shutdown" {
			return b.returns(x, &host.Shutdown{FD: b.fd, How: 1})
		}
		fd := b.fd
		b.fd = -1
		return b.returns(x, &host.Close{FD: fd})
	})
	b.sndNxt++
}

// peerFin closes the peer's half.
func (b *bench) peerFin() {
	b.send(wire.FIN|wire.ACK, b.rcvNxt, b.sndUna)
	b.rcvNxt++
}

// ackFin acknowledges the host's FIN.
func (b *bench) ackFin() {
	b.sndUna = b.sndNxt
	b.send(wire.ACK, b.rcvNxt, b.sndUna)
}

// enter brings the host into a state of the table: "FIN_WAIT_1(close)".
func (b *bench) enter(state string) {
	b.Helper()
	name, how, _ := strings.Cut(strings.TrimSuffix(state, ")"), "(")
	switch name {
	case "CLOSED":
		return
	case "LISTEN":
		b.listen()
		return
	case "SYN_SENT":
		b.connect()
		return
	case "SYN_RECV":
		if how == "passive" {
			b.handshake(false)
			return
		}
		b.connect()
		b.send(wire.SYN, b.irs, 0)
		return
	}
	b.handshake(true)
	switch name {
	case "ESTABLISHED":
	case "GAP": // ten bytes wait above a gap of twenty
		b.inject("P. seq=rcv_nxt+20 ack=snd_nxt len=10")
		b.wait(600 * sim.Millisecond)
	case "UNREAD": // ten bytes wait to be read
		b.inject("P. seq=rcv_nxt ack=snd_nxt len=10")
		b.rcvNxt += 10
	case "FIN_WAIT_1":
		b.fin(how)
	case "FIN_WAIT_2":
		b.fin(how)
		b.ackFin()
	case "CLOSING":
		b.fin(how)
		b.peerFin()
	case "TIME_WAIT":
		b.fin(how)
		b.ackFin()
		b.peerFin()
	case "CLOSE_WAIT":
		b.peerFin()
		b.wait(60 * sim.Millisecond) // its acknowledgment is delayed
	case "LAST_ACK":
		b.peerFin()
		b.wait(60 * sim.Millisecond)
		b.fin(how)
	default:
		b.Fatalf("no state is called %s", state)
	}
}

var incomingForm = regexp.MustCompile(`^(SYN\+ACK|SYN|ACK|DATA10\+FIN|DATA10|FIN|RST\+ACK|RST|[FSRP.-]+)(?: seq=([a-z_]+)([-+]\d+)?)?` +
	`(?: ack=([a-z_]+)([-+]\d+)?)?(?: len=(\d+))?(?: win=(\d+))?(?: \(.*\))?$`)

var incomingFlags = map[string]string{"SYN": "S", "SYN+ACK": "S.", "ACK": ".", "DATA10": "P.", "DATA10+FIN": "PF.", "FIN": "F.", "RST": "R", "RST+ACK": "R."}

// inject builds the segment that a row of the table describes, in words or as
// "P. seq=rcv_nxt-5 ack=snd_nxt len=10"; "-" is no flag at all.
func (b *bench) inject(row string) {
	b.Helper()
	if row == "segment without ACK flag, data" {
		row = "- seq=rcv_nxt len=10"
	}
	m := incomingForm.FindStringSubmatch(row)
	if m == nil {
		b.Fatalf("what is %q?", row)
	}
	number := func(name, off string, missing wire.Seq) wire.Seq {
		base, ok := map[string]wire.Seq{"": missing, "rcv_nxt": b.rcvNxt, "snd_nxt": b.sndNxt, "snd_una": b.sndUna, "iss": b.iss, "irs": b.irs}[name]
		if !ok {
			b.Fatalf("what is %s in %q?", name, row)
		}
		n, _ := strconv.Atoi(off)
		return base + wire.Seq(n)
	}
	size, _ := strconv.Atoi(m[6])
	if strings.HasPrefix(m[1], "DATA10") {
		size = 10
	}
	letters := incomingFlags[m[1]]
	if letters == "" {
		letters = m[1]
	}
	s := wire.Segment{Src: b.peer, Dst: b.us, Seq: number(m[2], m[3], b.rcvNxt), Win: 65535, Payload: strings.Repeat("x", size)}
	for _, f := range flagLetters {
		if strings.Contains(letters, f.letter) {
			s.Flags |= f.bit
		}
	}
	if s.Flags.Has(wire.ACK) {
		s.Ack = number(m[4], m[5], b.sndNxt)
	}
	if m[7] != "" {
		n, _ := strconv.Atoi(m[7])
		s.Win = uint16(n)
	}
	b.deliver(s)
}
