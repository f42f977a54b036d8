package scene

import "wirestep/engine/tcp"

// Names that conditions know without quotes.
var (
	stateNames = tcp.StateNames[1:]
	errnoNames = tcp.Errnos()
)

// exprWords are what the language of conditions keeps for itself.
var exprWords = [...]string{
	"now", "step", "event", "true", "false", "nil", "not", "and", "or", "in", "matches", "contains",
	"startsWith", "endsWith", "let", "if", "else", "env",
	"all", "any", "one", "none", "map", "filter", "find", "count", "len", "type", "abs", "int", "float",
	"string", "trim", "upper", "lower", "split", "join", "max", "min", "sum", "mean", "median", "first",
	"last", "get", "take", "keys", "values", "sort", "date", "duration", "repeat", "reduce", "groupBy",
}

// reserved reports whether a host cannot have this name: a condition could not
// tell the two apart.
func reserved(name string) bool {
	for _, set := range [...][]string{stateNames, errnoNames, exprWords[:]} {
		for _, w := range set {
			if w == name {
				return true
			}
		}
	}
	return false
}
