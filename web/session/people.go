package session

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"wirestep/web/proto"
)

// people is who has been in a session: the owner is 0, guests are numbered as
// they come. A page that comes back by itself is the same guest.
type people struct {
	guests map[string]int32 // token of a page → its guest
	named  map[int32]string
	last   int32 // guest

	changes, told int    // of who is here, how they are called and what is shared
	message       []byte // that told it last
	due           bool   // a crowd is to be told
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

// keptGuests is what the checkpoint keeps of them: those who may have moved something, since the
// trace has their number, and those who go by a name. Who only looks costs nothing.
func (st *State) keptGuests() map[string]guest {
	all := map[string]guest{}
	for token, p := range st.pages {
		if n, known := st.people.guests[token]; known && p.kept {
			all[token] = guest{n, st.people.named[n]}
		}
	}
	return all
}

// keeps reports whether somebody's page is remembered when it has gone.
func (st *State) keeps(token string) bool { return st.pages[token] != nil && st.pages[token].kept }

const (
	maxListed = 64                     // people that one message names
	crowded   = 32                     // pages; of more, who is here is told now and then only
	crowdEach = 250 * time.Millisecond // that is
)

// present is the message that says who is here, and for which roles links hold.
func (st *State) present() []byte {
	m := proto.People{T: "people", People: []proto.Person{}, Shared: []string{}}
	here := map[int32]bool{}
	for w := range st.Subscribers {
		if !here[w.person] {
			here[w.person] = true
			m.People = append(m.People, proto.Person{N: w.person, Role: w.role.String(), Name: st.people.named[w.person]})
		}
	}
	looks := func(p proto.Person) bool { return p.Role == roleNames[Follower] && p.Name == "" }
	slices.SortFunc(m.People, func(a, b proto.Person) int { return cmp.Compare(a.N, b.N) })
	if m.More = len(m.People) - maxListed; m.More > 0 {
		slices.SortStableFunc(m.People, func(a, b proto.Person) int {
			if looks(a) == looks(b) {
				return 0
			} else if looks(b) {
				return -1
			}
			return 1
		})
		m.People = m.People[:maxListed]
	}
	m.More = max(m.More, 0)
	for r, name := range roleNames {
		if st.links[role(r)].Hash != nil {
			m.Shared = append(m.Shared, name)
		}
	}
	return encodeJSON(m)
}

// tellPeople tells everybody who is here now; a crowd, when the next moment has passed.
func (st *State) tellPeople() {
	if len(st.Subscribers) > crowded {
		st.people.due = true
		return
	}
	st.tellPeopleNow()
}

func (st *State) tellPeopleNow() {
	p := &st.people
	p.due = false
	if p.told == p.changes {
		return
	}
	p.message, p.told = st.present(), p.changes
	for w := range st.Subscribers {
		w.put(p.message)
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
