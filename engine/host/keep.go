package host

import (
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// Options that are kept beside the socket, with the bounds and the errors of Linux,
// because TCP itself takes no notice of them, or little.

type keptOption struct {
	conn sim.SubjectID
	name string
	n    int64
}

func (h *Host) keptValue(id sim.SubjectID, name string) (n int64, set bool) {
	for i := range h.kept {
		if k := &h.kept[i]; k.conn == id && k.name == name {
			return k.n, true
		}
	}
	return 0, false
}

// isKept reports whether an option that is kept is on.
func (h *Host) isKept(id sim.SubjectID, name string) bool {
	n, _ := h.keptValue(id, name)
	return n != 0
}

func (h *Host) setKept(id sim.SubjectID, name string, n int64) {
	for i := range h.kept {
		if k := &h.kept[i]; k.conn == id && k.name == name {
			k.n = n
			return
		}
	}
	h.kept = append(h.kept, keptOption{id, name, n})
}

// forgetKept forgets what was kept of a socket that nobody can ask any more.
func (h *Host) forgetKept(id sim.SubjectID) {
	h.kept = slices.DeleteFunc(h.kept, func(k keptOption) bool { return k.conn == id })
	h.errqs = slices.DeleteFunc(h.errqs, func(q errQueue) bool { return q.conn == id })
}

// inherit gives an accepted socket what its listener had.
func (h *Host) inherit(listener, id sim.SubjectID) {
	for _, k := range h.kept {
		if k.conn == listener {
			h.setKept(id, k.name, k.n)
			if k.name == "SO_TIMESTAMPING" {
				h.needErrors(id).flags = k.n
			}
		}
	}
}

// keep sets an option that is kept.
func (h *Host) keep(c *tcp.Conn, o *SocketOption, n int64) tcp.Errno {
	b := o.Keeps
	switch {
	case o.Name == "IP_TTL" && n == -1:
		n = b.first
	case n < b.lo || n > b.hi:
		return tcp.EINVAL
	case b.isSwitch && n != 0:
		n = 1
	}
	n, err := h.follow(c, o, n)
	if err == tcp.OK {
		h.setKept(c.ID, o.Name, n)
	}
	return err
}

// follow draws the consequences of an option that is kept, and says how it is read back.
func (h *Host) follow(c *tcp.Conn, o *SocketOption, n int64) (int64, tcp.Errno) {
	err := tcp.OK
	switch o.Name {
	case "TCP_TIMESTAMP", "TCP_REPAIR_QUEUE":
		err = tcp.EPERM // without TCP_REPAIR, which is not modelled
	case "TCP_QUEUE_SEQ":
		err = tcp.EINVAL
	case "SO_PRIORITY":
		if h.noAdmin && (n < 0 || n > 6) {
			err = tcp.EPERM
		}
	case "SO_MARK":
		if h.noAdmin {
			err = tcp.EPERM
		}
	case "IP_FREEBIND", "IPV6_FREEBIND":
		c.IP.Nonlocal = n != 0 || c.IP.Transparent
	case "IP_TRANSPARENT", "IPV6_TRANSPARENT":
		if h.noAdmin {
			return n, tcp.EPERM
		}
		c.IP.Transparent = n != 0
		c.IP.Nonlocal = n != 0 || h.isKept(c.ID, "IP_FREEBIND") || h.isKept(c.ID, "IPV6_FREEBIND")
	case "IP_TOS":
		c.TOS = uint8(n) &^ 3 // the bits of ECN are TCP's own
		n = int64(c.TOS)
	case "IPV6_TCLASS":
		if n < 0 {
			n = o.Keeps.first
		}
		c.TOS = uint8(n) &^ 3
	case "IP_TTL", "IPV6_UNICAST_HOPS":
		if n < 0 {
			n = o.Keeps.first
		}
		c.IP.TTL = uint8(n)
	case "IP_MTU_DISCOVER", "IPV6_MTU_DISCOVER":
		c.IP.MTUDiscover = uint8(n) + 1
	case "IP_RECVERR", "IPV6_RECVERR":
		c.IP.RecvErr = n != 0
	case "IP_MINTTL", "IPV6_MINHOPCOUNT":
		c.IP.MinTTL = uint8(n)
	case "IP_LOCAL_PORT_RANGE":
		n = int64(uint32(n))
		low, high := uint16(n), uint16(n>>16)
		if low != 0 && high != 0 && low > high {
			return 0, tcp.EINVAL
		}
		c.IP.PortLow, c.IP.PortHigh = low, high
	case "SO_TIMESTAMPING":
		err = h.stampFlags(c, n)
	}
	return n, err
}

// cloneKept copies what calls keep beside the sockets.
func (h *Host) cloneKept(of *Host) {
	h.pipes, h.epolls, h.errqs, h.kept = slices.Clone(of.pipes), slices.Clone(of.epolls), slices.Clone(of.errqs), slices.Clone(of.kept)
	for i := range h.epolls {
		h.epolls[i].watched = slices.Clone(h.epolls[i].watched)
	}
	for i := range h.errqs {
		h.errqs[i] = h.errqs[i].clone()
	}
}
