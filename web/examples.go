package web

import (
	"path"
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/i18n"
	"wirestep/lessons"
)

// examples are the scenes that the engine is held to, to be opened like those of the
// sandbox. They are written for engineers: name and description are English in
// every language.
func examples() ([]lessons.Sandbox, error) {
	const dir = "testdata/golden"
	files, err := engine.Golden.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []lessons.Sandbox
	for _, f := range files {
		b, err := engine.Golden.ReadFile(path.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		parsed, err := scene.Parse(f.Name(), string(b))
		if err != nil {
			return nil, err
		}
		one := lessons.Sandbox{Name: "golden-" + strings.TrimSuffix(f.Name(), ".scene"), Title: map[string]string{}, About: map[string]string{}, Scene: string(b)}
		for _, lang := range i18n.Languages {
			one.Title[lang], one.About[lang] = parsed.Scenario.Name, leadComment(string(b))
		}
		all = append(all, one)
	}
	return all, nil
}

// leadComment is what a scene says of itself in its first lines.
func leadComment(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimSpace(comment))
	}
	return strings.Join(lines, " ")
}
