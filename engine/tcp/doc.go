// Package tcp is one endpoint of TCP as Linux builds it. It knows segments,
// system calls and timers, and nothing else: no network, no clock, no other host.
//
//	           OnSegment      OnTimer      calls
//	               │             │           │
//	               ▼             ▼           ▼
//	 Request ──▶ Conn = TCB (flat numbers) + queues ──▶ TimeWait
//	(SYN_RECV)         │                               (and FIN_WAIT_2)
//	                   ▼
//	             Ctx.Send, Ctx.Count, wake-ups
//
// The files follow the seams of the kernel, so that a citation leads to the room
// that does the same work there: input.go is the ordered list of RFC 9293
// §3.10.7.4 and reads as the table of contents; validate, ack, data and delack
// are its chapters; output decides whether to send, transmit builds the segment,
// timer holds the one transmit timer with its several uses. As in the kernel, a
// half-open request and a TIME_WAIT entry are small types of their own.
//
// Variables have their RFC names where an RFC names them and Linux' names where
// only Linux has them. Every decision that a student could question goes through
// a rule; the rest is plain code. A comment that begins with "Linux:" says where
// Linux departs from the RFC, one with "Simplified:" where this package departs
// from Linux.
package tcp
