package shell

import (
	"fmt"
	"strconv"
	"strings"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// timer writes a timer as ss does: timer:(on,688ms,1).
func (r *request) timer(name string, at int64, n int) string {
	if sim.Time(at) == sim.Never {
		return ""
	}
	return "timer:(" + name + "," + span(sim.Time(at).Sub(r.w.Now())) + "," + strconv.Itoa(n) + ")"
}

// timerOf is the timer that the kernel tells of (inet_sk_diag_fill).
func (r *request) timerOf(c *tcp.Conn) string {
	switch c.XmitKind {
	case tcp.TimerRTO, tcp.TimerTLP, tcp.TimerReo:
		return r.timer("on", int64(c.XmitAt), int(c.Retries))
	case tcp.TimerProbe:
		return r.timer("persist", int64(c.XmitAt), int(c.ProbesOut))
	}
	return r.timer("keepalive", int64(c.KeepAt), int(c.ProbesOut))
}

// timerLeft is what is left of that timer.
func timerLeft(c *tcp.Conn, now sim.Time) sim.Duration {
	switch {
	case c.XmitKind != tcp.NoTimer && c.XmitKind != tcp.TimerPace:
		return max(c.XmitAt.Sub(now), 0)
	case c.KeepAt != sim.Never:
		return max(c.KeepAt.Sub(now), 0)
	}
	return 0
}

// span writes a time left as ss does: 688ms, 1.688ms (sic), 58sec, 1min59sec.
func span(d sim.Duration) string {
	ms := int64(max(d, 0) / sim.Millisecond)
	secs := ms / 1000
	ms %= 1000
	minutes := secs / 60
	secs %= 60
	var b strings.Builder
	if minutes > 0 {
		ms = 0
		fmt.Fprintf(&b, "%dmin", minutes)
		if minutes > 9 {
			secs = 0
		}
	}
	if secs > 0 {
		if secs > 9 {
			ms = 0
		}
		unit := "sec"
		if ms > 0 {
			unit = "."
		}
		fmt.Fprintf(&b, "%d%s", secs, unit)
	}
	if ms > 0 {
		fmt.Fprintf(&b, "%03dms", ms)
	}
	return b.String()
}

// numbers are those of TCP_INFO by name, being written down.
type numbers struct {
	v map[string]int64
	b strings.Builder
}

func (n *numbers) put(format string, a ...any) { fmt.Fprintf(&n.b, " "+format, a...) }

// some writes those that are not 0; "label=field" where ss has another name.
func (n *numbers) some(names ...string) {
	for _, name := range names {
		label, field, ok := strings.Cut(name, "=")
		if !ok {
			field = name
		}
		if n.v[field] != 0 {
			n.put("%s:%d", label, n.v[field])
		}
	}
}

// millis writes those that are not 0, which the kernel has in microseconds.
func (n *numbers) millis(label, field, beside string) {
	v := n.v[field]
	if v == 0 {
		return
	}
	text := millis(v)
	if beside != "" {
		text += "/" + millis(n.v[beside])
	}
	n.put("%s:%s", label, text)
}

func millis(us int64) string { return strconv.FormatFloat(float64(us)/1000, 'g', 6, 64) }

// gain writes a gain of BBR, which is in 256ths.
func gain(n int64) string { return strconv.FormatFloat(float64(n)/256, 'g', 6, 64) }

// info writes TCP's own numbers in the order of ss.
func info(c *tcp.Conn, now sim.Time, sys *tcp.Sysctls) string {
	n := &numbers{v: map[string]int64{}}
	for _, f := range c.Info(now, sys) {
		n.v[strings.TrimPrefix(f.Name, "tcpi_")] = f.Value
	}
	if c.State == tcp.Listen {
		n.put("%s", c.CC)
		n.some("cwnd=snd_cwnd", "unacked")
		return n.b.String()
	}
	if n.v["options"]&1 != 0 {
		n.put("ts")
	}
	if n.v["options"]&2 != 0 {
		n.put("sack")
	}
	if n.v["options"]&8 != 0 {
		n.put("ecn")
	}
	if n.v["options"]&16 != 0 {
		n.put("ecnseen")
	}
	if n.v["options"]&32 != 0 {
		n.put("fastopen")
	}
	n.put("%s", c.CC)
	if n.v["options"]&4 != 0 {
		n.put("wscale:%d,%d", n.v["snd_wscale"], n.v["rcv_wscale"])
	}
	n.millis("rto", "rto", "")
	n.some("backoff")
	n.millis("rtt", "rtt", "rttvar")
	n.millis("ato", "ato", "")
	n.some("mss=snd_mss", "pmtu", "rcvmss=rcv_mss", "advmss", "cwnd=snd_cwnd")
	if n.v["snd_ssthresh"] < 0xffff {
		n.put("ssthresh:%d", n.v["snd_ssthresh"])
	}
	n.some("bytes_sent", "bytes_retrans", "bytes_acked", "bytes_received", "segs_out", "segs_in", "data_segs_out", "data_segs_in")
	if n.v["bbr_min_rtt"] > 0 {
		bw := n.v["bbr_bw_hi"]<<32 | n.v["bbr_bw_lo"]
		n.put("bbr:(bw:%dbps,mrtt:%s,pacing_gain:%s,cwnd_gain:%s)", bw*8, millis(n.v["bbr_min_rtt"]), gain(n.v["bbr_pacing_gain"]), gain(n.v["bbr_cwnd_gain"]))
	}
	n.rates()
	return n.b.String()
}

// rates writes the rest: how fast, how long ago, and what is on its way.
func (n *numbers) rates() {
	v := n.v
	if v["rtt"] > 0 && v["snd_mss"] > 0 && v["snd_cwnd"] > 0 {
		n.put("send %dbps", v["snd_cwnd"]*v["snd_mss"]*8_000_000/v["rtt"])
	}
	n.some("lastsnd=last_data_sent", "lastrcv=last_data_recv", "lastack=last_ack_recv")
	if v["pacing_rate"] > 0 {
		n.put("pacing_rate %dbps", v["pacing_rate"]*8)
	}
	if v["delivery_rate"] > 0 {
		n.put("delivery_rate %dbps", v["delivery_rate"]*8)
	}
	n.some("delivered", "delivered_ce")
	if v["delivery_rate_app_limited"] > 0 {
		n.put("app_limited")
	}
	n.busy()
	n.some("unacked")
	if v["retrans"]+v["total_retrans"] > 0 {
		n.put("retrans:%d/%d", v["retrans"], v["total_retrans"])
	}
	n.some("lost", "sacked", "dsack_dups")
	if v["reordering"] != 3 {
		n.put("reordering:%d", v["reordering"])
	}
	n.some("reord_seen")
	n.millis("rcv_rtt", "rcv_rtt", "")
	n.some("rcv_space", "rcv_ssthresh", "notsent=notsent_bytes")
	if v["min_rtt"] != 1<<32-1 {
		n.millis("minrtt", "min_rtt", "")
	}
	n.some("rcv_ooopack", "snd_wnd")
}

// busy writes what the sender's time went into.
func (n *numbers) busy() {
	all := n.v["busy_time"]
	if all == 0 {
		return
	}
	n.put("busy:%dms", all/1000)
	for _, part := range [...]string{"rwnd_limited", "sndbuf_limited"} {
		if t := n.v[part]; t > 0 {
			n.put("%s:%dms(%.1f%%)", part, t/1000, 100*float64(t)/float64(all))
		}
	}
}

// memory writes what the queues of a socket take.
func memory(c *tcp.Conn) string {
	return fmt.Sprintf("skmem:(r%d,rb%d,t0,tb%d,f0,w%d,o0,bl0,d0)", c.RMem, c.RcvBuf, c.SndBuf, c.WMem)
}
