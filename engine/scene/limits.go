package scene

import (
	"wirestep/engine"
	"wirestep/engine/sim"
)

// What one text may ask for. Whoever meets a limit is told which and how large.
const (
	maxText     = 256 << 10       // bytes of text
	maxLines    = 10_000          // lines of text
	maxErrors   = 20              // mistakes reported at once
	maxHosts    = 64              // hosts
	maxLinks    = 1024            // directed links
	maxPrograms = 256             // programs
	maxLoop     = 1_000_000       // rounds of a loop
	maxDepth    = 8               // loops and ifs within others
	maxPayload  = 1 << 30         // bytes that one call writes by pattern or reads
	maxNumber   = 1 << 40         // any other number in a call
	maxForged   = 100_000         // segments that one intervention forges
	maxSegment  = 65_495          // bytes of payload in a forged segment
	maxRate     = 1_000_000000000 // bits per second
	maxQueue    = 1_000_000       // packets
	maxName     = 32              // letters of a name
	maxCond     = 1024            // letters of a condition
	maxBranches = engine.MaxBranches
	maxStep     = 100_000_000 // number of a step

	maxSpan = 24 * 60 * sim.Minute // any duration and any instant
)
