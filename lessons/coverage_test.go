package lessons

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	coverageFile = "../docs/coverage.md"
	lastClaim    = 128 // of those that were measured
)

// notClaims have a number and claim nothing, with the reason.
var notClaims = map[string]string{"T03": "says only where to read"}

var (
	engineTestRE = regexp.MustCompile(`func Test(T[0-9]+)_(\w+)\(`)
	kernelTestRE = regexp.MustCompile(`"(T[0-9]+)": +\{`)
)

// docs/coverage.md says of every claim that was measured where it is met: on the page
// of claims, in a test of the engine, on a kernel, in a lesson. It is made here.
func TestCoverage(t *testing.T) {
	got := coverage(t)
	if *rewrite {
		if err := os.WriteFile(coverageFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(coverageFile)
	if err != nil || string(want) != got {
		t.Errorf("%s is not what it would be made now (-rewrite makes it): %v", coverageFile, err)
	}
}

func coverage(t *testing.T) string {
	t.Helper()
	all, err := Claims()
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]*Claim{}
	var web []*Claim
	for _, c := range all {
		pages[c.ID] = c
		if c.ID[0] == 'W' {
			web = append(web, c)
		}
	}
	engine, kernel := found(t, "../engine/claims_*_test.go", engineTestRE), found(t, "../kernel/claims_linux_test.go", kernelTestRE)
	var rows strings.Builder
	var lacking []string
	count := [4]int{}
	for n := 1; n <= lastClaim; n++ {
		id := fmt.Sprintf("T%02d", n)
		if why := notClaims[id]; why != "" {
			fmt.Fprintf(&rows, "| %s | %s | | | |\n", id, why)
			continue
		}
		c := pages[id]
		if c == nil {
			lacking = append(lacking, id)
		}
		cells := [4]string{page(c), strings.Join(engine[id], ", "), strings.Join(kernel[id], ", "), lessonOf(c)}
		for i, s := range cells {
			if s != "" {
				count[i]++
			}
		}
		fmt.Fprintf(&rows, "| %s | %s |\n", id, strings.Join(cells[:], " | "))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Where each claim is met\n\nMade by `go test ./lessons -run TestCoverage -rewrite` from the claims (`lessons/claims`), the tests that are named after them and the lessons. T01 to T%d were asked of Linux 6.18.44.\n\n", lastClaim)
	b.WriteString("*Page*: the verdict on `/claims`; its scene is played by `TestClaims` and `wirestep check`. *Engine test*, *kernel test*: further tests that carry the number. *Lesson*: the one that the claim names.\n\n")
	fmt.Fprintf(&b, "With a page %d, an engine test %d, a kernel test %d, a lesson %d, of %d. From the web %d more.\n\n", count[0], count[1], count[2], count[3], lastClaim-len(notClaims), len(web))
	if len(lacking) > 0 {
		fmt.Fprintf(&b, "No page yet: %s.\n\n", strings.Join(lacking, " "))
	}
	b.WriteString("| claim | page | engine test | kernel test | lesson |\n|---|---|---|---|---|\n" + rows.String())
	for _, c := range web {
		fmt.Fprintf(&b, "| %s | %s | | | %s |\n", c.ID, page(c), lessonOf(c))
	}
	return b.String()
}

// page says what the page says, in a word, and the sentence.
func page(c *Claim) string {
	if c == nil {
		return ""
	}
	verdict := c.Verdict
	if c.Kernel != "" {
		verdict += " " + c.Kernel
	}
	if c.Missing != nil {
		verdict += ", not yet in the engine"
	}
	return verdict + ": " + strings.ReplaceAll(Plain(c.Said, "en"), "|", "\\|")
}

func lessonOf(c *Claim) string {
	if c == nil {
		return ""
	}
	return c.Lesson
}

// found lists by claim what an expression finds in files: the tests of a claim, or
// the claim itself where a test takes many.
func found(t *testing.T, pattern string, re *regexp.Regexp) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no file is like %s", pattern)
	}
	out := map[string][]string{}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range re.FindAllStringSubmatch(string(src), -1) {
			name := "yes"
			if len(m) > 2 {
				name = m[2]
			}
			if !slices.Contains(out[m[1]], name) {
				out[m[1]] = append(out[m[1]], name)
			}
		}
	}
	return out
}
