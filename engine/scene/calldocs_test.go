package scene

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"wirestep/engine/host"
)

// docs/scene.md tells of every call, flag and option, in the words of the tables. Run
// with -rewrite to write it anew.
func TestDocsListTheCalls(t *testing.T) {
	const file, begin, end = "../../docs/scene.md", "<!-- calls: generated from engine/host -->\n", "<!-- end of calls -->\n"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(b), begin)
	was, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s lacks the lines %q and %q", file, begin, end)
	}
	now := callDocs()
	if was == now {
		return
	}
	if !*rewrite {
		t.Fatalf("%s does not say what the tables say: go test ./engine/scene -run TestDocsListTheCalls -rewrite", file)
	}
	if err := os.WriteFile(file, []byte(before+begin+now+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func callDocs() string {
	var b strings.Builder
	b.WriteString("\n| call | |\n|---|---|\n")
	for i := range host.Shapes {
		s := &host.Shapes[i]
		call := s.Name + "(" + s.String() + ")"
		if s.Gives {
			call = "x = " + call
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", call, s.Means)
	}
	b.WriteString("\n### Constants of calls\n\n| argument | constant | |\n|---|---|---|\n")
	for i := range host.ArgSpecs {
		k := &host.ArgSpecs[i]
		var in []string
		for j := range host.Shapes {
			if s := &host.Shapes[j]; strings.IndexByte(s.Args, k.Letter) >= 0 && (len(in) == 0 || in[len(in)-1] != s.Name) {
				in = append(in, s.Name)
			}
		}
		for _, f := range k.Flags {
			fmt.Fprintf(&b, "| %s of %s | `%s` | %s |\n", k.What, strings.Join(in, ", "), f.Name, f.Means)
		}
	}
	b.WriteString("\n### Socket options\n\n" +
		"`setsockopt(c, [LEVEL,] OPTION, VALUE)`; the level (`SOL_SOCKET`, `SOL_TCP` or `IPPROTO_TCP`, `SOL_IP` or `IPPROTO_IP`, `SOL_IPV6` or `IPPROTO_IPV6`) may be left out. " +
		"An option without a value can only be read. Where an option is a time, a time such as `1.5s` may stand as well.\n\n| option | value | |\n|---|---|---|\n")
	var kept []string
	for _, o := range host.SocketOptions {
		if o.Means == "" {
			kept = append(kept, "`"+o.Name+"`")
			continue
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", o.Name, o.Value, o.Means)
	}
	fmt.Fprintf(&b, "\nTaken with Linux' bounds and errors and read back, while nothing here follows from them: %s.\n\n", strings.Join(kept, ", "))
	return b.String()
}
