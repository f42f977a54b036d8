package main

import "testing"

func TestOpenSaysWhatItLacks(t *testing.T) {
	for _, c := range [][2]string{{"nats://a:1", ""}, {"bolt", ""}, {"paper", ""}} {
		if _, err := openJournal(c[0], c[1]); err == nil {
			t.Errorf("openJournal(%q, %q) gave no error", c[0], c[1])
		}
	}
}
