package tcp

// Counter is one of the host's SNMP counters, as `nstat -az` names them.
type Counter uint16

// The counters that the engine moves, in the order of /proc/net/snmp and
// /proc/net/netstat.
const (
	ActiveOpens Counter = iota
	PassiveOpens
	AttemptFails
	EstabResets
	InSegs
	OutSegs
	RetransSegs
	InErrs
	OutRsts
	InCsumErrors
	SyncookiesSent
	SyncookiesRecv
	SyncookiesFailed
	EmbryonicRsts
	TW
	TWRecycled
	TWKilled
	PAWSActive
	PAWSEstab
	PAWSTimewait
	PAWSOldAck
	BeyondWindow
	DelayedACKs
	DelayedACKLost
	ListenOverflows
	ListenDrops
	TCPPureAcks
	TCPHPAcks
	TCPRenoRecovery
	TCPSackRecovery
	TCPSACKReneging
	TCPSACKReorder
	TCPRenoReorder
	TCPTSReorder
	TCPFullUndo
	TCPPartialUndo
	TCPDSACKUndo
	TCPLossUndo
	TCPLostRetransmit
	TCPRenoFailures
	TCPSackFailures
	TCPLossFailures
	TCPFastRetrans
	TCPSlowStartRetrans
	TCPTimeouts
	TCPLossProbes
	TCPLossProbeRecovery
	TCPRenoRecoveryFail
	TCPSackRecoveryFail
	TCPRcvCollapsed
	TCPDSACKOldSent
	TCPDSACKOfoSent
	TCPDSACKRecv
	TCPDSACKOfoRecv
	TCPAbortOnData
	TCPAbortOnClose
	TCPAbortOnMemory
	TCPAbortOnTimeout
	TCPAbortOnLinger
	TCPAbortFailed
	TCPSACKDiscard
	TCPDSACKIgnoredOld
	TCPDSACKIgnoredNoUndo
	TCPSpuriousRTOs
	TCPSackShifted
	TCPSackMerged
	TCPSackShiftFallback
	TCPDeferAcceptDrop
	TCPTimeWaitOverflow
	TCPReqQFullDoCookies
	TCPReqQFullDrop
	TCPRetransFail
	TCPRcvCoalesce
	TCPOFOQueue
	TCPOFODrop
	TCPOFOMerge
	TCPChallengeACK
	TCPSYNChallenge
	TCPFastOpenActive
	TCPFastOpenActiveFail
	TCPFastOpenPassive
	TCPFastOpenPassiveFail
	TCPFastOpenListenOverflow
	TCPFastOpenCookieReqd
	TCPFastOpenBlackhole
	TCPFastOpenPassiveAltKey
	TCPSpuriousRtxHostQueues
	TCPAutoCorking
	TCPFromZeroWindowAdv
	TCPToZeroWindowAdv
	TCPWantZeroWindowAdv
	TCPSynRetrans
	TCPOrigDataSent
	TCPHystartTrainDetect
	TCPHystartTrainCwnd
	TCPHystartDelayDetect
	TCPHystartDelayCwnd
	TCPACKSkippedSynRecv
	TCPACKSkippedPAWS
	TCPACKSkippedSeq
	TCPACKSkippedFinWait2
	TCPACKSkippedTimeWait
	TCPACKSkippedChallenge
	TCPWinProbe
	TCPKeepAlive
	TCPMTUPFail
	TCPMTUPSuccess
	TCPDelivered
	TCPDeliveredCE
	TCPAckCompressed
	TCPZeroWindowDrop
	TCPRcvQDrop
	TSEcrRejected
	PruneCalled
	RcvPruned
	OfoPruned
	TCPHPHits
	TCPMigrateReqSuccess
	PAWSPassive // of old kernels: a SYN refused by what is remembered of its host
	TCPMD5Unexpected
	LockDroppedIcmps
	TCPMinTTLDrop
	InNoECTPkts // the four of IP, in the order of the ECN field
	InECT1Pkts
	InECT0Pkts
	InCEPkts
	numCounters
)

var tcpMIBNames = [...]string{"ActiveOpens", "PassiveOpens", "AttemptFails", "EstabResets", "InSegs", "OutSegs",
	"RetransSegs", "InErrs", "OutRsts", "InCsumErrors"}

var tcpExtNames = [...]string{"SyncookiesSent", "SyncookiesRecv", "SyncookiesFailed", "EmbryonicRsts", "TW",
	"TWRecycled", "TWKilled", "PAWSActive", "PAWSEstab", "PAWSTimewait", "PAWSOldAck", "BeyondWindow", "DelayedACKs",
	"DelayedACKLost", "ListenOverflows", "ListenDrops", "TCPPureAcks", "TCPHPAcks", "TCPRenoRecovery",
	"TCPSackRecovery", "TCPSACKReneging", "TCPSACKReorder", "TCPRenoReorder", "TCPTSReorder", "TCPFullUndo",
	"TCPPartialUndo", "TCPDSACKUndo", "TCPLossUndo", "TCPLostRetransmit", "TCPRenoFailures", "TCPSackFailures",
	"TCPLossFailures", "TCPFastRetrans", "TCPSlowStartRetrans", "TCPTimeouts", "TCPLossProbes",
	"TCPLossProbeRecovery", "TCPRenoRecoveryFail", "TCPSackRecoveryFail", "TCPRcvCollapsed", "TCPDSACKOldSent",
	"TCPDSACKOfoSent", "TCPDSACKRecv", "TCPDSACKOfoRecv", "TCPAbortOnData", "TCPAbortOnClose", "TCPAbortOnMemory",
	"TCPAbortOnTimeout", "TCPAbortOnLinger", "TCPAbortFailed", "TCPSACKDiscard", "TCPDSACKIgnoredOld",
	"TCPDSACKIgnoredNoUndo", "TCPSpuriousRTOs", "TCPSackShifted", "TCPSackMerged", "TCPSackShiftFallback", "TCPDeferAcceptDrop", "TCPTimeWaitOverflow",
	"TCPReqQFullDoCookies", "TCPReqQFullDrop", "TCPRetransFail", "TCPRcvCoalesce", "TCPOFOQueue", "TCPOFODrop",
	"TCPOFOMerge", "TCPChallengeACK", "TCPSYNChallenge", "TCPFastOpenActive", "TCPFastOpenActiveFail",
	"TCPFastOpenPassive", "TCPFastOpenPassiveFail", "TCPFastOpenListenOverflow", "TCPFastOpenCookieReqd", "TCPFastOpenBlackhole", "TCPFastOpenPassiveAltKey",
	"TCPSpuriousRtxHostQueues", "TCPAutoCorking", "TCPFromZeroWindowAdv", "TCPToZeroWindowAdv",
	"TCPWantZeroWindowAdv", "TCPSynRetrans", "TCPOrigDataSent", "TCPHystartTrainDetect", "TCPHystartTrainCwnd",
	"TCPHystartDelayDetect", "TCPHystartDelayCwnd", "TCPACKSkippedSynRecv", "TCPACKSkippedPAWS",
	"TCPACKSkippedSeq", "TCPACKSkippedFinWait2", "TCPACKSkippedTimeWait", "TCPACKSkippedChallenge", "TCPWinProbe",
	"TCPKeepAlive", "TCPMTUPFail", "TCPMTUPSuccess", "TCPDelivered", "TCPDeliveredCE", "TCPAckCompressed",
	"TCPZeroWindowDrop", "TCPRcvQDrop", "TSEcrRejected", "PruneCalled", "RcvPruned", "OfoPruned", "TCPHPHits", "TCPMigrateReqSuccess", "PAWSPassive",
	"TCPMD5Unexpected", "LockDroppedIcmps", "TCPMinTTLDrop"}

var ipExtNames = [...]string{"InNoECTPkts", "InECT1Pkts", "InECT0Pkts", "InCEPkts"}

// CounterNames holds the full name of each counter, by number: "TcpOutRsts",
// "TcpExtTCPTimeouts".
var CounterNames = func() []string {
	var names []string
	for _, n := range tcpMIBNames {
		names = append(names, "Tcp"+n)
	}
	for _, n := range tcpExtNames {
		names = append(names, "TcpExt"+n)
	}
	for _, n := range ipExtNames {
		names = append(names, "IpExt"+n)
	}
	if len(names) != int(numCounters) {
		panic("tcp: counters and their names differ")
	}
	return names
}()

// MIB holds the value of every counter of a host.
type MIB [numCounters]uint64
