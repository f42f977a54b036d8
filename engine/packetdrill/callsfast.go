package packetdrill

import (
	"wirestep/engine/host"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// fastSend is the part of a write that Fast Open does: the SYN leaves with the
// beginning of the data.
type fastSend struct {
	asked   bool // MSG_FASTOPEN
	to      wire.Endpoint
	started bool
}

// makeFast reads where sendto() or sendmsg() with MSG_FASTOPEN sends to.
func (r *runner) makeFast(c *Call, flags int64) (*fastSend, *failure) {
	s := &fastSend{asked: flags&consts["MSG_FASTOPEN"] != 0}
	if !s.asked {
		return s, nil
	}
	to := c.arg(4)
	if c.Name == "sendmsg" {
		if to = c.arg(1).field("msg_name", -1); to == nil {
			to = &Expr{Kind: AnyValue}
		}
	}
	var f *failure
	s.to, f = r.address(to, wire.Endpoint{Addr: r.remote, Port: r.connectPort})
	return s, f
}

// try opens the connection. does is false when the write goes on as any other does.
func (s *fastSend) try(r *runner, x *host.Ctx, fd int32, done *int64, buf buffer, dont bool) (o outcome, over, does bool) {
	_, conn := r.h.FD(fd)
	switch {
	case conn == nil, !s.started && !s.asked && !conn.FODefer:
		return o, false, false
	case s.started:
		ready, err := r.h.Connected(x, fd)
		if err != tcp.OK {
			return errnoOnly(err), true, true
		}
		return o, false, !ready
	}
	n, err := r.h.SendFast(x, fd, s.to, payload(buf, 0))
	if err != tcp.EINPROGRESS {
		return errnoOnly(err), true, err != tcp.OK
	}
	r.peerOf(&wire.Segment{Src: conn.Tuple.Local, Dst: conn.Tuple.Remote})
	*done = int64(n)
	if r.waits(fd, dont) {
		s.started, conn.WritePending = true, *done < buf.size
		return o, false, true
	}
	if n > 0 {
		err = tcp.OK
	}
	return outcome{ret: *done, errno: err}, true, true
}
