package scene

import (
	"fmt"

	"wirestep/engine/host"
)

// A call's shape: how many arguments it takes, and whether the first is a socket
// variable. A call written without it is the sugar that makes the socket first.
type shape struct {
	name      string
	low, high int
	sock      bool // the first argument is a socket
	sugar     bool // … or it is left out
	gives     bool // the result is a socket
}

var shapes = [...]shape{
	{"socket", 0, 3, false, false, true},
	{"bind", 2, 2, true, false, false},
	{"listen", 1, 2, true, true, true},
	{"accept", 1, 1, true, false, true},
	{"connect", 1, 2, true, true, true},
	{"read", 1, 2, true, false, false},
	{"recv", 1, 3, true, false, false},
	{"write", 2, 2, true, false, false},
	{"send", 2, 3, true, false, false},
	{"shutdown", 2, 2, true, false, false},
	{"close", 1, 1, true, false, false},
	{"setsockopt", 3, 5, true, false, false},
	{"getsockopt", 2, 3, true, false, false},
	{"fcntl", 3, 3, true, false, false},
	{"poll", 2, 3, true, false, false},
	{"abort", 1, 1, true, false, false},
	{"kill", 0, 0, false, false, false},
}

func callNames() (names []string) {
	for _, s := range shapes {
		names = append(names, s.name)
	}
	return append(names, "sleep", "at")
}

// checkCall refuses a call that no socket layer could take.
func checkCall(in *host.Instr) error {
	for _, s := range shapes {
		if s.name != in.Name {
			continue
		}
		n := len(in.Args)
		if n < s.low || n > s.high {
			return fmt.Errorf("%s has %d arguments, expected %s", in.Name, n, count(s.low, s.high))
		}
		if s.sock && !s.sugar && in.Args[0].Kind != host.ArgVar {
			return fmt.Errorf("%s takes a socket first, expected a variable", in.Name)
		}
		if in.Var != "" && !s.gives {
			return fmt.Errorf("%s gives no socket, expected no variable before it", in.Name)
		}
		if in.Var == "" && s.gives && (n == 0 || in.Args[0].Kind != host.ArgVar || in.Name == "accept") {
			return fmt.Errorf("%s gives a socket, expected a variable for it, such as c = %s(…)", in.Name, in.Name)
		}
		return checkArgs(in)
	}
	return fmt.Errorf("no call is named %q, expected %s", in.Name, oneOf(callNames()))
}

func count(low, high int) string {
	if low == high {
		return fmt.Sprint(low)
	}
	return fmt.Sprintf("%d to %d", low, high)
}

// checkArgs bounds the numbers of a call.
func checkArgs(in *host.Instr) error {
	limit := int64(maxNumber)
	switch in.Name {
	case "read", "recv", "write", "send":
		limit = maxPayload
		for i, a := range in.Args[1:] {
			if i == 0 && a.Kind == host.ArgNum && a.Num < 0 {
				return fmt.Errorf("%s of %d bytes, expected 0 or more", in.Name, a.Num)
			}
		}
	}
	for _, a := range in.Args {
		if a.Kind == host.ArgNum && (a.Num > limit || a.Num < -limit) {
			return fmt.Errorf("%d is out of range in %s, expected at most %d", a.Num, in.Name, limit)
		}
	}
	return nil
}
