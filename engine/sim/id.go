package sim

// EventID numbers the events of a branch from 1; 0 is "no event": the root.
type EventID int32

// PacketID numbers the packets of a branch from 1 in the order they were made.
type PacketID int32

// HostID is the index of a host in its scene.
type HostID int16

// SubjectID numbers everything whose variables are watched: hosts, sockets,
// half-open requests, TIME_WAIT entries, links. Numbered from 1, never reused.
type SubjectID int32

// FlowID ties together what one host keeps for one four-tuple while it turns
// from a half-open request into a socket and from a socket into a TIME_WAIT
// entry. Numbered per host from 1; 0 is a listener or an unbound socket.
type FlowID int32
