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

// headers is what stands before the payload of every data segment, SACK blocks apart.
type headers struct{ ip, opts uint32 }

func (c *Conn) headers() headers { return headers{ipHeaderLen(c.Tuple), c.optionLen()} }

// mtu is the size of a packet with so much payload (tcp_mss_to_mtu).
func (h headers) mtu(mss uint32) uint32 { return mss + h.opts + tcpHeader + h.ip }

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

// syncMSS works out what a full segment carries on a path with packets of mtu bytes.
func (c *Conn) syncMSS(sys *Sysctls, mtu uint32) { c.sync(sys, mtu, c.headers(), c.MaxWnd) }

// sync works out what a full segment carries on a path with packets of mtu bytes
// (tcp_sync_mss): what the peer takes, less our options, and not more than half of
// the largest window ever offered.
func (z *Sizes) sync(sys *Sysctls, mtu uint32, h headers, wnd uint32) {
	z.MTU = mtu
	z.MTUHigh = min(z.MTUHigh, mtu)
	mss, cut := z.mtuToMSS(mtu, h, sys.MinSndMSS), wnd
	if cut > defaultMSS {
		cut /= 2
	}
	if cut > 0 && mss > cut {
		mss = max(cut, 68-tcpHeader-h.opts)
	}
	if z.MTUProbing {
		mss = min(mss, z.mtuToMSS(z.MTULow, h, sys.MinSndMSS))
	}
	z.MSS = uint16(mss)
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
	if _, n, ok := c.accFit(c.optionLen()+sack, sack > 0, c.srtt()); ok {
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

// advertisedMSS is the MSS that we announce for packets of mtu bytes, ip of them the
// header (tcp_advertise_mss), less what the route and TCP_MAXSEG ask.
func (z *Sizes) advertisedMSS(r *Route, mtu, ip uint32) uint16 {
	mss := uint16(min(r.advMSS(mtu-ip-tcpHeader), 65535))
	if z.UserMSS > 0 {
		mss = min(mss, z.UserMSS)
	}
	return mss
}
