package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/web/journal"
)

// Opening is the first entry of a session: where it came from.
type Opening struct {
	Scene   string `json:"scene"`             // text of a scene or of a bundle
	Lesson  string `json:"lesson,omitempty"`  // slug
	Sandbox string `json:"sandbox,omitempty"` // name
	Owner   []byte `json:"owner,omitempty"`   // hash of the owner's key
	At      int    `json:"at,omitempty"`      // the event at which it begins, or the last one
}

// entry is one entry of a session's journal: the opening, or what one command
// added to the tree of futures.
type entry struct {
	Opening *Opening `json:"open,omitempty"`
	News    []delta  `json:"news,omitempty"`
	Share   *share   `json:"share,omitempty"` // a link that was given away, or taken back
	Page    string   `json:"page,omitempty"`  // token of the page that asked
	ID      int64    `json:"id,omitempty"`    // its command
}

// delta is what is new in one branch: itself, its name, what was done in it.
type delta struct {
	Branch engine.BranchID  `json:"b"`
	Parent engine.BranchID  `json:"parent"`
	Step   engine.StepNo    `json:"step"`
	Label  string           `json:"label,omitempty"`
	Off    []engine.MoveRef `json:"off,omitempty"` // what was left out of it
	Did    []string         `json:"did,omitempty"` // as lines of a bundle
}

// checkpoint is where people stand.
type checkpoint struct {
	Branch engine.BranchID  `json:"b"`
	N      engine.StepNo    `json:"n"`
	Tip    engine.StepNo    `json:"tip"`             // how far its branch had been computed
	Pages  map[string]int64 `json:"pages,omitempty"` // token → last command carried out
	Guests map[string]guest `json:"guests,omitempty"`
	Last   int32            `json:"last,omitempty"`  // number of the last guest
	Owner  string           `json:"owner,omitempty"` // the name that the owner goes by
	Lesson json.RawMessage  `json:"lesson,omitempty"`
	Broken string           `json:"broken,omitempty"` // what broke, and during which command
}

// record is a session as its journal has it: a bundle that grows.
type record struct {
	Opening
	File    *scene.File // its branches are the ones in the journal
	links   map[role]share
	entries int
	kept    checkpoint
}

func encodeEntry(e entry) []byte           { return encodeJSON(e) }
func encodeCheckpoint(m checkpoint) []byte { return encodeJSON(m) }

// openRecord reads the scene that a session begins with.
func openRecord(o Opening) (record, error) {
	if len(o.Scene) > maxSceneText {
		return record{}, refuse(TooLarge, "body-large", "max", maxSceneText)
	}
	f, err := scene.Parse("scene", o.Scene)
	if err != nil {
		return record{}, badScene(err)
	}
	return record{Opening: o, File: f, entries: 1, kept: checkpoint{Branch: f.Cursor.Branch, N: max(f.Cursor.Step, engine.StepNo(o.At)), Pages: map[string]int64{}}}, nil
}

// readRecord reads a journal.
func readRecord(r journal.Record) (record, error) {
	var s record
	for i, b := range r.Entries {
		var e entry
		err := json.Unmarshal(b, &e)
		switch {
		case err != nil:
		case i == 0 && e.Opening == nil:
			err = errors.New("it does not begin with a scene")
		case i == 0:
			s, err = openRecord(*e.Opening)
		default:
			err = s.add(e.News)
			s.give(e.Share)
			s.kept.Pages[e.Page] = max(s.kept.Pages[e.Page], e.ID)
		}
		if err != nil {
			return s, fmt.Errorf("journal entry %d: %w", i+1, err)
		}
	}
	s.entries = len(r.Entries)
	if r.Mark != nil {
		pages := s.kept.Pages
		s.kept = checkpoint{}
		if err := json.Unmarshal(r.Mark, &s.kept); err != nil {
			return s, fmt.Errorf("journal mark: %w", err)
		}
		for token, id := range s.kept.Pages {
			pages[token] = max(pages[token], id)
		}
		s.kept.Pages = pages
	}
	return s, nil
}

// add takes what is new into the bundle.
func (s *record) add(all []delta) error {
	for _, n := range all {
		if len(s.File.Branches) == 0 && n.Branch > 0 {
			s.File.Branches = append(s.File.Branches, scene.Branch{Parent: -1})
		}
		switch at := int(n.Branch); {
		case at == len(s.File.Branches):
			s.File.Branches = append(s.File.Branches, scene.Branch{ID: n.Branch, Parent: n.Parent, Step: n.Step, Label: n.Label, Off: n.Off})
		case at > len(s.File.Branches):
			return fmt.Errorf("branch %d, expected at most %d", at, len(s.File.Branches))
		}
		b := &s.File.Branches[n.Branch]
		b.Label = n.Label
		for _, line := range n.Did {
			did, err := scene.ParseStep(&s.File.Scenario, line)
			if err != nil {
				return err
			}
			b.Did = append(b.Did, did)
		}
	}
	return nil
}

// compare finds what the timeline has and the bundle lacks.
func (s *record) compare(t *engine.Timeline) []delta {
	var all []delta
	for _, b := range t.Branches() {
		known := scene.Branch{}
		isNew := int(b.ID) >= len(s.File.Branches)
		if !isNew {
			known = s.File.Branches[b.ID]
		}
		did := t.Interventions(b.ID)[len(known.Did):]
		if isNew && b.ID > 0 || b.Label != known.Label || len(did) > 0 {
			n := delta{Branch: b.ID, Parent: b.Parent, Step: b.Step, Label: b.Label, Off: b.Off}
			for _, d := range did {
				n.Did = append(n.Did, scene.FormatStep(d))
			}
			all = append(all, n)
		}
	}
	return all
}

// Bundle is the session as text, with the cursor where it stands.
func (s *record) Bundle() string {
	f := *s.File
	if len(f.Branches) == 0 {
		f.Branches = []scene.Branch{{Parent: -1}}
	}
	f.Cursor = scene.Cursor{Branch: s.kept.Branch, Step: s.kept.N}
	text := scene.Format(&f)
	if s.kept.Broken != "" {
		text += "\n# This session broke: " + strings.ReplaceAll(s.kept.Broken, "\n", "\n# ") + "\n"
	}
	return text
}
