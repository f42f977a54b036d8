package session

import (
	"encoding/json"
	"reflect"

	"wirestep/engine"
	"wirestep/web/proto"
)

// place is what people see of a session from outside; what differs after a
// command is told to them.
type place struct {
	branch   engine.BranchID
	n        engine.StepNo
	branches string // every branch's label
	lesson   proto.Lesson
	people   int   // of the changes of who is here and what is shared, the last one
	veil     *veil // kept by the state: the same pointer is the same veil
}

func (st *State) place() place {
	p := place{branch: st.T.Branch(), n: st.T.N(), people: st.people.changes}
	for _, b := range st.T.Branches() {
		p.branches += b.Label + "\x00"
	}
	if l := st.status(); l != nil {
		p.lesson = *l
	}
	p.veil = st.veil()
	return p
}

// broadcast brings every page from where it is to where the session is: the tree if
// it grew, frames if a page holds what goes before them, else a snapshot, and
// the cursor if it moved, in one message with the frames. Each is encoded once.
func (st *State) broadcast(before place) {
	now := st.place()
	if now.veil != before.veil {
		// What pages hold shows too much now, or too little.
		for w := range st.Subscribers {
			w.holds = map[engine.BranchID]spanOf{}
		}
	}
	if now.branch != before.branch || now.n != before.n {
		st.findAll()
	}
	var branches, cursor []byte
	if now.branches != before.branches {
		branches = encodeJSON(proto.Branches{T: "branches", Branches: st.SentBranches()})
	}
	if now.branch != before.branch || now.n != before.n || !reflect.DeepEqual(now.lesson, before.lesson) {
		cursor = encodeJSON(st.cursor())
	}
	if now.people != before.people {
		st.tellPeople()
	}
	made := map[spanOf][]byte{}
	for w := range st.Subscribers {
		if branches != nil && w.put(branches) {
			continue
		}
		st.sync(w, cursor, made)
	}
}

func (st *State) sync(w *Subscriber, cursor []byte, made map[spanOf][]byte) {
	b, n, tip := st.T.Branch(), st.T.N(), st.Tip()
	has, ok := w.holds[b]
	if !ok || n < has.From || n > has.To && tip-has.To > framesAtOnce {
		if !w.put(st.snapshot()) {
			st.nowHolds(w)
		}
		return
	}
	if tip > has.To && tip-has.To <= framesAtOnce {
		span := spanOf{has.To, tip}
		if made[span] == nil {
			made[span] = st.framesMessage(b, has.To, tip, cursor)
		}
		if !w.put(made[span]) {
			w.holds[b] = spanOf{has.From, tip}
		}
		return
	}
	if cursor != nil {
		w.put(cursor)
	}
}

func (st *State) cursor() proto.Cursor {
	return proto.Cursor{T: "cursor", Branch: int32(st.T.Branch()), N: int32(st.T.N()), By: st.moved.by, Did: st.moved.did, Lesson: st.status()}
}

// Join begins to watch: hello, then what the page lacks.
func (st *State) Join(w *Subscriber, branch engine.BranchID, have engine.StepNo) {
	r, ok := st.roleOf(w.key)
	if !ok {
		st.hub.metrics.Forged.Add(1)
		w.Close(Closing("key", w.Lang, ClosePolicy))
		return
	}
	here, most := st.looking, st.hub.conf.Limits.Followers
	if r > Follower {
		here, most = len(st.Subscribers)-st.looking, st.hub.conf.Limits.Sockets
	}
	if here >= most {
		w.Close(ClosingFor("busy", w.Lang, ClosePolicy, Cannot("many-sockets", "max", most)))
		return
	}
	w.role = r
	if r > Follower {
		st.page(w.token).kept = true
	}
	person, isNew := st.people.number(w)
	w.person = person
	if isNew && r > Follower && st.remember("", 0) != nil {
		return // the session is over
	}
	st.count(w, 1)
	h := st.hello(w.token, st.lastOf(w.token))
	h.Role, h.Person = r.String(), person
	w.put(encodeJSON(h))
	if st.people.message != nil && len(st.Subscribers) > crowded {
		w.put(st.people.message)
	}
	st.tellPeople()
	if n := st.howManyLost(); n > 0 && r == Owner {
		w.put(encodeJSON(proto.Lost{T: "lost", N: n}))
	}
	if st.knows(branch) && have >= 0 && have <= st.tipOf(branch) && branch == st.T.Branch() && st.T.Tip()-have <= framesAtOnce && st.Player == nil { // in a lesson what a page holds may have been veiled, or not yet
		w.holds[branch] = spanOf{0, have} // from where on it holds frames it does not say: it asks with "seek"
		st.sync(w, encodeJSON(st.cursor()), map[spanOf][]byte{})
		return
	}
	w.put(st.snapshot())
	st.nowHolds(w)
}

func (st *State) leave(w *Subscriber) {
	if _, here := st.Subscribers[w]; !here {
		return
	}
	st.count(w, -1)
	if w.lost {
		st.tellLost()
	}
	if len(st.Subscribers) == 0 {
		st.shot = nil
	}
	if len(st.people.guests) > maxPagesKnown && !st.keeps(w.token) {
		st.people.forget(w.token)
	}
	st.tellPeople()
}

// count takes somebody who comes (1) or goes (-1) into who is here.
func (st *State) count(w *Subscriber, by int) {
	if by > 0 {
		st.Subscribers[w] = struct{}{}
	} else {
		delete(st.Subscribers, w)
	}
	if w.role == Follower {
		st.looking += by
	}
	st.joined.Store(int32(len(st.Subscribers)))
	st.people.changes++
}

// CatchUp gives a page that was behind everything anew.
func (st *State) CatchUp(w *Subscriber) {
	w.holds = map[engine.BranchID]spanOf{}
	w.resume(st.snapshot())
	st.nowHolds(w)
}

// Behind is how many pages have lost their queue and wait for a snapshot.
func (st *State) Behind() (n int) {
	for w := range st.Subscribers {
		w.mu.Lock()
		if w.lagging {
			n++
		}
		w.mu.Unlock()
	}
	return n
}

// nowHolds notes that a page was sent a snapshot.
func (st *State) nowHolds(w *Subscriber) {
	w.holds[st.T.Branch()] = spanOf{st.base(), min(st.Tip(), st.base()+framesInOne)}
}

// base is where the frames of a snapshot begin: at the start, unless there are
// more than one message may hold.
func (st *State) base() engine.StepNo {
	if st.Tip() <= framesInOne {
		return 0
	}
	return max(0, min(st.T.N()-framesInOne/2, st.Tip()-framesInOne))
}

// maxShot is how large a snapshot may be to be kept for the next who joins.
const maxShot = 1 << 20

// snapshot is everything at the cursor. A class that joins at once gets the same
// bytes.
func (st *State) snapshot() []byte {
	if st.shot != nil && st.shotAt == st.asked {
		return st.shot
	}
	b := encodeJSON(st.makeSnapshot())
	if st.shot, st.shotAt = nil, st.asked; len(b) <= maxShot {
		st.shot = b
	}
	return b
}

// wholeSnapshot is proto.Snapshot with frames that are encoded already.
type wholeSnapshot struct {
	proto.Snapshot
	Frames []json.RawMessage `json:"frames"`
}

func (st *State) makeSnapshot() wholeSnapshot {
	b, n, tip, base := st.T.Branch(), st.T.N(), st.Tip(), st.base()
	next := encodePlanned(st.T.World())
	m := wholeSnapshot{Frames: st.sentFrames(b, base, min(tip, base+framesInOne))}
	m.Snapshot = proto.Snapshot{
		T: "snapshot", Branch: int32(b), N: int32(n), Base: int32(base), Tip: int32(tip), End: st.end(b),
		Branches: st.SentBranches(), Next: next, By: st.moved.by, Did: st.moved.did, Lesson: st.status(),
	}
	for k := engine.StepNo(1); k <= base; k++ {
		if did := st.T.Move(b, k); did != nil {
			m.Before = append(m.Before, encodeMove(b, k, did))
		}
	}
	st.GoTo(b, base)
	m.World = encodeWorld(st.T.World(), &st.File.Scenario)
	st.GoTo(b, n)
	if v := st.veil(); v != nil {
		v.world(&m.World)
		m.Next, m.Veil = []proto.Planned{}, &proto.Veil{N: int32(v.n), Over: v.names()}
	}
	return m
}

// wholeFrames is proto.Frames likewise.
type wholeFrames struct {
	T      string            `json:"t"`
	Cursor json.RawMessage   `json:"cursor,omitempty"`
	Branch int32             `json:"branch"`
	From   int32             `json:"from"`
	Frames []json.RawMessage `json:"frames"`
	End    bool              `json:"end"`
}

// framesMessage holds the frames after from, up to to, and where the session stands with them.
func (st *State) framesMessage(b engine.BranchID, from, to engine.StepNo, cursor []byte) []byte {
	return encodeJSON(wholeFrames{T: "frames", Cursor: cursor, Branch: int32(b), From: int32(from + 1), End: st.end(b), Frames: st.sentFrames(b, from, to)})
}
