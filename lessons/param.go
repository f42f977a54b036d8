package lessons

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

const (
	maxCells = 21 // of a strip
	maxGrid  = 8  // of a side of a grid
)

// Param is a value that the person turns: {name} in the scene, or in what is done,
// has each value of a range, and the strip shows what a question comes to with each.
type Param struct {
	Axis     `yaml:",inline"`
	Start    string    `yaml:"start"` // where the slider stands at first
	At       string    `yaml:"at"`    // where do is made, and where the question is asked; "": as the step
	Do       []yamlDo  `yaml:"do"`
	Ask      *Question `yaml:"ask"`
	FindEdge bool      `yaml:"find-edge"`
	Second   *Axis     `yaml:"second"`
}

// Axis is one value with its range.
type Axis struct {
	Name string   `yaml:"name"`
	Set  []string `yaml:"set"` // made first, at the start, with {name} in it
	From string   `yaml:"from"`
	To   string   `yaml:"to"`
	Step string   `yaml:"step"`
}

var quantityRE = regexp.MustCompile(`^(-?\d+)([a-zA-Z]*)$`)

// quantity reads a whole number and its unit.
func quantity(s string) (n int, unit string, ok bool) {
	m := quantityRE.FindStringSubmatch(s)
	if m == nil {
		return 0, "", false
	}
	n, err := strconv.Atoi(m[1])
	return n, m[2], err == nil
}

// Cells are the values of the range, at most so many; a longer range is sampled.
func (a *Axis) Cells(most int) ([]string, error) {
	from, unit, ok := quantity(a.From)
	to, unit2, ok2 := quantity(a.To)
	step, unit3, ok3 := quantity(a.Step)
	if !ok || !ok2 || !ok3 || unit != unit2 || unit != unit3 {
		return nil, fmt.Errorf("from %q to %q by %q; expected whole numbers with one unit, such as 0ms, 100ms, 5ms", a.From, a.To, a.Step)
	}
	if step < 1 || to <= from {
		return nil, fmt.Errorf("from %q to %q by %q; expected a range that goes up", a.From, a.To, a.Step)
	}
	if n := (to-from)/step + 1; n > most {
		return nil, fmt.Errorf("%d values from %q to %q by %q; expected at most %d", n, a.From, a.To, a.Step, most)
	}
	var out []string
	for v := from; v <= to; v += step {
		out = append(out, strconv.Itoa(v)+unit)
	}
	return out, nil
}

var (
	placeholderRE = regexp.MustCompile(`\{([a-z][a-z0-9]*)(?:=([^{}\n]*))?\}`)
	nameRE        = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
)

// fillIn puts values in place of {name} and {name=default}. What has no value, like
// {1st SYN} or a name of something else, stays.
func fillIn(text string, values map[string]string) string {
	return placeholderRE.ReplaceAllStringFunc(text, func(s string) string {
		m := placeholderRE.FindStringSubmatch(s)
		if v, ok := values[m[1]]; ok {
			return v
		}
		if strings.Contains(s, "=") {
			return m[2]
		}
		return s
	})
}

// defaults are the parameters of a scene and what they are when nobody turns them.
func defaults(text string) map[string]string {
	out := map[string]string{}
	for _, m := range placeholderRE.FindAllStringSubmatch(text, -1) {
		if strings.Contains(m[0], "=") {
			out[m[1]] = m[2]
		}
	}
	return out
}

func fillAll(list []string, values map[string]string) []string {
	var out []string
	for _, s := range list {
		out = append(out, fillIn(s, values))
	}
	return out
}
