// Package script is packetdrill's language: text into a syntax tree, and what stands in it
// spelled again.
//
//	text ─ lex ─▶ tokens ─ parse ─▶ Script: options of the run, and events
//	                                  Event: when, and one of Packet, Call, Command, Code
//	                                          Call: arguments and result as Expr
//
// The grammar is that of packetdrill itself, so that what it cannot read is refused here too,
// with the line and what was expected: what passes here can be taken there. Numbers are the
// script's own everywhere; nothing of this package knows a connection. An argument is worked
// out by Expr.Value, which knows the constants of Linux by name.
package script
