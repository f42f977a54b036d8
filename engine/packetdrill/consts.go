package packetdrill

// consts are the constants that arguments use, with Linux' numbers. It is read only.
var consts = map[string]int64{
	"NULL": 0, "AF_UNSPEC": 0, "AF_INET": 2, "AF_INET6": 10, "PF_INET": 2, "PF_INET6": 10, "SOCK_STREAM": 1, "SOCK_DGRAM": 2,
	"SOCK_NONBLOCK": 0x800, "SOCK_CLOEXEC": 0x80000, "IPPROTO_IP": 0, "IPPROTO_TCP": 6, "IPPROTO_UDP": 17, "IPPROTO_IPV6": 41, "IPPROTO_ICMP": 1, "IPPROTO_ICMPV6": 58, "IPPROTO_UDPLITE": 136, "IPPROTO_SCTP": 132, "IPPROTO_MPTCP": 262, "SOCK_RAW": 3,
	"SOL_IP": 0, "SOL_SOCKET": 1, "SOL_TCP": 6, "SOL_UDP": 17, "SOL_IPV6": 41,
	"O_RDONLY": 0, "O_WRONLY": 1, "O_RDWR": 2, "O_NONBLOCK": 0x800, "O_CREAT": 0x40, "O_EXCL": 0x80, "O_NOCTTY": 0x100, "O_TRUNC": 0x200, "O_APPEND": 0x400, "O_ACCMODE": 3, "F_DUPFD": 0, "F_GETOWN": 9, "F_SETOWN": 8, "F_DUPFD_CLOEXEC": 1030, "F_GETFL": 3, "F_SETFL": 4, "F_GETFD": 1, "F_SETFD": 2, "FD_CLOEXEC": 1,
	"SHUT_RD": 0, "SHUT_WR": 1, "SHUT_RDWR": 2, "SOMAXCONN": 4096,
	"MSG_OOB": 1, "MSG_PEEK": 2, "MSG_DONTROUTE": 4, "MSG_CTRUNC": 8, "MSG_TRUNC": 0x20, "MSG_DONTWAIT": 0x40, "MSG_EOR": 0x80,
	"MSG_WAITALL": 0x100, "MSG_NOSIGNAL": 0x4000, "MSG_MORE": 0x8000, "MSG_ERRQUEUE": 0x2000, "MSG_ZEROCOPY": 0x4000000,
	"MSG_FASTOPEN": 0x20000000, "MSG_CONFIRM": 0x800, "MSG_PROXY": 0x10, "MSG_FIN": 0x200, "MSG_SYN": 0x400, "MSG_RST": 0x1000, "MSG_CMSG_CLOEXEC": 0x40000000,
	"POLLIN": 1, "POLLPRI": 2, "POLLOUT": 4, "POLLERR": 8, "POLLHUP": 0x10, "POLLNVAL": 0x20, "POLLRDNORM": 0x40, "POLLRDBAND": 0x80,
	"POLLWRNORM": 0x100, "POLLWRBAND": 0x200, "POLLRDHUP": 0x2000, "POLLMSG": 0x400, "POLLREMOVE": 0x1000, "EPOLLMSG": 0x400,
	"EPOLLIN": 1, "EPOLLPRI": 2, "EPOLLOUT": 4, "EPOLLERR": 8, "EPOLLHUP": 0x10, "EPOLLRDNORM": 0x40, "EPOLLRDBAND": 0x80, "EPOLLWRNORM": 0x100,
	"EPOLLWRBAND": 0x200, "EPOLLRDHUP": 0x2000, "EPOLLET": 1 << 31, "EPOLLONESHOT": 1 << 30, "EPOLLEXCLUSIVE": 1 << 28,
	"EPOLL_CTL_ADD": 1, "EPOLL_CTL_DEL": 2, "EPOLL_CTL_MOD": 3, "EPOLL_CLOEXEC": 0x80000,
	"SIOCINQ": 0x541b, "FIONREAD": 0x541b, "SIOCOUTQ": 0x5411, "TIOCOUTQ": 0x5411, "SIOCOUTQNSD": 0x894b, "SIOCATMARK": 0x8905, "FIONBIO": 0x5421,
	"TCP_CA_Open": 0, "TCP_CA_Disorder": 1, "TCP_CA_CWR": 2, "TCP_CA_Recovery": 3, "TCP_CA_Loss": 4,
	"TCPI_OPT_TIMESTAMPS": 1, "TCPI_OPT_SACK": 2, "TCPI_OPT_WSCALE": 4, "TCPI_OPT_ECN": 8, "TCPI_OPT_ECN_SEEN": 16, "TCPI_OPT_SYN_DATA": 32,
	"TCPI_OPT_USEC_TS": 64, "TCPI_OPT_TFO_CHILD": 128, "TCP_CA_OPEN": 0, "TCP_CA_DISORDER": 1, "TCP_CA_RECOVERY": 3, "TCP_CA_LOSS": 4,
	"TCP_INFINITE_SSTHRESH": 0x7fffffff,
	"IP_PMTUDISC_DONT":      0, "IP_PMTUDISC_WANT": 1, "IP_PMTUDISC_DO": 2, "IP_PMTUDISC_PROBE": 3, "IP_PMTUDISC_INTERFACE": 4, "IP_PMTUDISC_OMIT": 5,
	"IPV6_PMTUDISC_DONT": 0, "IPV6_PMTUDISC_WANT": 1, "IPV6_PMTUDISC_DO": 2, "IPV6_PMTUDISC_PROBE": 3,
	"SO_EE_ORIGIN_LOCAL": 1, "SO_EE_ORIGIN_ICMP": 2, "SO_EE_ORIGIN_ICMP6": 3, "SO_EE_ORIGIN_TIMESTAMPING": 4, "SO_EE_ORIGIN_ZEROCOPY": 5,
	"SO_EE_CODE_ZEROCOPY_COPIED": 1, "SCM_TSTAMP_SND": 0, "SCM_TSTAMP_SCHED": 1, "SCM_TSTAMP_ACK": 2,
	"SOF_TIMESTAMPING_TX_HARDWARE": 1, "SOF_TIMESTAMPING_TX_SOFTWARE": 2, "SOF_TIMESTAMPING_RX_HARDWARE": 4, "SOF_TIMESTAMPING_RX_SOFTWARE": 8,
	"SOF_TIMESTAMPING_SOFTWARE": 16, "SOF_TIMESTAMPING_SYS_HARDWARE": 32, "SOF_TIMESTAMPING_RAW_HARDWARE": 64, "SOF_TIMESTAMPING_OPT_ID": 128,
	"SOF_TIMESTAMPING_TX_SCHED": 256, "SOF_TIMESTAMPING_TX_ACK": 512, "SOF_TIMESTAMPING_OPT_CMSG": 1024, "SOF_TIMESTAMPING_OPT_TSONLY": 2048,
	"SOF_TIMESTAMPING_OPT_STATS": 4096, "SOF_TIMESTAMPING_OPT_ID_TCP": 65536,
	"SPLICE_F_MOVE": 1, "SPLICE_F_NONBLOCK": 2, "SPLICE_F_MORE": 4, "SPLICE_F_GIFT": 8, "SEEK_SET": 0, "SEEK_CUR": 1, "SEEK_END": 2,
	"CAP_EFFECTIVE": 0, "CAP_PERMITTED": 1, "CAP_INHERITABLE": 2, "CAP_CLEAR": 0, "CAP_SET": 1,
	"CAP_NET_BIND_SERVICE": 10, "CAP_NET_BROADCAST": 11, "CAP_NET_ADMIN": 12, "CAP_NET_RAW": 13, "CAP_SYS_ADMIN": 21, "CAP_SYS_RESOURCE": 24,
	"TCP_ESTABLISHED": 1, "TCP_SYN_SENT": 2, "TCP_SYN_RECV": 3, "TCP_FIN_WAIT1": 4, "TCP_FIN_WAIT2": 5, "TCP_TIME_WAIT": 6,
	"TCP_CLOSE": 7, "TCP_CLOSE_WAIT": 8, "TCP_LAST_ACK": 9, "TCP_LISTEN": 10, "TCP_CLOSING": 11,
}

// icmpTypes are the words for the types of ICMP messages: type in IPv4 and in
// IPv6, -1 where there is none.
var icmpTypes = map[string][2]int{
	"unreachable": {3, 1}, "source_quench": {4, -1}, "redirect": {5, -1}, "time_exceeded": {11, 3}, "parameter_problem": {12, 4},
	"packet_too_big": {-1, 2}, "echo_request": {8, 128}, "echo_reply": {0, 129},
}

var icmp4Codes = map[string]int{
	"net_unreachable": 0, "net": 0, "host_unreachable": 1, "host": 1, "protocol_unreachable": 2, "protocol": 2, "port_unreachable": 3, "port": 3,
	"frag_needed": 4, "source_route_failed": 5, "net_unknown": 6, "host_unknown": 7, "source_host_isolated": 8, "net_prohibited": 9,
	"host_prohibited": 10, "net_unreachable_for_tos": 11, "host_unreachable_for_tos": 12, "packet_filtered": 13, "admin_prohibited": 13,
	"precedence_violation": 14, "host_precedence": 14,
	"precedence_cutoff": 15, "ttl": 0, "ttl_exceeded": 0, "frag_time": 1,
}

var icmp6Codes = map[string]int{
	"no_route": 0, "admin_prohibited": 1, "not_neighbour": 2, "not_neighbor": 2, "addr_unreachable": 3, "address_unreachable": 3, "addr": 3, "host_unreachable": 3,
	"net_unreachable": 0, "port_unreachable": 4, "port": 4, "fail_policy": 5, "reject_route": 6, "hop_limit": 0, "hop_limit_exceeded": 0,
	"exceeded_hop_limit": 0, "exceeded_frag_time": 1, "header_field": 0, "unknown_next_header": 1, "unknown_option": 2,
	"ttl": 0, "frag_time": 1,
}

// defaults are words that runners of scripts usually define.
var defaults = []Define{{"CMSG_LEVEL_IP", "SOL_IP"}, {"CMSG_TYPE_RECVERR", "IP_RECVERR"},
	{"TFO_COOKIE", "3021b9d889017eeb"}, {"TFO_COOKIE_ZERO", "b7c12350a90dc8f5"}}
