package web

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"wirestep/engine/trace"
)

// What is shown as the code of a rule is, letter by letter, a function of the file it
// names, and the rule stands on the lines that are marked.
func TestCodeIsTheCode(t *testing.T) {
	var without []string
	for _, r := range trace.Rules() {
		funcs := code()[r.ID]
		if len(funcs) == 0 && !strings.HasPrefix(r.ID, "act.") { // what people do is looked up in a table
			without = append(without, r.ID)
		}
		for _, f := range funcs {
			b, err := os.ReadFile("../" + f.File)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(string(b), "\n")
			own := strings.Split(f.Text, "\n")
			if !slices.Equal(lines[f.Line-1:f.Line-1+len(own)], own) || !strings.HasPrefix(f.Text, "func ") {
				t.Errorf("%s: %s:%d is not what the file has there", r.ID, f.File, f.Line)
			}
			if len(f.Enter) == 0 || f.Enter[0] < f.Line || f.Enter[len(f.Enter)-1] >= f.Line+len(own) {
				t.Errorf("%s: %s:%d enters it on lines %v", r.ID, f.File, f.Line, f.Enter)
			}
		}
	}
	if len(without) > 0 {
		t.Errorf("no function records %v", without)
	}
}

func TestCodeOfARule(t *testing.T) {
	s := open(t, nil)
	status, body, _ := s.get("/api/code/rto.backoff")
	var c codeJSON
	if err := json.Unmarshal([]byte(body), &c); err != nil || status != 200 || len(c.Funcs) == 0 || c.Funcs[0].File != "engine/tcp/timer.go" {
		t.Errorf("%d: %.300s", status, body)
	}
	if status, _, _ = s.get("/api/code/nothing"); status != 404 {
		t.Errorf("a rule that is none is answered with %d", status)
	}
}
