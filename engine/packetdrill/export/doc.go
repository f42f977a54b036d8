// Package export writes what happened on a host down as scripts for packetdrill, one a
// connection: the host is the kernel under test, whoever it talked to is the script.
//
//	Timeline ─ connections ─▶ each with its span of steps and its sockets
//	                            │ exporter: the steps again, from the first
//	                            ▼
//	     settings at the top, and where they change · calls · packets · state at the end
//
// A script knows one connection; what came of others is counted and left out, and what no
// script can say is said in a comment at the top. Calls that blocked are written where they
// began, reads where they returned. What is written has to be readable by packetdrill: options
// that it has no name for go by their number, a timeval byte by byte.
package export
