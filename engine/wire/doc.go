// Package wire knows what travels: sequence numbers, segments, flags, options,
// checksums, bytes in both directions, and the spelling that tcpdump gives them.
//
//	Src ──────────────── Segment ───────────────▶ Dst
//	      Seq Ack Flags Win Urg | Options | Payload
//
// A Segment is a flat value, comparable with ==. Its payload is a string: slices
// of it are free, copies of a world share it, and nobody can write into it.
package wire
