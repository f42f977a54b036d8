// Package archtest holds no program, only tests about the source itself: who
// may import whom, what may not appear inside the engine, and how tidy a file
// has to be. Each rule carries its reason, and each exception too.
package archtest
