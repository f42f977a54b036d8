package tcp

import "wirestep/engine/sim"

// Sysctls are the settings of a host that its sockets obey, in the units of the
// engine. Package host owns them, under their names and in their own units.
type Sysctls struct {
	AbortOnOverflow    bool
	AppWin             uint8
	BaseMSS            uint32
	ChallengeAckLimit  uint32
	CompSackDelay      sim.Duration
	CompSackNr         uint32
	CompSackSlack      sim.Duration
	CongestionControl  Congestion
	Dsack              bool
	EarlyRetrans       uint8
	ECN                uint8
	ECNFallback        bool
	ECNOption          uint8
	ECNOptionBeacon    uint8
	FastOpen           uint32
	FastOpenHole       sim.Duration
	FastOpenKeys       [2]FastOpenKey
	FastOpenKeyN       uint8
	FinTimeout         sim.Duration
	Frto               uint8
	ICMPMask           uint32       // by type: errors that are limited
	ICMPRate           sim.Duration // one to a peer in so long; 0: as many as there are
	InvalidRatelimit   sim.Duration
	KeepaliveIntvl     sim.Duration
	KeepaliveProbes    uint8
	KeepaliveTime      sim.Duration
	MaxReordering      uint32
	MaxSynBacklog      uint32
	MaxTWBuckets       uint32
	MinRTTWlen         sim.Duration
	MinSndMSS          uint32
	MinTSOSegs         uint8
	ModerateRcvbuf     bool
	MTUProbeFloor      uint32
	MTUProbeGap        uint32
	MTUProbeInterval   sim.Duration
	MTUProbing         uint8
	NeighAsks          uint8
	NeighDelay         sim.Duration
	NeighReachable     sim.Duration
	NeighRetrans       sim.Duration
	NeighUnicast       uint8
	NoMetricsSave      bool
	NoSsthreshMetrics  bool
	NotsentLowat       uint32
	OrphanRetries      uint8
	PathMTU            uint32 // of the interface, or of the route if that has one of its own; 0: 1500
	PacingCARatio      uint32
	PacingSSRatio      uint32
	PingpongThresh     uint8
	Recovery           uint8
	Reordering         uint32
	RetransCollapse    bool
	Retries1           uint8
	Retries2           uint8
	RFC1337            bool
	RMem               [3]uint32
	RTOMax             sim.Duration
	RTOMin             sim.Duration
	Sack               bool
	ShrinkWindow       bool
	SlowStartAfterIdle bool
	Stdurg             bool
	SynLinearTimeouts  uint8
	SynRetries         uint8
	SynackRetries      uint8
	Syncookies         uint8
	ThinLinear         bool
	Timestamps         uint8
	TSORTTLog          uint8
	TSOWinDivisor      uint32
	TWReuse            uint8
	TWReuseDelay       sim.Duration
	WindowScaling      bool
	WMem               [3]uint32
	SignedWindows      bool
	CoreRMemMax        uint32
	CoreWMemMax        uint32
	Somaxconn          uint32
	PortLow, PortHigh  uint16
	NonlocalBind       bool
	AutobindReuse      bool
	MigrateReq         bool
	ReflectTOS         bool
	Route              Route
	TWRecycle          bool
	RSTInWindow        bool         // of old kernels: a RST or SYN anywhere in the window ends the connection, as in RFC 793
	RSTExact           bool         // of old kernels: no RST but one that is exact, or in the window, is looked at
	PlainTS            bool         // of old kernels: timestamps count from the start of the machine, without a secret
	InitialRTO         sim.Duration // of old kernels: before the first sample; 0: 1 s
	GSOMaxSegs         uint32       // of the interface: segments that it takes as one packet; 1: no segmentation offload
	GSOMaxSize         uint32       // of the interface: bytes that such a packet may have
	TxLimit            uint32       // of the interface: packets of so many bytes and more find its queue full; 0: it takes any
}
