package host

import (
	"strconv"

	"wirestep/engine/sim"
)

// SocketOption is one option of setsockopt(2) that the engine has.
type SocketOption struct {
	Name   string
	Value  string       // what it takes, in C's units; "": it can only be read
	Means  string       // "": it is kept and read back, and nothing here follows from it
	Unread bool         // getsockopt(2) does not give it
	Unit   sim.Duration // of a time: a scene may write one; 0: s
	Text   bool         // its value is a text
	Keeps  *bounds      // it is kept beside the socket, within these
}

// bounds are the values that an option may have, and what it begins with; a switch
// is read back as 0 or 1.
type bounds struct {
	lo, hi, first int64
	isSwitch      bool
}

const (
	anyInt     = 1<<31 - 1
	maxTimeout = 1 << 40 // of SO_RCVTIMEO, ns
)

var (
	onOff  = &bounds{-anyInt - 1, anyInt, 0, true}
	strict = &bounds{0, 1, 0, false}
	number = &bounds{-anyInt - 1, anyInt, 0, false}
)

func within(lo, hi, first int64) *bounds { return &bounds{lo, hi, first, false} }

// SocketOptions are all of them, by name.
var SocketOptions = [...]SocketOption{
	{Name: "IPV6_AUTOFLOWLABEL", Value: "0 or 1", Keeps: onOff},
	{Name: "IPV6_FREEBIND", Value: "0 or 1", Means: "as IP_FREEBIND", Keeps: onOff},
	{Name: "IPV6_MINHOPCOUNT", Value: "0 to 255", Means: "as IP_MINTTL", Keeps: within(0, 255, 0)},
	{Name: "IPV6_MTU", Means: "largest packet that the path takes"},
	{Name: "IPV6_MTU_DISCOVER", Value: "0 to 5", Means: "as IP_MTU_DISCOVER", Keeps: within(0, 5, 1)},
	{Name: "IPV6_RECVERR", Value: "0 or 1", Means: "as IP_RECVERR", Keeps: onOff},
	{Name: "IPV6_RECVTCLASS", Value: "0 or 1", Keeps: onOff},
	{Name: "IPV6_TCLASS", Value: "-1 to 255", Means: "traffic class of what is sent; the two bits of ECN are TCP's own", Keeps: within(-1, 255, 0)},
	{Name: "IPV6_TRANSPARENT", Value: "0 or 1", Means: "as IP_TRANSPARENT", Keeps: onOff},
	{Name: "IPV6_UNICAST_HOPS", Value: "-1 to 255", Means: "as IP_TTL", Keeps: within(-1, 255, 64)},
	{Name: "IPV6_V6ONLY", Value: "0 or 1", Keeps: onOff},
	{Name: "IP_BIND_ADDRESS_NO_PORT", Value: "0 or 1", Means: "bind() takes the address alone; connect() picks the port"},
	{Name: "IP_FREEBIND", Value: "0 or 1", Means: "bind() takes an address that is not the host's; nothing is sent from there", Keeps: onOff},
	{Name: "IP_LOCAL_PORT_RANGE", Value: "lowest, or highest times 65536 plus lowest", Means: "this socket's part of ip_local_port_range", Keeps: within(-anyInt-1, 1<<32-1, 0)},
	{Name: "IP_MINTTL", Value: "0 to 255", Means: "what arrives with a smaller TTL is discarded", Keeps: within(0, 255, 0)},
	{Name: "IP_MTU", Means: "largest packet that the path takes"},
	{Name: "IP_MTU_DISCOVER", Value: "IP_PMTUDISC_DONT 0, WANT 1, DO 2, PROBE 3, INTERFACE 4, OMIT 5", Means: "whether what ICMP says about the size of packets is believed", Keeps: within(0, 5, 1)},
	{Name: "IP_RECVERR", Value: "0 or 1", Means: "a call fails at once with what ICMP reports; the connection goes on", Keeps: onOff},
	{Name: "IP_RECVTOS", Value: "0 or 1", Keeps: onOff},
	{Name: "IP_RECVTTL", Value: "0 or 1", Keeps: onOff},
	{Name: "IP_TOS", Value: "0 to 255", Means: "type of service of what is sent; the two bits of ECN are TCP's own", Keeps: number},
	{Name: "IP_TRANSPARENT", Value: "0 or 1", Means: "bind() takes an address that is not the host's, and connect() sends from there", Keeps: onOff},
	{Name: "IP_TTL", Value: "1 to 255, -1: 64", Means: "hops that what is sent may take", Keeps: within(1, 255, 64)},
	{Name: "SO_ACCEPTCONN", Means: "1: it listens"},
	{Name: "SO_BINDTODEVICE", Value: "\"lo\", \"eth0\" or \"\"", Text: true, Unread: true},
	{Name: "SO_BROADCAST", Value: "0 or 1", Keeps: onOff},
	{Name: "SO_BUSY_POLL", Value: "microseconds", Keeps: within(0, anyInt, 0)},
	{Name: "SO_BUSY_POLL_BUDGET", Value: "0 to 65535", Keeps: within(0, 65535, 8)},
	{Name: "SO_DEBUG", Value: "0 or 1", Keeps: onOff},
	{Name: "SO_DOMAIN", Means: "2: IPv4, 10: IPv6"},
	{Name: "SO_DONTROUTE", Value: "0 or 1", Keeps: onOff},
	{Name: "SO_ERROR", Means: "the error that waits for the program; reading it clears it"},
	{Name: "SO_INCOMING_CPU", Value: "a number", Keeps: number},
	{Name: "SO_KEEPALIVE", Value: "0 or 1", Means: "probe a peer that has been silent for long"},
	{Name: "SO_LINGER", Value: "0 or 1, seconds", Means: "close() waits so long for the data to be acknowledged; 0 s: it resets"},
	{Name: "SO_LOCK_FILTER", Value: "0 or 1", Keeps: onOff},
	{Name: "SO_MARK", Value: "a number", Keeps: number},
	{Name: "SO_MAX_PACING_RATE", Value: "bytes a second", Means: "send no faster"},
	{Name: "SO_NOFCS", Value: "0 or 1", Keeps: onOff},
	{Name: "SO_NO_CHECK", Value: "0 or 1", Keeps: onOff},
	{Name: "SO_OOBINLINE", Value: "0 or 1", Means: "urgent data stays among the rest"},
	{Name: "SO_PASSCRED", Value: "0 or 1", Keeps: onOff},
	{Name: "SO_PREFER_BUSY_POLL", Value: "0 or 1", Keeps: onOff},
	{Name: "SO_PRIORITY", Value: "a number", Keeps: number},
	{Name: "SO_PROTOCOL", Means: "6: TCP"},
	{Name: "SO_RCVBUF", Value: "bytes", Means: "size of the receive buffer, doubled by the kernel; the window no longer grows by itself"},
	{Name: "SO_RCVBUFFORCE", Value: "bytes", Means: "the same beyond rmem_max", Unread: true},
	{Name: "SO_RCVLOWAT", Value: "bytes", Means: "read() and poll() wait for so many"},
	{Name: "SO_RCVTIMEO", Value: "a time, milliseconds, or seconds and microseconds", Means: "read() and accept() wait no longer: EAGAIN, or what is there", Unit: sim.Millisecond},
	{Name: "SO_REUSEADDR", Value: "0 or 1", Means: "bind() passes over what is left in TIME_WAIT"},
	{Name: "SO_REUSEPORT", Value: "0 or 1", Means: "several listeners share a port"},
	{Name: "SO_RXQ_OVFL", Value: "0 or 1", Keeps: onOff},
	{Name: "SO_SELECT_ERR_QUEUE", Value: "0 or 1", Keeps: onOff},
	{Name: "SO_SNDBUF", Value: "bytes", Means: "size of the send buffer, doubled by the kernel"},
	{Name: "SO_SNDBUFFORCE", Value: "bytes", Means: "the same beyond wmem_max", Unread: true},
	{Name: "SO_SNDTIMEO", Value: "a time, milliseconds, or seconds and microseconds", Means: "connect() and write() wait no longer: EINPROGRESS, or EAGAIN, or the part that was taken", Unit: sim.Millisecond},
	{Name: "SO_TIMESTAMP", Value: "0 or 1", Keeps: onOff},
	{Name: "SO_TIMESTAMPING", Value: "SOF_TIMESTAMPING_* added up", Means: "the error queue tells when data leaves and is acknowledged", Keeps: within(0, 1<<19-1, 0)},
	{Name: "SO_TIMESTAMPNS", Value: "0 or 1", Keeps: onOff},
	{Name: "SO_TXREHASH", Value: "-1 to 1", Keeps: within(-1, 1, 1)},
	{Name: "SO_TYPE", Means: "1: a stream"},
	{Name: "SO_ZEROCOPY", Value: "0 or 1", Means: "MSG_ZEROCOPY is taken: the error queue tells when the memory is free", Keeps: strict},
	{Name: "TCP_CONGESTION", Value: "\"reno\", \"cubic\" or \"bbr\"", Means: "congestion control of this connection", Unread: true, Text: true},
	{Name: "TCP_CORK", Value: "0 or 1", Means: "hold back what does not fill a segment"},
	{Name: "TCP_DEFER_ACCEPT", Value: "seconds", Means: "accept() only once data has come"},
	{Name: "TCP_DELACK_MAX_US", Value: "microseconds, 4000 to 200000", Means: "an ACK is delayed no longer", Unit: sim.Microsecond},
	{Name: "TCP_FASTOPEN", Value: "length of the queue", Means: "a listener takes data in the SYN"},
	{Name: "TCP_FASTOPEN_CONNECT", Value: "0 or 1", Means: "connect() waits for the first write to send data in the SYN"},
	{Name: "TCP_FASTOPEN_KEY", Value: "16 or 32 bytes", Means: "the key of this listener's Fast Open cookies", Text: true, Unread: true},
	{Name: "TCP_FASTOPEN_NO_COOKIE", Value: "0 or 1", Means: "data in the SYN without a cookie"},
	{Name: "TCP_INQ", Value: "0 or 1", Means: "recvmsg() tells how much is left", Keeps: strict},
	{Name: "TCP_KEEPCNT", Value: "1 to 127", Means: "keepalive probes before giving up"},
	{Name: "TCP_KEEPIDLE", Value: "seconds, 1 to 32767", Means: "silence before the first keepalive probe"},
	{Name: "TCP_KEEPINTVL", Value: "seconds, 1 to 32767", Means: "from one keepalive probe to the next"},
	{Name: "TCP_LINGER2", Value: "seconds, at most 120; below 0: none", Means: "how long an orphan stays in FIN_WAIT_2"},
	{Name: "TCP_MAXSEG", Value: "0, or 88 to 32767 bytes", Means: "largest segment, set before connect() or listen()"},
	{Name: "TCP_NODELAY", Value: "0 or 1", Means: "send small segments at once: no Nagle"},
	{Name: "TCP_NOTSENT_LOWAT", Value: "bytes", Means: "write() waits while more than that is unsent"},
	{Name: "TCP_QUEUE_SEQ", Value: "a number", Keeps: number},
	{Name: "TCP_QUICKACK", Value: "0 or 1", Means: "acknowledge at once for now"},
	{Name: "TCP_REPAIR_QUEUE", Value: "a number", Keeps: number},
	{Name: "TCP_RTO_MAX_MS", Value: "milliseconds, 1000 to 120000", Means: "timeouts do not grow beyond it", Unit: sim.Millisecond},
	{Name: "TCP_RTO_MIN_US", Value: "microseconds, 8000 to 200000", Means: "timeouts are no shorter", Unit: sim.Microsecond},
	{Name: "TCP_SAVE_SYN", Value: "0 to 2", Keeps: within(0, 2, 0)},
	{Name: "TCP_SYNCNT", Value: "1 to 127", Means: "tcp_syn_retries of this connection"},
	{Name: "TCP_THIN_DUPACK", Value: "0 or 1", Keeps: strict},
	{Name: "TCP_THIN_LINEAR_TIMEOUTS", Value: "0 or 1", Means: "timeouts of a thin stream do not double at first"},
	{Name: "TCP_TIMESTAMP", Value: "a number", Keeps: number},
	{Name: "TCP_TX_DELAY", Value: "microseconds", Keeps: within(0, anyInt, 0)},
	{Name: "TCP_ULP", Value: "a name", Text: true, Unread: true},
	{Name: "TCP_USER_TIMEOUT", Value: "milliseconds", Means: "give up when data stays unacknowledged so long", Unit: sim.Millisecond},
	{Name: "TCP_WINDOW_CLAMP", Value: "bytes", Means: "never offer a larger window"},
}

// FindOption returns an option by name, or nil.
func FindOption(name string) *SocketOption {
	for i := range SocketOptions {
		if SocketOptions[i].Name == name {
			return &SocketOptions[i]
		}
	}
	return nil
}

// Level is the level of the option as C names it.
func (o *SocketOption) Level() string { return OptionLevels[levelOf(o.Name)].Name }

// Takes says in a few words what a value of the setting may be.
func (d *Sysctl) Takes() string {
	switch d.Kind {
	case kindTriple:
		return "three growing numbers"
	case kindRange:
		return "two ports"
	case kindPorts:
		return "ports and ranges of ports"
	case kindCC:
		return "reno, cubic or bbr"
	case kindInt:
		return strconv.FormatInt(d.Min, 10) + " to " + strconv.FormatInt(d.Max, 10)
	}
	return "text"
}
