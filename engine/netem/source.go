package netem

import "embed"

// Source is the package's own Go source: the code behind a rule is shown from it.
//
//go:embed *.go
var Source embed.FS
