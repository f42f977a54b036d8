package session

import (
	"cmp"
	"slices"
	"strconv"

	"wirestep/web/proto"
)

// people is who has been in a session: the owner is 0, guests are numbered as
// they come. A page that comes back by itself is the same guest.
type people struct {
	guests map[string]int32 // token of a page → its guest
	named  map[int32]string
	last   int32 // guest
}

// guest is one of them as the checkpoint keeps him.
type guest struct {
	N    int32  `json:"n"`
	Name string `json:"name,omitempty"`
}

func newPeople(kept map[string]guest, ownerName string, last int32) people {
	p := people{guests: map[string]int32{}, named: map[int32]string{0: ownerName}, last: last}
	for token, g := range kept {
		p.guests[token], p.named[g.N] = g.N, g.Name
		p.last = max(p.last, g.N)
	}
	return p
}

// number returns who is behind a page; new tells that he was not here before.
func (p *people) number(w *Subscriber) (n int32, isNew bool) {
	if w.role == Owner {
		return 0, false
	}
	n, known := p.guests[w.token]
	if !known {
		p.last++
		n = p.last
		p.guests[w.token] = n
	}
	return n, !known
}

// forget drops a page that the session no longer remembers.
func (p *people) forget(token string) {
	delete(p.named, p.guests[token])
	delete(p.guests, token)
}

func (p *people) kept() map[string]guest {
	all := map[string]guest{}
	for token, n := range p.guests {
		all[token] = guest{n, p.named[n]}
	}
	return all
}

// present is the message that says who is here, and for which roles links hold.
func (st *State) present() []byte {
	m := proto.People{T: "people", People: []proto.Person{}, Shared: []string{}}
	for w := range st.Subscribers {
		if !slices.ContainsFunc(m.People, func(p proto.Person) bool { return p.N == w.person }) {
			m.People = append(m.People, proto.Person{N: w.person, Role: w.role.String(), Name: st.people.named[w.person]})
		}
	}
	slices.SortFunc(m.People, func(a, b proto.Person) int { return cmp.Compare(a.N, b.N) })
	for r, name := range roleNames {
		if st.links[role(r)].Hash != nil {
			m.Shared = append(m.Shared, name)
		}
	}
	return encodeJSON(m)
}

// broadcastPeople tells everybody who is here now, but for the one who hears it anyway.
func (st *State) broadcastPeople(but *Subscriber) {
	m := st.present()
	for w := range st.Subscribers {
		if w != but {
			w.put(m)
		}
	}
}

// actor is how the trace names the person behind a page: the owner of a session
// is "you", as in one that nobody shares.
func (w *Subscriber) actor() string {
	if w.person == 0 {
		return "you"
	}
	return "guest " + strconv.Itoa(int(w.person))
}
