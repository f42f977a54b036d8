package session

import "sync/atomic"

// Counts are the numbers of sessions that an operator watches.
type Counts struct {
	Sessions                  atomic.Int64
	Created, Rebuilt, Broken  atomic.Int64
	Commands, Refused, Events atomic.Int64
	PutAway                   atomic.Int64 // sessions that left memory because all held too much
	Forged                    atomic.Int64 // pages that came with a key that does not hold
}
