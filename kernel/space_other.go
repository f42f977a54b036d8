//go:build !linux

package kernel

import (
	"io"
	"runtime"
	"time"
)

// Check returns a *Refusal: there is no Linux underneath.
func Check() error {
	return refuse("there is no Linux kernel under %s to ask", runtime.GOOS)
}

// Play refuses.
func Play(file, _ string) *Verdict { return &Verdict{File: file, Err: Check()} }

// PlayScene refuses.
func PlayScene(file, _ string, _ time.Duration) *Verdict { return &Verdict{File: file, Err: Check()} }

// Punctual does nothing.
func Punctual() {}

// Version names the system underneath.
func Version() string { return runtime.GOOS }

// Random refuses.
func Random(io.Writer, int, uint64, string, int, func(string, ...any)) (int, error) {
	return 0, Check()
}
