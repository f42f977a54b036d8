package engine

import "embed"

// NeighbourSource is what obeys the settings of neighbours: which rule reads which
// setting is read off it.
//
//go:embed neigh.go
var NeighbourSource embed.FS

// Source is the Go source of what records rules here: the code behind a rule is shown
// from it.
//
//go:embed act.go flood.go neigh.go queue.go send.go
var Source embed.FS
