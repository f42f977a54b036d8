package tcp

// State is the state of a connection (RFC 9293 §3.3.2), under the names of ss
// and of Linux. Its numbers are those of Linux' TCP_INFO.
type State uint8

// The states.
const (
	Established State = iota + 1
	SynSent
	SynRecv
	FinWait1
	FinWait2
	TimeWaitState
	Closed
	CloseWait
	LastAck
	Listen
	Closing
)

// StateNames holds the name of each state, by number.
var StateNames = []string{"", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT_1", "FIN_WAIT_2",
	"TIME_WAIT", "CLOSED", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING"}

func (s State) String() string { return StateNames[s] }

// Synchronized reports whether both sides know each other's sequence numbers.
func (s State) Synchronized() bool {
	return s != Closed && s != Listen && s != SynSent && s != SynRecv
}

// canSend: the application may still hand over data.
func (s State) canSend() bool { return s == Established || s == CloseWait }

// CAState is the state of the congestion machinery (Linux' icsk_ca_state).
type CAState uint8

// The congestion states.
const (
	Open     CAState = iota // nothing unusual
	Disorder                // the first duplicate ACKs or SACKs
	CWR                     // cwnd is being reduced, nothing is lost
	Recovery                // fast retransmit in progress
	Loss                    // a timeout, or SACK reneging
)

// CAStateNames holds the name of each congestion state, by number.
var CAStateNames = []string{"Open", "Disorder", "CWR", "Recovery", "Loss"}

func (s CAState) String() string { return CAStateNames[s] }

// TimerKind says which of the events that share one deadline is pending.
type TimerKind uint8

// The retransmission timer of Linux is one timer with several uses.
const (
	NoTimer     TimerKind = iota
	TimerRTO              // retransmission timeout
	TimerProbe            // zero window probe: the persist timer
	TimerTLP              // tail loss probe
	TimerReo              // RACK reordering window
	TimerDelack           // delayed acknowledgment
	TimerKeep             // keepalive; SYN_RECV and FIN_WAIT_2 use it too
	TimerSynAck           // retransmission of a SYN-ACK by a half-open request
	TimerExpire           // end of TIME_WAIT, or of FIN_WAIT_2 kept by a small entry
	TimerComp             // end of SACK compression
	TimerPace             // pacing: the next segment may leave
)

// TimerNames holds the name of each timer, by number.
var TimerNames = []string{"", "RTO", "persist", "TLP", "reorder", "delayed-ACK", "keepalive", "SYN-ACK", "time-wait", "SACK-compression", "pacing"}

func (k TimerKind) String() string { return TimerNames[k] }

// Errno is the error of a system call; 0 is none. Values are Linux'.
type Errno uint8

// The errors that TCP and its calls report.
const (
	OK            Errno = 0
	EPERM         Errno = 1
	ENOENT        Errno = 2
	EINTR         Errno = 4
	EBADF         Errno = 9
	EAGAIN        Errno = 11
	ENOMEM        Errno = 12
	EACCES        Errno = 13
	EFAULT        Errno = 14
	EEXIST        Errno = 17
	ENODEV        Errno = 19
	EINVAL        Errno = 22
	EMFILE        Errno = 24
	ENOTTY        Errno = 25
	EDOM          Errno = 33
	ESPIPE        Errno = 29
	EPIPE         Errno = 32
	ENOTSOCK      Errno = 88
	EDESTADDRREQ  Errno = 89
	EMSGSIZE      Errno = 90
	EPROTO        Errno = 71
	ENOPROTOOPT   Errno = 92
	EOPNOTSUPP    Errno = 95
	EAFNOSUPPORT  Errno = 97
	EADDRINUSE    Errno = 98
	EADDRNOTAVAIL Errno = 99
	ENETDOWN      Errno = 100
	ENETUNREACH   Errno = 101
	ECONNABORTED  Errno = 103
	ECONNRESET    Errno = 104
	ENOBUFS       Errno = 105
	EISCONN       Errno = 106
	ENOTCONN      Errno = 107
	ETIMEDOUT     Errno = 110
	ECONNREFUSED  Errno = 111
	EHOSTUNREACH  Errno = 113
	EALREADY      Errno = 114
	EINPROGRESS   Errno = 115
)

var errnoNames = map[Errno]string{
	EPERM: "EPERM", ENOENT: "ENOENT", EEXIST: "EEXIST", ENODEV: "ENODEV", ENOTTY: "ENOTTY", EDOM: "EDOM", ESPIPE: "ESPIPE", EINTR: "EINTR", EBADF: "EBADF", EAGAIN: "EAGAIN", ENOMEM: "ENOMEM", EACCES: "EACCES",
	EFAULT: "EFAULT", EINVAL: "EINVAL", EMFILE: "EMFILE", EPIPE: "EPIPE", ENOTSOCK: "ENOTSOCK",
	EDESTADDRREQ: "EDESTADDRREQ", EMSGSIZE: "EMSGSIZE", EPROTO: "EPROTO", ENOPROTOOPT: "ENOPROTOOPT",
	EOPNOTSUPP: "EOPNOTSUPP", EAFNOSUPPORT: "EAFNOSUPPORT", EADDRINUSE: "EADDRINUSE",
	EADDRNOTAVAIL: "EADDRNOTAVAIL", ENETDOWN: "ENETDOWN", ENETUNREACH: "ENETUNREACH",
	ECONNABORTED: "ECONNABORTED", ECONNRESET: "ECONNRESET", ENOBUFS: "ENOBUFS", EISCONN: "EISCONN",
	ENOTCONN: "ENOTCONN", ETIMEDOUT: "ETIMEDOUT", ECONNREFUSED: "ECONNREFUSED",
	EHOSTUNREACH: "EHOSTUNREACH", EALREADY: "EALREADY", EINPROGRESS: "EINPROGRESS",
}

func (e Errno) String() string { return errnoNames[e] }

// Errnos lists every error that has a name.
func Errnos() []string {
	var names []string
	for e := range 256 {
		if n := errnoNames[Errno(e)]; n != "" {
			names = append(names, n)
		}
	}
	return names
}

// errnoLabels is errnoNames by number, for the schema.
func errnoLabels() []string {
	names := make([]string, 116)
	for i := range names {
		names[i] = errnoNames[Errno(i)]
	}
	return names
}
