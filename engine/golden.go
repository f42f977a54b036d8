package engine

import "embed"

// Golden are the scenes that the engine's traces are held to, one for each thing
// that it can do. The reference shows them as examples.
//
//go:embed testdata/golden/*.scene
var Golden embed.FS
