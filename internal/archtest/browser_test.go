package archtest

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// browser is where the page's own code is, and what makes it is not looked at.
const browser = "static/src/"

// longScripts may have longer functions than maxFunc, with the reason.
var longScripts = map[string]string{}

// circular files may import each other, with the reason.
var circular = map[string]string{}

func scripts(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	walk(t, func(path string, text []byte) {
		if strings.HasPrefix(path, browser) && (strings.HasSuffix(path, ".ts") || strings.HasSuffix(path, ".tsx")) && !generated(text) {
			all[path] = string(text)
		}
	})
	if len(all) == 0 {
		t.Fatalf("no scripts below %s", browser)
	}
	return all
}

func TestScriptFunctionsAreShort(t *testing.T) {
	seen := map[string]bool{}
	for file, text := range scripts(t) {
		for name, n := range scriptFuncs(text) {
			name = file + ":" + name
			switch why := longScripts[name]; {
			case n > maxFunc && why == "":
				t.Errorf("%s has %d lines, more than %d: a reader cannot hold it at once", name, n, maxFunc)
			case n > maxFunc:
				seen[name] = true
			}
		}
	}
	for name := range longScripts {
		if !seen[name] {
			t.Errorf("%s is short or gone: take it off the list of long functions", name)
		}
	}
}

var (
	scriptFunc = regexp.MustCompile(`^(?:export )?(?:default )?(?:async )?function\*? (\w+)`)
	scriptVar  = regexp.MustCompile(`^(?:export )?const (\w+)(?:: [^=]+)? = (?:async )?(?:\(.*|\w+ )=> \{$`)
	method     = regexp.MustCompile(`^  (?:private |protected |public |static |async |readonly |get |set )*(\w+)(?:<[^>]*>)?\(`)
	class      = regexp.MustCompile(`^(?:export )?(?:abstract )?class (\w+)`)
)

// scriptFuncs are the lengths of the functions and methods of a script. The
// formatter is a check of its own, so what opens at a column closes at it.
func scriptFuncs(text string) map[string]int {
	found := map[string]int{}
	lines := strings.Split(text, "\n")
	in := ""
	for i, line := range lines {
		if m := class.FindStringSubmatch(line); m != nil {
			in = m[1] + "."
		} else if line == "}" {
			in = ""
		}
		name, indent := "", ""
		if m := scriptFunc.FindStringSubmatch(line); m != nil {
			name = m[1]
		} else if m := scriptVar.FindStringSubmatch(line); m != nil {
			name = m[1]
		} else if m := method.FindStringSubmatch(line); m != nil && in != "" {
			name, indent = in+m[1], "  "
		}
		if name == "" || strings.HasSuffix(line, "}") || strings.HasSuffix(line, ";") {
			continue
		}
		for k := i + 1; k < len(lines); k++ {
			if lines[k] == indent+"}" || lines[k] == indent+"};" {
				found[name] = k - i + 1
				break
			}
		}
	}
	return found
}

// A circle cannot be read from any end, tested in parts, or taken apart later.
// Types count: who needs to know the shape of what it is made of is one thing with it.
func TestScriptsImportInNoCircle(t *testing.T) {
	all := scripts(t)
	to := map[string][]string{}
	for file, text := range all {
		to[file] = scriptImports(file, text, all)
	}
	inCircle := map[string]bool{}
	for _, c := range circles(to) {
		for _, file := range c {
			inCircle[file] = true
		}
		if !slices.ContainsFunc(c, func(f string) bool { return circular[f] == "" }) {
			continue
		}
		t.Errorf("these import each other: %s: move what they share to a file below them", strings.Join(c, ", "))
	}
	for file := range circular {
		if !inCircle[file] {
			t.Errorf("%s is in no circle: take it off the list", file)
		}
	}
}

var imported = regexp.MustCompile(`(?:\bfrom |\bimport |\bimport\()'(\.[^']*)'`)

// scriptImports are the files of this tree that a script imports.
func scriptImports(file, text string, all map[string]string) (out []string) {
	for _, m := range imported.FindAllStringSubmatch(text, -1) {
		base := path.Join(path.Dir(file), m[1])
		for _, ext := range []string{".ts", ".tsx"} {
			if _, is := all[base+ext]; is {
				out = append(out, base+ext)
			}
		}
	}
	slices.Sort(out)
	return out
}

// circles are the sets of files that reach each other, each once.
func circles(to map[string][]string) (found [][]string) {
	reach := map[string]map[string]bool{}
	for from := range to {
		seen := map[string]bool{}
		for todo := slices.Clone(to[from]); len(todo) > 0; todo = todo[1:] {
			if !seen[todo[0]] {
				seen[todo[0]] = true
				todo = append(todo, to[todo[0]]...)
			}
		}
		reach[from] = seen
	}
	done := map[string]bool{}
	for from := range to {
		if done[from] || !reach[from][from] {
			continue
		}
		var c []string
		for other := range reach[from] {
			if reach[other][from] {
				c = append(c, other)
				done[other] = true
			}
		}
		slices.Sort(c)
		found = append(found, c)
	}
	return found
}

// A rule is only worth something if it finds what it looks for.
func TestScriptFindersFind(t *testing.T) {
	got := scriptFuncs("export function a(\n  x: number,\n): void {\n  b();\n}\n\nexport class C {\n  private m(): void {\n    if (x) {\n    }\n  }\n}\nconst f = (x: number) => {\n  x++;\n};\n")
	for name, n := range map[string]int{"a": 5, "C.m": 4, "f": 3} {
		if got[name] != n {
			t.Errorf("%s: found %d lines, expected %d", name, got[name], n)
		}
	}
	all := map[string]string{"static/src/a/x.ts": "", "static/src/b.tsx": ""}
	if got := scriptImports("static/src/a/x.ts", "import type {\n  B,\n} from '../b';\nimport { signal } from '@preact/signals';", all); !slices.Equal(got, []string{"static/src/b.tsx"}) {
		t.Errorf("found imports %q", got)
	}
	if got := circles(map[string][]string{"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}); len(got) != 1 || !slices.Equal(got[0], []string{"b", "c"}) {
		t.Errorf("found circles %q", got)
	}
}
