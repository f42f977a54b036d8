package host

import (
	"net/netip"
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// tcp_tw_recycle of old kernels: what is remembered of each peer's clock.

// stamp is the latest timestamp of a peer, whatever the port it came from
// (tcpm_ts and tcpm_ts_stamp of struct tcp_metrics_block in 3.10).
type stamp struct {
	addr netip.Addr
	ts   uint32
	at   sim.Time
}

const (
	maxStamps  = 1024
	pawsMSL    = 60 * sim.Second // TCP_PAWS_MSL: older ones are not believed any more
	pawsWindow = 1               // TCP_PAWS_WINDOW: slack for disorder
)

var stampKept = trace.Declare(trace.Rule{
	ID:      "paws.host-remembered",
	Says:    "With tcp_tw_recycle the last timestamp of a closed connection is kept for the peer's address: as if everything behind one address had one clock.",
	RFC:     trace.Cites("RFC 7323 §5.5"),
	Linux:   "tcp_remember_stamp",
	Differs: "Taken out in Linux 4.12, for it cannot work behind a NAT. Modelled after the source of 3.10, not measured.",
})

// rememberStamp keeps the clock of the peer of a TIME_WAIT entry.
func (h *Host) rememberStamp(x *Ctx, w *tcp.TimeWait) {
	if !x.Sys.TWRecycle || !w.TSOK || w.TSStamp == 0 {
		return
	}
	a := w.Tuple.Remote.Addr
	i := slices.IndexFunc(h.stamps, func(s stamp) bool { return s.addr == a })
	if i >= 0 && int32(h.stamps[i].ts-w.TSRecent) > 0 && x.Now.Sub(h.stamps[i].at) <= pawsMSL {
		return
	}
	x.Note(stampKept)
	all := slices.Clone(h.stamps)
	if i >= 0 {
		all = slices.Delete(all, i, i+1)
	} else if len(all) >= maxStamps {
		all = all[1:]
	}
	h.stamps = append(all, stamp{a, w.TSRecent, w.TSStamp})
}

var stampRefuses = trace.Declare(trace.Rule{
	ID: "paws.host-refused",
	Says: "The SYN's timestamp is older than one that came from this address within the last minute, so it is taken for a straggler and dropped in silence. " +
		"Behind a NAT it is the honest SYN of another host.",
	RFC:     trace.Cites("RFC 7323 §5.5"),
	Linux:   "tcp_peer_is_proven",
	Differs: "Taken out in Linux 4.12. Modelled after the source of 3.10, not measured.",
	Drops:   true,
	Refuses: true,
})

// refusedByStamp drops a SYN that seems older than its host.
func (h *Host) refusedByStamp(x *Ctx, s *wire.Segment) bool {
	if !x.Sys.TWRecycle || !s.Opts.On(wire.HasTS) {
		return false
	}
	for _, k := range h.stamps {
		if k.addr != s.Src.Addr || x.Now.Sub(k.at) >= pawsMSL {
			continue
		}
		if x.When(stampRefuses, trace.Gt("remembered − SEG.TSval", int32(k.ts-s.Opts.TSVal), "slack", pawsWindow)) {
			x.Count(tcp.PAWSPassive)
			x.Count(tcp.ListenDrops)
			x.Drop(stampRefuses)
			return true
		}
	}
	return false
}
