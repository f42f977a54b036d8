package tcp

// updatePacingRate works out the rate at which the sender would pace
// (tcp_update_pacing_rate): cwnd per round trip, and more, so that cwnd can grow. The
// size of packets with segmentation offload follows it, paced or not.
func (c *Conn) updatePacingRate(x *Ctx) {
	ratio := uint64(x.Sys.PacingCARatio)
	if c.Cwnd < c.Ssthresh/2 {
		ratio = uint64(x.Sys.PacingSSRatio)
	}
	rate := uint64(c.MSS) * 80_000 * ratio * uint64(max(c.Cwnd, c.PacketsOut))
	if c.SRTT > 0 {
		rate /= uint64(c.SRTT)
	}
	c.PacingRate = min(rate, c.PacingMax)
}
