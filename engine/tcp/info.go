package tcp

import "wirestep/engine/sim"

// InfoField is one variable of TCP_INFO, under its name in the kernel's header.
type InfoField struct {
	Name  string
	Value int64
}

// Stats count what only TCP_INFO tells; no decision depends on them.
type Stats struct {
	DataIn, DataOut uint32 // segments with payload
	OutOfOrder      uint32 // segments that arrived above a gap
	BytesRetrans    uint64 // payload sent again
	RTOs            uint32 // retransmission timeouts …
	RTOEpisodes     uint32 // … how many recoveries they began …
	RTOTime         sim.Duration
	RTOSince        sim.Time // … and how long those took; since when the present one runs, 0: none
	Rehash          uint32   // timeouts after which the path was chosen anew
	Drops           uint32   // segments that were discarded
	Time            chronos
}

// timedOut counts a retransmission timeout (tcp_update_rto_stats).
func (t *Stats) timedOut(x *Ctx, first bool) {
	if first {
		t.RTOEpisodes++
		t.RTOSince = max(x.Now, 1)
	}
	t.RTOs++
}

// recovered ends the time of an episode (tcp_update_rto_time).
func (t *Stats) recovered(x *Ctx) {
	if t.RTOSince != 0 {
		t.RTOTime += x.Now.Sub(t.RTOSince)
		t.RTOSince = 0
	}
}

func (t *Stats) rtoTime(now sim.Time) int64 {
	d := t.RTOTime
	if t.RTOSince != 0 {
		d += now.Sub(t.RTOSince)
	}
	return int64(d / sim.Millisecond)
}

// Bits of tcpi_options.
const (
	infoTimestamps = 1
	infoSack       = 2
	infoWScale     = 4
	infoECN        = 8
	infoECNSeen    = 16
	infoSynData    = 32
	infoFOChild    = 128
)

func us(d sim.Duration) int64 { return int64(d / sim.Microsecond) }

func (t *TCB) infoOptions() int64 {
	var o int64
	if t.TSOK {
		o |= infoTimestamps
	}
	if t.SackOK {
		o |= infoSack
	}
	if t.WScaleOK {
		o |= infoWScale
	}
	if t.ECN != ECNOff {
		o |= infoECN
	}
	if t.ECNSeen {
		o |= infoECNSeen
	}
	if t.SynDataAcked {
		o |= infoSynData
	}
	if t.FOChild {
		o |= infoFOChild
	}
	return o
}

// Info is TCP_INFO (tcp_get_info), in the order of the kernel's struct, and what
// TCP_CC_INFO tells of BBR.
//
// Simplified: what the engine does not keep is 0.
func (c *Conn) Info(now sim.Time, sys *Sysctls) []InfoField {
	ago := func(t sim.Time) int64 { return int64(now.Sub(t) / jiffy * jiffy / sim.Millisecond) }
	unacked, sacked := int64(c.PacketsOut), int64(c.SackedOut)
	if c.State == Listen {
		unacked, sacked = int64(c.AcceptQ), int64(c.Backlog)
	}
	snd, rcv := int64(c.WScale), int64(c.RcvWScale)
	if !c.WScaleOK {
		snd, rcv = 0, 0
	}
	minRTT := us(c.MinRTT)
	if c.MinRTT == 0 {
		minRTT = 1<<32 - 1
	}
	busy, rwnd, sndbuf := c.Stats.Time.info(now)
	return append([]InfoField{
		{"tcpi_state", int64(c.State)}, {"tcpi_ca_state", int64(c.CA)}, {"tcpi_retransmits", int64(c.Retries)},
		{"tcpi_probes", int64(c.ProbesOut)}, {"tcpi_backoff", int64(c.Backoff)}, {"tcpi_options", c.infoOptions()},
		{"tcpi_snd_wscale", snd}, {"tcpi_rcv_wscale", rcv},
		{"tcpi_delivery_rate_app_limited", int64(boolInt(c.rate.AppLimited))}, {"tcpi_fastopen_client_fail", int64(c.FOFail)},
		{"tcpi_rto", us(c.RTO)}, {"tcpi_ato", us(min(c.ATO, delackMax) / jiffy * jiffy)}, {"tcpi_snd_mss", int64(c.MSS)}, {"tcpi_rcv_mss", int64(c.RcvMSS)},
		{"tcpi_unacked", unacked}, {"tcpi_sacked", sacked}, {"tcpi_lost", int64(c.LostOut)},
		{"tcpi_retrans", int64(c.RetransOut)}, {"tcpi_fackets", 0},
		{"tcpi_last_data_sent", ago(c.LastSent)}, {"tcpi_last_ack_sent", 0},
		{"tcpi_last_data_recv", ago(c.LastRecv)}, {"tcpi_last_ack_recv", ago(c.LastAckAt)},
		{"tcpi_pmtu", int64(c.MTU)}, {"tcpi_rcv_ssthresh", int64(c.RcvSsthresh)},
		{"tcpi_rtt", int64(c.SRTT >> 3)}, {"tcpi_rttvar", int64(c.MDev >> 2)},
		{"tcpi_snd_ssthresh", int64(c.Ssthresh)}, {"tcpi_snd_cwnd", int64(c.Cwnd)}, {"tcpi_advmss", int64(c.AdvMSS)},
		{"tcpi_reordering", int64(c.Reordering)}, {"tcpi_rcv_rtt", int64(c.RcvRTT >> 3)}, {"tcpi_rcv_space", int64(c.RcvQSpace)},
		{"tcpi_total_retrans", int64(c.TotalRetrans)},
		{"tcpi_pacing_rate", int64(c.PacingRate)}, {"tcpi_max_pacing_rate", int64(c.PacingMax)},
		{"tcpi_bytes_acked", int64(c.BytesAcked)}, {"tcpi_bytes_received", int64(c.BytesRcvd)},
		{"tcpi_segs_out", int64(c.SegsOut)}, {"tcpi_segs_in", int64(c.SegsIn)},
		{"tcpi_notsent_bytes", max(int64(c.SndMax.Minus(c.SndNxt)), 0)}, {"tcpi_min_rtt", minRTT},
		{"tcpi_data_segs_in", int64(c.Stats.DataIn)}, {"tcpi_data_segs_out", int64(c.Stats.DataOut)}, {"tcpi_delivery_rate", c.rate.perSecond(c.MSS)},
		{"tcpi_busy_time", busy}, {"tcpi_rwnd_limited", rwnd}, {"tcpi_sndbuf_limited", sndbuf},
		{"tcpi_delivered", int64(c.Delivered)}, {"tcpi_delivered_ce", int64(c.DeliveredCE)}, {"tcpi_bytes_sent", int64(c.BytesSent)},
		{"tcpi_bytes_retrans", int64(c.Stats.BytesRetrans)}, {"tcpi_dsack_dups", int64(c.DsackDups)}, {"tcpi_reord_seen", int64(c.ReordSeen)},
		{"tcpi_rcv_ooopack", int64(c.Stats.OutOfOrder)}, {"tcpi_snd_wnd", int64(c.SndWnd)}, {"tcpi_rcv_wnd", int64(c.RcvWnd)},
		{"tcpi_rehash", int64(c.Stats.Rehash)}, {"tcpi_total_rto", int64(c.Stats.RTOs)},
		{"tcpi_total_rto_recoveries", int64(c.Stats.RTOEpisodes)}, {"tcpi_total_rto_time", c.Stats.rtoTime(now)},
	}, c.cc().info(c.ccSock())...)
}

// OutQ is what SIOCOUTQ tells: bytes written and not acknowledged.
func (t *TCB) OutQ() int64 {
	if t.State == SynSent || t.State == SynRecv || t.State == Closed {
		return 0
	}
	return int64(t.SndMax.Minus(t.SndUna))
}

// OutQUnsent is what SIOCOUTQNSD tells: bytes written and never sent.
func (q *SendSeq) OutQUnsent() int64 { return max(int64(q.SndMax.Minus(q.SndNxt)), 0) }
