package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"wirestep/engine/scene"
	"wirestep/lessons"
)

// check loads, lints and plays every scene and lesson under the paths: wirestep check.
func check(e env, args []string) int {
	paths, code := parse(e, flags("check"), args)
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
	for _, p := range paths {
		err := filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && name != p && skipped(d.Name()):
				return filepath.SkipDir
			case d.IsDir() && isLesson(name):
				say(lessons.Check(name))
				return filepath.SkipDir
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
