// Package packetdrill runs scripts in packetdrill's language on the engine.
//
//	text ─ lex, parse ─▶ Script: events, each with a time
//	                        │ Run
//	                        ▼
//	   '<' inject ─▶ one host.Host in virtual time ─▶ its interface ─▶ '>' compare
//	   calls ──────▶          ▲                                        │
//	   `shell` ── settings ───┘      %{ python }% over TCP_INFO        ▼
//	                                                          a verdict for each line
//
// The script is the peer, the application and the judge; the engine plays the
// kernel. Sequence numbers and timestamps of a script are its own: the first SYN
// and the first timestamp that the engine sends fix how they map. A burst that
// the script writes as one packet is compared with as many segments as it takes.
//
// Like the original, the runner looks at what was sent only when the script
// expects something: what nobody asks about after the last '>' is no failure.
package packetdrill
