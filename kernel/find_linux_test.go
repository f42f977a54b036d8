package kernel

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"wirestep/lessons"
)

// delicate puzzles are not asked here: most turn on which of two timers of one length
// fires first, where the engine has one answer and a busy machine two.
var delicate = map[string]string{
	"timed-out":        "the SYN-ACK's timer and the repeated SYN at one instant",
	"wait-two-seconds": "the SYN-ACK's timer and the repeated SYN at one instant",
	"wait-a-second":    "the SYN-ACK's timer and the repeated SYN at one instant",
}

// The solution of each puzzle is one on the kernel too: the same segments, calls and
// states. A scene on the kernel has no calls from outside.
func TestPuzzlesOnTheKernel(t *testing.T) {
	t.Parallel()
	needsKernel(t)
	all, err := lessons.Puzzles()
	if err != nil {
		t.Fatal(err)
	}
	var texts []Source
	for _, p := range all {
		text, err := p.Solved()
		if err != nil {
			t.Fatal(err)
		}
		if delicate[p.ID] == "" && !strings.Contains(text, " call ") {
			texts = append(texts, Source{Name: p.ID + ".scene", Text: text})
		}
	}
	if len(texts) < 17 {
		t.Errorf("%d puzzles that a kernel can play, expected 17", len(texts))
	}
	Sources(briefly(texts), func(v *Verdict) {
		t.Run(strings.TrimSuffix(v.File, ".scene"), func(t *testing.T) { asExpected(t, v) })
	})
}

var (
	targetRE = regexp.MustCompile(`^(\d+)\. ([a-z0-9-]+): `)
	answerRE = regexp.MustCompile(`^   (at .*): at [0-9.]+ s \(\d+ alike\)$`)
)

// What was found for the listed targets leads there on the kernel too: the first answer
// of each that a kernel can play; every sixth of them, with SOAK all, which takes minutes.
func TestFoundOnTheKernel(t *testing.T) {
	t.Parallel()
	needsKernel(t)
	share := 6
	if os.Getenv("SOAK") != "" {
		share = 1
	}
	b, err := os.ReadFile("../engine/find/testdata/answers.txt")
	if err != nil {
		t.Fatal(err)
	}
	var texts []Source
	number, scene := "", ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\n")
		if m := targetRE.FindStringSubmatch(line); m != nil {
			number, scene = m[1], m[2]
		}
		m := answerRE.FindStringSubmatch(line)
		if m == nil || scene == "" || strings.Contains(m[1], " call ") {
			continue
		}
		texts = append(texts, Source{Name: fmt.Sprintf("%s-%s.scene", number, scene), Text: sceneWith(t, scene, m[1])})
		scene = ""
	}
	if len(texts) < 20 {
		t.Fatalf("%d answers that a kernel can play, expected 20", len(texts))
	}
	for i := range texts {
		if i%share == 0 {
			texts[i/share] = texts[i]
		}
	}
	texts = texts[:(len(texts)+share-1)/share]
	Sources(briefly(texts), func(v *Verdict) {
		t.Run(v.File, func(t *testing.T) { asExpected(t, v) })
	})
}

// sceneWith is a golden scene, or one of the sandbox, with statements added and
// without what it expects.
func sceneWith(t *testing.T, name, statements string) string {
	t.Helper()
	for _, dir := range []string{"../engine/testdata/golden/", "../lessons/sandbox/"} {
		b, err := os.ReadFile(dir + name + ".scene")
		if err != nil {
			continue
		}
		var out strings.Builder
		for line := range strings.Lines(string(b)) {
			if !strings.HasPrefix(line, "expect ") {
				out.WriteString(line)
			}
		}
		return out.String() + "\n" + strings.ReplaceAll(statements, "; ", "\n") + "\n"
	}
	t.Fatalf("no scene is named %s", name)
	return ""
}
