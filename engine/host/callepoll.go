package host

import (
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// epoll is one epoll instance.
type epoll struct {
	id      int32
	watched []watched // in the order in which they were added
}

// watched is one descriptor that an epoll instance is to report.
type watched struct {
	fd     int32 // by this descriptor
	file   int32 // of this open file
	events int64
	data   int64
	off    bool // EPOLLONESHOT has fired
	rung   bool // EPOLLET: something has happened since it was last reported
	last   Events
	rcvd   uint64
	state  tcp.State
	errors int // reports that its error queue has ever had
}

// EpollEvent is a struct epoll_event.
type EpollEvent struct {
	Events Events
	Data   int64
}

// EpollCreate is epoll_create1(2).
type EpollCreate struct{}

func (c *EpollCreate) do(h *Host, _ *Ctx, _ *Wait) (Done, bool) {
	fd := h.newFile(File{kind: kindEpoll, object: h.nextFD})
	h.epolls = append(h.epolls, epoll{id: fd})
	return Done{N: int64(fd), Opens: true}, true
}

func (h *Host) epollOf(f *File) *epoll {
	if f == nil || f.kind != kindEpoll {
		return nil
	}
	for i := range h.epolls {
		if h.epolls[i].id == f.object {
			return &h.epolls[i]
		}
	}
	return nil
}

// EpollCtl is epoll_ctl(2).
type EpollCtl struct {
	Epoll, FD int32
	Op        int64
	Events    int64
	Data      int64
}

func (c *EpollCtl) do(h *Host, _ *Ctx, _ *Wait) (Done, bool) {
	at, f := h.file(c.Epoll), h.file(c.FD)
	ep := h.epollOf(at)
	switch {
	case at == nil || f == nil:
		return failed(tcp.EBADF)
	case f.kind == kindFile:
		return failed(tcp.EPERM)
	case ep == nil || f.ID == at.ID:
		return failed(tcp.EINVAL)
	case c.Op < epollCtlAdd || c.Op > epollCtlMod:
		return failed(tcp.EINVAL)
	}
	return failed(ep.control(c.Op, watched{fd: c.FD, file: f.ID, events: c.Events, data: c.Data, rung: true}))
}

// control adds, changes or takes away what is watched.
func (ep *epoll) control(op int64, item watched) tcp.Errno {
	at := slices.IndexFunc(ep.watched, func(w watched) bool { return w.fd == item.fd })
	switch {
	case op == epollCtlAdd && at >= 0:
		return tcp.EEXIST
	case op == epollCtlAdd:
		ep.watched = append(ep.watched, item)
	case at < 0:
		return tcp.ENOENT
	case op == epollCtlDel:
		ep.watched = slices.Delete(ep.watched, at, at+1)
	default:
		ep.watched[at] = item
	}
	return tcp.OK
}

// EpollWait is epoll_wait(2).
type EpollWait struct {
	FD      int32
	Most    int64
	Timeout sim.Duration // below 0: none
}

func (c *EpollWait) do(h *Host, x *Ctx, w *Wait) (Done, bool) {
	f := h.file(c.FD)
	ep := h.epollOf(f)
	switch {
	case f == nil:
		return failed(tcp.EBADF)
	case ep == nil || c.Most <= 0:
		return failed(tcp.EINVAL)
	}
	var d Done
	for i := range ep.watched {
		if d.N == c.Most {
			break
		}
		if e := h.report(&ep.watched[i]); e != 0 {
			d.Ready = append(d.Ready, EpollEvent{e, ep.watched[i].data})
			d.N++
		}
	}
	if d.N > 0 || c.Timeout == 0 || w.expired(x) {
		if d.N == 1 {
			d.Text = d.Ready[0].Events.Words("EPOLL")
		}
		return d, true
	}
	return w.wait(x, forEpoll, 0, max(c.Timeout, 0))
}

func (h *Host) epollRings(w *Wait) bool {
	c, is := w.call.(*EpollWait)
	if !is {
		return false
	}
	ep := h.epollOf(h.file(c.FD))
	return ep == nil || h.reports(ep) != 0
}

// reports is what an epoll instance has to report.
func (h *Host) reports(ep *epoll) (e Events) {
	for _, it := range ep.watched { // of copies: to ask takes nothing away
		e |= h.report(&it)
	}
	return e
}

// report is what epoll_wait() tells of one descriptor, and notes that it has.
func (h *Host) report(it *watched) Events {
	edge := it.events&epollET != 0
	if it.off || edge && !it.rung {
		return 0
	}
	it.rung = false
	f := h.fileByID(it.file)
	if f == nil {
		return 0
	}
	got := h.events(f) & (Events(it.events&0xffff) | alwaysPolled)
	if got != 0 {
		it.off = it.events&epollOneshot != 0
	}
	return got
}

func (h *Host) fileByID(id int32) *File {
	for i := range h.Files {
		if h.Files[i].ID == id {
			return &h.Files[i]
		}
	}
	return nil
}

// unwatch takes a file that is closed off every list.
func (h *Host) unwatch(file int32) {
	for i := range h.epolls {
		h.epolls[i].watched = slices.DeleteFunc(h.epolls[i].watched, func(w watched) bool { return w.file == file })
	}
}

// ring looks what has happened to descriptors that are watched for edges: data that
// arrives and a state that changes ring every time, room only when there was none
// (ep_poll_callback).
func (h *Host) ring() {
	for i := range h.epolls {
		for j := range h.epolls[i].watched {
			it := &h.epolls[i].watched[j]
			f := h.fileByID(it.file)
			if f == nil {
				continue
			}
			now := h.events(f)
			it.rung = it.rung || now&^it.last != 0
			if c := h.Conn(f.Conn); c != nil {
				it.rung = it.rung || c.State != it.state || c.BytesRcvd != it.rcvd && Events(it.events)&(PollIn|PollRdNorm) != 0
				it.state, it.rcvd = c.State, c.BytesRcvd
				if q := h.errorsOf(c.ID); q != nil {
					it.rung = it.rung || q.told != it.errors
					it.errors = q.told
				}
			}
			it.last = now
		}
	}
}
