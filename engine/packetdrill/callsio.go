package packetdrill

import (
	"wirestep/engine/host"
	"wirestep/engine/packetdrill/compare"
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/wire"
)

// buffer is the memory that a call reads or writes.
type buffer struct {
	size int64
	text string // the beginning of it, when the script says
	null bool   // the null pointer
}

// buffers reads the memory of read(), recvmsg() and the like, and the flags.
func (c call) buffers() (b buffer, flags int64, msg *script.Expr, fail *failure) {
	switch c.Name {
	case "readv", "writev":
		b, fail = iovec(c.arg(1)), c.need(3)
	case "recvmsg", "sendmsg":
		if msg = c.arg(1); msg.Kind != script.Struct {
			return b, 0, nil, failf("a message as argument 2 of "+c.Name+"()", "%s", msg)
		}
		if iov := msg.Field("msg_iov", -1); iov != nil {
			b = iovec(iov)
		}
		flags, fail = c.num(2)
	default:
		if b.size, fail = c.num(2); fail != nil {
			return b, 0, nil, fail
		}
		b.take(c.arg(1))
		if len(c.Args) > 3 {
			flags, fail = c.num(3)
		}
	}
	if fail == nil && (b.size < 0 || b.size > maxBuffer) {
		fail = failf("a length of at most 64 MiB for "+c.Name+"()", "%d", b.size)
	}
	return b, flags, msg, fail
}

func iovec(e *script.Expr) buffer {
	var b buffer
	for _, v := range e.List {
		if v.Kind != script.Struct || len(v.List) < 2 {
			continue
		}
		n, _ := v.List[len(v.List)-1].Value()
		b.size += n
		b.take(v.List[0])
	}
	return b
}

// take reads what a script says of some memory.
func (b *buffer) take(e *script.Expr) {
	switch e.Kind {
	case script.Text:
		b.text += e.Text
	case script.Number, script.Word:
		n, is := e.Value()
		b.null = is && n == 0 // NULL is 0
	}
}

// maxBuffer limits what one call may carry.
const maxBuffer = 64 << 20

func spellRecv(r *runner, c call) (*spelled, *failure) {
	buf, flags, msg, f := c.buffers()
	if f != nil {
		return nil, f
	}
	s := &spelled{Call: &host.Recv{FD: r.fd(c.arg(0)), Size: buf.size, Flags: flags, Null: buf.null,
		Plain: c.Name == "read" || c.Name == "readv", Msg: msg != nil}}
	if msg != nil {
		s.check = func(d *host.Done) *failure { return r.delivered(msg, d) }
	}
	return s, nil
}

// delivered compares what recvmsg() wrote beside the data. There is room for as many
// control messages as the script expects.
func (r *runner) delivered(msg *script.Expr, d *host.Done) *failure {
	var got []compare.Control
	flags := d.MsgFlags
	for _, m := range d.Controls {
		k := compare.Control{Level: m.Level, Type: m.Type, Num: m.Num, Stamped: m.Stamped, Stamp: m.At.Sub(compare.Epoch)}
		if p := m.Report; p != nil {
			k.Report = &compare.Report{Errno: p.Errno, Origin: p.Origin, Type: p.Type, Code: p.Code, Info: p.Info, Data: p.Data}
			if r.mapped {
				k.Level, k.Type = script.Const("SOL_IPV6"), script.Const("IPV6_RECVERR")
			}
		}
		got = append(got, k)
	}
	if room := len(compare.Controls(msg)); len(got) > room {
		got = got[:room]
		flags |= script.Const("MSG_CTRUNC")
	}
	if want, was := compare.Delivered(msg, flags, got, r.Tol); want != "" {
		return failf(want, "%s", was)
	}
	return nil
}

func spellSend(r *runner, c call) (*spelled, *failure) {
	buf, flags, msg, f := c.buffers()
	if f != nil {
		return nil, f
	}
	to := c.arg(4)
	if c.Name == "sendmsg" {
		if to = c.arg(1).Field("msg_name", -1); to == nil {
			to = &script.Expr{Kind: script.AnyValue}
		}
	}
	s := &host.Send{FD: r.fd(c.arg(0)), Size: buf.size, Text: buf.text, Flags: flags, Null: buf.null, Plain: c.Name == "write" || c.Name == "writev"}
	if s.To, s.Unspec, f = r.address(to, wire.Endpoint{Addr: r.Remote, Port: r.connectPort}); f != nil {
		return nil, f
	}
	s.Stamps, s.Stamping = stampsAsked(msg)
	return &spelled{Call: s, then: r.begins(s.FD)}, nil
}

// stampsAsked is SO_TIMESTAMPING for one call, as a control message asks for it.
func stampsAsked(msg *script.Expr) (int64, bool) {
	if msg == nil {
		return 0, false
	}
	for _, m := range compare.Controls(msg) {
		typ := m.Field("cmsg_type", 1)
		if n, ok := typ.Value(); ok && n == script.Const("SO_TIMESTAMPING") {
			return m.Field("cmsg_data", 2).Value()
		}
	}
	return 0, false
}
