// Package sim holds the two things that a deterministic world needs before
// anything else: virtual time and seeded chance.
//
// Time is a number of nanoseconds since the scene began. Nothing in the engine
// reads a clock; an event happens at the instant its deadline names. Chance is
// a small value that lives inside the state it serves, derived from the seed of
// the scene and the name of its owner, so that touching one link never shifts
// the dice of another.
package sim
