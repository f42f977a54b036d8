package scene

import (
	"fmt"
	"strings"

	"wirestep/engine/host"
)

// shape is how a call may be written: its arguments by their letters in argKinds,
// those after "?" may be left out.
type shape struct {
	name  string
	gives bool // the result is a socket
	args  string
}

var shapes = [...]shape{
	{"socket", true, "?www"},
	{"bind", false, "va"},
	{"listen", false, "v?n"},
	{"listen", true, "a?n"}, // sugar: the call makes the socket first
	{"accept", true, "v"},
	{"connect", false, "va"},
	{"connect", true, "a?a"},
	{"read", false, "v?e"},
	{"recv", false, "v?ew"},
	{"write", false, "vb"},
	{"send", false, "vb?w"},
	{"sendto", false, "vbwa"},
	{"shutdown", false, "vw"},
	{"close", false, "v"},
	{"setsockopt", false, "vwx?xx"},
	{"getsockopt", false, "vw?w"},
	{"fcntl", false, "vww"},
	{"poll", false, "vw?t"},
	{"abort", false, "v"},
	{"kill", false, ""},
}

// argKinds says what each letter stands for.
var argKinds = [...]struct {
	letter byte
	kinds  []host.ArgKind
	what   string
}{
	{'v', []host.ArgKind{host.ArgVar}, "a socket variable"},
	{'a', []host.ArgKind{host.ArgAddr}, "an address such as server:80"},
	{'n', []host.ArgKind{host.ArgNum}, "a number"},
	{'b', []host.ArgKind{host.ArgNum, host.ArgText}, "a number of bytes, or bytes in quotes"},
	{'e', []host.ArgKind{host.ArgNum, host.ArgWord}, "a number of bytes, or eof"},
	{'w', []host.ArgKind{host.ArgWord, host.ArgNum}, "a CONSTANT"},
	{'x', []host.ArgKind{host.ArgNum, host.ArgWord, host.ArgText}, "a number, a CONSTANT or text"},
	{'t', []host.ArgKind{host.ArgDur}, "a time such as 20ms"},
}

func callNames() (names []string) {
	for i, s := range shapes {
		if i == 0 || shapes[i-1].name != s.name {
			names = append(names, s.name)
		}
	}
	return append(names, "sleep", "at")
}

// checkCall refuses a call that no socket layer could take, and says which argument
// is wrong, -1 for the call as a whole.
func checkCall(in *host.Instr) (arg int, err error) {
	var s *shape
	for i := range shapes {
		if shapes[i].name == in.Name {
			s = &shapes[i]
			if len(in.Args) == 0 || (in.Args[0].Kind == host.ArgVar) == strings.HasPrefix(s.args, "v") {
				break
			}
		}
	}
	if s == nil {
		return -1, fmt.Errorf("no call is named %q, expected %s", in.Name, oneOf(callNames()))
	}
	switch {
	case in.Var != "" && !s.gives:
		return -1, fmt.Errorf("%s gives no socket here, expected no variable before it", in.Name)
	case in.Var == "" && s.gives:
		return -1, fmt.Errorf("%s gives a socket, expected a variable for it, such as c = %s(…)", in.Name, in.Name)
	}
	if arg, err = s.check(in.Args); err != nil {
		return arg, err
	}
	return checkNumbers(in)
}

// check holds arguments to the shape.
func (s *shape) check(args []host.Arg) (arg int, err error) {
	must, all := s.args, strings.Replace(s.args, "?", "", 1)
	if i := strings.IndexByte(s.args, '?'); i >= 0 {
		must = s.args[:i]
	}
	if len(args) < len(must) || len(args) > len(all) {
		n := fmt.Sprint(len(must))
		if len(must) < len(all) {
			n += fmt.Sprint(" to ", len(all))
		}
		return -1, fmt.Errorf("%s has %d arguments, expected %s", s.name, len(args), n)
	}
	for i, a := range args {
		for _, k := range argKinds {
			if k.letter == all[i] && !anyOf(k.kinds, a.Kind) {
				return i, fmt.Errorf("argument %d of %s is %s, expected %s", i+1, s.name, formatArg(a), k.what)
			}
		}
	}
	return -1, nil
}

func anyOf(kinds []host.ArgKind, k host.ArgKind) bool {
	for _, o := range kinds {
		if o == k {
			return true
		}
	}
	return false
}

// checkNumbers bounds what a call may ask for.
func checkNumbers(in *host.Instr) (arg int, err error) {
	low, high := int64(-maxNumber), int64(maxNumber)
	switch in.Name {
	case "read", "recv", "write", "send", "sendto":
		low, high = 0, maxPayload
	}
	for i, a := range in.Args {
		if a.Kind == host.ArgNum && (a.Num > high || a.Num < low) {
			return i, fmt.Errorf("%d is out of range in %s, expected a number from %d to %d", a.Num, in.Name, low, high)
		}
	}
	return -1, nil
}
