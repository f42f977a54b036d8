package lessons

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What is written in the folder is there the next time it is looked at: a change, a
// mistake with its place, and its mending.
func TestFolderIsReadAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mine")
	if err := os.CopyFS(dir, os.DirFS("../docs/example")); err != nil {
		t.Fatal(err)
	}
	if err := Beside(filepath.Join(dir, "far-server")); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a lesson in place of a folder of lessons: %v", err)
	}
	if err := Beside(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = Beside("") })
	title := func() string {
		if l, ok := Get("far-server"); ok {
			return l.Title("en")
		}
		return ""
	}
	if title() != "A far server" || GetPuzzle("late-answer") == nil || GetStory("copy-takes-all-night") == nil {
		t.Fatalf("it holds %q, and the puzzle %v", title(), GetPuzzle("late-answer"))
	}
	now := time.Now()
	write := func(old, new string) {
		t.Helper()
		name := filepath.Join(dir, "far-server", "en.md")
		src, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(src), old) {
			t.Fatalf("%q is not there: %v", old, err)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(string(src), old, new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		now = now.Add(2 * lookEvery)
		beside.look(now)
	}
	write("# A far server", "# A very far server")
	if title() != "A very far server" {
		t.Errorf("after the change: %q", title())
	}
	write("{=answer.end}", "{=answer.endd}")
	if wrong := Mistakes("far-server"); title() != "" || len(wrong) != 1 || !strings.Contains(wrong[0], "/far-server/en.md:") {
		t.Errorf("with a mistake: %q, %q", title(), wrong)
	}
	write("{=answer.endd}", "{=answer.end}")
	if title() != "A very far server" || Mistakes("far-server") != nil {
		t.Errorf("mended: %q, %q", title(), Mistakes("far-server"))
	}
}

// The example of docs/lessons.md passes the same judge.
func TestExampleIsChecked(t *testing.T) {
	for _, dir := range []string{"../docs/example/far-server", "../docs/example/puzzles", "../docs/example/stories"} {
		for _, err := range Check(dir, nil) {
			t.Error(err)
		}
	}
}
