package tcp

import (
	_ "embed"
	"unsafe"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

//go:embed timewait.go
var timeWaitSource string

// TimeWaitSchema describes the variables of a TIME_WAIT entry.
var TimeWaitSchema = trace.NewSchema("timewait", TimeWaitVars{}, timeWaitSource, map[string][]string{"State": StateNames})

const timeWaitLen = 60 * sim.Second // Linux: TCP_TIMEWAIT_LEN; RFC 9293 says 2 MSL = 4 min

// TimeWaitVars are the numbers of a TIME_WAIT entry.
type TimeWaitVars struct {
	State     State        // state [state]: TIME_WAIT, or FIN_WAIT_2 of a socket that nobody holds.
	ISS       wire.Seq     // ISS [seq:snd]: initial send sequence number of the connection.
	IRS       wire.Seq     // IRS [seq:rcv]: initial receive sequence number of the connection.
	SndNxt    wire.Seq     // SND.NXT [seq:snd]: what the last ACK carried as its own number.
	RcvNxt    wire.Seq     // RCV.NXT [seq:rcv]: end of what was received.
	RcvWnd    uint32       // RCV.WND [bytes]: window that was open at the end.
	WScale    uint8        // rcv_wscale [shift]: scale of that window.
	TSOK      bool         // tstamp_ok [bool]: the connection had timestamps.
	TSRecent  uint32       // TS.Recent [count]: bar for PAWS.
	TSStamp   sim.Time     // ts_recent_stamp [time]: when it was taken.
	TSOffset  uint32       // tsoffset [count]: secret added to our timestamps.
	LastOOW   sim.Time     // last_oow_ack_time [time]: when a segment was last answered; 0: never.
	ExpireAt  sim.Time     // TIME_WAIT timer [timer]: when the entry goes.
	Stay      sim.Duration // tw_timeout [duration]: how long it lasts after each restart.
	Reuse     bool         // tw_reuse [bool]: SO_REUSEADDR of the old socket.
	ReusePort bool         // tw_reuseport [bool]: SO_REUSEPORT of the old socket.
	EnteredAt sim.Time     // tw_entry_stamp [time]: since when tcp_tw_reuse_delay counts.
}

// TimeWait is what is left of a connection that this side closed first: enough
// to answer stragglers, and nothing more (struct tcp_timewait_sock).
type TimeWait struct {
	TimeWaitVars
	ID    sim.SubjectID
	Flow  sim.FlowID
	Tuple wire.Tuple
	Hold  PortHold // how the old socket held its port
	Armed Armed
	Filed Filed
}

// Watch lets the recorder measure the entry.
func (t *TimeWait) Watch(x *Ctx) { x.Watch(TimeWaitSchema, t.ID, unsafe.Pointer(&t.TimeWaitVars)) }

// Made describes the entry to a reader of the trace.
func (t *TimeWait) Made() trace.Made {
	return trace.Made{Schema: TimeWaitSchema, Flow: t.Flow, Tuple: t.Tuple, Values: t.Values()}
}

// Values reads every variable, in the order of TimeWaitSchema.
func (t *TimeWait) Values() []int64 { return TimeWaitSchema.Values(unsafe.Pointer(&t.TimeWaitVars)) }

var twEnter = trace.Declare(trace.Rule{
	ID: "time-wait.enter",
	Says: "Both FINs are exchanged, and this side acknowledged last. Whether that ACK arrives it cannot know, so a small entry stays for 60 s: " +
		"it answers a repeated FIN, and keeps old segments out of a new connection.",
	RFC:     trace.Cites("RFC 9293 §3.6", "RFC 9293 §3.10.7.4"),
	Linux:   "tcp_time_wait",
	Differs: "RFC 9293 waits two maximum segment lifetimes, 4 min; Linux always 60 s.",
})

var finWait2Entry = trace.Declare(trace.Rule{
	ID:      "fin-wait-2.entry",
	Says:    "The application has closed, our FIN is acknowledged, and only the peer's FIN is missing. A small entry waits for it; the socket is gone.",
	RFC:     trace.Cites("RFC 9293 §3.6"),
	Linux:   "tcp_time_wait",
	Differs: "RFC 9293 would wait for ever; Linux waits tcp_fin_timeout.",
})

var twRecycle = trace.Declare(trace.Rule{
	ID: "time-wait.recycle",
	Says: "tcp_tw_recycle is on: the entry stays for three and a half timeouts only. Old segments are to be kept out by the peer's timestamps, " +
		"which are remembered for the whole host.",
	RFC:     trace.Cites("RFC 7323 §5.5"),
	Linux:   "tcp_time_wait",
	Differs: "RFC 9293 waits for two maximum segment lifetimes. Linux had this until 4.11; it is modelled after its source and was not measured.",
})

// timeWait replaces the socket by a small entry (tcp_time_wait). The host may
// refuse it when the table is full.
func (c *Conn) timeWait(x *Ctx, s State, d sim.Duration) *TimeWait {
	rule := twEnter
	if s == FinWait2 {
		rule = finWait2Entry
	}
	defer x.Enter(rule)()
	stay := timeWaitLen
	if x.Sys.TWRecycle && c.TSOK && c.TSStamp != 0 {
		x.Note(twRecycle)
		stay = c.RTO*4 - c.RTO/2
	}
	if s == TimeWaitState {
		d = stay
	} else {
		d = max(d, c.RTO*4-c.RTO/2)
	}
	t := &TimeWait{Flow: c.Flow, Tuple: c.Tuple, Hold: c.Hold, TimeWaitVars: TimeWaitVars{
		State: s, ISS: c.ISS, IRS: c.IRS, SndNxt: c.SndNxt, RcvNxt: c.RcvNxt, RcvWnd: c.receiveWindow(), WScale: c.RcvWScale,
		TSOK: c.TSOK, TSRecent: c.TSRecent, TSStamp: c.TSStamp, TSOffset: c.TSOffset,
		ExpireAt: x.Now.Add(d), Stay: stay, Reuse: c.ReuseAddr, ReusePort: c.ReusePort, EnteredAt: x.Now,
	}}
	c.saveMetrics(x)
	c.done(x)
	return t
}

// TWVerdict is what becomes of a segment that meets a TIME_WAIT entry.
type TWVerdict uint8

// The verdicts.
const (
	TWKeep TWVerdict = iota // handled, the entry stays
	TWKill                  // the entry goes
	TWSyn                   // a new connection may begin: give the segment to the listener
)

var twAck = trace.Declare(trace.Rule{
	ID:    "time-wait.ack",
	Says:  "A straggler of the old connection: it is answered with the last ACK. Most likely the peer has not heard it and repeats its FIN.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_timewait_state_process",
})

var twRestart = trace.Declare(trace.Rule{
	ID:    "time-wait.restart",
	Says:  "The old connection is still heard of, so the 60 s start again.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_timewait_state_process",
})

var twReset = trace.Declare(trace.Rule{
	ID:      "time-wait.assassinated",
	Says:    "A RST with exactly the right number ends TIME_WAIT early: what it guarded against is possible again.",
	RFC:     trace.Cites("RFC 1337 §1", "RFC 9293 §3.10.7.4"),
	Linux:   "tcp_timewait_state_process",
	Differs: "RFC 1337 recommends ignoring the RST; Linux does so only with tcp_rfc1337 = 1.",
})

var tw1337 = trace.Declare(trace.Rule{
	ID:    "time-wait.rfc1337",
	Says:  "tcp_rfc1337 decides whether a RST may end TIME_WAIT.",
	RFC:   trace.Cites("RFC 1337 §3"),
	Linux: "tcp_timewait_state_process",
})

var twNewSyn = trace.Declare(trace.Rule{
	ID: "time-wait.new-syn",
	Says: "A new SYN for the same four-tuple is let in when it is newer than anything of the old connection, by sequence number or by timestamp. " +
		"The old connection gives way, and the new initial number lies above the old ones.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4", "RFC 6191 §2", "RFC 1122 §4.2.2.13"),
	Linux: "tcp_timewait_state_process",
})

var fw2Fin = trace.Declare(trace.Rule{
	ID:    "fin-wait-2.fin",
	Says:  "The FIN that the entry waited for: TIME_WAIT begins.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_timewait_state_process",
})

var fw2Data = trace.Declare(trace.Rule{
	ID:    "fin-wait-2.data",
	Says:  "Anything but a bare FIN in order: the application has closed and can read nothing more. RST.",
	RFC:   trace.Cites("RFC 1122 §4.2.2.13"),
	Linux: "tcp_timewait_state_process",
	Drops: true,
})

var twIgnore = trace.Declare(trace.Rule{
	ID:    "time-wait.ignore",
	Says:  "Nothing that TIME_WAIT has to answer.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_timewait_state_process",
	Drops: true,
})

func (t *TimeWait) pawsReject(x *Ctx, s *wire.Segment) bool {
	if !t.TSOK || !s.Opts.On(wire.HasTS) || t.TSRecent == 0 {
		return false
	}
	ok := x.When(pawsCheck, trace.Le("TS.Recent − SEG.TSval", int32(t.TSRecent-s.Opts.TSVal), "slack", 0))
	if ok || x.Now.Sub(t.TSStamp) >= 24*24*60*sim.Minute {
		return false
	}
	return !s.Flags.Has(wire.RST) || x.Now.Sub(t.TSStamp) < sim.Minute
}

// OnSegment answers a segment (tcp_timewait_state_process). listened: somebody
// could take a new connection. isn is set with TWSyn.
func (t *TimeWait) OnSegment(x *Ctx, s *wire.Segment, listened bool) (v TWVerdict, isn wire.Seq) {
	paws := t.pawsReject(x, s)
	if t.State == FinWait2 {
		return t.finWait2(x, s, paws), 0
	}
	rst := s.Flags.Has(wire.RST)
	if !paws && s.Seq == t.RcvNxt && (s.Len() == 0 || rst) {
		if rst {
			if x.When(tw1337, trace.Eq("tcp_rfc1337", boolInt(x.Sys.RFC1337), "off", 0)) {
				defer x.Enter(twReset)()
				return TWKill, 0
			}
		} else {
			t.restart(x)
		}
		t.storeTS(x, s)
		return TWKeep, 0
	}
	if s.Flags.Has(wire.SYN) && !rst && !s.Flags.Has(wire.ACK) && !paws && t.newer(x, s) {
		if !listened {
			t.sendAck(x)
			return TWKeep, 0
		}
		defer x.Enter(twNewSyn)()
		return TWSyn, t.Above()
	}
	if paws {
		x.Count(PAWSTimewait)
	}
	if rst {
		x.Drop(twIgnore)
		return TWKeep, 0
	}
	if paws || s.Flags.Has(wire.ACK) {
		t.restart(x)
	}
	t.answerOOW(x, s, TCPACKSkippedTimeWait)
	return TWKeep, 0
}

// Above is the initial number of a connection that follows this one: no old segment
// can lie in its window.
func (t *TimeWait) Above() wire.Seq {
	if isn := t.SndNxt + 65535 + 2; isn != 0 {
		return isn
	}
	return 1
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (t *TimeWait) restart(x *Ctx) {
	defer x.Enter(twRestart)()
	t.arm(x)
}

func (t *TimeWait) arm(x *Ctx) {
	t.ExpireAt = x.Now.Add(t.Stay)
	t.TellLength(x)
}

// TellLength records where the length of the stay came from.
func (t *TimeWait) TellLength(x *Ctx) {
	x.length(t.ID, TimerExpire, t.ExpireAt, HowTimeWait, dur(t.ExpireAt.Sub(x.Now)))
}

func (t *TimeWait) storeTS(x *Ctx, s *wire.Segment) {
	if t.TSOK && s.Opts.On(wire.HasTS) {
		t.TSRecent, t.TSStamp = s.Opts.TSVal, x.Now
	}
}

func (t *TimeWait) newer(x *Ctx, s *wire.Segment) bool {
	if x.When(twNewSyn, seqCheck("SEG.SEQ", s.Seq, trace.OpGT, "RCV.NXT", t.RcvNxt, t.IRS)) {
		return true
	}
	return t.TSOK && s.Opts.On(wire.HasTS) &&
		x.When(twNewSyn, trace.Gt("SEG.TSval − TS.Recent", int32(s.Opts.TSVal-t.TSRecent), "none", 0))
}

func (t *TimeWait) finWait2(x *Ctx, s *wire.Segment, paws bool) TWVerdict {
	if paws || !inWindow(s.Seq, s.End(), t.RcvNxt, t.RcvNxt+wire.Seq(t.RcvWnd)) {
		t.answerOOW(x, s, TCPACKSkippedFinWait2)
		return TWKeep
	}
	if s.Flags.Has(wire.RST) {
		defer x.Enter(resetTake)()
		return TWKill
	}
	if s.Flags.Has(wire.SYN) && !s.Seq.Before(t.RcvNxt) {
		x.Drop(fw2Data)
		ReplyReset(x, s)
		return TWKill
	}
	if !s.Flags.Has(wire.ACK) || !s.End().After(t.RcvNxt) || s.Len() == 0 {
		x.Drop(twIgnore)
		return TWKeep
	}
	if !s.Flags.Has(wire.FIN) || s.End() != t.RcvNxt+1 {
		x.Drop(fw2Data)
		ReplyReset(x, s)
		return TWKill
	}
	defer x.Enter(fw2Fin)()
	t.State = TimeWaitState
	t.RcvNxt = s.End()
	if t.storeTS(x, s); t.TSOK && s.Opts.On(wire.HasTS) {
		t.EnteredAt = x.Now
	}
	t.arm(x)
	t.sendAck(x)
	return TWKeep
}

// inWindow is the acceptability test of mini-sockets (tcp_in_window).
func inWindow(seq, end, lo, hi wire.Seq) bool {
	if seq == lo {
		return true
	}
	if end.After(lo) && seq.Before(hi) {
		return true
	}
	return seq == hi && seq == end
}

func (t *TimeWait) answerOOW(x *Ctx, s *wire.Segment, counter Counter) {
	if s.Len() == 0 || s.Flags.Has(wire.SYN) {
		if limited(x, &t.LastOOW, counter) {
			return
		}
	}
	t.sendAck(x)
}

// sendAck answers for a connection that is over (tcp_v4_timewait_ack).
func (t *TimeWait) sendAck(x *Ctx) {
	defer x.Enter(twAck)()
	a := wire.Segment{Src: t.Tuple.Local, Dst: t.Tuple.Remote, Seq: t.SndNxt, Ack: t.RcvNxt, Flags: wire.ACK,
		Win: uint16(min(t.RcvWnd>>t.WScale, maxSegWindow)), TTL: 64}
	if t.TSOK {
		a.Opts.Has |= wire.HasTS
		a.Opts.TSVal = x.tsClock() + t.TSOffset
		a.Opts.TSEcr = t.TSRecent
	}
	x.Send(a, 0)
}

var twExpire = trace.Declare(trace.Rule{
	ID:    "time-wait.over",
	Says:  "The time is over: the entry goes, and the four-tuple is free.",
	RFC:   trace.Cites("RFC 9293 §3.10.8"),
	Linux: "tw_timer_handler",
})

// OnTimer ends the entry; the host removes it.
func (t *TimeWait) OnTimer(x *Ctx) {
	defer x.Enter(twExpire)()
	t.ExpireAt = sim.Never
}
