// Package engine runs a scene: hosts, cables and what people do to them, one
// event at a time.
//
//	Scenario ─▶ World(0) ─ Step ─▶ World(1) ─ Step ─▶ … ─▶ World(tip)
//	                          ▲                │
//	                     Intervention        Fork
//
// A World is everything at one instant, and a pure function of the scenario, the
// interventions and the number of steps: no clock, no chance but its own dice, no
// order that the machine could choose. So a place in a run is a number, going
// back is running again from the last checkpoint, and a run is shared by sharing
// its text. A Timeline keeps the tree of futures that people have made.
package engine
