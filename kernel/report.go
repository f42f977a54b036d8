package kernel

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wirestep/engine/packetdrill"
)

// The marks between which a report stands in a file.
const (
	reportBegins = "<!-- results: wirestep kernel -report -->"
	reportEnds   = "<!-- end of results -->"
)

// Report collects verdicts by area.
type Report struct {
	areas map[string]*area
	lines []string // what is not as expected, and what was remarked
}

type area struct{ files, engine, kernel, refused int }

// areaOf is the area of a file: its folder, or for a recorded script in a folder
// of transcripts, called AREA-NUMBER.pkt, what stands before the number.
func areaOf(name string) string {
	base := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	if strings.HasSuffix(name, ".scene") {
		return "scenes"
	}
	dir := filepath.Base(filepath.Dir(name))
	if i := strings.LastIndexByte(base, '-'); dir == "transcripts" && i > 0 && strings.Trim(base[i+1:], "0123456789") == "" {
		return "recorded: " + base[:i]
	}
	if dir != "testdata" && dir != "." {
		return "own: " + dir
	}
	return "own: various"
}

// Add takes a verdict of the kernel, and asks the engine the same.
func (r *Report) Add(v *Verdict) {
	if r.areas == nil {
		r.areas = map[string]*area{}
	}
	name := areaOf(v.File)
	a := r.areas[name]
	if a == nil {
		a = &area{}
		r.areas[name] = a
	}
	a.files++
	switch v.Code() {
	case 0:
		a.kernel++
	case 1:
		r.lines = append(r.lines, "kernel: "+short(v.Err.Error()))
	case 2:
		a.refused++
		r.lines = append(r.lines, "not played: "+short(v.File)+": "+v.Err.Error())
	}
	if name == "scenes" {
		return
	}
	why := engineOn(v.File)
	if why == "" {
		a.engine++
		return
	}
	r.lines = append(r.lines, "engine: "+short(why))
}

// engineOn says why a script fails on the engine, "" if it does not.
func engineOn(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return packetdrill.Run(file, string(b), packetdrill.Config{Exact: true, Read: os.ReadFile, Dir: filepath.Dir(file)}).Failure()
}

// short takes the folders off what begins with a path.
func short(text string) string {
	head, rest, _ := strings.Cut(text, ":")
	if rest == "" {
		return filepath.Base(head)
	}
	return filepath.Base(head) + ":" + rest
}

// String is the report as Markdown.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Kernel: %s.\n\n| area | files | as expected on the engine | on the kernel | not played |\n|---|---|---|---|---|\n", Version())
	for _, name := range slices.Sorted(maps.Keys(r.areas)) {
		a := r.areas[name]
		engine := fmt.Sprint(a.engine)
		if name == "scenes" {
			engine = "compared directly"
		}
		fmt.Fprintf(&b, "| %s | %d | %s | %d | %d |\n", name, a.files, engine, a.kernel, a.refused)
	}
	if len(r.lines) > 0 {
		b.WriteString("\nWhat is not as expected:\n\n")
		for _, l := range r.lines {
			fmt.Fprintf(&b, "- `%s`\n", strings.ReplaceAll(l, "`", "'"))
		}
	}
	return b.String()
}

// Save puts the report into a file, between the marks.
func (r *Report) Save(file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	head, rest, ok := strings.Cut(string(b), reportBegins)
	_, tail, ends := strings.Cut(rest, reportEnds)
	if !ok || !ends {
		return fmt.Errorf("%s: expected the lines %q and %q", file, reportBegins, reportEnds)
	}
	return os.WriteFile(file, []byte(head+reportBegins+"\n"+r.String()+reportEnds+tail), 0o644)
}
