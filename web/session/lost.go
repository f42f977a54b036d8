package session

import "wirestep/web/proto"

// Who follows may say that he is lost. Only the owner is told, and only how many are:
// it is in no journal, and over when the session moves, for the next place may be clear.

func (st *State) doLost(w *Subscriber, c proto.Command) (proto.Done, error) {
	if w.role == Owner {
		return proto.Done{}, Cannot("lost")
	}
	for x := range st.Subscribers { // however many pages he has open
		if x.person == w.person {
			x.lost = !c.Off
		}
	}
	st.tellLost()
	return proto.Done{}, nil
}

// howManyLost counts people, not pages.
func (st *State) howManyLost() int {
	who := map[int32]bool{}
	for w := range st.Subscribers {
		if w.lost {
			who[w.person] = true
		}
	}
	return len(who)
}

func (st *State) tellLost() {
	b := encodeJSON(proto.Lost{T: "lost", N: st.howManyLost()})
	for w := range st.Subscribers {
		if w.role == Owner {
			w.put(b)
		}
	}
}

// findAll ends it: the session stands elsewhere.
func (st *State) findAll() {
	any := false
	for w := range st.Subscribers {
		any, w.lost = any || w.lost, false
	}
	if any {
		st.tellLost()
	}
}
