package session

import (
	"testing"

	"wirestep/engine"
)

// Frames that were forgotten are made again, the same, in every branch and from
// every place.
func TestFramesAreMadeAgain(t *testing.T) {
	st, err := Begin(Opening{Scene: plain + "at 30ms drop every DATA from client\n"}, few)
	if err != nil {
		t.Fatal(err)
	}
	for range 12 {
		st.Step()
	}
	st.GoTo(0, 7)
	if _, err := st.T.Fork("other"); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		st.Step()
	}
	for _, b := range []engine.BranchID{1, 0} {
		tip := st.tipOf(b)
		first := st.FramesOf(b, 0, tip)
		for from := range tip {
			for _, forget := range []func(){func() {}, func() { st.frames = frames{} }, func() { st.frames.bytes = maxCachedFrames + 1; st.trim() }} {
				forget()
				to := from + (tip-from+1)/2
				for i, f := range st.FramesOf(b, from, to) {
					if string(f) != string(first[int(from)+i]) {
						t.Fatalf("branch %d, frame %d was\n%s\nand is\n%s", b, int(from)+i+1, first[int(from)+i], f)
					}
				}
			}
		}
	}
}
