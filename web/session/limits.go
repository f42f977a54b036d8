package session

import "time"

// Limits are what an operator allows sessions. Reaching one is answered in plain words.
type Limits struct {
	Sessions   int           // that run at once
	PerAddress int           // of them, from one address; a class often shares one
	Sockets    int           // pages on one session that may move it
	Followers  int           // and that may only look
	Steps      int           // events of one branch
	Memory     int64         // bytes that the process may hold, about; 0: no limit
	Idle       time.Duration // after which a session without pages leaves memory
}

// What no operator needs to change.
const (
	maxSceneText    = 256 << 10
	maxBranches     = 200
	maxLabel        = 80
	framesAtOnce    = 500  // missing frames that are sent instead of a snapshot
	framesInOne     = 2000 // frames that one message may hold
	maxUntil        = 5000 // events that one "until" may run
	maxPagesKnown   = 256  // clients whose last command a session remembers
	answersPerPage  = 64   // of each, how many answers can be said again
	mailbox         = 64
	maxCachedFrames = 8 << 20 // bytes of encoded frames that one session keeps
)
