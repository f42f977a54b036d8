package main

import (
	"fmt"
	"os"
	"path/filepath"

	"wirestep/engine/scene"
	"wirestep/lessons"
)

// check loads, lints and plays every scene and lesson under the paths: wirestep check.
func check(e env, args []string) int {
	fs := flags("check")
	verbose := fs.Bool("v", false, "print the engine's answer to each question of a lesson")
	paths, code := parse(e, fs, args)
	if code >= 0 {
		return code
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	checked, wrong := 0, 0
	say := func(errs []error) {
		checked++
		for _, err := range errs {
			fmt.Fprintln(e.err, err)
			wrong++
		}
	}
	var tell lessons.Told
	if *verbose {
		tell = func(lesson, step string, p lessons.Predicted) {
			fmt.Fprintf(e.out, "%s %s: %s (%s)\n", lesson, step, p.Right, p.Answer)
		}
	}
	for _, p := range paths {
		err := filepath.WalkDir(p, func(name string, d os.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && name != p && skipped(d.Name()):
				return filepath.SkipDir
			case d.IsDir() && isLesson(name):
				say(lessons.Check(name, tell))
				return filepath.SkipDir
			case d.IsDir() && (lessons.IsClaims(name) || lessons.IsPuzzles(name) || lessons.IsStories(name)):
				say(lessons.Check(name, nil))
				return filepath.SkipDir
			case d.IsDir() && isSandbox(name):
				say(lessons.Check(name, tell)) // its scenes come after it
			case filepath.Ext(name) == ".scene":
				say(checkScene(name))
			}
			return nil
		})
		if err != nil {
			say([]error{err})
		}
	}
	fmt.Fprintf(e.out, "checked %d, wrong %d\n", checked, wrong)
	if wrong > 0 {
		return 1
	}
	return 0
}

// skipped directories hold nothing of ours.
func skipped(name string) bool {
	return name == "node_modules" || len(name) > 1 && name[0] == '.'
}

func isLesson(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "lesson.yaml"))
	return err == nil
}

// isSandbox: scenes that have things to try.
func isSandbox(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "sandbox.yaml"))
	return err == nil
}

// checkScene runs a scene and holds it to what it expects.
func checkScene(name string) []error {
	b, err := os.ReadFile(name)
	if err != nil {
		return []error{err}
	}
	f, err := scene.Parse(name, string(b))
	if err != nil {
		return []error{err}
	}
	return scene.Check(name, f)
}
