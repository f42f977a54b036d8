package web

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
func (s *story) roleOf(key string) (r role, ok bool) {
	if key == "" {
		return follower, true
	}
	h := hashKey(key)
	if sameHash(s.Owner, h) {
		return owner, true
	}
	for r, l := range s.links {
		if sameHash(l.Hash, h) {
			return r, true
		}
	}
	return follower, false
}

// give takes a link into the story, or takes one back.
func (s *story) give(l *share) {
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
func (st *stage) doShare(w *watcher, c proto.Command) (proto.Done, error) {
	r := roleNamed(c.Text)
	if r != follower && r != driver {
		return proto.Done{}, cannot("share", "what", c.Text)
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
func (st *stage) dismiss() {
	for w := range st.watchers {
		if r, ok := st.roleOf(w.key); !ok || r != w.role {
			w.bye(goodbye("ended", w.lang, closePolicy))
		}
	}
}

const maxName = 24

// doName gives the person behind a page a name that the others see.
func (st *stage) doName(w *watcher, c proto.Command) (proto.Done, error) {
	name := strings.Join(strings.FieldsFunc(c.Text, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if utf8.RuneCountInString(name) > maxName {
		return proto.Done{}, cannot("text-long", "max", maxName)
	}
	st.people.named[w.person] = name
	return proto.Done{}, nil
}
