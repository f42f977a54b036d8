package main

import (
	"fmt"
	"path/filepath"

	"wirestep/kernel"
	"wirestep/lessons"
)

// askKernel plays scripts and scenes on the Linux underneath.
func askKernel(e env, args []string) int {
	fs := flags("kernel")
	verbose := fs.Bool("v", false, "print what happened")
	random := fs.Int("random", 0, "how many random scripts to play on both")
	seed := fs.Uint64("seed", 1, "of the random scripts")
	area := fs.String("area", "", "random scripts of areas that begin so, several separated by commas: handshake, receiver, close, reset, send-loss, send-window, send-calls")
	most := fs.Int("shrink", 10, "how many differences to shrink")
	long := fs.Duration("for", kernel.Longest, "how much of a scene to play at most; its end is earlier where nothing can be seen any more")
	report := fs.String("report", "", "a file to write the results into")
	names, code := parse(e, fs, args)
	if code >= 0 {
		return code
	}
	if len(names) == 0 && *random <= 0 {
		return misused(e, "kernel", "expected a file, or -random with a number")
	}
	if err := kernel.Check(); err != nil {
		fmt.Fprintf(e.err, "wirestep kernel: %v\n", err)
		return 2
	}
	worst := 0
	var all kernel.Report
	texts, err := sources(names)
	if err != nil {
		fmt.Fprintf(e.err, "wirestep kernel: %v\n", err)
		return 1
	}
	if *long <= 0 || *long > kernel.Longest {
		return misused(e, "kernel", fmt.Sprintf("-for %v: expected a time up to %v", *long, kernel.Longest))
	}
	for i := range texts {
		texts[i].Most = *long
	}
	kernel.Sources(texts, func(v *kernel.Verdict) {
		v.Print(e.out, *verbose)
		worst = max(worst, v.Code())
		if *report != "" {
			all.Add(v)
		}
	})
	if *report != "" {
		if err := all.Save(*report); err != nil {
			fmt.Fprintf(e.err, "wirestep kernel: %v\n", err)
			return 2
		}
	}
	if *random > 0 {
		n, err := kernel.Random(e.out, *random, *seed, *area, *most, func(format string, a ...any) { fmt.Fprintf(e.err, format+"\n", a...) })
		if err != nil {
			fmt.Fprintf(e.err, "wirestep kernel: %v\n", err)
			return 2
		}
		if n > 0 {
			worst = max(worst, 1)
		}
	}
	return worst
}

// sources reads scripts and scenes, the scenes of a claim or of a folder of claims, and
// the puzzles of a folder, each solved, and the nights of its stories.
func sources(names []string) (all []kernel.Source, err error) {
	for _, name := range names {
		if lessons.IsPuzzles(name) {
			puzzles, err := lessons.ReadPuzzles(name)
			if err != nil {
				return nil, err
			}
			for _, p := range puzzles {
				text, err := p.Solved()
				all = append(all, kernel.Source{Name: p.ID + ".scene", Text: text, Err: err})
			}
			continue
		}
		if lessons.IsStories(name) {
			stories, err := lessons.ReadStories(name)
			if err != nil {
				return nil, err
			}
			for _, s := range stories {
				all = append(all, kernel.Source{Name: s.ID + ".scene", Text: s.Scene})
			}
			continue
		}
		if !lessons.IsClaims(name) && filepath.Ext(name) != ".yaml" {
			all = append(all, kernel.Read([]string{name})...)
			continue
		}
		claims, err := lessons.ReadClaims(name)
		if err != nil {
			return nil, err
		}
		for _, c := range claims {
			if c.Scene != "" {
				all = append(all, kernel.Source{Name: c.ID + ".scene", Text: c.Scene})
			}
		}
	}
	return all, nil
}
