package session

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"wirestep/web/proto"
)

// share is the link that is given away for a role: the nth one, and the hash of
// its key. One without a hash has been taken back.
type share struct {
	Role string `json:"role"`
	Nth  int    `json:"nth"`
	Hash []byte `json:"hash,omitempty"`
}

// roleOf is what a key gives; no key lets one look. ok is false for a key that
// never was one of this session, or is no longer.
func (s *record) roleOf(key string) (r role, ok bool) {
	if key == "" {
		return Follower, true
	}
	h := hashKey(key)
	if sameHash(s.Owner, h) {
		return Owner, true
	}
	for r, l := range s.links {
		if sameHash(l.Hash, h) {
			return r, true
		}
	}
	return Follower, false
}

// Follows reports whether a key is that of the link for following, which has not been
// taken back.
func (s *record) Follows(key string) bool {
	return key != "" && sameHash(s.links[Follower].Hash, hashKey(key))
}

// give takes a link into the record, or takes one back.
func (s *record) give(l *share) {
	if l == nil {
		return
	}
	if s.links == nil {
		s.links = map[role]share{}
	}
	s.links[roleNamed(l.Role)] = *l
}

// doShare gives the link of a role away, the same as long as it holds, or takes
// it back: whoever came by it has to go.
func (st *State) doShare(w *Subscriber, c proto.Command) (proto.Done, error) {
	r := roleNamed(c.Text)
	if r != Follower && r != Driver {
		return proto.Done{}, Cannot("share", "what", c.Text)
	}
	now := st.links[r]
	given := now.Hash != nil
	switch {
	case c.Off && given:
		st.giving = &share{Role: r.String(), Nth: now.Nth}
	case !c.Off && !given:
		now = share{Role: r.String(), Nth: now.Nth + 1}
		now.Hash = hashKey(linkKey(w.key, r, now.Nth))
		st.giving = &now
	}
	if c.Off {
		return proto.Done{}, nil
	}
	return proto.Done{Link: "/lab/" + st.id + "?with=" + linkKey(w.key, r, now.Nth)}, nil
}

// dismiss says goodbye to those whose link was taken back.
func (st *State) dismiss() {
	for w := range st.Subscribers {
		if r, ok := st.roleOf(w.key); !ok || r != w.role {
			w.Close(Closing("ended", w.Lang, ClosePolicy))
		}
	}
}

const maxName = 24

// doName gives the person behind a page a name that the others see.
func (st *State) doName(w *Subscriber, c proto.Command) (proto.Done, error) {
	name := strings.Join(strings.FieldsFunc(c.Text, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if utf8.RuneCountInString(name) > maxName {
		return proto.Done{}, Cannot("text-long", "max", maxName)
	}
	st.page(w.token).kept = true
	st.people.named[w.person] = name
	st.people.changes++
	return proto.Done{}, nil
}
