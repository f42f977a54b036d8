package scene

import (
	"errors"

	"wirestep/engine/host"
)

func callNames() (names []string) {
	for i, s := range host.Shapes {
		if i == 0 || host.Shapes[i-1].Name != s.Name {
			names = append(names, s.Name)
		}
	}
	return append(names, "sleep", "at")
}

// checkCall refuses a call that no socket layer could take, and says which argument
// is wrong, -1 for the call as a whole.
func checkCall(in *host.Instr) (arg int, err error) {
	if host.ShapeOf(in) == nil {
		return -1, sayf("no call is named %q, expected %s", in.Name, oneOf(callNames()))
	}
	err = host.CheckCall(in)
	if e := (*host.CallError)(nil); errors.As(err, &e) {
		return e.Arg, sayParts(e.Parts)
	}
	return -1, err
}
