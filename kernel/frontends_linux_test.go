package kernel

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wirestep/engine/host"
	"wirestep/engine/packetdrill"
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/scene"
)

// The system calls of package host are spelled in three places: by scenes, by scripts, and
// by this package for the real kernel. Each call, flag and option is taken by all of
// them, or stands here with the reason.
var frontends = struct{ calls, words map[string]string }{
	calls: map[string]string{
		"abort":         "not in scripts: setsockopt() of SO_LINGER and close() are",
		"kill":          "not in scripts: they have one process, which lives as long as they do",
		"cap_set":       "not in scenes: their programs have no rights to give up",
		"recvfrom":      "not in scenes: recv() is the same on a connected socket",
		"readv":         "not in scenes: read() of all the memory is the same",
		"writev":        "not in scenes: write() of all the memory is the same",
		"sendmsg":       "not in scenes: send() and sendto() say as much",
		"epoll_create1": "not in scenes: epoll_create() is the same",
	},
	words: map[string]string{"eof": "a word of scenes: read again and again, to the end"},
}

// sample is a line with a call: what it takes at least, or all that it may take.
func sample(s *host.Shape, all bool) *host.Instr {
	in := &host.Instr{Kind: host.InstrCall, Name: s.Name}
	if s.Gives {
		in.Var = "x"
	}
	must, may, _ := strings.Cut(s.Args, "?")
	letters := must
	if all {
		letters += may
	}
	for i := range len(letters) {
		in.Args = append(in.Args, argument(s.Name, letters[i]))
	}
	switch {
	case s.Name == "poll": // pairs, and a time that is over at once
		in.Args = in.Args[:2]
		in.Args = append(in.Args, host.Arg{Kind: host.ArgDur})
	case s.Name == "getsockopt":
		in.Args = in.Args[:2]
	case s.Name == "setsockopt":
		in.Args = in.Args[:3]
	}
	in.Text = scene.FormatInstr(*in)
	return in
}

func argument(call string, letter byte) host.Arg {
	switch letter {
	case 'v':
		return host.Arg{Kind: host.ArgVar, Text: "v"}
	case 'V':
		return host.Arg{Kind: host.ArgVar, Text: "w"}
	case 'a', 'A':
		a := host.Arg{Kind: host.ArgAddr}
		a.Addr.Port = 80
		return a
	case 'z':
		return host.Arg{Kind: host.ArgText, Text: "/dev/null"}
	case 'O':
		return host.Arg{Kind: host.ArgWord, Text: "SO_KEEPALIVE"}
	case 'n', 'b', 'e', 'x':
		return host.Arg{Kind: host.ArgNum, Num: 1}
	case 't', 'y':
		return host.Arg{Kind: host.ArgDur}
	}
	for i := range host.ArgSpecs {
		if k := &host.ArgSpecs[i]; k.Letter == letter {
			return host.Arg{Kind: host.ArgWord, Text: k.Flags[0].Name}
		}
	}
	panic(fmt.Sprintf("%s has an argument %c that this test does not know", call, letter))
}

// nowhere is a process whose host is gone: its calls are made and fail.
func nowhere() *process {
	s := &space{over: make(chan struct{})}
	close(s.over)
	return &process{h: &station{s: s, u: &setup{}}, vars: map[string]int{}}
}

func TestEveryCallInEveryFrontEnd(t *testing.T) {
	calls := packetdrill.Calls()
	for i := range host.Shapes {
		s := &host.Shapes[i]
		for _, all := range []bool{false, true} {
			in := sample(s, all)
			if err := host.CheckCall(in); err != nil {
				t.Errorf("a scene cannot say %s: %v", in.Text, err)
			}
			if s.Name == "kill" {
				continue // the judge ends the process
			}
			p := nowhere()
			if a := p.make(in, host.Spell(in, p.fd)); a.errno == "ENOSYS" {
				t.Errorf("the judge does not make %s in a scene", in.Text)
			}
			p.h.s.end()
		}
		if is := slices.Contains(calls, s.Name); is == (frontends.calls[s.Name] != "") {
			t.Errorf("%s: in scripts %v, excused because %q", s.Name, is, frontends.calls[s.Name])
		}
	}
	for _, name := range calls {
		inScenes := slices.ContainsFunc(host.Shapes[:], func(s host.Shape) bool { return s.Name == name })
		if inScenes == (frontends.calls[name] != "") {
			t.Errorf("%s: in scenes %v, excused because %q", name, inScenes, frontends.calls[name])
		}
		if _, err := (&player{u: &setup{}}).task(scriptCall(t, name)); err != nil {
			t.Errorf("the judge does not make %s() in a script: %v", name, err)
		}
	}
}

func scriptCall(t *testing.T, name string) *script.Call {
	t.Helper()
	sc, err := script.Parse("call", "0 "+name+"(3, SOL_SOCKET, SO_DEBUG, [1], [4], 0) = 0", nil)
	if err != nil {
		t.Fatal(err)
	}
	return sc.Events[0].Call
}

func TestEveryFlagAndOptionInEveryFrontEnd(t *testing.T) {
	for i := range host.ArgSpecs {
		for _, f := range host.ArgSpecs[i].Flags {
			n, is := script.Constant(f.Name)
			if is == (frontends.words[f.Name] != "") || is && n != f.Value {
				t.Errorf("%s is %d in scenes; in scripts %d, %v", f.Name, f.Value, n, is)
			}
		}
	}
	for _, o := range host.SocketOptions {
		if _, _, is := host.OptionNumber(o.Name); !is {
			t.Errorf("%s has no number", o.Name)
		}
	}
}
