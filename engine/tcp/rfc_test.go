package tcp

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// lab is one established socket on a table: what it sends is read back. The worked
// examples of the RFCs are played on it. Its own segments have 1000 bytes.
type lab struct {
	*testing.T
	c *Conn
	x Ctx
}

var labSysctls = Sysctls{
	RTOMin: 200 * sim.Millisecond, RTOMax: 120 * sim.Second, Reordering: 3, MaxReordering: 300, Recovery: 1, EarlyRetrans: 3, Sack: true, Dsack: true,
	PingpongThresh: 1, InvalidRatelimit: 500 * sim.Millisecond, MinRTTWlen: 300 * sim.Second, WindowScaling: true, ModerateRcvbuf: true, Frto: 2,
	RMem: [3]uint32{4096, 131072, 33554432}, WMem: [3]uint32{4096, 16384, 4194304}, GSOMaxSegs: 1, MinSndMSS: 48, AppWin: 31,
	PacingSSRatio: 200, PacingCARatio: 120, NotsentLowat: 1<<32 - 1, SlowStartAfterIdle: true, Retries2: 15, Retries1: 3,
}

// newLab puts a socket on the table. The peer's numbers begin at irs.
func newLab(t *testing.T, irs wire.Seq) *lab {
	sys := labSysctls
	l := &lab{T: t, c: NewConn(1)}
	l.x = Ctx{Recorder: &trace.Recorder{}, Sys: &sys, Rand: &sim.Rand{}, MIB: &MIB{}, Now: sim.Time(sim.Second)}
	c := l.c
	c.InitBuffers(&sys)
	c.initTCB(&l.x)
	c.Tuple = wire.Tuple{Local: wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.1"), Port: 1}, Remote: wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.2"), Port: 2}}
	c.State, c.SackOK, c.NoDelay, c.SndBuf, c.SndBufLock = Established, true, true, 1<<20, true
	c.SndUna, c.SndNxt, c.SndMax, c.SndSml, c.PushedSeq = 1, 1, 1, 1, 1
	c.SndWnd, c.MaxWnd, c.PeerMSS, c.AdvMSS, c.RcvMSS = 1<<20, 1<<20, 1000, 1460, 1000
	c.syncMSS(&sys, 1500)
	c.IRS, c.RcvNxt, c.RcvWup, c.Copied, c.SndWl1 = irs-1, irs, irs, irs, irs
	c.RcvWnd, c.RcvSsthresh, c.WindowClamp, c.WScaleOK, c.RcvWScale = 60000, 60000, 60000, true, 7
	c.RcvMaxEnd, c.LastSent, c.CwndStamp = irs+60000, l.x.Now, l.x.Now
	return l
}

// arrives lets a segment come, and returns what is sent at that instant.
func (l *lab) arrives(s wire.Segment) []wire.Segment {
	s.Src, s.Dst = l.c.Tuple.Remote, l.c.Tuple.Local
	s.Flags |= wire.ACK
	if s.Win == 0 {
		s.Win = 65535
	}
	l.x.Out = nil
	l.c.OnSegment(&l.x, &s)
	return l.sent()
}

// ack is an acknowledgment with the blocks of a SACK option.
func (l *lab) ack(ack wire.Seq, sack ...wire.SackBlock) []wire.Segment {
	s := wire.Segment{Seq: l.c.RcvNxt, Ack: ack}
	if s.Opts.SackN = uint8(len(sack)); len(sack) > 0 {
		s.Opts.Has |= wire.HasSack
		copy(s.Opts.Sack[:], sack)
	}
	return l.arrives(s)
}

// write sends n segments.
func (l *lab) write(n int) []wire.Segment {
	l.x.Out = nil
	if got, err := l.c.Write(&l.x, strings.Repeat("x", n*1000), 0); got != n*1000 {
		l.Fatalf("write took %d bytes of %d: %v", got, n*1000, err)
	}
	return l.sent()
}

// later lets time pass up to an instant, with the timers that fall due.
func (l *lab) later(d sim.Duration) []wire.Segment {
	l.x.Out = nil
	for end := l.x.Now.Add(d); ; {
		at, kind := l.c.NextTimer()
		if at > end {
			l.x.Now = end
			return l.sent()
		}
		l.x.Now = at
		l.c.OnTimer(&l.x, kind)
	}
}

func (l *lab) sent() []wire.Segment {
	var out []wire.Segment
	for _, o := range l.x.Out {
		out = append(out, o.Seg)
	}
	return out
}

// edges spells the SACK blocks of a segment: "6000-6500 7000-7500".
func edges(s *wire.Segment) string {
	var b []string
	for _, k := range s.Opts.Blocks() {
		b = append(b, strconv.Itoa(int(k.Start))+"-"+strconv.Itoa(int(k.End)))
	}
	return strings.Join(b, " ")
}

// data is a segment of the peer's.
func data(seq wire.Seq, n int) wire.Segment {
	return wire.Segment{Seq: seq, Ack: 1, Payload: strings.Repeat("x", n)}
}
