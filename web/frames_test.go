package web

import (
	"testing"

	"wirestep/engine"
)

// Frames that were forgotten are made again, the same, in every branch.
func TestFramesAreMadeAgain(t *testing.T) {
	st, err := begin(opening{Scene: plain}, DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	for range 12 {
		st.step()
	}
	st.goTo(0, 7)
	if _, err := st.t.Fork("other"); err != nil {
		t.Fatal(err)
	}
	for st.step() == nil {
	}
	for _, b := range []engine.BranchID{1, 0} {
		first := st.framesOf(b, 0, st.tipOf(b))
		st.frames.bytes = maxCachedFrames + 1
		st.trim()
		for i, f := range st.framesOf(b, 0, st.tipOf(b)) {
			if string(f) != string(first[i]) {
				t.Fatalf("branch %d, frame %d was\n%s\nand is\n%s", b, i+1, first[i], f)
			}
		}
	}
}
