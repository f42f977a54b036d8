package scene

import (
	"fmt"
	"strconv"
	"strings"

	"wirestep/engine"
)

// readBranch reads: branch 0 · branch 1 from 0 step 5 "label".
func (p *parser) readBranch(l *line, _ string) {
	b := Branch{Parent: -1}
	b.ID = engine.BranchID(l.int("the number of a branch", 0, maxBranches-1))
	if l.take("from") {
		b.Parent = engine.BranchID(l.int("the number of a branch", 0, maxBranches-1))
		l.need("step")
		b.Step = engine.StepNo(l.int("the number of a step", 0, maxStep))
	}
	if l.take("without") {
		for first := true; first || l.take(","); first = false {
			b.Off = append(b.Off, l.moveRef())
		}
	}
	if l.more() {
		b.Label = l.text("the branch's name")
	}
	switch {
	case l.err != nil:
	case int(b.ID) != len(p.f.Branches):
		l.fail("branch %d, expected branch %d: they are numbered from 0 without a gap", b.ID, len(p.f.Branches))
	case (b.ID == 0) != (b.Parent < 0):
		l.fail(`branch %d, expected "from" and a branch exactly when it is not the first`, b.ID)
	case b.Parent >= b.ID:
		l.fail("branch %d leaves branch %d, expected one above it", b.ID, b.Parent)
	}
	if l.err != nil {
		p.branch = &Branch{}
		return
	}
	p.f.Branches = append(p.f.Branches, b)
	p.branch = &p.f.Branches[len(p.f.Branches)-1]
}

// moveRef reads 0.7: event 7 of branch 0.
func (l *line) moveRef() (m engine.MoveRef) {
	w := l.word("a branch and an event such as 0.7")
	b, n, ok := strings.Cut(w, ".")
	branch, err1 := strconv.Atoi(b)
	step, err2 := strconv.Atoi(n)
	if l.err == nil && (!ok || err1 != nil || err2 != nil || branch < 0 || branch >= maxBranches || step < 1 || step > maxStep || w != fmt.Sprintf("%d.%d", branch, step)) {
		l.fail("%q, expected a branch and an event such as 0.7", w)
	}
	return engine.MoveRef{Branch: engine.BranchID(branch), Step: engine.StepNo(step)}
}

// readStep reads: step 7 at 1.029s by you: drop packet 5.
func (p *parser) readStep(l *line, _ string) {
	if p.branch == nil {
		l.fail("a step belongs to a branch, expected a branch above it")
	}
	v := l.step()
	if l.err != nil {
		return
	}
	last := p.branch.Step
	if n := len(p.branch.Did); n > 0 {
		last = p.branch.Did[n-1].AtStep + 1 // what was done is an event itself
	}
	if v.AtStep < last {
		l.fail("step %d comes too early, expected at least %d", v.AtStep, last)
		return
	}
	p.branch.Did = append(p.branch.Did, v)
}

// ParseStep reads one line of a branch: what somebody did, and when.
func ParseStep(sc *engine.Scenario, text string) (engine.Intervention, error) {
	l := newLine(text, sc)
	l.need("step")
	v := l.step()
	l.end()
	if l.err != nil {
		return engine.Intervention{}, l.err
	}
	return v, nil
}

func (l *line) step() (v engine.Intervention) {
	v.AtStep = engine.StepNo(l.int("the number of a step", 0, maxStep))
	v.Also = l.take("also")
	l.need("at")
	v.At = l.at()
	l.need("by")
	v.By = l.who()
	v.Op = l.op()
	return v
}

// who reads a name and the colon behind it.
func (l *line) who() string {
	if l.more() && l.toks[l.i].str {
		by := l.text("a name")
		l.need(":")
		return by
	}
	w := l.word("a name and a colon")
	name, ok := strings.CutSuffix(w, ":")
	if l.err == nil && (!ok || !isName(name)) {
		l.fail(`%q, expected a name and a colon, such as you: or "Ann B":`, w)
	}
	return name
}

// readCursor reads: cursor branch 1 step 9.
func (p *parser) readCursor(l *line, _ string) {
	once(l, &p.seen.cursor, "cursor")
	l.need("branch")
	p.f.Cursor.Branch = engine.BranchID(l.int("the number of a branch", 0, maxBranches-1))
	l.need("step")
	p.f.Cursor.Step = engine.StepNo(l.int("the number of a step", 0, maxStep))
}

func (p *parser) finishBundle() {
	if b := int(p.f.Cursor.Branch); b > 0 && b >= len(p.f.Branches) {
		p.fail(p.n, stretch{}, sayf("the cursor is on branch %d, expected one of the %d above", b, len(p.f.Branches)))
	}
}
