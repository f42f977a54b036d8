// Package scene turns the text of a scene into what the engine runs, and back.
//
//	text ─ Parse ─▶ File ─┬─ Scenario ───▶ engine.NewTimeline
//	     ◀─ Format ─      ├─ Expect ─────▶ Check
//	                      └─ Branches ───▶ Load ─▶ the tree of futures
//
// One grammar serves lessons, tests, bug reports, share links and journals; it is
// described in docs/scene.md. Single interventions and single calls have the same
// spelling everywhere (ParseOp, FormatOp, FormatInstr). What a text may
// ask for is bounded (limits.go), and each refusal says what would be accepted.
//
// The package also holds the questions that people ask of a run (Compile) and the
// texts in which a run is written down (Compact, Explain, Tcpdump): the packages
// below it format nothing.
package scene
