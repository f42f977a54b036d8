package host

import (
	"slices"
	"strconv"
	"strings"
)

// CallError is why a call cannot be made at all. Arg is the argument that is wrong, -1
// for the call as a whole.
type CallError struct {
	Arg   int
	Text  string
	Parts []string // what it is made of
}

func (e *CallError) Error() string { return e.Text }

func wrong(arg int, text ...string) *CallError { return &CallError{arg, strings.Join(text, ""), text} }

// Limits of the numbers in a call.
const (
	maxCallBytes  = 1 << 30 // bytes that one call moves
	maxCallNumber = 1 << 40
)

// CheckCall says why no socket layer could take a call; what is not known is refused
// by name.
func CheckCall(in *Instr) error {
	if err := checkCall(in); err != nil {
		return err
	}
	return nil
}

func checkCall(in *Instr) *CallError {
	s := ShapeOf(in)
	if s == nil || in.Kind != InstrCall {
		return wrong(-1, "no call is named ", strconv.Quote(in.Name))
	}
	switch {
	case in.Var != "" && !s.Gives:
		return wrong(-1, in.Name, " gives no socket here, expected no variable before it")
	case in.Var == "" && s.Gives:
		return wrong(-1, in.Name, " gives a socket, expected a variable for it, such as c = ", in.Name, "(…)")
	}
	all, must := s.letters()
	if n := len(in.Args); n < must || n > len(all) {
		expected := strconv.Itoa(must)
		if must < len(all) {
			expected += " to " + strconv.Itoa(len(all))
		}
		return wrong(-1, s.Name, " has ", strconv.Itoa(n), " arguments, expected ", expected)
	}
	for i := range in.Args {
		if err := checkArg(in, i, specOf(all[i])); err != nil {
			return err
		}
	}
	return checkWhole(in)
}

// checkArg holds one argument to what may stand there.
func checkArg(in *Instr, i int, k *ArgSpec) *CallError {
	a := &in.Args[i]
	if !slices.Contains(k.Kinds, a.Kind) {
		return wrong(i, "argument ", strconv.Itoa(i+1), " of ", in.Name, " is ", a.String(), ", expected ", k.What)
	}
	switch {
	case a.Kind == ArgNum:
		return checkNumber(in, i, k)
	case a.Kind == ArgWord && k.Flags != nil:
		for _, w := range strings.Split(a.Text, "|") {
			if _, known := flagIn(k.Flags, w); !known {
				return wrong(i, in.Name, " does not know ", w, ", expected ", k.What, ": ", names(k.Flags))
			}
		}
		if k.One && strings.Contains(a.Text, "|") {
			return wrong(i, in.Name, " takes one of these: ", names(k.Flags))
		}
	case a.Kind == ArgText && k.Letter == 'z' && a.Text != "/dev/zero" && a.Text != "/dev/null":
		return wrong(i, "there is no file ", strconv.Quote(a.Text), " here, expected ", k.What)
	}
	return nil
}

// checkNumber bounds what a call may ask for.
func checkNumber(in *Instr, i int, k *ArgSpec) *CallError {
	n := in.Args[i].Num
	low, high := int64(-maxCallNumber), int64(maxCallNumber)
	if moves[in.Name] {
		low, high = 0, maxCallBytes
	}
	if n > high || n < low {
		return wrong(i, itoa(n), " is out of range in ", in.Name, ", expected a number from ", itoa(low), " to ", itoa(high))
	}
	if k.Flags == nil || k.One {
		return nil
	}
	for _, f := range k.Flags {
		n &^= f.Value
	}
	if n != 0 {
		return wrong(i, in.Name, " does not know the bits 0x", strconv.FormatInt(n, 16), ", expected ", k.What, ": ", names(k.Flags))
	}
	return nil
}

// MovesBytes reports whether the numbers of a call count bytes.
func MovesBytes(call string) bool { return moves[call] }

// moves are calls whose numbers count bytes.
var moves = map[string]bool{"read": true, "recv": true, "recvmsg": true, "write": true, "send": true, "sendto": true, "splice": true, "sendfile": true}

// checkWhole looks at arguments that depend on each other.
func checkWhole(in *Instr) *CallError {
	switch in.Name {
	case "setsockopt", "getsockopt":
		return checkOption(in)
	case "poll":
		return checkPoll(in)
	case "sendto":
		if k := &in.Args[2]; !k.has("MSG_FASTOPEN") && in.Args[3].Kind == ArgWord {
			return wrong(3, "an address of no family means something with MSG_FASTOPEN only")
		}
	}
	return nil
}

// checkOption refuses an option that is not known, or that its level does not have.
func checkOption(in *Instr) *CallError {
	at := 1
	level := ""
	for _, l := range OptionLevels {
		if t := in.Args[1].Text; t == l.Name || t == l.Also {
			level = l.Name
		}
	}
	if level != "" {
		at = 2
	}
	if len(in.Args) <= at || in.Args[at].Kind != ArgWord {
		return wrong(1, in.Name, " of ", in.Args[1].Text, " names no option")
	}
	o := FindOption(in.Args[at].Text)
	switch {
	case o == nil:
		return wrong(at, "no option is named ", in.Args[at].Text, " here")
	case level != "" && level != o.Level():
		return wrong(at, o.Name, " is an option of ", o.Level(), ", not of ", in.Args[1].Text)
	}
	v := in.Args[at+1:]
	switch {
	case in.Name == "getsockopt" && len(v) > 0:
		return wrong(at+1, "getsockopt takes a level and an option, nothing else")
	case in.Name == "getsockopt" && o.Unread && o.Name != "TCP_CONGESTION":
		return wrong(at, o.Name, " can only be set")
	case in.Name == "getsockopt":
		return nil
	case o.Value == "":
		return wrong(at, o.Name, " can only be read")
	case len(v) == 0:
		return wrong(-1, "setsockopt of ", o.Name, " sets nothing, expected ", o.Value)
	}
	return checkValue(o, v, at+1)
}

// checkValue looks at the value of an option.
func checkValue(o *SocketOption, v []Arg, at int) *CallError {
	for i, a := range v {
		switch {
		case (a.Kind == ArgText) != o.Text:
			return wrong(at+i, o.Name, " is ", a.String(), ", expected ", o.Value)
		case a.Kind != ArgWord:
		default:
			for _, w := range strings.Split(a.Text, "|") {
				if _, known := flagIn(values, w); !known {
					return wrong(at+i, "setsockopt does not know the value ", w, ", expected ", o.Value)
				}
			}
		}
	}
	if len(v) > 2 || len(v) == 2 && o.Name != "SO_LINGER" && o.Unit == 0 {
		return wrong(at+len(v)-1, o.Name, " takes fewer values, expected ", o.Value)
	}
	return nil
}

// checkPoll holds poll() to pairs of a socket and its events, and a time at the end.
func checkPoll(in *Instr) *CallError {
	for i, a := range in.Args {
		last := i == len(in.Args)-1
		time := a.Kind == ArgDur || a.Kind == ArgNum && i%2 == 0
		switch {
		case time && last:
		case i%2 == 0 && (a.Kind != ArgVar || last), i%2 == 1 && a.Kind != ArgWord && a.Kind != ArgNum:
			return wrong(i, "argument ", strconv.Itoa(i+1), " of poll is ", a.String(), ", expected a socket and its events, or a time at the end")
		case i%2 == 1:
			if err := checkArg(in, i, specOf('p')); err != nil {
				return err
			}
		}
	}
	return nil
}

func flagIn(of []Flag, name string) (int64, bool) {
	for _, f := range of {
		if f.Name == name {
			return f.Value, true
		}
	}
	return 0, false
}

func names(of []Flag) string {
	var all []string
	for _, f := range of {
		all = append(all, f.Name)
	}
	return strings.Join(all, ", ")
}

// has looks for a constant in an argument such as MSG_MORE|MSG_DONTWAIT.
func (a *Arg) has(name string) bool {
	return a.Kind == ArgWord && slices.Contains(strings.Split(a.Text, "|"), name)
}

// String spells an argument for a message.
func (a *Arg) String() string {
	switch a.Kind {
	case ArgNum:
		return itoa(a.Num)
	case ArgText:
		return strconv.Quote(a.Text)
	case ArgDur:
		return "a time"
	case ArgAddr:
		return "an address"
	}
	return a.Text
}
