package main

import (
	"bytes"
	"os"
	"testing"
)

func TestFresh(t *testing.T) {
	want, err := Generate("..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../../static/src/proto.ts")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("static/src/proto.ts is stale: go run ./web/proto/gen")
	}
}
