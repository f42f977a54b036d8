package kernel

import (
	"testing"

	"wirestep/engine/scene"
	"wirestep/lessons"
)

// What a story says of a real Linux is what the testbed says of its night: that it can be played there, or not.
func TestStoriesSayWhatLinuxPlays(t *testing.T) {
	all, err := lessons.Stories()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		f, err := scene.Parse(s.ID, s.Scene)
		if err != nil {
			t.Fatal(err)
		}
		if why := unplayable(&f.Scenario); (why == "") != (s.Linux == "same") {
			t.Errorf("%s says linux: %q; the testbed says %q", s.ID, s.Linux, why)
		}
	}
}
