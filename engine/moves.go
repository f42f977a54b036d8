package engine

// MovesAgain lists what people did up to the tip of a branch, in the form in which
// Replay does it again: two branches in which the same was done give the same list.
func (t *Timeline) MovesAgain(b BranchID) []Op {
	c := t.Clone()
	if err := c.Switch(b, c.branches[b].info.Tip); err != nil {
		return nil
	}
	return c.movesAgain()
}
