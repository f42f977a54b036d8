package python

import (
	"fmt"
	"math"

	"go.starlark.net/starlark"
)

// exited is the status with which code has ended itself.
type exited int

func (e exited) Error() string { return fmt.Sprintf("exit(%d)", int(e)) }

func exitBuiltin(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	status := exited(0)
	if len(args) > 0 {
		if n, err := starlark.AsInt32(args[0]); err == nil {
			status = exited(n)
		} else if args[0] != starlark.None {
			status = 1
		}
	}
	return nil, status
}

func roundBuiltin(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("round without a number")
	}
	f, ok := starlark.AsFloat(args[0])
	if !ok {
		return nil, fmt.Errorf("round of %s; expected a number", args[0].Type())
	}
	if len(args) > 1 {
		if n, err := starlark.AsInt32(args[1]); err == nil && n >= 0 && n < 15 {
			scale := math.Pow10(n)
			return starlark.Float(math.RoundToEven(f*scale) / scale), nil
		}
	}
	return starlark.MakeInt64(int64(math.RoundToEven(f))), nil
}

// maxPower limits what a power may be raised to.
const maxPower = 1024

func powBuiltin(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 2 {
		return nil, fmt.Errorf("pow with %d numbers; expected 2", len(args))
	}
	base, isInt := args[0].(starlark.Int)
	n, err := starlark.AsInt32(args[1])
	if !isInt || err != nil || n < 0 {
		a, ok1 := starlark.AsFloat(args[0])
		b, ok2 := starlark.AsFloat(args[1])
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("pow of %s and %s; expected numbers", args[0].Type(), args[1].Type())
		}
		return starlark.Float(math.Pow(a, b)), nil
	}
	if n > maxPower {
		return nil, fmt.Errorf("a power of %d; expected at most %d", n, maxPower)
	}
	out := starlark.MakeInt(1)
	for range n {
		out = out.Mul(base)
		if out.BigInt().BitLen() > 64*maxPower {
			return nil, fmt.Errorf("a power that is too large")
		}
	}
	return out, nil
}

func sumBuiltin(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("sum without a list")
	}
	it := starlark.Iterate(args[0])
	if it == nil {
		return nil, fmt.Errorf("sum of %s; expected a list", args[0].Type())
	}
	defer it.Done()
	whole, broken, float := starlark.MakeInt(0), 0.0, false
	var v starlark.Value
	for it.Next(&v) {
		if n, is := v.(starlark.Int); is {
			whole = whole.Add(n)
			continue
		}
		f, ok := starlark.AsFloat(v)
		if !ok {
			return nil, fmt.Errorf("sum with %s; expected numbers", v.Type())
		}
		broken, float = broken+f, true
	}
	if float {
		return whole.Float() + starlark.Float(broken), nil
	}
	return whole, nil
}
