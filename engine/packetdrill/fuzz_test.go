package packetdrill_test

import (
	"os"
	"path/filepath"
	"testing"

	"wirestep/engine/packetdrill"
	"wirestep/engine/packetdrill/script"
)

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.pkt")
	more, _ := filepath.Glob("testdata/*/*.pkt")
	files = append(files, more...)
	for _, name := range files {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(string(b))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := script.Parse("fuzz", text, nil)
		if err == nil && len(s.Events) < 100 {
			packetdrill.Run("fuzz", text, packetdrill.Config{Limits: packetdrill.Limits{Steps: 3000, Code: 1000}})
		}
	})
}
