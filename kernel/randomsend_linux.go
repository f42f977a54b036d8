package kernel

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"wirestep/engine/packetdrill/script"
	"wirestep/engine/wire"
)

// reader is the receiving side of the peer in a random script: what it has, and what
// has come that it has not looked at.
type reader struct {
	came []sentPart
	late []sentPart
	have []wire.SackBlock // in order, above next
	last []wire.SackBlock // the blocks to be told, latest first
	next wire.Seq
	echo uint32 // the timestamp to be echoed
	mss  int    // what the peer said
	sack bool
}

// sentPart is one segment that came.
type sentPart struct {
	seq, end wire.Seq
	ts       uint32
}

// arrived keeps a packet of the kernel for the peer, cut into segments.
func (d *reader) arrived(s *wire.Segment) {
	if s.Flags.Has(wire.SYN) {
		d.next, d.echo = s.Seq+1, s.Opts.TSVal
		return
	}
	mss := d.mss
	if s.Opts.On(wire.HasTS) {
		mss -= 12
	}
	for at := s.Seq; at != s.End(); {
		end := s.End()
		if n := end.Minus(at); mss > 0 && n > int32(mss) && (n > int32(mss)+1 || !s.Flags.Has(wire.FIN)) {
			end = at + wire.Seq(mss)
		}
		d.came = append(d.came, sentPart{at, end, s.Opts.TSVal})
		at = end
	}
}

// take lets one segment arrive, and returns a block that it repeats, if any.
func (d *reader) take(p sentPart) (dup wire.SackBlock) {
	if !p.end.After(d.next) {
		return wire.SackBlock{Start: p.seq, End: p.end}
	}
	for _, b := range d.have {
		if !p.seq.Before(b.Start) && !p.end.After(b.End) {
			return wire.SackBlock{Start: p.seq, End: p.end}
		}
	}
	if !p.seq.After(d.next) {
		d.next, d.echo = p.end, p.ts
		for len(d.have) > 0 && !d.have[0].Start.After(d.next) {
			d.next = wire.MaxSeq(d.next, d.have[0].End)
			d.have = d.have[1:]
		}
	} else {
		d.put(wire.SackBlock{Start: p.seq, End: p.end})
	}
	d.order(p)
	return dup
}

// put joins a block to those above a gap.
func (d *reader) put(b wire.SackBlock) {
	var all []wire.SackBlock
	for _, h := range d.have {
		if h.End.Before(b.Start) || h.Start.After(b.End) {
			all = append(all, h)
			continue
		}
		if h.Start.Before(b.Start) {
			b.Start = h.Start
		}
		b.End = wire.MaxSeq(b.End, h.End)
	}
	i := 0
	for i < len(all) && all[i].Start.Before(b.Start) {
		i++
	}
	d.have = append(all[:i:i], append([]wire.SackBlock{b}, all[i:]...)...)
}

// order keeps the blocks in the order in which they are told: the latest first.
func (d *reader) order(p sentPart) {
	var told []wire.SackBlock
	seen := func(b wire.SackBlock) bool {
		for _, t := range told {
			if t == b {
				return true
			}
		}
		return false
	}
	for _, at := range append([]wire.SackBlock{{Start: p.seq, End: p.end}}, d.last...) {
		for _, h := range d.have {
			if !at.Start.Before(h.Start) && !at.End.After(h.End) && !seen(h) {
				told = append(told, h)
			}
		}
	}
	d.last = told
}

// peerTakes is a step of the peer as a receiver.
func (r *recorder) peerTakes(a *act) error {
	if r.conn < 0 && !r.known {
		return nil
	}
	d := &r.rd
	came := d.came
	d.came = nil
	if a.peer.last {
		came = append(came, d.late...)
	} else {
		came = append(append([]sentPart{}, d.late...), came...)
	}
	d.late = nil
	any := false
	for i, p := range came {
		switch bit := uint64(1) << (i % 64); {
		case a.peer.drop&bit != 0:
			continue
		case a.peer.late&bit != 0:
			d.late = append(d.late, p)
			continue
		}
		dup := d.take(p)
		any = true
		if a.peer.each || dup != (wire.SackBlock{}) {
			any = false
			if err := r.acknowledges(a, dup); err != nil {
				return err
			}
		}
	}
	if any || len(came) == 0 {
		return r.acknowledges(a, wire.SackBlock{})
	}
	return nil
}

// acknowledges injects an ACK of what the peer has.
func (r *recorder) acknowledges(a *act, dup wire.SackBlock) error {
	d := &r.rd
	s := wire.Segment{Src: r.remote, Dst: r.local, Seq: r.peerNext, Ack: d.next, Flags: wire.ACK, Win: a.win}
	most := 4
	if r.p.ts && r.tsKnown {
		s.Opts.Has |= wire.HasTS
		s.Opts.TSVal, s.Opts.TSEcr = uint32(1000+time.Since(r.start).Milliseconds()), d.echo
		most = 3
	}
	blocks := d.last
	if dup != (wire.SackBlock{}) {
		blocks = append([]wire.SackBlock{dup}, blocks...)
	}
	if blocks = blocks[:min(len(blocks), most)]; d.sack && len(blocks) > 0 {
		s.Opts.Has |= wire.HasSack
		s.Opts.SackN = uint8(copy(s.Opts.Sack[:], blocks))
	}
	b, err := wire.Encode(&s)
	if err != nil {
		return err
	}
	r.acked = d.next
	s.Ack -= r.isn
	for i := range s.Opts.SackN {
		s.Opts.Sack[i].Start -= r.isn
		s.Opts.Sack[i].End -= r.isn
	}
	if s.Opts.On(wire.HasTS) {
		s.Opts.TSEcr -= r.tsShift
	}
	line := r.at(time.Now(), false)
	if err := r.s.inject(b); err != nil {
		return err
	}
	r.out = append(r.out, line+"< "+script.SpellSegment(&s, true))
	return nil
}

// sending are the variables that a check of a sender compares.
var sending = []string{"tcpi_state", "tcpi_ca_state", "tcpi_snd_cwnd", "tcpi_snd_ssthresh", "tcpi_unacked", "tcpi_sacked", "tcpi_lost", "tcpi_retrans",
	"tcpi_retransmits", "tcpi_backoff", "tcpi_reordering", "tcpi_reord_seen", "tcpi_total_retrans", "tcpi_dsack_dups", "tcpi_delivered", "tcpi_notsent_bytes",
	"tcpi_bytes_acked", "tcpi_bytes_sent", "tcpi_bytes_retrans", "tcpi_data_segs_out", "tcpi_snd_mss"}

// callsSending makes the calls that only a sender needs; false: it is none of them.
func (r *recorder) callsSending(a *act, fd int64) (bool, error) {
	var err error
	option := func(level, name string, v int) {
		_, err = r.made(fmt.Sprintf("setsockopt(%d, %s, %s, [%d], 4)", fd, level, name, v))
	}
	switch a.call {
	case "nodelay", "cork":
		option("SOL_TCP", "TCP_"+strings.ToUpper(a.call), a.n)
	case "sndbuf":
		option("SOL_SOCKET", "SO_SNDBUF", a.n)
	case "more":
		_, err = r.made(fmt.Sprintf("send(%d, ..., %d, MSG_MORE)", fd, a.n))
	case "outq":
		line := r.at(time.Now(), false)
		n, e := unix.IoctlGetInt(r.fds[fd], unix.SIOCOUTQ)
		if e == nil {
			r.out = append(r.out, line+fmt.Sprintf("ioctl(%d, SIOCOUTQ, [%d]) = 0", fd, n))
		}
	default:
		return false, nil
	}
	return true, err
}
