package lessons

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func exampleFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	names, err := filepath.Glob("../docs/example/far-server/*")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = string(b)
	}
	return files
}

// A draft whose time is over begins no further run, wherever in its judging it is.
func TestJudgingEnds(t *testing.T) {
	for _, allowed := range []int{0, 3, 10, 30} {
		runs := 0
		l, err := LoadDraft(exampleFiles(t), func() error {
			if runs++; runs > allowed {
				return errors.New("over")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if errs := Judge(l, nil); len(errs) != 1 || !errors.Is(errs[0], ErrOver) {
			t.Errorf("after %d runs: %v", allowed, errs)
		}
	}
}

// A crowd of drafts pushes out the one that nobody has looked for.
func TestDraftsMakeRoom(t *testing.T) {
	files := exampleFiles(t)
	var slugs []string
	for i := range maxDrafts + 1 {
		files["lesson.yaml"] += "# "
		slug, err := KeepDraft(files)
		if err != nil {
			t.Fatal(err)
		}
		slugs = append(slugs, slug)
		if i > 0 && DraftOf(slugs[0]) == nil {
			t.Fatalf("the first went after %d", i)
		}
	}
	if DraftOf(slugs[1]) != nil {
		t.Error("the second, which nobody looked for, is still there")
	}
	if again, err := KeepDraft(files); err != nil || again != slugs[maxDrafts] {
		t.Errorf("the same texts have the slug %s, then %s: %v", slugs[maxDrafts], again, err)
	}
}
