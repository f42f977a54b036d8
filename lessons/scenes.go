package lessons

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"wirestep/engine/scene"
)

type yamlScene struct {
	Name  string            `yaml:"name"`
	Topic string            `yaml:"topic"`
	Title map[string]string `yaml:"title"`
	About map[string]string `yaml:"about"`
}

// Scenes returns the sandbox scenes that are built in, in the order of their list.
func Scenes() ([]Sandbox, error) { return loadScenes(embedded, sandboxDir, sandboxDir) }

// Scene returns one of them.
func Scene(name string) (Sandbox, error) {
	all, err := Scenes()
	if err != nil {
		return Sandbox{}, err
	}
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
	}
	return Sandbox{}, fmt.Errorf("scene %q: %w", name, fs.ErrNotExist)
}

func loadScenes(fsys fs.FS, dir, show string) ([]Sandbox, error) {
	name := path.Join(show, "sandbox.yaml")
	src, err := read(fsys, dir, "sandbox.yaml")
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", name, err)
	}
	var in []yamlScene
	y, err := decode(name, src, &in)
	if err != nil {
		return nil, err
	}
	var out []Sandbox
	var errs []error
	for i, s := range in {
		at := func(format string, args ...any) {
			line := lineOf(y, fmt.Sprintf("$[%d]", i))
			errs = append(errs, fmt.Errorf("%s:%d: %s", name, line, fmt.Sprintf(format, args...)))
		}
		if !idRE.MatchString(s.Name) {
			at("name %q; expected lower-case words joined by hyphens", s.Name)
			continue
		}
		if !slices.Contains(Topics, s.Topic) {
			at("topic %q; expected one of %v", s.Topic, Topics)
		}
		for _, lang := range Langs {
			if s.Title[lang] == "" || s.About[lang] == "" {
				at("scene %q has no title or no sentence in %s", s.Name, lang)
			}
			if w := banned.FindString(s.Title[lang] + " " + s.About[lang]); w != "" {
				at("%q; the voice of a lesson does without it", w)
			}
		}
		text, err := read(fsys, dir, s.Name+".scene")
		if err != nil {
			at("%s.scene: %v", s.Name, err)
			continue
		}
		if _, err := scene.Parse(path.Join(show, s.Name+".scene"), string(text)); err != nil {
			errs = append(errs, err)
		}
		out = append(out, Sandbox{Name: s.Name, Topic: s.Topic, Title: s.Title, About: s.About, Scene: string(text)})
	}
	return out, errors.Join(errs...)
}
