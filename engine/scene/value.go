package scene

import (
	"github.com/expr-lang/expr/vm"

	"wirestep/engine"
	"wirestep/engine/trace"
)

// Value is a number, a word or a truth about the world right after an event.
type Value func(*engine.World, *trace.Event) (any, error)

// CompileValue reads an expression in the words of conditions that need not be yes
// or no: client.counters["TcpRetransSegs"] + 1.
func CompileValue(text string, sc *engine.Scenario) (Value, error) {
	if len(text) > maxCond {
		return nil, sayf("the expression has %d letters, expected at most %d", len(text), maxCond)
	}
	program, v, err := compile(text, sc, false)
	if err != nil {
		return nil, err
	}
	return func(w *engine.World, e *trace.Event) (any, error) {
		out, err := vm.Run(program, v.env(w, e))
		if err == nil && out == nil {
			err = sayf("it has no value there")
		}
		return out, err
	}, nil
}
