package host

import "strconv"

// SocketOption is one option of setsockopt(2) that the engine has. Any other is
// answered with ENOPROTOOPT, as Linux answers one that it does not know.
type SocketOption struct {
	Name   string
	Value  string // what it takes, in C's units; "": it can only be read
	Means  string
	Unread bool // getsockopt(2) does not give it
}

// SocketOptions are all of them, by name within their level.
var SocketOptions = [...]SocketOption{
	{Name: "IP_BIND_ADDRESS_NO_PORT", Value: "0 or 1", Means: "bind() takes the address alone; connect() picks the port"},
	{Name: "SO_ERROR", Means: "the error that waits for the program; reading it clears it"},
	{Name: "SO_KEEPALIVE", Value: "0 or 1", Means: "probe a peer that has been silent for long"},
	{Name: "SO_LINGER", Value: "0 or 1, seconds", Means: "close() waits so long for the data to be acknowledged; 0 s: it resets"},
	{Name: "SO_MAX_PACING_RATE", Value: "bytes a second", Means: "send no faster"},
	{Name: "SO_OOBINLINE", Value: "0 or 1", Means: "urgent data stays among the rest"},
	{Name: "SO_PROTOCOL", Means: "6: TCP"},
	{Name: "SO_RCVBUF", Value: "bytes", Means: "size of the receive buffer, doubled by the kernel; the window no longer grows by itself"},
	{Name: "SO_RCVBUFFORCE", Value: "bytes", Means: "the same beyond rmem_max", Unread: true},
	{Name: "SO_RCVLOWAT", Value: "bytes", Means: "read() and poll() wait for so many"},
	{Name: "SO_REUSEADDR", Value: "0 or 1", Means: "bind() passes over what is left in TIME_WAIT"},
	{Name: "SO_REUSEPORT", Value: "0 or 1", Means: "several listeners share a port"},
	{Name: "SO_SNDBUF", Value: "bytes", Means: "size of the send buffer, doubled by the kernel"},
	{Name: "SO_SNDBUFFORCE", Value: "bytes", Means: "the same beyond wmem_max", Unread: true},
	{Name: "SO_TYPE", Means: "1: a stream"},
	{Name: "TCP_CONGESTION", Value: "\"reno\", \"cubic\" or \"bbr\"", Means: "congestion control of this connection", Unread: true},
	{Name: "TCP_CORK", Value: "0 or 1", Means: "hold back what does not fill a segment"},
	{Name: "TCP_DEFER_ACCEPT", Value: "seconds", Means: "accept() only once data has come"},
	{Name: "TCP_FASTOPEN", Value: "length of the queue", Means: "a listener takes data in the SYN"},
	{Name: "TCP_FASTOPEN_CONNECT", Value: "0 or 1", Means: "connect() waits for the first write to send data in the SYN"},
	{Name: "TCP_FASTOPEN_NO_COOKIE", Value: "0 or 1", Means: "data in the SYN without a cookie"},
	{Name: "TCP_KEEPCNT", Value: "1 to 127", Means: "keepalive probes before giving up"},
	{Name: "TCP_KEEPIDLE", Value: "seconds, 1 to 32767", Means: "silence before the first keepalive probe"},
	{Name: "TCP_KEEPINTVL", Value: "seconds, 1 to 32767", Means: "from one keepalive probe to the next"},
	{Name: "TCP_LINGER2", Value: "seconds, at most 120; below 0: none", Means: "how long an orphan stays in FIN_WAIT_2"},
	{Name: "TCP_MAXSEG", Value: "0, or 88 to 32767 bytes", Means: "largest segment, set before connect() or listen()"},
	{Name: "TCP_NODELAY", Value: "0 or 1", Means: "send small segments at once: no Nagle"},
	{Name: "TCP_NOTSENT_LOWAT", Value: "bytes", Means: "write() waits while more than that is unsent"},
	{Name: "TCP_QUICKACK", Value: "0 or 1", Means: "acknowledge at once for now"},
	{Name: "TCP_RTO_MAX_MS", Value: "milliseconds, 1000 to 120000", Means: "timeouts do not grow beyond it"},
	{Name: "TCP_SYNCNT", Value: "1 to 127", Means: "tcp_syn_retries of this connection"},
	{Name: "TCP_THIN_LINEAR_TIMEOUTS", Value: "0 or 1", Means: "timeouts of a thin stream do not double at first"},
	{Name: "TCP_USER_TIMEOUT", Value: "milliseconds", Means: "give up when data stays unacknowledged so long"},
	{Name: "TCP_WINDOW_CLAMP", Value: "bytes", Means: "never offer a larger window"},
}

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
