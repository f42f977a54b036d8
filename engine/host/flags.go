package host

import "strconv"

// Flag is a constant that calls take, with Linux' number.
type Flag struct {
	Name  string
	Value int64
	Means string
}

// The flags of calls that carry data.
const (
	MsgOOB         = 0x1
	MsgPeek        = 0x2
	MsgTrunc       = 0x20
	MsgDontwait    = 0x40
	MsgEOR         = 0x80
	MsgWaitall     = 0x100
	MsgErrqueue    = 0x2000
	MsgNosignal    = 0x4000
	MsgMore        = 0x8000
	MsgZerocopy    = 0x4000000
	MsgFastopen    = 0x20000000
	SpliceNonblock = 2
	SpliceMore     = 4
)

// Other numbers of Linux.
const (
	sockNonblock   = 0x800
	oRdwr          = 2
	oNonblock      = 0x800
	fDupFD         = 0
	fGetFD         = 1
	fSetFD         = 2
	fGetFL         = 3
	fSetFL         = 4
	fSetOwn        = 8
	fGetOwn        = 9
	fDupFDCloexec  = 1030
	siocInQ        = 0x541b
	siocOutQ       = 0x5411
	siocOutQNSD    = 0x894b
	siocAtMark     = 0x8905
	fionbio        = 0x5421
	epollCtlAdd    = 1
	epollCtlDel    = 2
	epollCtlMod    = 3
	epollOneshot   = 1 << 30
	epollET        = 1 << 31
	solIP          = 0
	solSocket      = 1
	solTCP         = 6
	solIPv6        = 41
	soTimestamping = 37
	ipRecverr      = 11
	ipv6Recverr    = 25
	tcpInq         = 36
)

// What each kind of argument may be, by the letters of the calls' shapes.
var (
	families  = []Flag{{"AF_INET", 2, ""}, {"AF_INET6", 10, ""}}
	types     = []Flag{{"SOCK_STREAM", 1, ""}, {"SOCK_NONBLOCK", sockNonblock, "no call on the socket waits"}, {"SOCK_CLOEXEC", 0x80000, "nothing here follows from it"}}
	protocols = []Flag{{"IPPROTO_TCP", 6, ""}, {"IPPROTO_IP", 0, ""}}
	accepting = types[1:]
	unspec    = []Flag{{"AF_UNSPEC", 0, "an address of no family"}}
	receiving = []Flag{
		{"MSG_PEEK", MsgPeek, "the data stays where it is"},
		{"MSG_WAITALL", MsgWaitall, "wait until so many bytes are here"},
		{"MSG_DONTWAIT", MsgDontwait, "do not wait: EAGAIN"},
		{"MSG_OOB", MsgOOB, "the urgent byte"},
		{"MSG_TRUNC", MsgTrunc, "the data is thrown away"},
		{"MSG_ERRQUEUE", MsgErrqueue, "what the error queue holds; it never waits"},
		{"MSG_CMSG_CLOEXEC", 0x40000000, "nothing here follows from it"},
	}
	sending = []Flag{
		{"MSG_MORE", MsgMore, "more will follow: hold back what does not fill a segment"},
		{"MSG_DONTWAIT", MsgDontwait, "do not wait: EAGAIN, or the part that was taken"},
		{"MSG_OOB", MsgOOB, "the last byte is urgent"},
		{"MSG_EOR", MsgEOR, "what is written next begins a segment of its own"},
		{"MSG_NOSIGNAL", MsgNosignal, "no SIGPIPE; there are no signals here"},
		{"MSG_FASTOPEN", MsgFastopen, "connect, with data in the SYN"},
		{"MSG_ZEROCOPY", MsgZerocopy, "with SO_ZEROCOPY: the error queue tells when the memory is free"},
		{"MSG_CONFIRM", 0x800, "the neighbour is alive; nothing here follows from it"},
		{"MSG_DONTROUTE", 4, "nothing here follows from it"},
	}
	ways       = []Flag{{"SHUT_RD", 0, "no more reading"}, {"SHUT_WR", 1, "no more writing: a FIN"}, {"SHUT_RDWR", 2, "both"}}
	commands   = []Flag{{"F_SETFL", fSetFL, "O_NONBLOCK or 0"}, {"F_GETFL", fGetFL, ""}, {"F_DUPFD", fDupFD, "as dup()"}}
	fileFlags  = []Flag{{"O_NONBLOCK", oNonblock, "no call waits"}, {"O_RDONLY", 0, ""}, {"O_RDWR", oRdwr, ""}}
	questions  = []Flag{{"SIOCINQ", siocInQ, "bytes to be read"}, {"SIOCOUTQ", siocOutQ, "bytes not acknowledged"}, {"SIOCOUTQNSD", siocOutQNSD, "bytes not sent"}, {"SIOCATMARK", siocAtMark, "1: the next byte is urgent"}, {"FIONBIO", fionbio, "1: no call waits"}}
	pollEvents = []Flag{
		{"POLLIN", int64(PollIn), "something to read, or to accept"}, {"POLLOUT", int64(PollOut), "room to write"}, {"POLLPRI", int64(PollPri), "an urgent byte"},
		{"POLLRDHUP", int64(PollRdHup), "the peer has sent its FIN"}, {"POLLERR", int64(PollErr), "an error waits; told unasked"}, {"POLLHUP", int64(PollHup), "both sides are over; told unasked"},
		{"POLLRDNORM", int64(PollRdNorm), "as POLLIN"}, {"POLLWRNORM", int64(PollWrNorm), "as POLLOUT"}, {"POLLRDBAND", int64(PollRdBand), ""}, {"POLLWRBAND", int64(PollWrBand), ""},
	}
	epollOps    = []Flag{{"EPOLL_CTL_ADD", epollCtlAdd, ""}, {"EPOLL_CTL_MOD", epollCtlMod, ""}, {"EPOLL_CTL_DEL", epollCtlDel, ""}}
	epollEvents = append(eventsFor("E", pollEvents), []Flag{{"EPOLLET", epollET, "tell of each change once"}, {"EPOLLONESHOT", epollOneshot, "tell once"}, {"EPOLLEXCLUSIVE", 1 << 28, "nothing here follows from it"}}...)
	splicing    = []Flag{{"SPLICE_F_MOVE", 1, "nothing here follows from it"}, {"SPLICE_F_NONBLOCK", SpliceNonblock, "do not wait for the pipe"}, {"SPLICE_F_MORE", SpliceMore, "as MSG_MORE"}}
	values      = []Flag{
		{"IP_PMTUDISC_DONT", 0, ""}, {"IP_PMTUDISC_WANT", 1, ""}, {"IP_PMTUDISC_DO", 2, ""}, {"IP_PMTUDISC_PROBE", 3, ""}, {"IP_PMTUDISC_INTERFACE", 4, ""}, {"IP_PMTUDISC_OMIT", 5, ""},
		{"SOF_TIMESTAMPING_TX_SOFTWARE", txSoftware, ""}, {"SOF_TIMESTAMPING_SOFTWARE", software, ""}, {"SOF_TIMESTAMPING_OPT_ID", optID, ""}, {"SOF_TIMESTAMPING_TX_SCHED", txSched, ""},
		{"SOF_TIMESTAMPING_TX_ACK", txAck, ""}, {"SOF_TIMESTAMPING_OPT_TSONLY", optTSOnly, ""}, {"SOF_TIMESTAMPING_OPT_ID_TCP", optIDTCP, ""},
	}
)

func eventsFor(prefix string, of []Flag) (out []Flag) {
	for _, f := range of {
		out = append(out, Flag{prefix + f.Name, f.Value, f.Means})
	}
	return out
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
