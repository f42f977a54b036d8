// Package find looks for interventions that make a condition come true in a scene.
//
// The moves that are tried are a finite set, which the result names: segments are
// dropped, duplicated, delayed, held until all else is over; processes make calls;
// settings are set. Every future with one move is run, then every future with two,
// and so on, until one or more reach the condition (all of that length are found), or
// the bound is reached: then none exists in the set, which is a proof by having tried.
//
// Two things keep the number of futures down without losing one. Moves are made in
// the order in which they act, so that no set of moves is tried in two orders; and a
// future begins where its last move acts, on a copy of the world there. What comes
// later exists only once the moves before it were made, so a segment that a move
// brings about is a candidate for the next.
//
// A move on a segment is a rule that was set up before the start ("drop 2nd SYN from
// client"), a call is made at an instant: a solution is a few statements of a scene,
// and with them the scene does the same again.
package find
