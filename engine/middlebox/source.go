package middlebox

import "embed"

// Source is the package's own Go source: which rule reads which setting is read off it.
//
//go:embed *.go
var Source embed.FS
