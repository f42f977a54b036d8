package scene

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// withoutLines forgets where statements stood: formatting moves them.
func withoutLines(f *File) *File {
	for i := range f.Scenario.Programs {
		for j := range f.Scenario.Programs[i].Lines {
			f.Scenario.Programs[i].Lines[j].Line = 0
		}
	}
	for i := range f.Expect {
		f.Expect[i].Line = 0
	}
	return f
}

func TestParseUndoesFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := genFile(t)
		text := Format(f)
		g, err := Parse("x.scene", text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if g = withoutLines(g); !reflect.DeepEqual(f, g) {
			t.Fatalf("read\n%+v\nexpected\n%+v\nfrom\n%s", g, f, text)
		}
		if again := Format(g); again != text {
			t.Fatalf("formatted again\n%s\nexpected\n%s", again, text)
		}
		tidy, err := Tidy("x.scene", text)
		if err != nil || tidy != text {
			t.Fatalf("tidied (%v)\n%s\nexpected\n%s", err, tidy, text)
		}
	})
}

func TestOpUndoesFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := genFile(t)
		op := genOp(t, &f.Scenario)
		got, err := ParseOp(FormatOp(op), &f.Scenario)
		if err != nil || !reflect.DeepEqual(got, op) {
			t.Fatalf("%s read as %+v (%v), expected %+v", FormatOp(op), got, err, op)
		}
	})
}

func TestStepUndoesFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := genFile(t)
		for _, b := range f.Branches {
			for _, v := range b.Did {
				got, err := ParseStep(&f.Scenario, FormatStep(v))
				if err != nil || !reflect.DeepEqual(got, v) {
					t.Fatalf("%s read as %+v (%v), expected %+v", FormatStep(v), got, err, v)
				}
			}
		}
	})
}

func TestMistakesSayWhereAndWhat(t *testing.T) {
	const top = "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms\n"
	for _, c := range []struct{ text, want string }{
		{"hots a 10.0.0.1", `x.scene:1: "hots" is no statement, expected scene, seed,`},
		{"", `x.scene:1: the scene has no host, expected a line such as "host client 10.0.0.1"`},
		{"host 1a 10.0.0.1", `x.scene:1: "1a" cannot be the name of a host, expected at most 32 letters`},
		{"host now 10.0.0.1", `"now" has a meaning in conditions`},
		{"host a 10.0.0.300", `x.scene:1: "10.0.0.300" is not an address, expected one such as`},
		{top + "host x 10.0.0.2", `x.scene:4: server has that address already`},
		{top + "link client sever", `x.scene:4: no host is called "sever", expected client or server`},
		{top + "link client server", `client and server are linked already`},
		{"host a 10.0.0.1\nhost b 10.0.0.2\nlink a b delay 20", `x.scene:3: "20" is not a time, expected one such as 20ms`},
		{"host a 10.0.0.1\nhost b 10.0.0.2\nlink a b delay 25h", `"25h" is not a time`},
		{"host a 10.0.0.1\nhost b 10.0.0.2\nlink a b delay 1441m", `1441m is too long, expected at most 1440m`},
		{"host a 10.0.0.1\nhost b 10.0.0.2\nlink a b speed 1", `"speed" is no property of a link, expected delay, jitter,`},
		{"host a 10.0.0.1\nhost b 10.0.0.2\nlink a b loss 101%", `"101%" is not a share`},
		{top + "program client\n  close(c)", `x.scene:5: nothing is called "c" here, expected a line such as c = socket() above`},
		{top + "program client\n  c = connect(sever:80)", `x.scene:5: no host is called "sever", expected client or server`},
		{top + "program client\n  c = conect(server:80)", `no call is named "conect", expected socket, bind,`},
		{top + "program client\n  connect(server:80)", `connect gives a socket, expected a variable for it`},
		{top + "program client\n  c = connect(server:80)\n  write(c, 1073741825)", `x.scene:6: 1073741825 is out of range in write, expected a number from 0 to 1073741824`},
		{top + "program client\n  c = connect(server:80)\n  write(c)", `write has 1 arguments, expected 2`},
		{top + "program client\n  c = connect(80)", `argument 1 of connect is 80, expected an address such as server:80`},
		{top + "sysctl client net.ipv4.tcp_syn_retries = 999", `x.scene:4: tcp_syn_retries: 999 is above the largest value, 127`},
		{top + "program client\n  loop 2\n  sleep(1s)", `x.scene:5: the loop has no end`},
		{top + "program client\n  end", `"end" ends nothing`},
		{top + "program client\n  c = connect(server:80", `x.scene:5: the line ends after "server:80", expected ","`},
		{top + "program client\nprogram client", `client has a program called "app" already`},
		{top + "at 1s dropp packet 1", `x.scene:4: "dropp" is no intervention, expected drop, delay,`},
		{top + "at 1s drop 2 SYN", `"2", expected "packet", "next", "every" or a count such as 2nd`},
		{top + "at 1s drop 2nd SNY", `"SNY" is no kind of segment, expected SYN,`},
		{top + "at 1s drop packet 7 now", `"now" is too much here`},
		{top + "at 1s sysctl client x", `the line ends after "x", expected "="`},
		{top + "at 1s forge client > server flag=R", `"flag" is no field of a segment, expected flags,`},
		{top + "at 1s edit packet 1 win=65536", `win=65536, expected a number from -65535 to 65535`},
		{top + "expect later now > 1", `"later", expected "at" and an instant, "end", "ever" or "never"`},
		{top + "expect end", `expected a condition such as`},
		{top + "step 1 at 1s by you: drop packet 1", `a step belongs to a branch`},
		{top + "branch 1", `branch 1, expected branch 0`},
		{top + "branch 0\ncursor branch 3 step 1", `the cursor is on branch 3`},
		{top + `scene "half`, `a string is not closed`},
		{top + "scene \"\x01\"", `holds the control character U+0001`},
		{top + `scene "\q"`, `"\q" is not a string, expected one such as`},
		{top + "seed -1", `"-1" is not a seed, expected a number from 0 to 9223372036854775807`},
		{top + "kernel linux-2.4", `no kernel profile is called "linux-2.4", expected linux-6.18`},
		{strings.Repeat("#", maxText+1), `x.scene:1: the text has 262145 bytes, expected at most 262144`},
		{strings.Repeat("\n", maxLines), `x.scene:10000: the text has 10001 lines, expected at most 10000`},
	} {
		_, err := Parse("x.scene", c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestManyMistakesAreToldAtOnce(t *testing.T) {
	_, err := Parse("x.scene", strings.Repeat("what\n", 100))
	if n := strings.Count(err.Error(), "\n") + 1; n != maxErrors+1 {
		t.Errorf("%d lines of mistakes, expected %d", n, maxErrors+1)
	}
}

func TestTidyKeepsComments(t *testing.T) {
	in := "# Prose.\n\n\n\nhost   a 10.0.0.1 # first\nhost b 10.0.0.2\nlink a b   delay 20ms\nprogram a\nc=connect( b:80 )#go\n# alone\nloop 2\nwrite(c,10)\nend\n\nat 1s edit packet 1 win = 0\nexpect   end a.x==1 # so\n"
	want := "# Prose.\n\nhost a 10.0.0.1  # first\nhost b 10.0.0.2\nlink a b delay 20ms\nprogram a\n  c = connect(b:80)  # go\n  # alone\n  loop 2\n    write(c, 10)\n  end\n\nat 1s edit packet 1 win=0\nexpect end a.x==1  # so\n"
	got, err := Tidy("x.scene", in)
	if err != nil || got != want {
		t.Errorf("%v\n%s\nexpected\n%s", err, got, want)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range append(goldenScenes(f), "testdata/everything.txt") {
		b, err := os.ReadFile(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := Parse("x.scene", text)
		if err != nil {
			return
		}
		once := Format(a)
		b, err := Parse("x.scene", once)
		if err != nil {
			t.Fatalf("%v in\n%s", err, once)
		}
		if twice := Format(b); twice != once {
			t.Fatalf("formatted again\n%s\nexpected\n%s", twice, once)
		}
		if tidy, err := Tidy("x.scene", once); err != nil || tidy != once {
			t.Fatalf("tidied (%v)\n%s\nexpected\n%s", err, tidy, once)
		}
		if _, err := Tidy("x.scene", text); err != nil {
			t.Fatal(err)
		}
	})
}

func TestEverythingIsFormattedAsWritten(t *testing.T) {
	b, err := os.ReadFile("testdata/everything.txt")
	if err != nil {
		t.Fatal(err)
	}
	tidy, err := Tidy("everything.scene", string(b))
	if err != nil || tidy != string(b) {
		t.Errorf("%v\n%s", err, tidy)
	}
	f, err := Parse("everything.scene", string(b))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(f.Scenario.Script); n != len(verbs)-1 {
		t.Errorf("the scene shows %d interventions, expected each of %d but \"at\" and \"scene\", and one twice", n, len(verbs))
	}
	g, err := Parse("again.scene", Format(f))
	if err != nil || !reflect.DeepEqual(withoutLines(f), withoutLines(g)) {
		t.Errorf("%v: reading what was formatted gives another scene", err)
	}
}
