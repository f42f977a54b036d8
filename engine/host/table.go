package host

import (
	"slices"
	"sort"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// The tables of a host: what it keeps for each four-tuple, and how it is found.
//
// Copies of a host share its sockets, requests and TIME_WAIT entries until one of
// them edits one: then it takes its own. So a copy costs a list of pointers, and
// edit is the only door to something that may be written. The indexes follow what
// was edited when the event ends (file); until then a search looks at that first.

// class tells in an index what a subject is. Deadlines of the same instant come in
// this order.
type class uint64

const (
	connClass class = iota
	reqClass
	twClass
)

const classShift = 32

func entry(by uint64, k class, id sim.SubjectID) sim.Key {
	return sim.Key{By: by, ID: uint64(k)<<classShift | uint64(uint32(id))}
}

func class0(k sim.Key) class               { return class(k.ID >> classShift) }
func subject(k sim.Key) sim.SubjectID      { return sim.SubjectID(uint32(k.ID)) }
func kept(f *tcp.Filed, epoch uint32) bool { return f.Epoch == epoch }

// touched is what the event at hand has edited.
type touched struct {
	conns []*tcp.Conn
	reqs  []*tcp.Request
	tws   []*tcp.TimeWait
}

// Conn returns the socket with this number to be read, or nil.
func (h *Host) Conn(id sim.SubjectID) *tcp.Conn {
	if i := h.connAt(id); i >= 0 {
		return h.Live[i]
	}
	return nil
}

func (h *Host) connAt(id sim.SubjectID) int {
	i := sort.Search(len(h.Live), func(i int) bool { return h.Live[i].ID >= id })
	if i == len(h.Live) || h.Live[i].ID != id {
		return -1
	}
	return i
}

func (h *Host) reqAt(id sim.SubjectID) int {
	i := sort.Search(len(h.Reqs), func(i int) bool { return h.Reqs[i].ID >= id })
	if i == len(h.Reqs) || h.Reqs[i].ID != id {
		return -1
	}
	return i
}

func (h *Host) twAt(id sim.SubjectID) int {
	i := sort.Search(len(h.TWs), func(i int) bool { return h.TWs[i].ID >= id })
	if i == len(h.TWs) || h.TWs[i].ID != id {
		return -1
	}
	return i
}

// edit returns a socket to be written to and measured, the host's own.
func (h *Host) edit(x *Ctx, c *tcp.Conn) *tcp.Conn {
	h.attributes(x, c.Tuple.Remote.Addr)
	if !kept(&c.Filed, h.epoch) {
		i := h.connAt(c.ID)
		c = c.Clone()
		c.Filed.Epoch, h.Live[i] = h.epoch, c
	}
	if h.first(x, &c.Filed) {
		h.touched.conns = append(h.touched.conns, c)
	}
	c.Watch(&x.Ctx)
	return c
}

// editReq does the same for a request.
func (h *Host) editReq(x *Ctx, q *tcp.Request) *tcp.Request {
	if !kept(&q.Filed, h.epoch) {
		i, own := h.reqAt(q.ID), *q
		q = &own
		q.Filed.Epoch, h.Reqs[i] = h.epoch, q
	}
	if h.first(x, &q.Filed) {
		h.touched.reqs = append(h.touched.reqs, q)
	}
	q.Watch(&x.Ctx)
	return q
}

// editTW does the same for a TIME_WAIT entry.
func (h *Host) editTW(x *Ctx, w *tcp.TimeWait) *tcp.TimeWait {
	if !kept(&w.Filed, h.epoch) {
		i, own := h.twAt(w.ID), *w
		w = &own
		w.Filed.Epoch, h.TWs[i] = h.epoch, w
	}
	if h.first(x, &w.Filed) {
		h.touched.tws = append(h.touched.tws, w)
	}
	w.Watch(&x.Ctx)
	return w
}

// first reports whether something is edited for the first time in this event.
func (h *Host) first(x *Ctx, f *tcp.Filed) bool {
	h.written = true
	if f.Event == x.Event.ID {
		return false
	}
	f.Event = x.Event.ID
	return true
}

// fresh gives something that has just been made to the host.
func (h *Host) fresh(x *Ctx, f *tcp.Filed) {
	*f = tcp.Filed{Epoch: h.epoch, Due: sim.Never}
	h.first(x, f)
}

// each calls f for the subjects of a class that an index holds under a key, oldest
// first, until it returns false.
func each(x *sim.Index, by uint64, k class, f func(sim.SubjectID) bool) {
	for at, ok := x.Next(entry(by, k, 0)); ok && at.By == by && class0(at) == k; at, ok = x.Next(sim.Key{By: by, ID: at.ID + 1}) {
		if !f(subject(at)) {
			return
		}
	}
}

// connFor returns the full socket of a four-tuple, to be read, or nil.
func (h *Host) connFor(t wire.Tuple) *tcp.Conn {
	if c := h.touchedFor(t); c != nil {
		return c
	}
	by := t.Hash()
	for k, ok := h.tuples.Next(entry(by, connClass, 0)); ok && k.By == by && class0(k) == connClass; k, ok = h.tuples.Next(sim.Key{By: by, ID: k.ID + 1}) {
		if c := h.Conn(subject(k)); c != nil && connects(c, t) {
			return c
		}
	}
	return nil
}

// connects reports whether a socket is the full one of a four-tuple.
func connects(c *tcp.Conn, t wire.Tuple) bool {
	return c.State != tcp.Listen && c.State != tcp.Closed && c.Tuple == t
}

// touchedFor returns the full socket of a four-tuple if the event has edited it.
func (h *Host) touchedFor(t wire.Tuple) *tcp.Conn {
	for _, c := range h.touched.conns {
		if connects(c, t) {
			return c
		}
	}
	return nil
}

func (h *Host) reqFor(t wire.Tuple) (found *tcp.Request) {
	each(&h.tuples, t.Hash(), reqClass, func(id sim.SubjectID) bool {
		if i := h.reqAt(id); i >= 0 && h.Reqs[i].Tuple == t {
			found = h.Reqs[i]
		}
		return found == nil
	})
	return found
}

func (h *Host) twFor(t wire.Tuple) (found *tcp.TimeWait) {
	each(&h.tuples, t.Hash(), twClass, func(id sim.SubjectID) bool {
		if i := h.twAt(id); i >= 0 && h.TWs[i].Tuple == t {
			found = h.TWs[i]
		}
		return found == nil
	})
	return found
}

// onPort calls f for every socket that holds a port, until it returns false.
func (h *Host) onPort(port uint16, f func(*tcp.Conn) bool) {
	for _, c := range h.touched.conns {
		if c.Tuple.Local.Port == port && c.Hold != tcp.HoldNone && !c.Filed.Gone && !f(c) {
			return
		}
	}
	each(&h.ports, uint64(port), connClass, func(id sim.SubjectID) bool {
		c := h.Conn(id)
		return c == nil || c.Tuple.Local.Port != port || slices.Contains(h.touched.conns, c) || f(c)
	})
}

// twOnPort calls f for every TIME_WAIT entry of a port, until it returns false.
func (h *Host) twOnPort(port uint16, f func(*tcp.TimeWait) bool) {
	each(&h.ports, uint64(port), twClass, func(id sim.SubjectID) bool { return f(h.TWs[h.twAt(id)]) })
}

// Open returns the full socket of a four-tuple, to be read, or nil.
func (h *Host) Open(t wire.Tuple) *tcp.Conn { return h.connFor(t) }

// FlowOf returns the flow of what a host keeps for a four-tuple: of the latest
// socket, also one that is closed and still held, else of a request or of a
// TIME_WAIT entry; 0: of nothing.
func (h *Host) FlowOf(t wire.Tuple) sim.FlowID {
	if c := h.touchedFor(t); c != nil { // as a rule it is the one that sends
		return c.Flow
	}
	var last *tcp.Conn
	see := func(c *tcp.Conn) {
		if c != nil && c.Tuple == t && (last == nil || c.ID > last.ID) {
			last = c
		}
	}
	each(&h.tuples, t.Hash(), connClass, func(id sim.SubjectID) bool { see(h.Conn(id)); return true })
	for _, c := range h.touched.conns {
		see(c)
	}
	if last != nil {
		return last.Flow
	}
	if q := h.reqFor(t); q != nil {
		return q.Flow
	}
	if w := h.twFor(t); w != nil {
		return w.Flow
	}
	return 0
}

// addReq puts a new request into the tables.
func (h *Host) addReq(x *Ctx, q *tcp.Request) {
	h.fresh(x, &q.Filed)
	h.Reqs = append(h.Reqs, q)
	h.touched.reqs = append(h.touched.reqs, q)
	q.Filed.Hash = q.Tuple.Hash()
	h.tuples.Insert(entry(q.Filed.Hash, reqClass, q.ID))
	h.Requests++
}

// removeReq takes a request out of the tables.
func (h *Host) removeReq(q *tcp.Request) {
	if i := h.reqAt(q.ID); i >= 0 {
		h.Reqs = slices.Delete(h.Reqs, i, i+1)
		h.Requests--
	}
	h.tuples.Delete(entry(q.Filed.Hash, reqClass, q.ID))
	h.due.Delete(entry(uint64(q.Filed.Due), reqClass, q.ID))
	h.touched.reqs = slices.DeleteFunc(h.touched.reqs, func(o *tcp.Request) bool { return o.ID == q.ID })
}

// addTW puts a new TIME_WAIT entry into the tables.
func (h *Host) addTW(x *Ctx, w *tcp.TimeWait) {
	h.fresh(x, &w.Filed)
	h.TWs = append(h.TWs, w)
	h.touched.tws = append(h.touched.tws, w)
	w.Filed.Hash, w.Filed.Port = w.Tuple.Hash(), w.Tuple.Local.Port
	h.tuples.Insert(entry(w.Filed.Hash, twClass, w.ID))
	h.ports.Insert(entry(uint64(w.Filed.Port), twClass, w.ID))
	h.TimeWait++
}

// removeTW takes a TIME_WAIT entry out of the tables.
func (h *Host) removeTW(w *tcp.TimeWait) {
	if i := h.twAt(w.ID); i >= 0 {
		h.TWs = slices.Delete(h.TWs, i, i+1)
		h.TimeWait--
	}
	h.tuples.Delete(entry(w.Filed.Hash, twClass, w.ID))
	h.ports.Delete(entry(uint64(w.Filed.Port), twClass, w.ID))
	h.due.Delete(entry(uint64(w.Filed.Due), twClass, w.ID))
	h.touched.tws = slices.DeleteFunc(h.touched.tws, func(o *tcp.TimeWait) bool { return o.ID == w.ID })
}

// refile brings the indexes up to what the event has made of its subjects.
func (h *Host) refile() {
	for _, c := range h.touched.conns {
		h.fileConn(c)
	}
	for _, q := range h.touched.reqs {
		h.fileDue(&q.Filed, q.SynAckAt, reqClass, q.ID)
	}
	for _, w := range h.touched.tws {
		h.fileDue(&w.Filed, w.ExpireAt, twClass, w.ID)
	}
	h.touched.conns, h.touched.reqs, h.touched.tws = h.touched.conns[:0], h.touched.reqs[:0], h.touched.tws[:0]
}

func (h *Host) fileDue(f *tcp.Filed, at sim.Time, k class, id sim.SubjectID) {
	if f.Due == at {
		return
	}
	if f.Due != sim.Never {
		h.due.Delete(entry(uint64(f.Due), k, id))
	}
	if at != sim.Never {
		h.due.Insert(entry(uint64(at), k, id))
	}
	f.Due = at
}

func (h *Host) fileConn(c *tcp.Conn) {
	f := &c.Filed
	at, _ := c.NextTimer()
	hash, port, listens := f.Hash, uint16(0), false
	if f.Gone {
		at, hash = sim.Never, 0
	} else {
		if listens = c.State == tcp.Listen; c.Hold != tcp.HoldNone {
			port = c.Tuple.Local.Port
		}
		if hash == 0 && c.Tuple.Remote.Port != 0 {
			hash = c.Tuple.Hash()
		}
	}
	h.fileDue(f, at, connClass, c.ID)
	if f.Hash != hash {
		h.tuples.Delete(entry(f.Hash, connClass, c.ID))
		if f.Hash = hash; hash != 0 {
			h.tuples.Insert(entry(hash, connClass, c.ID))
		}
	}
	if f.Port != port {
		h.ports.Delete(entry(uint64(f.Port), connClass, c.ID))
		if f.Port = port; port != 0 {
			h.ports.Insert(entry(uint64(port), connClass, c.ID))
		}
	}
	if i, is := slices.BinarySearch(h.listens, c.ID); is && !listens {
		h.listens = slices.Delete(h.listens, i, i+1)
	} else if !is && listens {
		h.listens = slices.Insert(h.listens, i, c.ID)
	}
}

// rename gives a socket another four-tuple.
func (h *Host) rename(c *tcp.Conn, t wire.Tuple) {
	h.tuples.Delete(entry(c.Filed.Hash, connClass, c.ID))
	c.Filed.Hash, c.Tuple = 0, t
}

// SchemaOf describes what kind of subject of this host has a number, and between
// which ends it is; nil: there is none now.
func (h *Host) SchemaOf(id sim.SubjectID) (*trace.Schema, wire.Tuple) {
	if c := h.Conn(id); c != nil {
		return tcp.TCBSchema, c.Tuple
	}
	if i := h.reqAt(id); i >= 0 {
		return tcp.RequestSchema, h.Reqs[i].Tuple
	}
	if i := h.twAt(id); i >= 0 {
		return tcp.TimeWaitSchema, h.TWs[i].Tuple
	}
	return nil, wire.Tuple{}
}

// Keeps describes what a host keeps for a four-tuple that is no full socket: a
// half-open request or a TIME_WAIT entry, and its timer; nil: nothing.
func (h *Host) Keeps(t wire.Tuple) (*trace.Schema, sim.SubjectID, sim.Time, tcp.TimerKind) {
	if q := h.reqFor(t); q != nil {
		return tcp.RequestSchema, q.ID, q.SynAckAt, tcp.TimerSynAck
	}
	if w := h.twFor(t); w != nil {
		return tcp.TimeWaitSchema, w.ID, w.ExpireAt, tcp.TimerExpire
	}
	return nil, 0, sim.Never, 0
}
