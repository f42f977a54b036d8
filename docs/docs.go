// Package docs holds the example that docs/lessons.md speaks of: what somebody who writes a lesson begins with.
package docs

import "embed"

//go:embed example
var Example embed.FS
