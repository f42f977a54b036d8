// Package host is one computer: its sockets and who holds them, its ports, its
// settings and counters, and the programs that call.
//
//	programs ─ calls ─▶ descriptors ─▶ tcp.Conn ┐
//	                                  listeners ├─ demultiplexer ◀─ segments
//	                     half-open requests, TIME_WAIT ┘
//
// It finds the connection that a segment belongs to, lets a call block and wakes
// it when its time has come, and turns a half-open request into a socket and a
// socket into a TIME_WAIT entry. It never looks into the protocol.
//
// What it keeps for a four-tuple, a port or a deadline is found in sorted indexes
// (table.go). Copies of a host share what neither has edited, so that a host under
// attack is as quick to step and as cheap to remember as an idle one.
package host
