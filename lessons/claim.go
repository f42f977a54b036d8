package lessons

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"wirestep/engine"
	"wirestep/engine/scene"
)

// Claim is a sentence that people say about TCP: whether Linux does so, what it does
// instead, and a scene that shows it.
type Claim struct {
	ID      string            // "T48" of the notes and of what was measured, "W07" of the web
	Topic   string            // one of ClaimTopics
	Said    map[string][]Span // as people say it
	Is      map[string][]Span // what happens, in a sentence
	On      map[string][]Span // what it depends on; only of "depends"
	Missing map[string][]Span // what the engine does not do yet; nil: nothing
	Source  string            // "notes", "web", "measured"
	Line    int               // of the notes
	Verdict string            // one of Verdicts
	Kernel  string            // of since and before: "6.5"
	How     string            // one of Methods
	Lesson  string            // the slug of the lesson about it; "" when there is none
	Scene   string            // the text of the scene; "" only where something is missing
	At      Place             // where in its run one looks

	file   string // for messages
	placed int    // the line of at there
	text   string // the file in which the scene stands: this one, or a golden scene's
	above  int    // lines above it there
}

// ClaimTopics are what claims are about, in the order in which they are listed.
var ClaimTopics = []string{"opening", "queues", "data", "flow", "congestion", "closing", "timewait", "edge"}

// Verdicts on a claim: since and before name a kernel.
var Verdicts = []string{"holds", "since", "before", "false", "depends"}

// Methods by which the kernel was asked: two stacks with a program as the wire, two
// joined by a veth, one with itself, and what reading a setting tells.
var Methods = []string{"wire", "veth", "loopback", "read"}

const claimsDir = "claims"

// Claims returns the claims that are built in, by topic and number.
var Claims = sync.OnceValues(func() ([]*Claim, error) { return loadClaims(embedded, claimsDir, claimsDir) })

// Name is what the lab calls the claim's scene.
func (c *Claim) Name() string { return "claim-" + strings.ToLower(c.ID) }

// Plain is a text of the claim in lang, without marks.
func Plain(in map[string][]Span, lang string) string {
	s, ok := in[lang]
	if !ok {
		s = in[Langs[0]]
	}
	return plainSpans(s)
}

// Expects are the conditions that the scene is held to, as they are written.
func (c *Claim) Expects() (out []string) {
	for line := range strings.Lines(c.Scene) {
		if x, ok := strings.CutPrefix(strings.TrimSpace(line), "expect "); ok {
			out = append(out, strings.TrimSpace(commentRE.ReplaceAllString(x, "")))
		}
	}
	return out
}

var commentRE = regexp.MustCompile(` +#.*$`)

// Play runs the scene to its end and holds it to what it expects.
func (c *Claim) Play() []error {
	if c.Scene == "" {
		return nil
	}
	f, err := c.parse()
	if err != nil {
		return unjoin(err)
	}
	errs := scene.Check(c.text, f)
	if _, err := c.Look(); err != nil {
		errs = append(errs, err)
	}
	return errs
}

// parse reads the scene so that its lines are those of the file.
func (c *Claim) parse() (*scene.File, error) {
	return scene.Parse(c.text, strings.Repeat("\n", c.above)+c.Scene)
}

// Look runs the scene to where one looks, and says after how many events that is.
func (c *Claim) Look() (engine.StepNo, error) {
	f, err := c.parse()
	if err != nil {
		return 0, err
	}
	t, err := scene.Load(f)
	if err != nil {
		return 0, err
	}
	p := &Player{sc: t.Scenario()}
	if err := p.find(t, c.At); err != nil {
		return 0, fmt.Errorf("%s:%d: at: %w", c.file, c.placed, err)
	}
	return t.N(), nil
}

// ReadClaims reads a folder of claims on disk, or one of its files.
func ReadClaims(name string) ([]*Claim, error) {
	name = filepath.ToSlash(filepath.Clean(name))
	if filepath.Ext(name) != ".yaml" {
		return loadClaims(os.DirFS(name), ".", name)
	}
	dir, file := path.Split(name)
	c, err := loadClaim(os.DirFS(path.Clean(dir)), ".", path.Clean(dir), file)
	return []*Claim{c}, err
}

// CheckClaims loads a folder of claims and plays each.
func CheckClaims(fsys fs.FS, show string) []error {
	all, err := loadClaims(fsys, ".", show)
	errs := unjoin(err)
	for _, c := range all {
		errs = append(errs, c.Play()...)
	}
	return errs
}

// IsClaims reports whether a folder on disk holds claims: it is called so.
func IsClaims(dir string) bool {
	found, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	return err == nil && len(found) > 0 && filepath.Base(filepath.Clean(dir)) == claimsDir
}

func byTopic(a, b *Claim) int {
	if d := slices.Index(ClaimTopics, a.Topic) - slices.Index(ClaimTopics, b.Topic); d != 0 {
		return d
	}
	return compareID(a.ID, b.ID)
}

// compareID puts T9 before T10 and T before W.
func compareID(a, b string) int {
	if a[0] != b[0] || len(a) == len(b) {
		return strings.Compare(a, b)
	}
	return len(a) - len(b)
}
