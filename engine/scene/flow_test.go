package scene

import (
	"errors"
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/trace"
)

// played runs a scene and lists the calls of its client.
func played(t *testing.T, text string) (calls []string, end error) {
	t.Helper()
	f, err := Parse("x.scene", text)
	if err != nil {
		t.Fatal(err)
	}
	tl, err := Load(f)
	if err != nil {
		t.Fatal(err)
	}
	for {
		e, ok := tl.Step()
		if !ok {
			return calls, tl.Err()
		}
		for i := range e.Effects {
			if e.Effects[i].Kind == trace.Returned && e.Host == 0 {
				calls = append(calls, e.Name)
			}
		}
	}
}

// A loop is left right after the call that makes its question true, and an if goes
// by what the call above it gave.
func TestProgramsAskAboutTheirCalls(t *testing.T) {
	refused := before + "program client\n"
	for _, c := range []struct{ text, want string }{
		{refused + "c = connect(server:80)\nif errno == ECONNREFUSED\nd = socket()\nelse\nclose(c)\nend\nkill()", "connect socket kill"},
		{refused + "c = connect(server:80)\nif errno != ECONNREFUSED\nd = socket()\nelse\nclose(c)\nend\nkill()", "connect close kill"},
		{refused + "c = connect(server:80)\nif errno == 0\nd = socket()\nend\nkill()", "connect kill"},
		{refused + "loop until errno == ECONNREFUSED\ns = socket()\nc = connect(server:80)\nclose(c)\nend\nkill()", "socket connect kill"},
		{refused + "loop 3 until errno == 0\nc = connect(server:80)\nsleep(1s)\nend\nkill()", "connect connect connect kill"},
		{refused + "loop 2\nc = connect(server:80)\nif result == -1\nif errno == 0\nclose(c)\nelse\nd = socket()\nend\nend\nend", "connect socket connect socket"},
		{refused + "loop 2\nloop until result < 0\nd = socket()\nc = connect(server:80)\nend\nend\nkill()", "socket connect socket connect kill"},
		{refused + "loop 2 until errno == 0\nc = connect(server:80)\nif errno != 0\nclose(c)\nend\nend\nkill()", "connect close connect close kill"},
	} {
		calls, err := played(t, c.text)
		var names []string
		for _, s := range calls {
			_, s, _ = strings.Cut(" "+s, " ")
			if _, call, gives := strings.Cut(s, "= "); gives {
				s = call
			}
			names = append(names, s[:strings.IndexByte(s, '(')])
		}
		if got := strings.Join(names, " "); got != c.want || err != nil {
			t.Errorf("%s\n got %s (%v)\nwant %s", c.text, got, err, c.want)
		}
	}
}

// What a person lets a process do in between is not what its program asks about.
func TestAPersonsCallDoesNotLeaveALoop(t *testing.T) {
	text := before + "program server\ns = listen(:80)\nc = accept(s)\nread(c, eof)\nprogram client\nc = connect(server:80)\nloop 3 until errno != 0\nwrite(c, 10)\nsleep(1s)\nend\nkill()\n" +
		"at 1.5s call client: bind(c, :99)\n"
	calls, err := played(t, text)
	if got := strings.Join(calls, "; "); err != nil || strings.Count(got, "write") != 3 || !strings.Contains(got, "bind") {
		t.Errorf("%s (%v)", got, err)
	}
}

// Who waits for what never comes is told so, with the line.
func TestALoopThatNeverEndsNamesItsLine(t *testing.T) {
	for _, c := range []struct{ loop, want string }{
		{"loop until errno == EPIPE\n  c = connect(server:80)\n  sleep(1ms)\nend", "has gone round "},
		{"loop until result > 9999999\n  s = socket()\n  close(s)\nend", "without waiting"},
	} {
		f, err := Parse("x.scene", before+"program client\n"+c.loop)
		if err != nil {
			t.Fatal(err)
		}
		tl, err := engine.NewTimeline(f.Scenario)
		if err != nil {
			t.Fatal(err)
		}
		tl.SetLimit(20_000)
		errs := Hold("x.scene", f, tl, func(*engine.World, *trace.Event) {})
		var spin *engine.Spin
		if len(errs) != 1 || !errors.As(errs[0], &spin) || spin.Line != 5 || !strings.Contains(errs[0].Error(), c.want) {
			t.Errorf("%s: %v", c.loop, errs)
		}
	}
}

func TestMistakesOfFlowStandAtTheirLine(t *testing.T) {
	for _, c := range []struct{ lines, want string }{
		{"if errno == ECONNREFUSED\nend", `x.scene:5: no call stands above`},
		{"c = socket()\nif errno = EPIPE\nend", `"errno = EPIPE", expected a question such as`},
		{"c = socket()\nif errno == EPIP\nend", `expected == or != and the name of an error`},
		{"c = socket()\nif errno > EPIPE\nend", `expected == or != and the name of an error`},
		{"c = socket()\nif errno == E PIPE\nend", `expected a question such as`},
		{"c = socket()\nif result == x\nend", `"x" is not what a call returns, expected a number from -1`},
		{"c = socket()\nif\nend", `x.scene:6: the line ends after "if", expected a question`},
		{"c = socket()\nif client.errno == EPIPE\nend", `expected a question such as`},
		{"c = socket()\nelse\nend", `x.scene:6: "else" belongs to nothing`},
		{"c = socket()\nif errno == 0\nelse\nelse\nend", `x.scene:8: "else" belongs to nothing`},
		{"c = socket()\nif errno == 0\nclose(c)", `x.scene:6: the if has no end`},
		{"loop until errno == 0\nsleep(1s)\nend", `x.scene:7: the loop on line 5 can go round without a call`},
		{"c = socket()\nloop until errno == 0\nif errno == EPIPE\nclose(c)\nelse\nclose(c)\nend\nend", `the loop on line 6 can go round without a call`},
		{"c = socket()\nloop\nif errno == EPIPE\nclose(c)\nend\nend", `the loop on line 6 can go round without a call`},
		{"loop 5 times\nend", `"times" is too much here`},
		{"loop until", `the line ends after "until", expected a question`},
	} {
		_, err := Parse("x.scene", before+"program client\n"+c.lines)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.lines, err, c.want)
		}
	}
}

func TestTidyIndentsFlow(t *testing.T) {
	in := before + "program client\nc=connect(server:80)\nloop 3  until   errno!=0\nwrite(c,1)\nif result<5 # short\nclose(c)\nelse\nloop 2\nwrite(c,2)\nend\nend\nend\n"
	want := before + "program client\n  c = connect(server:80)\n  loop 3 until errno != 0\n    write(c, 1)\n    if result < 5  # short\n      close(c)\n    else\n      loop 2\n        write(c, 2)\n      end\n    end\n  end\n"
	if got, err := Tidy("x", in); got != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
}
