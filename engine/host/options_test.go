package host

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// What setsockopt() understands and what the table says are the same options.
func TestSocketOptionsAreThoseOfTheCode(t *testing.T) {
	var inCode []string
	for _, name := range []string{"sockopt.go", "fastopen.go", "keep.go"} {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range regexp.MustCompile(`(?m)^\s*case (?:c.Name == )?("[A-Z_0-9", ]+):`).FindAllStringSubmatch(string(src), -1) {
			for _, n := range regexp.MustCompile(`"((?:SO|TCP|IP|IPV6)_[A-Z_0-9]+)"`).FindAllStringSubmatch(c[1], -1) {
				inCode = append(inCode, n[1])
			}
		}
	}
	if len(inCode) < 25 {
		t.Fatalf("only %d options found in the code; has it moved?", len(inCode))
	}
	var inTable []string
	for _, o := range SocketOptions {
		inTable = append(inTable, o.Name)
		if o.Value != "" && o.Keeps == nil && !slices.Contains(inCode, o.Name) {
			t.Errorf("%s stands in the table, and setsockopt() does not take it", o.Name)
		}
	}
	for _, n := range inCode {
		if !slices.Contains(inTable, n) {
			t.Errorf("setsockopt() takes %s, and the table lacks it", n)
		}
	}
	if !slices.IsSorted(inTable) {
		t.Error("the table is not sorted")
	}
}
