package main

import (
	"fmt"

	"wirestep/kernel"
)

// askKernel plays scripts and scenes on the Linux underneath.
func askKernel(e env, args []string) int {
	fs := flags("kernel")
	verbose := fs.Bool("v", false, "print what happened")
	names, code := parse(e, fs, args)
	if code >= 0 {
		return code
	}
	if len(names) == 0 {
		return misused(e, "kernel", "expected a file, or -random")
	}
	if err := kernel.Check(); err != nil {
		fmt.Fprintf(e.err, "wirestep kernel: %v\n", err)
		return 2
	}
	kernel.Punctual()
	worst := 0
	kernel.Files(names, func(v *kernel.Verdict) {
		v.Print(e.out, *verbose)
		worst = max(worst, v.Code())
	})
	return worst
}
