package python

import (
	"fmt"
	"maps"
	"slices"

	"go.starlark.net/lib/math"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"

	"wirestep/engine/packetdrill/script"
	"wirestep/engine/tcp"
)

// Code runs the %{ code }% of a script. Starlark is Python without what could
// reach outside; the few forms that it lacks are rewritten first. Names that one
// piece of code makes are known to the next, as in the original, which runs all
// of them in one interpreter.
type Code struct {
	Most  int      // bytes of code of a stranger; 0: the code is the caller's
	Said  []string // what print() printed
	names starlark.StringDict
	guard guard
}

// Run executes code with the variables of a socket. A failed assertion gives
// what was expected and what was there instead; err is code that cannot run.
func (p *Code) Run(text string, info []tcp.InfoField) (expected, got string, err error) {
	err = p.run(text, info)
	if a, is := err.(*assertion); is {
		if a.msg == "" {
			return a.cond, "false", nil
		}
		return a.cond, a.msg, nil
	}
	return "", "", err
}

// maxCodeSteps stops a loop without end.
const maxCodeSteps = 1_000_000

var codeOptions = syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true}

// assertion is a failed assert.
type assertion struct{ cond, msg string }

func (a *assertion) Error() string {
	if a.msg == "" {
		return a.cond
	}
	return a.cond + ", got " + a.msg
}

// run executes code with the variables of a socket. The error of an assertion
// that fails is an *assertion.
func (p *Code) run(code string, info []tcp.InfoField) error {
	text := rewrite(code)
	if p.Most > 0 {
		if len(text) > p.Most {
			return fmt.Errorf("%d bytes of code; at most %d may stand together here", len(text), p.Most)
		}
		if err := p.guard.check(text); err != nil {
			return err
		}
	}
	env := starlark.StringDict{"True": starlark.True, "False": starlark.False}
	for _, name := range script.Constants("TCP") {
		env[name] = starlark.MakeInt64(script.Const(name))
	}
	for _, name := range unmodelledInfo {
		env[name] = starlark.MakeInt(0)
	}
	for _, f := range info {
		env[f.Name] = starlark.MakeInt64(f.Value)
	}
	for _, name := range slices.Sorted(maps.Keys(p.names)) {
		env[name] = p.names[name]
	}
	for _, b := range pythonBuiltins {
		env[b.Name()] = b
	}
	env["math"] = math.Module
	env["sys"] = &starlarkstruct.Module{Name: "sys", Members: starlark.StringDict{"exit": starlark.NewBuiltin("exit", exitBuiltin)}}
	th := &starlark.Thread{Name: "code", Print: func(_ *starlark.Thread, s string) { p.Said = append(p.Said, s) }}
	th.SetMaxExecutionSteps(maxCodeSteps)
	globals, err := starlark.ExecFileOptions(&codeOptions, th, "code", text, env)
	if p.names == nil {
		p.names = starlark.StringDict{}
	}
	for _, name := range slices.Sorted(maps.Keys(globals)) {
		p.names[name] = globals[name]
	}
	if e, is := err.(*starlark.EvalError); is {
		switch cause := e.Unwrap().(type) {
		case *assertion:
			return cause
		case exited:
			if cause == 0 {
				return nil
			}
			return &assertion{cond: "code that ends well", msg: fmt.Sprintf("exit(%d)", cause)}
		}
		return fmt.Errorf("%s", e.Msg)
	}
	return err
}

// unmodelledInfo are fields of TCP_INFO that stay 0 unless a connection has them.
var unmodelledInfo = []string{"tcpi_ecn_mode", "tcpi_accecn_opt_seen", "tcpi_accecn_fail_mode", "tcpi_options2", "tcpi_received_ce",
	"tcpi_delivered_e1_bytes", "tcpi_delivered_e0_bytes", "tcpi_delivered_ce_bytes", "tcpi_received_e1_bytes", "tcpi_received_e0_bytes",
	"tcpi_received_ce_bytes"}

// pythonBuiltins are functions of Python that Starlark lacks. It is read only.
var pythonBuiltins = []*starlark.Builtin{
	starlark.NewBuiltin("assert_", assertBuiltin), starlark.NewBuiltin("round", roundBuiltin), starlark.NewBuiltin("exit", exitBuiltin),
	starlark.NewBuiltin("pow", powBuiltin), starlark.NewBuiltin("sum", sumBuiltin),
}

func assertBuiltin(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("assert without a condition")
	}
	text, _ := starlark.AsString(args[0])
	a := &assertion{cond: text}
	for i, m := range args[1:] {
		if i > 0 {
			a.msg += ", "
		}
		if s, is := starlark.AsString(m); is {
			a.msg += s
		} else {
			a.msg += m.String()
		}
	}
	return nil, a
}
