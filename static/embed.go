// Package static holds what browsers load besides pages: scripts, styles and
// fonts, built from static/src into static/dist and embedded in the program.
//
// A page names a file together with the hash of its content, so that a browser
// may keep it for ever and never shows an old one.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
)

//go:embed all:dist
var dist embed.FS

type file struct {
	content []byte
	packed  []byte // the same by gzip; nil when that saves nothing
	hash    string
	kind    string
}

var files = read()

func read() map[string]file {
	all := map[string]file{}
	err := fs.WalkDir(dist, "dist", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		b, err := dist.ReadFile(p)
		if err != nil {
			return err
		}
		all[strings.TrimPrefix(p, "dist/")] = file{content: b, kind: kindOf(p)}
		return nil
	})
	if err != nil {
		panic("static: " + err.Error()) // embedded: cannot happen at run time
	}
	for name := range all {
		version(all, name)
	}
	return all
}

// imported is how a script names another one beside it.
var imported = regexp.MustCompile(`"\./([a-z]+\.js)"`)

// version writes the hash of a script into those that import it, so that the
// parts of one build stay together in every cache. Scripts do not import each
// other in a circle.
func version(all map[string]file, name string) {
	f := all[name]
	if f.hash != "" {
		return
	}
	if path.Ext(name) == ".js" {
		f.content = imported.ReplaceAllFunc(f.content, func(m []byte) []byte {
			other := string(imported.FindSubmatch(m)[1])
			if _, ok := all[other]; !ok || other == name {
				return m
			}
			version(all, other)
			return []byte(`"./` + other + "?v=" + all[other].hash + `"`)
		})
	}
	sum := sha256.Sum256(f.content)
	f.hash, f.packed = base64.RawURLEncoding.EncodeToString(sum[:9]), pack(f.content)
	all[name] = f
}

func pack(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is a good one
	w.Write(b)                                              // to memory: cannot fail
	w.Close()
	if out.Len() > len(b)*9/10 {
		return nil
	}
	return out.Bytes()
}

// kindOf does not ask the system, whose table differs from machine to machine.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".map", ".json":
		return "application/json"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// URL is the address of a file, with the hash of what it holds.
func URL(name string) string {
	f, ok := files[name]
	if !ok {
		return "/static/" + name
	}
	return "/static/" + name + "?v=" + f.hash
}

// Has reports whether there is such a file.
func Has(name string) bool { return files[name].content != nil }

// Serve answers GET /static/NAME.
func Serve(w http.ResponseWriter, r *http.Request) {
	f, ok := files[strings.TrimPrefix(r.URL.Path, "/static/")]
	if !ok {
		http.Error(w, "404 no such file", http.StatusNotFound)
		return
	}
	asked := r.URL.Query().Get("v")
	if asked != "" && asked != f.hash && path.Ext(r.URL.Path) == ".js" {
		http.Error(w, "404 a script of another build, which would not fit the rest of its page", http.StatusNotFound)
		return
	}
	h, tag := w.Header(), `"`+f.hash+`"`
	h.Set("Content-Type", f.kind)
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache")
	if asked == f.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Vary", "Accept-Encoding")
	if f.packed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		w.Write(f.packed)
		return
	}
	w.Write(f.content)
}
