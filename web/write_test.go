package web

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"wirestep/lessons"
)

// texts is the form of the example, with some words in place of others.
func texts(t *testing.T, name, old, new string) url.Values {
	t.Helper()
	form := url.Values{}
	for file, text := range example() {
		if file == name {
			if !strings.Contains(text, old) {
				t.Fatalf("%s does not hold %q", file, old)
			}
			text = strings.Replace(text, old, new, 1)
		}
		form.Set(file, text)
	}
	return form
}

// Somebody writes a lesson: sees a mistake at its place, mends it, has it judged, plays it and takes it away.
func TestWriting(t *testing.T) {
	s := open(t, nil)
	post := func(path string, form url.Values, status int) (*http.Response, string) {
		t.Helper()
		c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		r, err := c.PostForm(s.URL+path, form)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, _ := io.ReadAll(r.Body)
		if r.StatusCode != status {
			t.Fatalf("POST %s: %d, expected %d\n%s", path, r.StatusCode, status, b)
		}
		return r, string(b)
	}
	_, page := post("/write", texts(t, "en.md", "{=answer.end}", "{=answer.endd}"), http.StatusOK)
	for _, want := range []string{`data-file="en.md" data-line="79"`, "answer.endd", "A far server", "1 mistake", "______"} {
		if !strings.Contains(strings.ReplaceAll(page, "One mistake", "1 mistake"), want) {
			t.Errorf("a misspelt value: the page does not say %q", want)
		}
	}
	right := texts(t, "en.md", "# A far server", "# A very far server")
	if _, page = post("/write/check", right, http.StatusOK); !strings.Contains(page, "It passes") || !strings.Contains(page, "<strong>200 ms</strong>") {
		t.Errorf("the example does not pass, or the engine's answers are not there:\n%s", page)
	}
	_, page = post("/write/check", texts(t, "lesson.yaml", "is: 400ms", "is: 200ms"), http.StatusOK)
	if !strings.Contains(page, `data-file="lesson.yaml" data-line="19"`) {
		t.Errorf("a belief that is the truth is found only by playing, and was not:\n%s", page)
	}

	r, _ := post("/write/play", right, http.StatusSeeOther)
	slug := strings.TrimPrefix(r.Header.Get("Location"), "/lessons/")
	if _, body, _ := s.get("/lessons/" + slug); !strings.Contains(body, "A very far server") {
		t.Errorf("%s does not hold the lesson", slug)
	}
	if l, ok := lessons.Get(slug); !ok || !l.IsDraft() {
		t.Errorf("%s is not found by who leads a session", slug)
	}
	if _, body, _ := s.get("/api/lessons"); strings.Contains(body, slug) {
		t.Error("a draft is listed among the lessons")
	}

	r, file := post("/write/zip", right, http.StatusOK)
	z, err := zip.NewReader(bytes.NewReader([]byte(file)), int64(len(file)))
	if err != nil || r.Header.Get("Content-Disposition") != `attachment; filename="far-server.zip"` {
		t.Fatal(err, r.Header)
	}
	if b, err := z.Open("far-server/en.md"); err != nil {
		t.Error(err)
	} else if text, _ := io.ReadAll(b); string(text) != right.Get("en.md") {
		t.Error("the folder holds another text")
	}
}

// What is too much, or no lesson at all, is answered in words.
func TestWritingIsBounded(t *testing.T) {
	s := open(t, nil)
	for name, form := range map[string]url.Values{
		"expected at most 32768":  texts(t, "scene.scene", "# A question", "# "+strings.Repeat("x", 40<<10)),
		"expected letters":        {"lesson.yaml": {"slug: x"}, "../x.yaml": {""}},
		"expected a file in this": {"lesson.yaml": {"slug: x"}},
		"lesson.yaml":             {},
	} {
		r, err := http.PostForm(s.URL+"/write/check", form)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if r.StatusCode != http.StatusOK || !strings.Contains(string(b), name) {
			t.Errorf("%d, and it does not say %q", r.StatusCode, name)
		}
	}
	r, err := http.PostForm(s.URL+"/write", url.Values{"lesson.yaml": {strings.Repeat("x", maxBody)}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("more than a body holds: %d", r.StatusCode)
	}
}
