package engine

import "embed"

// NeighbourSource is what obeys the settings of neighbours: which rule reads which
// setting is read off it.
//
//go:embed neigh.go
var NeighbourSource embed.FS
