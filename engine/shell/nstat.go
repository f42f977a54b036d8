package shell

import (
	"path"
	"strconv"
	"strings"

	"wirestep/engine/host"
	"wirestep/engine/tcp"
)

// kernelOrder is the order of /proc/net/netstat in Linux 6.18: the counters that
// the engine moves are told in it.
var kernelOrder = strings.Fields("SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts TW TWRecycled TWKilled PAWSActive PAWSEstab BeyondWindow " +
	"TSEcrRejected PAWSOldAck PAWSTimewait DelayedACKs DelayedACKLocked DelayedACKLost ListenOverflows ListenDrops TCPHPHits TCPPureAcks TCPHPAcks " +
	"TCPRenoRecovery TCPSackRecovery TCPSACKReneging TCPSACKReorder TCPRenoReorder TCPTSReorder TCPFullUndo TCPPartialUndo TCPDSACKUndo TCPLossUndo " +
	"TCPLostRetransmit TCPRenoFailures TCPSackFailures TCPLossFailures TCPFastRetrans TCPSlowStartRetrans TCPTimeouts TCPLossProbes TCPLossProbeRecovery " +
	"TCPRenoRecoveryFail TCPSackRecoveryFail TCPRcvCollapsed TCPDSACKOldSent TCPDSACKOfoSent TCPDSACKRecv TCPDSACKOfoRecv TCPAbortOnData TCPAbortOnClose " +
	"TCPAbortOnMemory TCPAbortOnTimeout TCPAbortOnLinger TCPAbortFailed TCPSACKDiscard TCPDSACKIgnoredOld TCPDSACKIgnoredNoUndo TCPSpuriousRTOs " +
	"TCPSackShifted TCPDeferAcceptDrop TCPTimeWaitOverflow TCPReqQFullDoCookies TCPReqQFullDrop TCPRetransFail TCPRcvCoalesce TCPOFOQueue TCPOFODrop " +
	"TCPOFOMerge TCPChallengeACK TCPSYNChallenge")

// counter is one counter with its value.
type counter struct {
	name  string
	value uint64
}

// counters lists those of a host in the kernel's order; what the list above does
// not name comes after, in the engine's.
func (r *request) counters() (all []counter) {
	place := map[string]int{}
	for i, n := range tcp.CounterNames {
		place[n] = i
	}
	done := map[string]bool{}
	add := func(name string) {
		if i, ok := place[name]; ok && !done[name] && (name != "TcpExtPAWSPassive" || r.h.Kernel.Version < host.V(4, 12, 0)) {
			done[name] = true
			all = append(all, counter{name, uint64(r.h.MIB[i])})
		}
	}
	for _, n := range tcp.CounterNames {
		if !strings.HasPrefix(n, "TcpExt") {
			add(n)
		}
	}
	for _, n := range kernelOrder {
		add("TcpExt" + n)
	}
	for _, n := range tcp.CounterNames {
		add(n)
	}
	return all
}

func runNstat(r *request) Answer {
	set, patterns, bad := options(r.args, "azsnrjp", map[string]byte{"ignore": 'a', "zeros": 'z', "noupdate": 's'})
	if bad != "" {
		return fail(badOption("nstat", bad) + nstatUsage)
	}
	zeros := strings.Contains(set, "z")
	r.print("#kernel\n")
	for _, c := range r.counters() {
		if (c.value != 0 || zeros) && matchesAny(patterns, c.name) {
			r.print(pad(c.name, 32), pad(strconv.FormatUint(c.value, 10), 16), "   0.0\n")
		}
	}
	return r.said()
}

func matchesAny(patterns []string, name string) bool {
	for _, p := range patterns {
		if ok, err := path.Match(p, name); ok && err == nil {
			return true
		}
	}
	return len(patterns) == 0
}
