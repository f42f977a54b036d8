package host

import "strings"

// Shape is how a program may write a call: its arguments by their letters, those
// after "?" may be left out.
type Shape struct {
	Name  string
	Gives bool // the result is a descriptor, and a variable stands before it
	Args  string
	Means string
}

// Shapes are all calls of programs; a call may have two.
var Shapes = [...]Shape{
	{"socket", true, "?FTP", "a socket that is not connected"},
	{"bind", false, "va", "give it an address and a port; port 0: any"},
	{"listen", false, "v?n", "wait for connections"},
	{"listen", true, "a?n", "socket(), bind() and listen() in one"},
	{"accept", true, "v", "the connection that has waited longest"},
	{"accept4", true, "v?N", "the same, with flags for the new socket"},
	{"connect", false, "vA", "connect; AF_UNSPEC: disconnect"},
	{"connect", true, "a?a", "socket() and connect() in one; with a second address bind() as well"},
	{"read", false, "v?e", "read what is here, at most so much; eof: again and again until the end"},
	{"recv", false, "v?er", "the same with flags"},
	{"recvmsg", false, "v?er", "the same; with MSG_ERRQUEUE a report of the error queue"},
	{"write", false, "vb", "write so many bytes of a pattern, or these"},
	{"send", false, "vb?s", "the same with flags"},
	{"sendto", false, "vbsA", "the same; with MSG_FASTOPEN it connects"},
	{"shutdown", false, "vh", "close one half, or both"},
	{"close", false, "v", "let go of it"},
	{"setsockopt", false, "vOx?xx", "set an option"},
	{"getsockopt", false, "vO?O", "read an option"},
	{"fcntl", false, "vc?f", "set or read whether calls wait"},
	{"ioctl", false, "vi?n", "ask how much is in the queues"},
	{"poll", false, "vp?yyyyyy", "wait until one of the sockets is ready, at most so long"},
	{"epoll_create", true, "", "an epoll instance"},
	{"epoll_ctl", false, "vCv?X", "add, change or take away what it watches"},
	{"epoll_wait", false, "v?t", "wait until something that it watches is ready"},
	{"pipe", false, "VV", "a pipe: the end that is read, and the one that is written to"},
	{"open", true, "z", `a file: "/dev/zero" or "/dev/null"`},
	{"splice", false, "vvn?S", "move bytes between a pipe and a socket"},
	{"sendfile", false, "vvn?n", "send bytes of a file, from where it stands or from an offset"},
	{"dup", true, "v", "one more descriptor of the same"},
	{"abort", false, "v", "close with SO_LINGER of 0 s: a RST"},
	{"kill", false, "", "the process ends; what it held is closed"},
}

// ArgSpec is what one letter of a shape stands for.
type ArgSpec struct {
	Letter byte
	Kinds  []ArgKind
	What   string
	Flags  []Flag // the constants that it takes; several may be joined by "|" unless One
	One    bool
}

// ArgSpecs are the letters.
var ArgSpecs = [...]ArgSpec{
	{'v', []ArgKind{ArgVar}, "a socket variable", nil, false},
	{'V', []ArgKind{ArgVar}, "a new variable", nil, false},
	{'a', []ArgKind{ArgAddr}, "an address such as server:80", nil, false},
	{'A', []ArgKind{ArgAddr, ArgWord}, "an address such as server:80, or AF_UNSPEC", unspec, true},
	{'n', []ArgKind{ArgNum}, "a number", nil, false},
	{'b', []ArgKind{ArgNum, ArgText}, "a number of bytes, or bytes in quotes", nil, false},
	{'e', []ArgKind{ArgNum, ArgWord}, "a number of bytes, or eof", []Flag{eof}, true},
	{'t', []ArgKind{ArgDur, ArgNum}, "a time such as 20ms", nil, false},
	{'x', []ArgKind{ArgNum, ArgWord, ArgText, ArgDur}, "a number, a CONSTANT, a time or text", nil, false},
	{'y', []ArgKind{ArgVar, ArgWord, ArgDur, ArgNum}, "a socket and its events, or a time", nil, false},
	{'z', []ArgKind{ArgText}, `"/dev/zero" or "/dev/null"`, nil, false},
	{'O', []ArgKind{ArgWord}, "an option, or its level", nil, true},
	{'F', flagKinds, "a family", families, true},
	{'T', flagKinds, "a type", types, false},
	{'P', flagKinds, "a protocol", protocols, true},
	{'N', flagKinds, "flags", accepting, false},
	{'r', flagKinds, "flags", receiving, false},
	{'s', flagKinds, "flags", sending, false},
	{'h', flagKinds, "which half", ways, true},
	{'c', flagKinds, "a command", commands, true},
	{'f', flagKinds, "flags", fileFlags, false},
	{'i', flagKinds, "a request", questions, true},
	{'p', flagKinds, "events", pollEvents, false},
	{'C', flagKinds, "an operation", epollOps, true},
	{'X', flagKinds, "events", epollEvents, false},
	{'S', flagKinds, "flags", splicing, false},
}

var eof = Flag{"eof", 0, "until the end of the data"}

var flagKinds = []ArgKind{ArgWord, ArgNum}

func specOf(letter byte) *ArgSpec {
	for i := range ArgSpecs {
		if ArgSpecs[i].Letter == letter {
			return &ArgSpecs[i]
		}
	}
	return nil
}

// letters are those of a shape, the ones that must be there first.
func (s *Shape) letters() (all string, must int) {
	for i := range s.Args {
		if s.Args[i] == '?' {
			return s.Args[:i] + s.Args[i+1:], i
		}
	}
	return s.Args, len(s.Args)
}

// ShapeOf finds the shape of a call: the one that fits its first argument.
func ShapeOf(in *Instr) *Shape {
	var s *Shape
	for i := range Shapes {
		if Shapes[i].Name == in.Name {
			s = &Shapes[i]
			if len(in.Args) == 0 || (in.Args[0].Kind == ArgVar) == (s.Args != "" && s.Args[0] != 'a') {
				break
			}
		}
	}
	return s
}

var argWords = map[byte]string{
	'v': "socket", 'V': "variable", 'a': "host:port", 'A': "host:port", 'n': "number", 'b': "bytes", 'e': "bytes or eof", 'x': "value", 't': "time",
	'y': "socket, events or time", 'z': "file", 'O': "OPTION", 'F': "FAMILY", 'T': "TYPE", 'P': "PROTOCOL", 'h': "HOW", 'c': "COMMAND", 'i': "REQUEST",
	'p': "EVENTS", 'X': "EVENTS", 'C': "OPERATION",
}

// String writes the arguments of a call: "socket, host:port [, number]".
func (s *Shape) String() string {
	all, must := s.letters()
	var b strings.Builder
	for i := range len(all) {
		if i >= must {
			b.WriteString(" [")
		}
		if i > 0 {
			b.WriteString(", ")
		}
		word := argWords[all[i]]
		if word == "" {
			word = "FLAGS"
		}
		b.WriteString(word)
	}
	b.WriteString(strings.Repeat("]", len(all)-must))
	return strings.TrimSpace(b.String())
}

// Constants are all words that calls understand, besides names of options: each once.
func Constants() (names []string) {
	for _, f := range append([]Flag{eof}, Flags()...) {
		names = append(names, f.Name)
	}
	return names
}
