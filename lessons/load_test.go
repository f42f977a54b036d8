package lessons

import (
	"io/fs"
	"path"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEveryLessonIsInOrder(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 3 {
		t.Fatalf("%d lessons", len(all))
	}
	for _, l := range all {
		for _, lang := range Langs {
			d := l.Doc(lang)
			if d.Lang != lang || d.Title == "" || len(d.Steps) != len(l.Steps) {
				t.Errorf("%s in %s: title %q, %d steps of %d", l.Slug, lang, d.Title, len(d.Steps), len(l.Steps))
			}
			for i, s := range d.Steps {
				if len(s.Do) != len(l.Steps[i].Do) || (s.Ask == nil) != (l.Steps[i].Predict == nil) {
					t.Errorf("%s in %s: step %s lost its moves or its question", l.Slug, lang, s.ID)
				}
			}
		}
	}
	if l, ok := Get(all[0].Slug); !ok || l != all[0] {
		t.Error("not found by its slug")
	}
}

func TestUnknownLessonsAreNotThere(t *testing.T) {
	for _, slug := range []string{"", "..", "sandbox", "no-such-lesson", "../lessons/handshake", "Handshake"} {
		if _, ok := Get(slug); ok {
			t.Errorf("%q was found", slug)
		}
	}
}

func TestScenesAreInOrder(t *testing.T) {
	all, err := Scenes()
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, s := range all {
		listed[s.Name+".scene"] = true
	}
	files, _ := fs.Glob(embedded, "sandbox/*.scene")
	for _, f := range files {
		if !listed[path.Base(f)] {
			t.Errorf("%s is not listed in sandbox.yaml", f)
		}
	}
}

// copyOf returns a lesson's folder with one change, to be broken.
func copyOf(t *testing.T, slug, file, old, new string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	names, _ := fs.Glob(embedded, slug+"/*")
	for _, n := range names {
		src, err := fs.ReadFile(embedded, n)
		if err != nil {
			t.Fatal(err)
		}
		if path.Base(n) == file {
			if !strings.Contains(string(src), old) {
				t.Fatalf("%s does not contain %q", n, old)
			}
			src = []byte(strings.Replace(string(src), old, new, 1))
		}
		out[n] = &fstest.MapFile{Data: src}
	}
	return out
}

func TestMistakesAreToldWithTheirLine(t *testing.T) {
	for _, tc := range []struct{ name, file, old, new, want string }{
		{"unknown field", "lesson.yaml", "minutes:", "minuets:", `lesson.yaml:3:1: there is no field "minuets", did you mean "minutes"?`},
		{"topic", "lesson.yaml", "chapter: opening", "chapter: openin", `lesson.yaml:2:10: chapter "openin", did you mean "opening"?`},
		{"minutes", "lesson.yaml", "minutes: 12", "minutes: 0", "lesson.yaml:3:10: 0 minutes"},
		{"level", "lesson.yaml", "level: student", "level: expert", "lesson.yaml:4:8: level"},
		{"no scene", "lesson.yaml", "scene.scene", "other.scene", "lesson.yaml:5:8: scene"},
		{"scene outside", "lesson.yaml", "scene.scene", "../sandbox/plain.scene", "lesson.yaml:5:8: scene"},
		{"id", "lesson.yaml", "id: drop", "id: Drop It", "step id"},
		{"id twice", "lesson.yaml", "id: every", "id: drop", "step id \"drop\""},
		{"place", "lesson.yaml", "at: 1st SYN sent", "at: 0th SYN sent", "lesson.yaml:11:9:"},
		{"condition", "lesson.yaml", "goal: client.retransmits >= 1", "goal: client.retransmit >= 1", "retransmit"},
		{"operation", "lesson.yaml", "act: drop {1st SYN from client}", "act: drip {1st SYN from client}", "drip"},
		{"host in a selector", "lesson.yaml", "{1st SYN from client}", "{1st SYN from klient}", "klient"},
		{"unknown question", "lesson.yaml", "ask: time-of", "ask: time", "ask: \"time\""},
		{"question too short", "lesson.yaml", "      what: 2nd SYN sent\n", "", "needs \"what\""},
		{"answer of no shape", "lesson.yaml", "is: 40ms", "is: soon", `lesson.yaml:40:26: belief "rtt": "soon" is not a number; expected one such as 3.2s, or never`},
		{"option without why", "en.md", "  Nobody reports a lost message. The sender can only notice that no answer comes.\n", "", "option \"told\" does not say why"},
		{"option without text", "lesson.yaml", "key: rtt", "key: round", "en.md:"},
		{"section missing", "zh-CN.md", "## ladder: ", "## leiter: ", "zh-CN.md:"},
		{"section too many", "en.md", "## remember: ", "## more: More\n\nx\n\n## remember: ", "en.md:"},
		{"goal without text", "en.md", "### goal\n\nRun until the client has tried again.\n", "", "no section \"### goal\""},
		{"banned word", "en.md", "You stand between them.", "You simply take it.", "\"simply\""},
		{"exclamation mark", "zh-CN.md", "可你站在中间。", "可你站在中间！", "“！”"},
		{"broken scene", "scene.scene", "link client server delay 20ms", "link client servant delay 20ms", "scene.scene:6:"},
		{"unknown lesson", "en.md", "](rfc:6298#section-2)", "](lesson:no-such)", "lesson:no-such"},
		{"unknown rule", "en.md", "](rfc:6298#section-2)", "](rule:no-such)", "rule:no-such"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := strings.NewReplacer("“", `"`, "”", `"`).Replace(tc.want)
			_, err := Load(copyOf(t, "lost-syn", tc.file, tc.old, tc.new), "lost-syn")
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}

func TestMissingLanguage(t *testing.T) {
	files := copyOf(t, "lost-syn", "", "", "")
	delete(files, "lost-syn/zh-CN.md")
	_, err := Load(files, "lost-syn")
	if err == nil || !strings.Contains(err.Error(), "lost-syn/zh-CN.md:1:") {
		t.Error(err)
	}
}

// FuzzLoad: whatever an author writes, loading ends with a lesson or with
// messages that name a file and a line, and never with a panic.
func FuzzLoad(f *testing.F) {
	y, _ := embedded.ReadFile("lost-syn/lesson.yaml")
	md, _ := embedded.ReadFile("lost-syn/en.md")
	zh, _ := embedded.ReadFile("lost-syn/zh-CN.md")
	sc, _ := embedded.ReadFile("lost-syn/scene.scene")
	f.Add(string(y), string(md))
	f.Add(string(y), string(zh))
	f.Add("steps: [{id: a, at: start, do: [{replay: [x]}]}]\nscene: scene.scene", "# T\n\n## a: A\n\n- `x`\n")
	f.Add("slug: [", "# T\n\n## a: A\n\n### ask\n\n- ")
	f.Add("{}", "[a](rule:b)\n\n{")
	f.Fuzz(func(t *testing.T, y, md string) {
		files := fstest.MapFS{
			"x/lesson.yaml": {Data: []byte(y)}, "x/en.md": {Data: []byte(md)},
			"x/zh-CN.md": {Data: []byte(md)}, "x/scene.scene": {Data: sc},
		}
		l, err := Load(files, "x")
		for _, e := range unjoin(err) {
			if !strings.HasPrefix(e.Error(), "x/") {
				t.Errorf("no file and line: %v", e)
			}
		}
		if err == nil {
			l.Doc("zh-CN")
		}
	})
}
