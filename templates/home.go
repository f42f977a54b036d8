package templates

import "strconv"

// The three bars of a level, each higher than the one before.
func barHeight(i int) string { return strconv.Itoa(4 + 3*i) }
func barY(i int) string      { return strconv.Itoa(6 - 3*i) }
func barX(i int) string      { return strconv.Itoa(7 * i) }
