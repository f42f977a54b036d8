package session

import (
	"wirestep/engine"
	"wirestep/engine/outcome"
	"wirestep/engine/scene"
	"wirestep/web/proto"
)

// maxPreviewRows is how many facts a preview shows.
const maxPreviewRows = 5

// doPreview says what would become different if the same moves were made from the
// start with some operations before them: a replay on a fork that is thrown away,
// compared with the branch as it is.
func (st *State) doPreview(w *Subscriber, c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err != nil {
		return proto.Done{}, err
	}
	ops := make([]engine.Op, len(c.Ops))
	for i, text := range c.Ops {
		if ops[i], err = scene.ParseOp(text, &st.File.Scenario); err != nil {
			return proto.Done{}, Cannot("op", "what", err.Error())
		}
	}
	t := st.T.Clone()
	goTo(t, b, st.tipOf(b))
	other, err := t.Replay(ops, "", "you")
	if err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	cmp, err := outcome.Compare(t, []engine.BranchID{b, other})
	if err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	p := (&sayer{lang: w.Lang, c: cmp}).compared()
	p.Alone = nil
	rows := []proto.CompareRow{}
	for _, r := range p.Rows {
		if !r.Same && len(rows) < maxPreviewRows {
			rows = append(rows, r)
		}
	}
	p.Rows = rows
	return proto.Done{Compare: p}, nil
}
