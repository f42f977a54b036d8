package host

import (
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// call makes a system call for a process, or goes on with one that was blocked.
func (h *Host) call(x *Ctx, proc int, w wait) {
	f, ok := calls[w.in.Name]
	if !ok {
		h.returned(x, proc, &w.in, 0, tcp.EINVAL, "")
		return
	}
	f(h, x, proc, w)
}

type callFunc func(h *Host, x *Ctx, proc int, w wait)

// calls are the system calls by name. It is read only.
var calls map[string]callFunc

func init() {
	calls = map[string]callFunc{
		"socket": (*Host).callSocket, "bind": (*Host).callBind, "listen": (*Host).callListen,
		"accept": (*Host).callAccept, "connect": (*Host).callConnect, "read": (*Host).callRead, "recv": (*Host).callRead,
		"write": (*Host).callWrite, "send": (*Host).callWrite, "sendto": (*Host).callWrite, "shutdown": (*Host).callShutdown,
		"close": (*Host).callClose, "setsockopt": (*Host).callSetsockopt, "getsockopt": (*Host).callGetsockopt,
		"fcntl": (*Host).callFcntl, "poll": (*Host).callPoll, "abort": (*Host).callAbort, "kill": (*Host).callKill,
	}
}

// sock returns the descriptor that the first argument names, and its socket.
func (h *Host) sock(proc int, in *Instr) (*Sock, *tcp.Conn) {
	if len(in.Args) == 0 || in.Args[0].Kind != ArgVar {
		return nil, nil
	}
	fd := h.Procs[proc].fd(in.Args[0].Text)
	for i := range h.Socks {
		if h.Socks[i].FD == fd {
			return &h.Socks[i], h.Conn(h.Socks[i].Conn)
		}
	}
	return nil, nil
}

// enter finds and watches the socket of a call; a bad descriptor ends the call.
func (h *Host) enter(x *Ctx, proc int, in *Instr) (*Sock, *tcp.Conn) {
	s, c := h.sock(proc, in)
	if c == nil {
		x.Note(badSocket)
		h.returned(x, proc, in, 0, tcp.EBADF, "")
		return nil, nil
	}
	x.Event.Subject = c.ID
	return s, h.edit(x, c)
}

func (h *Host) newFD(proc int, c *tcp.Conn, name string) int32 {
	fd := h.open(proc, c)
	h.Procs[proc].set(name, fd)
	return fd
}

func (h *Host) callSocket(x *Ctx, proc int, w wait) {
	defer x.Enter(socketRule)()
	c := h.newConn(x)
	fd := h.newFD(proc, c, w.in.Var)
	x.Event.Subject = c.ID
	h.created(x, c.ID)
	h.returned(x, proc, &w.in, int64(fd), tcp.OK, "")
}

func (h *Host) callBind(x *Ctx, proc int, w wait) {
	if _, c := h.enter(x, proc, &w.in); c != nil {
		defer x.Enter(bindRule)()
		h.returned(x, proc, &w.in, 0, h.bind(x, c, w.in.Args[1].Addr), "")
	}
}

// sugar makes the socket that a call written without one begins with. It
// returns the rest of the arguments.
func (h *Host) sugar(x *Ctx, proc int, in *Instr) (*Sock, *tcp.Conn, []Arg) {
	if len(in.Args) > 0 && in.Args[0].Kind == ArgVar {
		s, c := h.enter(x, proc, in)
		return s, c, in.Args[1:]
	}
	c := h.newConn(x)
	h.newFD(proc, c, in.Var)
	x.Event.Subject = c.ID
	h.created(x, c.ID)
	return &h.Socks[len(h.Socks)-1], h.edit(x, c), in.Args
}

func (h *Host) callListen(x *Ctx, proc int, w wait) {
	s, c, args := h.sugar(x, proc, &w.in)
	if c == nil {
		return
	}
	if len(args) > 0 && args[0].Kind == ArgAddr {
		if err := h.bind(x, c, args[0].Addr); err != tcp.OK {
			h.closeSock(x, s.FD)
			h.returned(x, proc, &w.in, 0, err, "")
			return
		}
		args = args[1:]
	}
	backlog := int64(4096)
	if len(args) > 0 {
		backlog = args[0].Num
	}
	h.returned(x, proc, &w.in, 0, h.listen(x, c, backlog), "")
}

func (h *Host) callAccept(x *Ctx, proc int, w wait) {
	s, l := h.enter(x, proc, &w.in)
	if l == nil {
		return
	}
	c, err := h.acceptFrom(x, l)
	if err == tcp.EAGAIN && !s.NonBlock {
		w.sock, w.until = l.ID, sim.Never
		h.block(proc, w)
		return
	}
	if c == nil {
		h.returned(x, proc, &w.in, 0, err, "")
		return
	}
	h.returned(x, proc, &w.in, int64(h.newFD(proc, c, w.in.Var)), tcp.OK, "")
}

// acceptFrom takes the connection that has waited longest (inet_csk_accept).
func (h *Host) acceptFrom(x *Ctx, l *tcp.Conn) (*tcp.Conn, tcp.Errno) {
	if l.State != tcp.Listen {
		return nil, tcp.EINVAL
	}
	c := h.pending(l)
	if !x.When(acceptRule, trace.Gt("accept queue", l.AcceptQ, "none", 0)) || c == nil {
		return nil, tcp.EAGAIN
	}
	defer x.Enter(acceptRule)()
	c = h.edit(x, c)
	c.Parent = 0
	l.AcceptQ--
	x.Event.Subject = c.ID
	return c, tcp.OK
}

// pending returns the socket that has waited longest for accept().
func (h *Host) pending(l *tcp.Conn) *tcp.Conn {
	if l.AcceptQ == 0 {
		return nil
	}
	for _, c := range h.Live {
		if c.Parent == l.ID {
			return c
		}
	}
	return nil
}

func (h *Host) callConnect(x *Ctx, proc int, w wait) {
	if w.sock != 0 { // it was blocked
		h.finishConnect(x, proc, w)
		return
	}
	s, c, args := h.sugar(x, proc, &w.in)
	if c == nil {
		return
	}
	if len(args) > 1 && args[1].Kind == ArgAddr {
		if err := h.bind(x, c, args[1].Addr); err != tcp.OK {
			h.returned(x, proc, &w.in, 0, err, "")
			return
		}
	}
	if err := h.connect(x, c, args[0].Addr); err != tcp.OK {
		h.returned(x, proc, &w.in, 0, err, "")
		return
	}
	if c.FODefer {
		h.returned(x, proc, &w.in, 0, tcp.OK, "")
		return
	}
	if s.NonBlock {
		h.returned(x, proc, &w.in, 0, tcp.EINPROGRESS, "")
		return
	}
	x.Note(connectWait)
	w.sock, w.until = c.ID, sim.Never
	h.block(proc, w)
}

func (h *Host) finishConnect(x *Ctx, proc int, w wait) {
	c := h.edit(x, h.Conn(w.sock))
	x.Event.Subject = w.sock
	x.When(connectDone, trace.Is("established", c.State != tcp.Closed))
	err := c.TakeError(&x.Ctx)
	if err == tcp.OK && c.State == tcp.Closed {
		err = tcp.ECONNABORTED
	}
	h.returned(x, proc, &w.in, 0, err, "")
}

func (h *Host) callRead(x *Ctx, proc int, w wait) {
	s, c := h.enter(x, proc, &w.in)
	if c == nil {
		return
	}
	n, all, peek, dont, urgent := 65536, false, false, s.NonBlock, false
	for _, a := range w.in.Args[1:] {
		switch {
		case a.Kind == ArgNum:
			n = int(a.Num)
		case a.Text == "eof":
			all = true
		case a.Text == "MSG_PEEK":
			peek = true
		case a.Text == "MSG_DONTWAIT":
			dont = true
		case a.Text == "MSG_OOB":
			urgent = true
		}
	}
	if urgent {
		data, err := c.ReadUrgent(&x.Ctx, peek)
		h.returned(x, proc, &w.in, int64(len(data)), err, data)
		return
	}
	data, err := c.Read(&x.Ctx, n, peek)
	p := &h.Procs[proc]
	switch {
	case err == tcp.EAGAIN && !dont:
		x.When(readWait, trace.Gt("receive queue", c.InQueue, "none", 0).In(trace.UnitBytes))
		w.sock = c.ID
		h.block(proc, w)
		return
	case err == tcp.OK && data == "" && n > 0:
		x.When(readEOF, trace.Is("FIN received", c.RcvFin))
		defer x.Enter(readEOF)()
		p.EOF = true
	case err == tcp.OK && !peek:
		p.Read += uint64(len(data))
	}
	h.returned(x, proc, &w.in, int64(len(data)), err, data[:min(len(data), 64)])
	if all && err == tcp.OK && data != "" {
		w.sock = c.ID
		h.block(proc, w)
	}
}

func (h *Host) callWrite(x *Ctx, proc int, w wait) {
	s, c := h.enter(x, proc, &w.in)
	if c == nil {
		return
	}
	a := w.in.Args[1]
	total := a.Num
	if a.Kind == ArgText {
		total = int64(len(a.Text))
	}
	more, dont, fast := tcp.WriteFlags(0), s.NonBlock, c.FODefer || w.fast
	for _, f := range w.in.Args[2:] {
		if hasFlag(f, "MSG_MORE") {
			more |= tcp.WriteMore
		}
		if hasFlag(f, "MSG_OOB") {
			more |= tcp.WriteOOB
		}
		dont = dont || hasFlag(f, "MSG_DONTWAIT")
		fast = fast || hasFlag(f, "MSG_FASTOPEN")
	}
	if fast && h.writeFast(x, proc, &w, s, payload(&a, 0, total), total, dont) {
		return
	}
	var err tcp.Errno
	for w.done < total {
		var n int
		data := payload(&a, w.done, total)
		n, err = c.Write(&x.Ctx, data, more|Piece(w.done, len(data), total))
		w.done += int64(n)
		if err != tcp.OK || n == 0 {
			break
		}
	}
	switch {
	case w.done == total:
		h.returned(x, proc, &w.in, total, tcp.OK, "")
	case (err == tcp.EAGAIN || err == tcp.OK) && !dont:
		x.When(writeWait, trace.Lt("sk_wmem_queued", c.WMem, "sk_sndbuf", c.SndBuf).In(trace.UnitBytes))
		w.sock = c.ID
		h.block(proc, w)
	case w.done > 0:
		h.returned(x, proc, &w.in, w.done, tcp.OK, "")
	default:
		h.returned(x, proc, &w.in, 0, err, "")
	}
}

// Piece says which part of a write a piece of n bytes is.
func Piece(done int64, n int, total int64) (f tcp.WriteFlags) {
	if done > 0 {
		f = tcp.WriteGoes
	}
	if done+int64(n) < total {
		f |= tcp.WriteRest
	}
	return f
}

// payload returns the next piece of what a write hands over.
func payload(a *Arg, done, total int64) string {
	if a.Kind == ArgText {
		return a.Text[done:]
	}
	return wire.Pattern(uint64(done), int(min(total-done, 65536)))
}

func (h *Host) callShutdown(x *Ctx, proc int, w wait) {
	_, c := h.enter(x, proc, &w.in)
	if c == nil {
		return
	}
	how := int64(-1)
	switch a := w.in.Args[1]; {
	case a.Kind == ArgNum:
		how = a.Num
	case a.Text == "SHUT_RD":
		how = 0
	case a.Text == "SHUT_WR":
		how = 1
	case a.Text == "SHUT_RDWR":
		how = 2
	}
	h.returned(x, proc, &w.in, 0, h.shutdown(x, c, how), "")
}

// shutdown closes the halves of a socket that how, 0 to 2, names (inet_shutdown).
func (h *Host) shutdown(x *Ctx, c *tcp.Conn, how int64) tcp.Errno {
	if how < 0 || how > 2 {
		return tcp.EINVAL
	}
	if c.State != tcp.Listen {
		return c.Shutdown(&x.Ctx, uint8(how)+1)
	}
	if how != 1 {
		h.stopListening(x, c, true)
	}
	return tcp.OK
}

func (h *Host) callClose(x *Ctx, proc int, w wait) {
	if w.sock != 0 { // a lingering close: acknowledged, or out of time
		h.returned(x, proc, &w.in, 0, tcp.OK, "")
		return
	}
	s, c := h.enter(x, proc, &w.in)
	if c == nil {
		return
	}
	lingers := c.Linger && c.LingerT > 0 && !s.NonBlock
	h.closeSock(x, s.FD)
	if lingers && Lingering(c) {
		x.Note(closeWait)
		w.sock, w.until = c.ID, x.Now.Add(c.LingerT)
		h.block(proc, w)
		return
	}
	h.returned(x, proc, &w.in, 0, tcp.OK, "")
}

// closeSock closes a descriptor.
func (h *Host) closeSock(x *Ctx, fd int32) {
	for i := range h.Socks {
		if h.Socks[i].FD != fd {
			continue
		}
		c := h.Conn(h.Socks[i].Conn)
		h.Socks = append(h.Socks[:i:i], h.Socks[i+1:]...)
		if c == nil {
			return
		}
		c = h.edit(x, c)
		if c.State == tcp.Listen {
			h.stopListening(x, c, false)
		}
		h.takeOver(x, c.Close(&x.Ctx))
		return
	}
}

func (h *Host) callAbort(x *Ctx, proc int, w wait) {
	s, c := h.enter(x, proc, &w.in)
	if c == nil {
		return
	}
	c.Linger, c.LingerT = true, 0
	h.closeSock(x, s.FD)
	h.returned(x, proc, &w.in, 0, tcp.OK, "")
}

// callKill ends the process: the kernel closes every descriptor that it held.
func (h *Host) callKill(x *Ctx, proc int, w wait) {
	defer x.Enter(killRule)()
	for i := 0; i < len(h.Socks); {
		if h.Socks[i].Proc != proc {
			i++
			continue
		}
		h.closeSock(x, h.Socks[i].FD)
	}
	p := &h.Procs[proc]
	p.PC, p.Queue, p.Done = len(p.Lines), nil, true
	h.returned(x, proc, &w.in, 0, tcp.OK, "")
}

func (h *Host) callPoll(x *Ctx, proc int, w wait) {
	_, c := h.enter(x, proc, &w.in)
	if c == nil {
		return
	}
	first := w.sock == 0
	w.sock = c.ID
	now := w
	now.until = sim.Never // whether the time is over is another question
	if x.When(pollRule, trace.Is("ready", h.ready(&now, x.Now))) {
		h.returned(x, proc, &w.in, 1, tcp.OK, "")
		return
	}
	if first {
		w.until = sim.Never
		if len(w.in.Args) > 2 && w.in.Args[2].Kind == ArgDur {
			w.until = x.Now.Add(w.in.Args[2].Dur)
		}
		h.block(proc, w)
		return
	}
	h.returned(x, proc, &w.in, 0, tcp.OK, "")
}

// ready reports whether a blocked call can go on.
func (h *Host) ready(w *wait, now sim.Time) bool {
	c := h.Conn(w.sock)
	if c == nil || w.until <= now {
		return true
	}
	switch w.in.Name {
	case "connect":
		return c.State != tcp.SynSent && c.State != tcp.SynRecv
	case "accept":
		return c.State != tcp.Listen || h.pending(c) != nil
	case "read", "recv":
		return c.Wakes()
	case "write", "send", "sendto":
		return c.Writable(&h.Sys)
	case "close":
		return !Lingering(c)
	case "poll":
		word := ""
		if len(w.in.Args) > 1 {
			word = w.in.Args[1].Text
		}
		if word == "POLLOUT" {
			return c.Writable(&h.Sys)
		}
		return c.ReadReady() || c.Err != tcp.OK || c.RcvFin || c.State == tcp.Closed
	}
	return true
}
