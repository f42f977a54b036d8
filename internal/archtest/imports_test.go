package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	leaves = "engine/sim engine/wire engine/trace"
	parts  = leaves + " engine/tcp engine/netem engine/middlebox"
	core   = parts + " engine/host engine"
	rooms  = "engine/packetdrill/script engine/packetdrill/python engine/packetdrill/setup engine/packetdrill/compare"
	drill  = "engine/packetdrill engine/packetdrill/export " + rooms
	texts  = core + " engine/scene " + drill + " engine/capture engine/shell engine/outcome engine/find"
)

// may is the import rule of docs/design.md: what each package may import of
// this module. A new package needs a line in both.
var may = map[string]string{
	"engine/sim":         "",
	"engine/wire":        "engine/sim",
	"engine/trace":       "engine/sim engine/wire",
	"engine/tcp":         leaves,
	"engine/netem":       leaves,
	"engine/middlebox":   leaves,
	"engine/host":        parts,
	"engine":             parts + " engine/host",
	"engine/scene":       core,
	"engine/packetdrill": core + " " + rooms,
	"engine/capture":     core,
	"engine/shell":       core,
	"engine/outcome":     core,
	"engine/find":        core + " engine/scene",
	"i18n":               "",
	"i18n/cmd/missing":   texts + " i18n",
	"static":             "",
	"lessons":            texts + " i18n",
	"templates":          "i18n static",
	"web/proto":          "",
	"web/proto/gen":      "",
	"web/journal":        "",
	"web/journal/bolt":   "web/journal",
	"web/room":           "web/journal",
	"web/session":        core + " engine/scene engine/shell engine/outcome engine/find i18n lessons web/journal web/proto",
	"docs":               "",
	"web":                texts + " docs i18n lessons static templates web/journal web/proto web/room web/session",
	"web/load":           "web web/proto",
	"cmd/server":         texts + " docs i18n lessons static templates web web/journal web/journal/bolt web/proto web/room web/session",
	"kernel":             texts,
	"cmd/wirestep":       texts + " docs kernel i18n lessons static templates web web/journal web/journal/bolt web/load web/proto web/room web/session",
	"internal/archtest":  "",

	"engine/packetdrill/setup":   leaves,
	"engine/packetdrill/script":  leaves + " engine/host engine/packetdrill/setup", // host: the numbers of flags and options
	"engine/packetdrill/compare": leaves + " engine/packetdrill/script",
	"engine/packetdrill/export":  core + " engine/packetdrill engine/packetdrill/script engine/packetdrill/compare engine/packetdrill/setup",
	"engine/packetdrill/python":  leaves + " engine/tcp engine/packetdrill/script",
}

// planned packages have a place in the rule before they exist. Take a package
// off this list when it appears: from then on it must not go unnoticed.
var planned []string

func TestImportsPointDownwards(t *testing.T) {
	there := map[string]bool{}
	for _, p := range ours(t) {
		name := short(p.ImportPath)
		there[name] = true
		allowed, known := may[name]
		if !known {
			t.Errorf("%s has no line in the import rule: add it here and to docs/design.md", name)
			continue
		}
		for _, imp := range p.Imports {
			if under(imp, module) && !slices.Contains(strings.Fields(allowed), short(imp)) {
				t.Errorf("%s imports %s: imports point only downwards, and it may import only: %s", name, short(imp), allowed)
			}
		}
	}
	for name := range may {
		switch soon := slices.Contains(planned, name); {
		case there[name] && soon:
			t.Errorf("%s exists now: take it off the list of planned packages", name)
		case !there[name] && !soon:
			t.Errorf("%s is gone: the import rule still has a line for it", name)
		}
	}
}

// thirdParty says which package of the engine may use which foreign module, and
// why. The rest of the engine is this module and the standard library.
var thirdParty = map[string]string{
	"engine/scene":              "github.com/expr-lang/expr",    // conditions
	"engine/packetdrill/python": "go.starlark.net",              // %{ }%
	"engine/capture":            "github.com/gopacket/gopacket", // pcapng

	"engine/packetdrill/setup": "mvdan.cc/sh/v3/syntax", // shell lines, parsed only
	"engine/shell":             "mvdan.cc/sh/v3/syntax", // the same
}

func TestEngineStandsAlone(t *testing.T) {
	for _, p := range ours(t) {
		name := short(p.ImportPath)
		if !under(name, "engine") {
			continue
		}
		for _, imp := range p.Imports {
			foreign := strings.Contains(strings.Split(imp, "/")[0], ".")
			if foreign && (thirdParty[name] == "" || !under(imp, thirdParty[name])) {
				t.Errorf("%s imports %s: what the engine does must not change with somebody else's release", name, imp)
			}
		}
	}
}

// The core of a session is the same on a server and in a browser, so nothing that it
// uses, however far down, may know of a network or of a file of sessions.
func TestSessionsKnowNoNetwork(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "./web/session")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, module+"/engine") {
		t.Fatalf("web/session needs %v: expected the engine among it", deps)
	}
	for _, p := range deps {
		for _, bad := range []string{"net", "net/http", "nhooyr.io/websocket", "github.com/coder/websocket", "go.etcd.io/bbolt"} {
			if p == bad {
				t.Errorf("web/session comes to import %s: it knows subscribers and the interface of a journal; sockets and drivers are for web and web/journal/...", p)
			}
		}
	}
}

// The WebSocket library is frozen and will be exchanged one day.
func TestOneFileKnowsTheWebSocketLibrary(t *testing.T) {
	var files []string
	walk(t, func(path string, _ []byte) {
		if filepath.Ext(path) != ".go" {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, path), nil, parser.ImportsOnly)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		for _, imp := range f.Imports {
			if name, _ := strconv.Unquote(imp.Path.Value); under(name, "nhooyr.io/websocket") {
				files = append(files, path)
			}
		}
	})
	if len(files) != 1 {
		t.Errorf("%v import nhooyr.io/websocket: expected exactly one file, so that the library can be exchanged there", files)
	}
}

// foreignDirs hold what others wrote, what tools made, or nothing of the source.
var foreignDirs = []string{".git", "node_modules", "dist", "bin", "data", "test-results", "playwright-report", "coverage"}

// walk calls f with every text file of the source and its content.
func walk(t *testing.T, f func(path string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains(foreignDirs, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil || !isText(rel) {
			return err
		}
		b, err := os.ReadFile(p)
		if err == nil {
			f(filepath.ToSlash(rel), b)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func isText(path string) bool {
	switch filepath.Ext(path) {
	case ".go", ".templ", ".ts", ".tsx", ".mjs", ".css", ".md", ".yaml", ".yml", ".scene", ".pkt":
		return true
	}
	base := filepath.Base(path)
	return base == "Makefile" || base == "Dockerfile" || path == ".ci/run"
}
