package session

import (
	"maps"
	"slices"
)

// role is what somebody may do in a session. Each may do what those before may.
type role int

const (
	Follower role = iota // looks: whoever knows the session's id
	Driver               // moves: whoever has the link for working together
	Owner                // shares: the browser that made the session
)

var roleNames = [...]string{Follower: "follower", Driver: "driver", Owner: "owner"}

func (r role) String() string { return roleNames[r] }

// roleNamed is the role of a name, or -1.
func roleNamed(name string) role { return role(slices.Index(roleNames[:], name)) }

// CommandNames are all that there are.
func CommandNames() []string { return slices.Sorted(maps.Keys(commands)) }

// May is the one place that decides who may do what. A command that is not in the
// table is nobody's.
func May(r role, name string) bool {
	c, known := commands[name]
	return known && r >= c.least
}
