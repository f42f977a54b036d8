package host

import "strings"

// Linux' numbers for options, by level. Those that the engine does not have are here too,
// so that whoever spells one gets its name in the answer.

var sockOptions = [...]string{
	1: "SO_DEBUG", 2: "SO_REUSEADDR", 3: "SO_TYPE", 4: "SO_ERROR", 5: "SO_DONTROUTE", 6: "SO_BROADCAST", 7: "SO_SNDBUF", 8: "SO_RCVBUF",
	9: "SO_KEEPALIVE", 10: "SO_OOBINLINE", 11: "SO_NO_CHECK", 12: "SO_PRIORITY", 13: "SO_LINGER", 14: "SO_BSDCOMPAT", 15: "SO_REUSEPORT",
	16: "SO_PASSCRED", 17: "SO_PEERCRED", 18: "SO_RCVLOWAT", 19: "SO_SNDLOWAT", 20: "SO_RCVTIMEO", 21: "SO_SNDTIMEO", 25: "SO_BINDTODEVICE",
	26: "SO_ATTACH_FILTER", 27: "SO_DETACH_FILTER", 28: "SO_PEERNAME", 29: "SO_TIMESTAMP", 30: "SO_ACCEPTCONN", 31: "SO_PEERSEC", 32: "SO_SNDBUFFORCE",
	33: "SO_RCVBUFFORCE", 35: "SO_TIMESTAMPNS", 36: "SO_MARK", 37: "SO_TIMESTAMPING", 38: "SO_PROTOCOL", 39: "SO_DOMAIN", 40: "SO_RXQ_OVFL",
	42: "SO_PEEK_OFF", 43: "SO_NOFCS", 44: "SO_LOCK_FILTER", 45: "SO_SELECT_ERR_QUEUE", 46: "SO_BUSY_POLL", 47: "SO_MAX_PACING_RATE",
	49: "SO_INCOMING_CPU", 53: "SO_CNX_ADVICE", 54: "SCM_TIMESTAMPING_OPT_STATS", 55: "SO_MEMINFO",
	56: "SO_INCOMING_NAPI_ID", 57: "SO_COOKIE", 58: "SCM_TIMESTAMPING_PKTINFO", 60: "SO_ZEROCOPY", 61: "SO_TXTIME", 69: "SO_PREFER_BUSY_POLL", 70: "SO_BUSY_POLL_BUDGET",
	72: "SO_BUF_LOCK", 73: "SO_RESERVE_MEM", 74: "SO_TXREHASH", 75: "SO_RCVMARK"}

var tcpOptions = [...]string{
	1: "TCP_NODELAY", 2: "TCP_MAXSEG", 3: "TCP_CORK", 4: "TCP_KEEPIDLE", 5: "TCP_KEEPINTVL", 6: "TCP_KEEPCNT", 7: "TCP_SYNCNT", 8: "TCP_LINGER2",
	9: "TCP_DEFER_ACCEPT", 10: "TCP_WINDOW_CLAMP", 11: "TCP_INFO", 12: "TCP_QUICKACK", 13: "TCP_CONGESTION", 14: "TCP_MD5SIG",
	16: "TCP_THIN_LINEAR_TIMEOUTS", 17: "TCP_THIN_DUPACK", 18: "TCP_USER_TIMEOUT", 19: "TCP_REPAIR", 20: "TCP_REPAIR_QUEUE", 21: "TCP_QUEUE_SEQ",
	22: "TCP_REPAIR_OPTIONS", 23: "TCP_FASTOPEN", 24: "TCP_TIMESTAMP", 25: "TCP_NOTSENT_LOWAT", 26: "TCP_CC_INFO", 27: "TCP_SAVE_SYN",
	28: "TCP_SAVED_SYN", 29: "TCP_REPAIR_WINDOW", 30: "TCP_FASTOPEN_CONNECT", 31: "TCP_ULP", 32: "TCP_MD5SIG_EXT", 33: "TCP_FASTOPEN_KEY",
	34: "TCP_FASTOPEN_NO_COOKIE", 35: "TCP_ZEROCOPY_RECEIVE", 36: "TCP_INQ", 37: "TCP_TX_DELAY", 43: "TCP_IS_MPTCP", 44: "TCP_RTO_MAX_MS",
	45: "TCP_RTO_MIN_US", 46: "TCP_DELACK_MAX_US"}

var ipOptions = [...]string{
	1: "IP_TOS", 2: "IP_TTL", 10: "IP_MTU_DISCOVER", 11: "IP_RECVERR", 12: "IP_RECVTTL", 13: "IP_RECVTOS", 14: "IP_MTU", 15: "IP_FREEBIND",
	19: "IP_TRANSPARENT", 21: "IP_MINTTL", 24: "IP_BIND_ADDRESS_NO_PORT", 51: "IP_LOCAL_PORT_RANGE"}

var ip6Options = [...]string{
	16: "IPV6_UNICAST_HOPS", 23: "IPV6_MTU_DISCOVER", 24: "IPV6_MTU", 25: "IPV6_RECVERR", 26: "IPV6_V6ONLY", 66: "IPV6_RECVTCLASS", 67: "IPV6_TCLASS",
	70: "IPV6_AUTOFLOWLABEL", 73: "IPV6_MINHOPCOUNT", 75: "IPV6_TRANSPARENT", 78: "IPV6_FREEBIND"}

// OptionLevel is a level of setsockopt(2).
type OptionLevel struct {
	Name, Also string // as C names it, and the other name that it has
	Number     int64
	Options    []string // by number; "": there is none
}

// OptionLevels are all of them.
var OptionLevels = [...]OptionLevel{
	{"SOL_SOCKET", "SOL_SOCKET", solSocket, sockOptions[:]},
	{"SOL_TCP", "IPPROTO_TCP", solTCP, tcpOptions[:]},
	{"SOL_IP", "IPPROTO_IP", solIP, ipOptions[:]},
	{"SOL_IPV6", "IPPROTO_IPV6", solIPv6, ip6Options[:]},
}

// OptionName is the name of an option by its numbers; "": the level has none such.
func OptionName(level, number int64) string {
	for i := range OptionLevels {
		if l := &OptionLevels[i]; l.Number == level && number >= 0 && number < int64(len(l.Options)) {
			return l.Options[number]
		}
	}
	return ""
}

// OptionNumber returns the level and the number of an option.
func OptionNumber(name string) (level, number int64, ok bool) {
	of := levelOf(name)
	for n, o := range OptionLevels[of].Options {
		if o == name && name != "" {
			return OptionLevels[of].Number, int64(n), true
		}
	}
	return 0, 0, false
}

// levelOf is the place of the level to which an option belongs by its name.
func levelOf(option string) int {
	prefix, _, _ := strings.Cut(option, "_")
	switch prefix {
	case "TCP":
		return 1
	case "IP":
		return 2
	case "IPV6":
		return 3
	}
	return 0
}

// Flags are all constants that calls take, with Linux' numbers: each once.
func Flags() (all []Flag) {
	seen := map[string]bool{eof.Name: true} // which is a word of scenes
	add := func(list []Flag) {
		for _, f := range list {
			if !seen[f.Name] {
				seen[f.Name] = true
				all = append(all, f)
			}
		}
	}
	for i := range ArgSpecs {
		add(ArgSpecs[i].Flags)
	}
	add(values)
	for i := range OptionLevels {
		l := &OptionLevels[i]
		add([]Flag{{l.Name, l.Number, ""}, {l.Also, l.Number, ""}})
	}
	return all
}
