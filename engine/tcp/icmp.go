package tcp

import "wirestep/engine/wire"

// icmp4Unreach is the error for each code of "destination unreachable"
// (icmp_err_convert).
var icmp4Unreach = [...]Errno{ENETUNREACH, EHOSTUNREACH, ENOPROTOOPT, ECONNREFUSED, EMSGSIZE, EOPNOTSUPP,
	ENETUNREACH, EHOSTUNREACH, ENETUNREACH, ENETUNREACH, EHOSTUNREACH, ENETUNREACH, EHOSTUNREACH, EHOSTUNREACH,
	EHOSTUNREACH, EHOSTUNREACH}

var icmp6Unreach = [...]Errno{ENETUNREACH, EACCES, EHOSTUNREACH, EHOSTUNREACH, ECONNREFUSED, EACCES, EACCES}

// icmpErrno is the error that an ICMP message means for a socket; OK for none.
func icmpErrno(m wire.ICMP) Errno {
	switch {
	case m.V6 && m.Type == 1 && int(m.Code) < len(icmp6Unreach):
		return icmp6Unreach[m.Code]
	case m.V6 && m.Type == 3, !m.V6 && m.Type == 11:
		return EHOSTUNREACH
	case m.V6 && m.Type == 4, !m.V6 && m.Type == 12:
		return EPROTO
	case !m.V6 && m.Type == 3 && int(m.Code) < len(icmp4Unreach) && m.Code != 4:
		return icmp4Unreach[m.Code]
	}
	return OK
}
