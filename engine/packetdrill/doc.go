// Package packetdrill runs scripts in packetdrill's language on the engine.
//
//	text ─ script ─▶ events, each with a time
//	                    │ Run
//	                    ▼
//	   '<' inject ─▶ one host.Host in virtual time ─▶ its interface ─▶ '>' compare
//	   calls ──────▶          ▲                                        │
//	   `shell` ─ setup ───────┘      %{ python }% over TCP_INFO        ▼
//	                                                          a verdict for each line
//
// The script is the peer, the application and the judge; the engine plays the
// kernel. This package is the runner: it reads calls into those of package host
// (calls*.go), lets time pass (engine.go, blocked.go, wheel.go), and makes the
// settings of options and shell lines (configure.go, machine.go). The language,
// its code, its shell, the comparison and the way back are rooms of their own
// below: script, python, setup, compare, export.
//
// Like the original, the runner looks at what was sent only when the script
// expects something: what nobody asks about after the last '>' is no failure.
package packetdrill
