package tcp

import "wirestep/engine/wire"

// Sizes are what a segment may carry, and why.
type Sizes struct {
	MSS     uint16 // mss_cache [bytes]: payload of a full segment, options already taken off.
	AdvMSS  uint16 // advmss [bytes]: the MSS that we announce.
	PeerMSS uint16 // mss_clamp [bytes]: the MSS that the peer announced (536 if it did not).
	UserMSS uint16 // user_mss [bytes]: TCP_MAXSEG set by the application; 0 if it did not.
	MTU     uint32 // pmtu [bytes]: largest packet that the path takes.
	MTUSearch
}

const (
	defaultMSS   = 536  // RFC 9293 §3.7.1: when the peer did not say
	defaultMSS6  = 1220 // the same for IPv6: what fits into its smallest MTU
	tcpHeader    = 20
	tsOptionLen  = 12 // aligned
	sackBaseLen  = 4  // two NOPs, kind, length
	sackBlockLen = 8
)

// ipHeader is the length of the IP header of this connection's packets.
func (c *Conn) ipHeader() uint32 { return ipHeaderLen(c.Tuple) }

func ipHeaderLen(t wire.Tuple) uint32 {
	if t.Remote.Addr.Is4() || t.Remote.Addr.Is4In6() {
		return 20
	}
	return 40
}

// untoldMSS is the MSS of a peer that named none.
func untoldMSS(t wire.Tuple) uint16 {
	if ipHeaderLen(t) == 20 {
		return defaultMSS
	}
	return defaultMSS6
}

// optionLen is what the options of every data segment take, SACK blocks apart.
func (a *Agreed) optionLen() uint32 {
	if a.TSOK {
		return tsOptionLen
	}
	return 0
}

// syncMSS works out what a full segment carries on a path with packets of mtu
// bytes (tcp_sync_mss): what the peer takes, less our options, and not more than
// half of the largest window ever offered.
func (c *Conn) syncMSS(sys *Sysctls, mtu uint32) {
	c.MTU = mtu
	c.MTUHigh = min(c.MTUHigh, mtu)
	mss := c.mtuToMSS(sys, mtu)
	cut := c.MaxWnd
	if cut > defaultMSS {
		cut /= 2
	}
	if cut > 0 && mss > cut {
		mss = max(cut, 68-tcpHeader-c.optionLen())
	}
	if c.MTUProbing {
		mss = min(mss, c.mtuToMSS(sys, c.MTULow))
	}
	c.MSS = uint16(mss)
}

// SetMTU gives the connection's path another MTU, as a change of the interface or
// of the route does (tcp_current_mss looks every time).
func (c *Conn) SetMTU(sys *Sysctls, mtu uint32) {
	if c.State == Closed || c.State == Listen {
		c.MTU = mtu
		return
	}
	c.syncMSS(sys, mtu)
}

// currentMSS is the payload of a full segment sent now: SACK blocks and counters of
// marks that have to be sent along take their room from it (tcp_current_mss).
func (c *Conn) currentMSS() uint32 {
	sack := c.sackOptionLen(c.optionLen())
	if _, n, ok := c.accFit(c.optionLen()+sack, sack > 0); ok {
		sack += n
	}
	return uint32(c.MSS) - sack
}

// sackOptionLen is the room that the blocks waiting to be reported take, beside
// other options of so many bytes.
func (l *SackList) sackOptionLen(others uint32) uint32 {
	n := l.sackBlocks(others)
	if n == 0 {
		return 0
	}
	return sackBaseLen + sackBlockLen*n
}

func (l *SackList) sackBlocks(others uint32) uint32 {
	n := uint32(l.SackN)
	if l.Dsack != (wire.SackBlock{}) {
		n++
	}
	return min(n, (40-others-sackBaseLen)/sackBlockLen)
}

// advertisedMSS is the MSS that we announce for packets of mtu bytes
// (tcp_advertise_mss), less what the route and TCP_MAXSEG ask.
func (c *Conn) advertisedMSS(r *Route, mtu uint32) uint16 {
	mss := uint16(min(r.advMSS(mtu-c.ipHeader()-tcpHeader), 65535))
	if c.UserMSS > 0 {
		mss = min(mss, c.UserMSS)
	}
	return mss
}
