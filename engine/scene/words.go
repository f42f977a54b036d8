package scene

// Names that conditions know without quotes.
var stateNames = [...]string{
	"CLOSED", "LISTEN", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2",
	"CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT",
}

var errnoNames = [...]string{
	"EADDRINUSE", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EAGAIN", "EALREADY", "EBADF", "ECONNABORTED",
	"ECONNREFUSED", "ECONNRESET", "EDESTADDRREQ", "EFAULT", "EHOSTUNREACH", "EINPROGRESS", "EINTR",
	"EINVAL", "EISCONN", "EMFILE", "EMSGSIZE", "ENETUNREACH", "ENOBUFS", "ENOENT", "ENOMEM",
	"ENOPROTOOPT", "ENOTCONN", "ENOTSOCK", "EOPNOTSUPP", "EPERM", "EACCES", "EPIPE", "EPROTO",
	"EPROTONOSUPPORT", "ETIMEDOUT", "EWOULDBLOCK",
}

// exprWords are what the language of conditions keeps for itself.
var exprWords = [...]string{
	"now", "step", "event", "true", "false", "nil", "not", "and", "or", "in", "matches", "contains",
	"startsWith", "endsWith", "let", "if", "else", "env",
	"all", "any", "one", "none", "map", "filter", "find", "count", "len", "type", "abs", "int", "float",
	"string", "trim", "upper", "lower", "split", "join", "max", "min", "sum", "mean", "median", "first",
	"last", "get", "take", "keys", "values", "sort", "date", "duration", "repeat", "reduce", "groupBy",
}

// reserved reports whether a host cannot have this name: a condition could not
// tell the two apart.
func reserved(name string) bool {
	for _, set := range [...][]string{stateNames[:], errnoNames[:], exprWords[:]} {
		for _, w := range set {
			if w == name {
				return true
			}
		}
	}
	return false
}
