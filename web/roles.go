package web

import "slices"

// role is what somebody may do in a session. Each may do what those before may.
type role int

const (
	follower role = iota // looks: whoever knows the session's id
	driver               // moves: whoever has the link for working together
	owner                // shares: the browser that made the session
)

var roleNames = [...]string{follower: "follower", driver: "driver", owner: "owner"}

func (r role) String() string { return roleNames[r] }

// roleNamed is the role of a name, or -1.
func roleNamed(name string) role { return role(slices.Index(roleNames[:], name)) }

// needs is the least role that may give a command. A command that is not here is
// nobody's; a test compares this table with the commands there are.
var needs = map[string]role{
	"frames": follower, "snapshot": follower, "diff": follower, "compare": follower,
	"inspect": follower, "header": follower, "forecast": follower, "preview": follower,
	"why": follower, "history": follower, "search": follower, "find": follower, "puzzle": follower,
	"shell": follower, // what only looks; a line that acts is an "act" as well
	"name":  follower,

	"step": driver, "back": driver, "seek": driver, "until": driver, "act": driver, "branch": driver,
	"fork": driver, "replay": driver, "reach": driver, "try": driver, "moves": driver, "label": driver, "lesson": driver, "predict": driver,

	"share": owner,
}

// may is the one place that decides who may do what.
func may(r role, command string) bool {
	least, known := needs[command]
	return known && r >= least
}
