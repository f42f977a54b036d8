package outcome

import (
	"slices"

	"wirestep/engine"
	"wirestep/engine/host"
)

// Change is what people did otherwise in one branch than in another.
type Change struct {
	Same     int       // moves that were made in all of them
	Settings []Setting // that have another value in some
	Kernels  []Setting // hosts that run another kernel; Name is empty
	Moves    [][]Move  // by side: what was done there and not everywhere
}

// Setting is a sysctl that differs.
type Setting struct {
	Host, Name string
	Values     []string // by side
}

// Move is one thing that somebody did.
type Move struct {
	Kind   engine.OpKind
	Text   string
	Source string // of another text of the scene: that text
}

// None: nobody did anything otherwise.
func (c *Change) None() bool {
	n := len(c.Settings) + len(c.Kernels)
	for _, m := range c.Moves {
		n += len(m)
	}
	return n == 0
}

// Rewritten: the branches run different texts of the scene, and settings may differ
// because of that.
func (c *Change) Rewritten() bool {
	return slices.ContainsFunc(c.Moves, func(side []Move) bool {
		return slices.ContainsFunc(side, func(m Move) bool { return m.Kind == engine.OpScene })
	})
}

func changed(t *engine.Timeline, runs []*Run) Change {
	var c Change
	c.settings(runs)
	lists := make([][]Move, len(runs))
	for i, r := range runs {
		for _, op := range t.MovesAgain(r.Branch) {
			text := op.Text
			if text == "" && t.Spell != nil {
				text = t.Spell(&op)
			}
			lists[i] = append(lists[i], Move{inner(&op).Kind, text, op.Source})
		}
	}
	var common []Move
	for _, m := range lists[0] {
		everywhere := true
		for i := range lists[1:] {
			everywhere = everywhere && slices.Contains(lists[i+1], m)
		}
		if everywhere {
			common = append(common, m)
			for i := range lists[1:] {
				at := slices.Index(lists[i+1], m)
				lists[i+1] = slices.Delete(slices.Clone(lists[i+1]), at, at+1)
			}
		}
	}
	for i, list := range lists {
		var own []Move
		left := slices.Clone(common)
		for _, m := range list {
			if at := slices.Index(left, m); i == 0 && at >= 0 {
				left = slices.Delete(left, at, at+1)
				continue
			}
			if m.Kind == engine.OpSysctl && len(c.Settings) > 0 || m.Kind == engine.OpReboot && len(c.Kernels) > 0 {
				continue // told by its effect
			}
			own = append(own, m)
		}
		c.Moves = append(c.Moves, own)
	}
	c.Same = len(common)
	return c
}

// inner is what is done, whenever it is.
func inner(op *engine.Op) *engine.Op {
	if op.Kind == engine.OpLater && op.Then != nil {
		return op.Then
	}
	return op
}

// settings compares what each host is set to at the end.
func (c *Change) settings(runs []*Run) {
	for h := range runs[0].World.Hosts() {
		name := runs[0].World.Hosts()[h].Name
		kernel := Setting{Host: name}
		for _, r := range runs {
			kernel.Values = append(kernel.Values, r.World.Hosts()[h].Kernel.Name)
		}
		if differ(kernel.Values) {
			c.Kernels = append(c.Kernels, kernel)
			continue
		}
		for i := range host.Sysctls {
			s := Setting{Host: name, Name: host.Sysctls[i].Name}
			for _, r := range runs {
				s.Values = append(s.Values, r.World.Hosts()[h].Set.Values[i])
			}
			if differ(s.Values) {
				c.Settings = append(c.Settings, s)
			}
		}
	}
}

func differ(values []string) bool {
	for _, v := range values {
		if v != values[0] {
			return true
		}
	}
	return false
}
