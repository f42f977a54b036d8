package lessons

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wirestep/engine"
)

// yamlClaim is ID-words.yaml as it is written.
type yamlClaim struct {
	ID       string            `yaml:"id"`
	Topic    string            `yaml:"topic"`
	Claim    map[string]string `yaml:"claim"`
	Said     string            `yaml:"said"`
	Verdict  string            `yaml:"verdict"`
	Is       map[string]string `yaml:"is"`
	On       map[string]string `yaml:"on"`
	Measured string            `yaml:"measured"`
	Missing  map[string]string `yaml:"missing"`
	Lesson   string            `yaml:"lesson"`
	At       string            `yaml:"at"`
	Golden   string            `yaml:"golden"`
	Scene    string            `yaml:"scene"`
}

const maxClaims = 1000

var (
	claimFileRE = regexp.MustCompile(`^([tw][0-9]{2,3})(-[a-z0-9]+)+\.yaml$`)
	saidRE      = regexp.MustCompile(`^notes ([1-9][0-9]{0,3})$`)
	verdictRE   = regexp.MustCompile(`^(since|before) ([0-9]+(?:\.[0-9]+){1,2})$`)
)

func loadClaims(fsys fs.FS, dir, show string) ([]*Claim, error) {
	files, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	var out []*Claim
	var errs []error
	seen := map[string]string{}
	for _, f := range files {
		if path.Ext(f.Name()) != ".yaml" {
			continue
		}
		if len(out) == maxClaims {
			return out, fmt.Errorf("%s:1: more than %d claims", show, maxClaims)
		}
		c, err := loadClaim(fsys, dir, show, f.Name())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if other := seen[c.ID]; other != "" {
			errs = append(errs, fmt.Errorf("%s:1: %s has this id too", c.file, other))
		}
		seen[c.ID] = c.file
		out = append(out, c)
	}
	slices.SortFunc(out, byTopic)
	return out, errors.Join(errs...)
}

// loadClaim reads one file, and lints it.
func loadClaim(fsys fs.FS, dir, show, name string) (*Claim, error) {
	file := path.Join(show, name)
	src, err := read(fsys, dir, name)
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", file, err)
	}
	var in yamlClaim
	y, err := decode(file, src, &in)
	if err != nil {
		return nil, err
	}
	k := &linter{l: &Lesson{}, y: y, file: file}
	c := &Claim{ID: in.ID, Topic: in.Topic, How: in.Measured, Lesson: in.Lesson, file: file, text: file, placed: lineOf(y, "$.at")}
	if m := claimFileRE.FindStringSubmatch(name); m == nil || strings.ToUpper(m[1]) != in.ID {
		k.at("$.id", "id %q in %s; expected a file called like t48-what-it-is-about.yaml, with id: T48", in.ID, name)
	}
	k.oneOf("$.topic", "topic", in.Topic, ClaimTopics)
	k.oneOf("$.measured", "measured", in.Measured, Methods)
	k.said(c, in.Said)
	k.verdict(c, in.Verdict)
	c.Said = k.paragraph("$.claim", in.Claim, true)
	c.Is = k.paragraph("$.is", in.Is, true)
	c.On = k.paragraph("$.on", in.On, c.Verdict == "depends")
	c.Missing = k.paragraph("$.missing", in.Missing, false)
	if in.On != nil && c.Verdict != "depends" {
		k.at("$.on", "on, with the verdict %q; expected it with depends alone", in.Verdict)
	}
	k.claimScene(c, in)
	return c, errors.Join(k.errs...)
}

func (k *linter) oneOf(at, what, value string, of []string) {
	if !slices.Contains(of, value) {
		k.at(at, "%s %q%s; expected one of %s", what, value, meant(value, of), strings.Join(of, ", "))
	}
}

// said reads where the sentence is said.
func (k *linter) said(c *Claim, s string) {
	if m := saidRE.FindStringSubmatch(s); m != nil {
		c.Source = "notes"
		c.Line, _ = strconv.Atoi(m[1])
		return
	}
	if c.Source = s; s != "web" && s != "measured" {
		k.at("$.said", "said %q; expected \"notes 94\" (the line), web or measured", s)
	}
}

func (k *linter) verdict(c *Claim, s string) {
	if m := verdictRE.FindStringSubmatch(s); m != nil {
		c.Verdict, c.Kernel = m[1], m[2]
		return
	}
	if c.Verdict = s; s != "holds" && s != "false" && s != "depends" {
		k.at("$.verdict", "verdict %q; expected holds, false, depends, or a kernel as in \"before 4.12\", \"since 6.5\"", s)
	}
}

// paragraph reads one sentence or two in every language.
func (k *linter) paragraph(at string, in map[string]string, needed bool) map[string][]Span {
	if in == nil && !needed {
		return nil
	}
	k.words(at, in)
	return k.sentences(at, in, nil)
}

// claimScene reads the scene that shows it: its own text, or one of the golden ones.
func (k *linter) claimScene(c *Claim, in yamlClaim) {
	at := "$.scene"
	switch {
	case in.Scene != "" && in.Golden != "":
		k.at("$.golden", "golden beside scene; expected one of them")
		return
	case in.Golden != "":
		at = "$.golden"
		name := "testdata/golden/" + in.Golden + ".scene"
		text, err := engine.Golden.ReadFile(name)
		if err != nil {
			k.at(at, "golden %q: there is no such scene in engine/testdata/golden", in.Golden)
			return
		}
		c.Scene, c.text = string(text), "engine/"+name
	case in.Scene == "" && c.Missing == nil:
		k.at("$", "neither scene nor golden, and nothing is missing; expected a scene that shows it")
		return
	case in.Scene == "":
		return
	default:
		c.Scene, c.above = in.Scene, lineOf(k.y, at)
	}
	f, err := c.parse()
	if err != nil {
		k.errs = append(k.errs, err)
		return
	}
	if len(f.Expect) == 0 {
		k.at(at, "the scene expects nothing; expected a line such as: expect end client.errno == ETIMEDOUT")
	}
	k.sc = &f.Scenario
	c.At = k.whereTo("$.at", in.At)
}
