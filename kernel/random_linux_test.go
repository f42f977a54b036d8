package kernel

import (
	"testing"

	"wirestep/engine/packetdrill/script"
)

// What a random play writes down can be read again, whatever the kernel answered: errors,
// a second SYN with another number, segments that begin before the first. What cannot be
// read fails on both sides, and would pass for something that the kernel does not repeat.
func TestRecordingsCanBeRead(t *testing.T) {
	needsKernel(t)
	texts := make([]string, 28)
	for i, o := range each(len(texts), func(i int) (_ *found, err error) {
		texts[i], err = record(newPlan(77003, i, ""))
		return nil, err
	}) {
		if o.err != nil {
			t.Fatal(o.err)
		}
		if _, err := script.Parse("recorded.pkt", texts[i], nil); err != nil {
			t.Errorf("%v\n%s", err, texts[i])
		}
	}
}
