// Package compare makes the packets that a script sends, and holds what a machine sends
// against the lines that ask for it.
//
//	'<' line ─ Arriving ─▶ segment, its numbers those of the live connection
//	'>' line ─ Expect ──▶ await ─▶ gather ─▶ compare ─▶ nil, or a Mismatch with its Kind
//
// Numbers and timestamps of a script are its own. The first SYN and the first timestamp of a
// connection fix how they map (seqMap, peer); packets of other connections than the one under
// test are set aside. Which machine answers is not known here: it hands its packets over, and
// says through Await what it does next. The engine's runner embeds a Comparator; whoever plays
// a script on another machine in real time uses a Wire, which waits a little beyond a line's
// time, to tell late from missing.
package compare
