package host

import "strconv"

// needs is what the arguments of each call begin with: v a variable, a an address,
// anything else any kind. A call that may make its socket itself does without v.
var needs = map[string]struct {
	args  string
	sugar bool
}{
	"socket": {"", true}, "bind": {"va", false}, "listen": {"v", true}, "accept": {"v", false}, "connect": {"va", true},
	"read": {"v", false}, "recv": {"v", false}, "write": {"v.", false}, "send": {"v.", false}, "sendto": {"v..a", false}, "shutdown": {"v.", false},
	"close": {"v", false}, "setsockopt": {"v..", false}, "getsockopt": {"v.", false}, "fcntl": {"v..", false}, "poll": {"v.", false},
	"abort": {"v", false}, "kill": {"", false},
}

// CallError is why a call cannot be made at all.
type CallError struct{ Name, Text string }

func (e *CallError) Error() string { return e.Name + ": " + e.Text }

const maxCallBytes = 1 << 30

// CheckCall says why no socket layer could take a call; package scene says it of
// texts, and where.
func CheckCall(in *Instr) error {
	n, ok := needs[in.Name]
	if !ok || in.Kind != InstrCall {
		return &CallError{in.Name, "no such call"}
	}
	want := n.args
	if n.sugar && want != "" && (len(in.Args) == 0 || in.Args[0].Kind != ArgVar) {
		want = want[1:]
	}
	if len(in.Args) < len(want) {
		return &CallError{in.Name, strconv.Itoa(len(in.Args)) + " arguments; expected at least " + strconv.Itoa(len(want))}
	}
	for i := range len(want) {
		k := in.Args[i].Kind
		if (want[i] == 'v' && k != ArgVar) || (want[i] == 'a' && k != ArgAddr) {
			return &CallError{in.Name, "argument " + strconv.Itoa(i+1) + " is of the wrong kind"}
		}
	}
	switch in.Name {
	case "read", "recv", "write", "send", "sendto":
		for _, a := range in.Args {
			if a.Kind == ArgNum && (a.Num < 0 || a.Num > maxCallBytes) {
				return &CallError{in.Name, strconv.FormatInt(a.Num, 10) + " bytes; expected 0 to " + strconv.Itoa(maxCallBytes)}
			}
		}
	}
	return nil
}
