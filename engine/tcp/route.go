package tcp

// Route holds the attributes of the route that a host sends by, as `ip route`
// sets them; 0 is none. There is one route: the engine knows no others.
type Route struct {
	InitCwnd       uint32 // initcwnd [segments]
	InitRwnd       uint32 // initrwnd [segments]
	ECN            bool   // features ecn
	NoCookie       bool   // fastopen_no_cookie
	RTT            uint32 // rtt, as Linux keeps it: 8 × µs
	RTTVar         uint32 // rttvar: 4 × µs
	Ssthresh       uint32 // ssthresh [segments]
	Cwnd           uint32 // cwnd [segments]; it counts only when it is locked
	Reordering     uint32 // reordering [segments]
	RTTLock        bool   // "lock": connections do not change what is remembered
	RTTVarLock     bool
	SsthreshLock   bool
	CwndLock       bool
	ReorderingLock bool
}
