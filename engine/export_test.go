package engine

// HappensWithout runs the future in which a cause does not happen, from nothing, and
// reports whether its effect happens there.
func HappensWithout(t *Timeline, b BranchID, l CauseLink) bool {
	k := l.ifNot()
	copy(k.more[:], l.Instead)
	budget := 1 << 20
	happens, known := t.Clone().without(b, l.Of, k, &budget)
	return happens || !known
}
