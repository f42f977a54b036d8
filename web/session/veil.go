package session

import (
	"encoding/json"
	"slices"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/web/proto"
)

// A veil lies over a session while a question of its lesson is open: what would answer
// it does not leave the server, for nobody's page. That is what first came to be after
// the horizon (where the step stands, with its moves made), and every deadline beyond it.
// veil.go decides what may be asked, veilcut.go takes away what frames and answers hold.
type veil struct {
	branch engine.BranchID
	n      engine.StepNo // the horizon
	now    sim.Time      // when that was
}

// veilKey is what a veil depends on while it lies there.
type veilKey struct {
	branch engine.BranchID
	tip    engine.StepNo
	step   int
}

// veil is the one that lies over the session; nil: none does.
func (st *State) veil() *veil {
	if st.cover != nil {
		return st.cover
	}
	if st.Player == nil || !st.Player.Open() {
		return nil
	}
	key := veilKey{st.T.Branch(), st.T.Tip(), st.Player.Status().Step}
	if st.veiledBy != nil && st.veiledAt == key {
		return st.veiledBy
	}
	v := &veil{branch: st.T.Branch(), n: st.Player.Horizon(st.T)}
	st.veiledBy, st.veiledAt = v, key
	if e := st.T.Event(v.branch, v.n); v.n > 0 {
		v.now = e.At
	}
	return v
}

// Tip is the last event of the current branch that people may see.
func (st *State) Tip() engine.StepNo {
	if v := st.veil(); v != nil {
		return v.n
	}
	return st.T.Tip()
}

// end reports whether nothing is scheduled after the last event of a branch, as far as people may know.
func (st *State) end(b engine.BranchID) bool { return st.veil() == nil && st.info(b).End }

// shows reports whether a place may be seen: one of the branch at hand up to the horizon,
// or of those that it came from, up to where it left them.
func (v *veil) shows(t *engine.Timeline, b engine.BranchID, n engine.StepNo) bool {
	up, known := v.until(t)[b]
	return known && n <= up
}

// until is how far each branch may be seen; those that are not there are hidden whole.
func (v *veil) until(t *engine.Timeline) map[engine.BranchID]engine.StepNo {
	all, out := t.Branches(), map[engine.BranchID]engine.StepNo{}
	for b, n := v.branch, v.n; b >= 0; b = all[b].Parent {
		out[b] = n
		n = min(n, all[b].Step)
	}
	return out
}

// veiledWhole are the commands that tell of what lies ahead, or lead there by a way
// of their own. They wait for the answer.
var veiledWhole = []string{"until", "fork", "diff", "compare", "forecast", "preview", "search", "find", "reach", "try", "moves", "label"}

// hides refuses what may not be asked while a question is open, and what has to wait for
// a move that the step asks for.
func (st *State) hides(c proto.Command) error {
	if st.Player == nil {
		return nil
	}
	v := st.veil()
	if v == nil {
		if a := st.Player.Status().Cause; a != nil && len(a.Right) == 0 && c.T == "why" {
			return Cannot("answer-first") // how it came about is what is asked now
		}
		return st.waits(c)
	}
	asking := Cannot("answer-first")
	switch c.T {
	case "act":
		op, err := scene.ParseOp(c.Op, &st.File.Scenario)
		at := st.T.World().Now()
		if c.At != nil {
			at = sim.Time(*c.At)
		}
		if err == nil && (!st.Player.Wants(st.T, op, at) || at < st.T.World().Now() || at > st.T.World().NextAt()) {
			return asking
		}
	case "replay":
		if c.Without != 0 || !st.Player.WantsReplay(c.Ops) {
			return asking
		}
	case "step":
		if st.T.N()+engine.StepNo(max(c.N, 1)) > v.n {
			return asking
		}
	case "predict":
		if len(st.Player.Missing(st.T)) > 0 {
			return Cannot("move-first")
		}
	case "history":
		if !st.mayShow(v, c.Branch, c.N) || st.tellsDeadline(c) {
			return asking
		}
	case "frames":
		if c.Ahead || !st.mayShow(v, c.Branch, max(c.N, c.To)) {
			return asking
		}
	case "seek", "branch", "inspect", "shell", "header", "why":
		if !st.mayShow(v, c.Branch, c.N) {
			return asking
		}
	default:
		if slices.Contains(veiledWhole, c.T) {
			return asking
		}
	}
	return nil
}

// waits refuses to run on before the moves of a step are made.
func (st *State) waits(c proto.Command) error {
	if c.T == "step" || c.T == "until" {
		if len(st.Player.Missing(st.T)) > 0 && !st.Player.Before(st.T) {
			return Cannot("move-first")
		}
	}
	return nil
}

func (st *State) mayShow(v *veil, branch *int32, n int32) bool {
	b := st.T.Branch()
	if branch != nil {
		b = engine.BranchID(*branch)
	}
	return !st.knows(b) || v.shows(st.T, b, engine.StepNo(n)) // one that is not there has its own answer
}

// tellsDeadline reports whether the number that is asked for may be a deadline.
func (st *State) tellsDeadline(c proto.Command) bool {
	if c.Number == nil || c.Number.Subject == 0 {
		return false
	}
	for _, s := range st.T.World().Subjects() {
		if int32(s.ID) == c.Number.Subject {
			return slices.ContainsFunc(c.Number.Fields, func(f uint16) bool { return int(f) >= len(s.Schema.Fields) || ahead(&s.Schema.Fields[f]) })
		}
	}
	return true
}

// lengths are the variables that hold how long a timer is to run: what it is set to
// from now on is as good as the deadline.
var lengths = map[string]bool{"RTO": true, "ATO": true, "Timeout": true, "Stay": true}

// ahead reports whether a variable can tell of what lies ahead.
func ahead(f *trace.Field) bool {
	return f.Unit == trace.UnitDeadline || f.Unit == trace.UnitTime || f.Unit == trace.UnitDuration && lengths[f.Name]
}

// Hidden refuses an export while a question is open.
func (st *State) Hidden() error {
	if st.veil() != nil {
		return refuse(Conflict, "answer-first")
	}
	return nil
}

// sentFrames are frames of a branch as they go over the wire now.
func (st *State) sentFrames(b engine.BranchID, from, to engine.StepNo) []json.RawMessage {
	raw := st.FramesOf(b, from, to)
	v := st.veil()
	if v == nil {
		return raw
	}
	schemas := st.schemasAt(b, to)
	out := make([]json.RawMessage, len(raw))
	for i := range raw {
		var f proto.Frame
		if err := json.Unmarshal(raw[i], &f); err != nil {
			panic("session: a frame of ours is not JSON: " + err.Error())
		}
		v.frame(&f, schemas)
		out[i] = encodeJSON(f)
	}
	return out
}

// schemasAt tells what kind each subject of a branch is, up to an event: those that
// are gone again as well.
func (st *State) schemasAt(b engine.BranchID, to engine.StepNo) map[int32]*trace.Schema {
	out := map[int32]*trace.Schema{}
	for _, s := range st.worldAt(b, 0).Subjects() {
		out[int32(s.ID)] = s.Schema
	}
	for _, e := range st.T.Events(b, 1, to) {
		for i := range e.Effects {
			if m := e.Effects[i].Made; m != nil && m.Schema != nil {
				out[int32(e.Effects[i].Subject)] = m.Schema
			}
		}
	}
	return out
}

// schemaNames finds a schema by the name that messages have.
func schemaNames() map[string]*trace.Schema {
	out := map[string]*trace.Schema{}
	for _, s := range engine.Schemas() {
		out[s.Name] = s
	}
	return out
}
