package packetdrill

import (
	"maps"
	"slices"

	"wirestep/engine/tcp"
)

// Options that change nothing which a segment of this host shows: the runner
// keeps them, with the bounds and the errors of Linux, so that they can be read
// back.

// bounds are the values that an option may have, and what it begins with; a
// switch is read back as 0 or 1.
type bounds struct {
	lo, hi, first int64
	isSwitch      bool
}

const anyInt = 1<<31 - 1

var (
	flag   = bounds{-anyInt - 1, anyInt, 0, true}
	strict = bounds{0, 1, 0, false}
	number = bounds{-anyInt - 1, anyInt, 0, false}
)

var keepable = map[string]bounds{
	"SO_DEBUG": flag, "SO_DONTROUTE": flag, "SO_BROADCAST": flag, "SO_NO_CHECK": flag, "SO_RXQ_OVFL": flag, "SO_NOFCS": flag,
	"SO_TIMESTAMP": flag, "SO_TIMESTAMPNS": flag, "SO_SELECT_ERR_QUEUE": flag, "SO_PREFER_BUSY_POLL": flag, "SO_LOCK_FILTER": flag, "SO_PASSCRED": flag,
	"SO_PRIORITY": number, "SO_MARK": number, "SO_INCOMING_CPU": number, "SO_BUSY_POLL": {0, anyInt, 0, false}, "SO_BUSY_POLL_BUDGET": {0, 65535, 8, false},
	"SO_ZEROCOPY": strict, "SO_TIMESTAMPING": {0, 1<<19 - 1, 0, false}, "SO_TXREHASH": {-1, 1, 1, false}, "SO_MAX_PACING_RATE": {-1, anyInt, -1, false},
	"TCP_TIMESTAMP": number, "TCP_REPAIR_QUEUE": number, "TCP_QUEUE_SEQ": number, "TCP_SAVE_SYN": {0, 2, 0, false}, "TCP_TX_DELAY": {0, anyInt, 0, false},
	"TCP_INQ": strict, "TCP_THIN_DUPACK": strict,
	"IP_TOS": number, "IP_TTL": {1, 255, 64, false}, "IP_MTU_DISCOVER": {0, 5, 1, false}, "IP_RECVERR": flag, "IP_RECVTTL": flag, "IP_RECVTOS": flag, "IP_FREEBIND": flag,
	"IP_TRANSPARENT": flag, "IP_MINTTL": {0, 255, 0, false},
	"IPV6_MTU_DISCOVER": {0, 5, 1, false}, "IPV6_RECVERR": flag, "IPV6_V6ONLY": flag, "IPV6_TCLASS": {-1, 255, 0, false}, "IPV6_UNICAST_HOPS": {-1, 255, 64, false},
	"IPV6_AUTOFLOWLABEL": flag, "IPV6_MINHOPCOUNT": {0, 255, 0, false}, "IPV6_RECVTCLASS": flag, "IPV6_FREEBIND": flag,
}

// short are options that may have a value of one byte.
var short = map[string]bool{"IP_TOS": true, "IP_TTL": true, "IP_MTU_DISCOVER": true, "IP_RECVERR": true, "IP_RECVTTL": true, "IP_RECVTOS": true, "IP_FREEBIND": true}

type keptKey struct {
	fd   int32
	name string
}

// keep sets an option that the runner keeps.
func (r *runner) keep(fd int32, conn *tcp.Conn, name string, n int64) tcp.Errno {
	b, ok := keepable[name]
	switch {
	case name == "SO_ZEROCOPY" && (n < 0 || n > 1):
		return tcp.EINVAL
	case !ok:
		return tcp.ENOPROTOOPT
	case n < b.lo || n > b.hi:
		return tcp.EINVAL
	case b.isSwitch && n != 0:
		n = 1
	}
	switch name {
	case "TCP_TIMESTAMP", "TCP_REPAIR_QUEUE":
		return tcp.EPERM // without TCP_REPAIR, which is not modelled
	case "TCP_QUEUE_SEQ":
		return tcp.EINVAL
	case "SO_PRIORITY":
		if r.poor && (n < 0 || n > 6) {
			return tcp.EPERM
		}
	case "SO_MARK":
		if r.poor {
			return tcp.EPERM
		}
	case "IP_TOS":
		conn.TOS = uint8(n) &^ 3 // the bits of ECN are TCP's own
		n = int64(conn.TOS)
	case "IPV6_UNICAST_HOPS", "IPV6_TCLASS":
		if n < 0 {
			n = b.first
		}
		if name == "IPV6_TCLASS" {
			conn.TOS = uint8(n) &^ 3
		}
	case "SO_TIMESTAMPING":
		if err := r.stampFlags(conn, n); err != tcp.OK {
			return err
		}
	}
	if r.keeps == nil {
		r.keeps = map[keptKey]int64{}
	}
	r.keeps[keptKey{fd, name}] = n
	return tcp.OK
}

// kept reads an option that the runner keeps.
func (r *runner) kept(fd int32, conn *tcp.Conn, name string) ([]int64, tcp.Errno) {
	n, set := r.keeps[keptKey{fd, name}]
	b, ok := keepable[name]
	switch {
	case set:
		return []int64{n}, tcp.OK
	case name == "SO_DOMAIN":
		if r.local.Is6() {
			return []int64{10}, tcp.OK
		}
		return []int64{2}, tcp.OK
	case name == "IP_MTU" || name == "IPV6_MTU":
		if conn.State == tcp.Closed || conn.State == tcp.Listen {
			return nil, tcp.ENOTCONN
		}
		return []int64{int64(conn.MTU)}, tcp.OK
	case ok:
		return []int64{b.first}, tcp.OK
	}
	return nil, tcp.ENOPROTOOPT
}

// has reports whether an option that the runner keeps is set.
func (r *runner) has(fd int32, name string) bool { return r.keeps[keptKey{fd, name}] != 0 }

// inherit gives an accepted socket what its listener had.
func (r *runner) inherit(listener, fd int32) {
	for _, name := range slices.Sorted(maps.Keys(keepable)) {
		if n, set := r.keeps[keptKey{listener, name}]; set {
			r.keeps[keptKey{fd, name}] = n
		}
	}
}
