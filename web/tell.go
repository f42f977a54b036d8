package web

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
	people   string // who is here, and what is shared
	veil     *veil  // kept by the stage: the same pointer is the same veil
}

func (st *stage) place() place {
	p := place{branch: st.t.Branch(), n: st.t.N(), people: string(st.present())}
	for _, b := range st.t.Branches() {
		p.branches += b.Label + "\x00"
	}
	if l := st.status(); l != nil {
		p.lesson = *l
	}
	p.veil = st.veil()
	return p
}

// tell brings every page from where it is to where the session is: the tree if
// it grew, frames if a page holds what goes before them, else a snapshot, and
// the cursor if it moved. Each message is encoded once.
func (st *stage) tell(before place) {
	now := st.place()
	if now.veil != before.veil {
		// What pages hold shows too much now, or too little.
		for w := range st.watchers {
			w.holds = map[engine.BranchID]spanOf{}
		}
	}
	var branches, cursor []byte
	if now.branches != before.branches {
		branches = encodeJSON(proto.Branches{T: "branches", Branches: st.sentBranches()})
	}
	if now.branch != before.branch || now.n != before.n || !reflect.DeepEqual(now.lesson, before.lesson) {
		cursor = encodeJSON(st.cursor())
	}
	if now.people != before.people {
		st.tellPeople(nil)
	}
	made := map[spanOf][]byte{}
	for w := range st.watchers {
		if branches != nil && w.put(branches) {
			continue
		}
		st.bring(w, cursor, made)
	}
}

func (st *stage) bring(w *watcher, cursor []byte, made map[spanOf][]byte) {
	b, n, tip := st.t.Branch(), st.t.N(), st.tip()
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
			made[span] = st.framesMessage(b, has.To, tip)
		}
		if w.put(made[span]) {
			return
		}
		w.holds[b] = spanOf{has.From, tip}
	}
	if cursor != nil {
		w.put(cursor)
	}
}

func (st *stage) cursor() proto.Cursor {
	return proto.Cursor{T: "cursor", Branch: int32(st.t.Branch()), N: int32(st.t.N()), By: st.moved.by, Did: st.moved.did, Lesson: st.status()}
}

// join begins to watch: hello, then what the page lacks.
func (st *stage) join(w *watcher, branch engine.BranchID, have engine.StepNo) {
	if len(st.watchers) >= st.hub.conf.Limits.Sockets {
		w.bye(goodbyeFor("busy", w.lang, closePolicy, cannot("many-sockets", "max", st.hub.conf.Limits.Sockets)))
		return
	}
	r, ok := st.roleOf(w.key)
	if !ok {
		st.hub.metrics.forged.Add(1)
		w.bye(goodbye("key", w.lang, closePolicy))
		return
	}
	w.role = r
	p := st.page(w.token)
	person, isNew := st.people.number(w)
	w.person = person
	if isNew && st.remember("", 0) != nil {
		return // the session is over
	}
	st.watchers[w] = struct{}{}
	st.session.pages.Store(int32(len(st.watchers)))
	h := st.hello(w.token, p.last)
	h.Role, h.Person = r.String(), person
	w.put(encodeJSON(h))
	w.put(st.present())
	st.tellPeople(w)
	if st.knows(branch) && have >= 0 && have <= st.tipOf(branch) && branch == st.t.Branch() && st.t.Tip()-have <= framesAtOnce && st.player == nil { // in a lesson what a page holds may have been veiled, or not yet
		w.holds[branch] = spanOf{0, have} // from where on it holds frames it does not say: it asks with "seek"
		st.bring(w, encodeJSON(st.cursor()), map[spanOf][]byte{})
		return
	}
	w.put(st.snapshot())
	st.nowHolds(w)
}

// leave ends to watch.
func (st *stage) leave(w *watcher) {
	if _, here := st.watchers[w]; !here {
		return
	}
	delete(st.watchers, w)
	st.session.pages.Store(int32(len(st.watchers)))
	st.tellPeople(nil)
}

// catchUp gives a page that was behind everything anew.
func (st *stage) catchUp(w *watcher) {
	w.holds = map[engine.BranchID]spanOf{}
	w.resume(st.snapshot())
	st.nowHolds(w)
}

// nowHolds notes that a page was sent a snapshot.
func (st *stage) nowHolds(w *watcher) {
	w.holds[st.t.Branch()] = spanOf{st.base(), min(st.tip(), st.base()+framesInOne)}
}

// base is where the frames of a snapshot begin: at the start, unless there are
// more than one message may hold.
func (st *stage) base() engine.StepNo {
	if st.tip() <= framesInOne {
		return 0
	}
	return max(0, min(st.t.N()-framesInOne/2, st.tip()-framesInOne))
}

// maxShot is how large a snapshot may be to be kept for the next who joins.
const maxShot = 1 << 20

// snapshot is everything at the cursor. A class that joins at once gets the same
// bytes.
func (st *stage) snapshot() []byte {
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

func (st *stage) makeSnapshot() wholeSnapshot {
	b, n, tip, base := st.t.Branch(), st.t.N(), st.tip(), st.base()
	next := encodePlanned(st.t.World())
	m := wholeSnapshot{Frames: st.sentFrames(b, base, min(tip, base+framesInOne))}
	m.Snapshot = proto.Snapshot{
		T: "snapshot", Branch: int32(b), N: int32(n), Base: int32(base), Tip: int32(tip), End: st.end(b),
		Branches: st.sentBranches(), Next: next, By: st.moved.by, Did: st.moved.did, Lesson: st.status(),
	}
	for k := engine.StepNo(1); k <= base; k++ {
		if did := st.t.Move(b, k); did != nil {
			m.Before = append(m.Before, encodeMove(b, k, did))
		}
	}
	st.goTo(b, base)
	m.World = encodeWorld(st.t.World(), &st.file.Scenario)
	st.goTo(b, n)
	if v := st.veil(); v != nil {
		v.world(&m.World)
		m.Next, m.Veil = []proto.Planned{}, &proto.Veil{N: int32(v.n), Over: v.names()}
	}
	return m
}

// wholeFrames is proto.Frames likewise.
type wholeFrames struct {
	T      string            `json:"t"`
	Branch int32             `json:"branch"`
	From   int32             `json:"from"`
	Frames []json.RawMessage `json:"frames"`
	End    bool              `json:"end"`
}

// framesMessage holds the frames after from, up to to.
func (st *stage) framesMessage(b engine.BranchID, from, to engine.StepNo) []byte {
	return encodeJSON(wholeFrames{T: "frames", Branch: int32(b), From: int32(from + 1), End: st.end(b), Frames: st.sentFrames(b, from, to)})
}
