package static

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func get(path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Serve(w, r)
	return w
}

// A file under its hash may be kept for ever; without, it is asked for again.
func TestServe(t *testing.T) {
	url := URL("style.css")
	w := get(url)
	if w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Fatalf("%s: %d %v", url, w.Code, w.Header())
	}
	for _, old := range []string{"/static/style.css", "/static/style.css?v=old"} {
		if w := get(old); w.Code != 200 || w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %v", old, w.Code, w.Header())
		}
	}
	if again := get(url, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("known already: %d", again.Code)
	}
	if packed := get(url, "Accept-Encoding", "br, gzip"); packed.Header().Get("Content-Encoding") != "gzip" || packed.Body.Len() >= w.Body.Len() {
		t.Errorf("packed: %v, %d of %d bytes", packed.Header(), packed.Body.Len(), w.Body.Len())
	}
	for _, none := range []string{"/static/", "/static/none.js", "/static/.keep", "/static/../embed.go"} {
		if w := get(none); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", none, w.Code)
		}
	}
}

// The parts of one build stay together: each names the others with their hash,
// and a page of another build is not given what does not fit it.
func TestPartsOfOneBuild(t *testing.T) {
	shared := strings.TrimPrefix(URL("shared.js"), "/static/")
	for _, name := range []string{"lab.js", "later.js"} {
		if w := get(URL(name)); w.Code != 200 || !strings.Contains(w.Body.String(), `"./`+shared+`"`) {
			t.Errorf("%s does not import %s", name, shared)
		}
	}
	if w := get("/static/later.js?v=old"); w.Code != http.StatusNotFound {
		t.Errorf("later.js of another build: %d", w.Code)
	}
	if w := get(URL("later.js") + "&try=2"); w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("asked once more: %d %v", w.Code, w.Header())
	}
}

// What a browser has to fetch before the first Step. What comes above belongs into later.ts.
func TestFirstStepIsLight(t *testing.T) {
	const most = 90 * 1024
	sum := 0
	for _, name := range []string{"theme.js", "lab.js", "shared.js"} {
		sum += get(URL(name), "Accept-Encoding", "gzip").Body.Len()
	}
	if sum > most {
		t.Errorf("%d bytes of script before the first Step, expected at most %d", sum, most)
	}
	t.Logf("%d of %d bytes", sum, most)
}

// Whoever gets the scripts gets the notices of those who wrote parts of them.
func TestLicencesAreServed(t *testing.T) {
	w := get("/static/licenses.txt")
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	for _, name := range []string{"preact ", "@preact/signals ", "@preact/signals-core ", "uplot ", "Jason Miller", "Preact Team", "Leon Sorokin", "WITHOUT WARRANTY OF ANY KIND"} {
		if !strings.Contains(w.Body.String(), name) {
			t.Errorf("no %q among the licences", name)
		}
	}
}
