package web

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/shell"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/lessons"
	"wirestep/web/proto"
)

// command is one thing that a page may ask. run either does it whole or refuses
// and changes nothing. One that moves changes where the session stands, so it is
// kept and told to everybody.
type command struct {
	moves bool
	run   func(st *stage, w *watcher, c proto.Command) (proto.Done, error)
}

var commands = map[string]command{
	"step":     {true, (*stage).doStep},
	"back":     {true, (*stage).doBack},
	"seek":     {true, (*stage).doSeek},
	"until":    {true, (*stage).doUntil},
	"act":      {true, (*stage).doAct},
	"branch":   {true, (*stage).doSeek},
	"fork":     {true, (*stage).doFork},
	"replay":   {true, (*stage).doReplay},
	"label":    {true, (*stage).doLabel},
	"lesson":   {true, (*stage).doLesson},
	"predict":  {true, (*stage).doPredict},
	"frames":   {false, (*stage).doFrames},
	"diff":     {false, (*stage).doDiff},
	"compare":  {false, (*stage).doCompare},
	"inspect":  {false, (*stage).doInspect},
	"shell":    {true, (*stage).doShell},
	"header":   {false, (*stage).doHeader},
	"forecast": {false, (*stage).doForecast},
	"preview":  {false, (*stage).doPreview},
	"snapshot": {false, (*stage).doSnapshot},
	"share":    {true, (*stage).doShare},
	"name":     {true, (*stage).doName},
	"try":      {true, (*stage).doTry},
	"moves":    {true, (*stage).doMoves},
	"why":      {false, (*stage).doWhy},
	"history":  {false, (*stage).doHistory},
	"search":   {false, (*stage).doSearch},
	"find":     {false, (*stage).doFind},
	"reach":    {true, (*stage).doReach},
	"puzzle":   {false, (*stage).doPuzzle},
}

const maxSteps = 500 // that one "step" may make

// between refuses a number that is out of range.
func between(name string, v, least, most int32) error {
	if v < least || v > most {
		return cannot("range", "name", name, "value", v, "min", least, "max", most)
	}
	return nil
}

// branchOf is the branch that a command is about.
func (st *stage) branchOf(c proto.Command) (engine.BranchID, error) {
	if c.Branch == nil {
		return st.t.Branch(), nil
	}
	b := engine.BranchID(*c.Branch)
	if !st.knows(b) {
		return 0, cannot("branch", "branch", b)
	}
	return b, nil
}

// onto goes to the branch that a command is about: to its end, if the session
// is elsewhere, because somebody else moved it.
func (st *stage) onto(c proto.Command) error {
	b, err := st.branchOf(c)
	if err == nil && b != st.t.Branch() {
		st.goTo(b, st.tipOf(b))
	}
	return err
}

func (st *stage) doStep(_ *watcher, c proto.Command) (proto.Done, error) {
	n := max(c.N, 1)
	if err := cmp.Or(between("n", n, 1, maxSteps), st.onto(c)); err != nil {
		return proto.Done{}, err
	}
	for i := range n {
		if err := st.step(); err != nil && i == 0 {
			return proto.Done{}, err
		} else if err != nil {
			break
		}
	}
	st.observe()
	return proto.Done{}, nil
}

// step makes the next event, or says why there is none.
func (st *stage) step() error {
	e, ok := st.t.Step()
	if !ok {
		return st.stuck()
	}
	st.here(st.t.World(), e)
	return nil
}

// stuck says why the timeline does not go on.
func (st *stage) stuck() error {
	if err := st.t.Err(); err != nil {
		return cannot("limit", "what", err.Error())
	}
	return cannot("end")
}

func (st *stage) doBack(_ *watcher, c proto.Command) (proto.Done, error) {
	n := max(c.N, 1)
	if err := cmp.Or(between("n", n, 1, 1<<30), st.onto(c)); err != nil {
		return proto.Done{}, err
	}
	if st.t.N() == 0 {
		return proto.Done{}, cannot("start")
	}
	st.goTo(st.t.Branch(), max(0, st.t.N()-engine.StepNo(n)))
	st.observe()
	return proto.Done{}, nil
}

// doSeek goes to a place that has been computed.
func (st *stage) doSeek(_ *watcher, c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err != nil {
		return proto.Done{}, err
	}
	if err := between("n", c.N, 0, int32(st.tipOf(b))); err != nil {
		return proto.Done{}, err
	}
	st.goTo(b, engine.StepNo(c.N))
	st.observe()
	return proto.Done{}, nil
}

func (st *stage) doUntil(_ *watcher, c proto.Command) (proto.Done, error) {
	cond, err := scene.Compile(c.Cond, &st.file.Scenario)
	if err != nil {
		return proto.Done{}, cannot("cond", "what", err.Error())
	}
	if err := st.onto(c); err != nil {
		return proto.Done{}, err
	}
	found := st.runTo(cond, 1, scene.Momentary(c.Cond))
	st.observe()
	return proto.Done{Found: &found}, nil
}

func (st *stage) doAct(w *watcher, c proto.Command) (proto.Done, error) {
	op, err := scene.ParseOp(c.Op, &st.file.Scenario)
	if err != nil {
		return proto.Done{}, cannot("op", "what", err.Error())
	}
	if len(st.t.Branches()) >= maxBranches {
		return proto.Done{}, cannot("many-branches", "max", maxBranches)
	}
	if err := st.onto(c); err != nil {
		return proto.Done{}, err
	}
	at := st.t.World().Now()
	if c.At != nil {
		at = sim.Time(*c.At)
	}
	if now, next := st.t.World().Now(), st.t.World().NextAt(); at < now || at > next {
		return proto.Done{}, cannot("instant", "at", at.Seconds(), "from", now.Seconds(), "to", next.Seconds())
	}
	e, err := st.t.Apply(op, at, w.actor())
	var gone *engine.ErrGone
	if errors.As(err, &gone) {
		return proto.Done{}, cannot("gone", "packet", gone.Packet, "step", gone.SentBy)
	}
	if err != nil {
		return proto.Done{}, cannot("op", "what", err.Error())
	}
	st.here(st.t.World(), e)
	st.observe()
	return proto.Done{}, nil
}

// name takes a label as people type it.
func name(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > maxLabel {
		return "", cannot("text-long", "max", maxLabel)
	}
	return s, nil
}

func (st *stage) doFork(_ *watcher, c proto.Command) (proto.Done, error) {
	label, err := name(c.Text)
	if err == nil {
		err = st.onto(c)
	}
	if err != nil {
		return proto.Done{}, err
	}
	if len(st.t.Branches()) >= maxBranches {
		return proto.Done{}, cannot("many-branches", "max", maxBranches)
	}
	if _, err := st.t.Fork(label); err != nil {
		return proto.Done{}, cannot("op", "what", err.Error())
	}
	st.observe()
	return proto.Done{}, nil
}

func (st *stage) doLabel(_ *watcher, c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err != nil {
		return proto.Done{}, err
	}
	label, err := name(c.Text)
	if err == nil {
		err = st.t.Label(b, label)
	}
	return proto.Done{}, err
}

func (st *stage) doFrames(w *watcher, c proto.Command) (proto.Done, error) {
	if c.Ahead {
		return st.framesAhead(c)
	}
	b, err := st.branchOf(c)
	if err == nil {
		err = between("n", c.N, 1, int32(st.tipOf(b)))
	}
	if err == nil {
		err = between("to", c.To, c.N, min(int32(st.tipOf(b)), c.N+framesInOne-1))
	}
	if err == nil {
		w.answer(st.framesMessage(b, engine.StepNo(c.N-1), engine.StepNo(c.To)))
	}
	return proto.Done{}, err
}

// doSnapshot is for a page that lacks something.
func (st *stage) doSnapshot(w *watcher, _ proto.Command) (proto.Done, error) {
	delete(w.holds, st.t.Branch())
	st.bring(w, nil, map[spanOf][]byte{})
	return proto.Done{}, nil
}

func (st *stage) doDiff(_ *watcher, c proto.Command) (proto.Done, error) {
	a, err := st.branchOf(c)
	if err != nil {
		return proto.Done{}, err
	}
	b := engine.BranchID(c.To)
	if !st.knows(b) {
		return proto.Done{}, cannot("branch", "branch", b)
	}
	d, err := st.diff(a, b)
	return proto.Done{Diff: d}, err
}

func (st *stage) doInspect(_ *watcher, c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err == nil {
		err = between("n", c.N, 0, int32(st.tipOf(b)))
	}
	if err != nil {
		return proto.Done{}, err
	}
	back, n := st.t.Branch(), st.t.N()
	defer st.goTo(back, n)
	v := st.veil()
	st.goTo(b, engine.StepNo(c.N))
	queues := encodeQueues(st.t.World())
	if v != nil {
		v.queues(queues)
	}
	return proto.Done{Inspect: &proto.Inspect{N: c.N, Queues: queues}}, nil
}

// doShell carries out a command line on a host. One that only looks leaves the
// session where it stands.
func (st *stage) doShell(w *watcher, c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err == nil {
		err = between("n", c.N, 0, int32(st.tipOf(b)))
	}
	if err != nil {
		return proto.Done{}, err
	}
	v, back, n := st.veil(), st.t.Branch(), st.t.N()
	if c.N != 0 || b != back {
		st.goTo(b, cmp.Or(engine.StepNo(c.N), st.tipOf(b)))
	}
	a := shell.Run(st.t.World(), c.Host, c.Line)
	if v != nil && (a.Ahead || a.Act != nil) {
		st.goTo(back, n)
		return proto.Done{}, cannot("answer-first")
	}
	if a.Act == nil {
		st.goTo(back, n)
		return proto.Done{Shell: &proto.Shell{Text: a.Text, Failed: a.Failed}}, nil
	}
	p := st.puzzle()
	switch {
	case !may(w.role, "act"):
		err = st.notFor(w)
	case p != nil && st.forbidsOp(p, scene.FormatOp(*a.Act)) != nil:
		err = st.forbidsOp(p, scene.FormatOp(*a.Act))
	case len(st.t.Branches()) >= maxBranches:
		err = cannot("many-branches", "max", maxBranches)
	default:
		a.Act.Text = scene.FormatOp(*a.Act)
		var e *trace.Event
		e, err = st.t.Apply(*a.Act, st.t.World().Now(), w.actor())
		for i := 0; err == nil && i < len(a.More); i++ { // what one line did besides
			a.More[i].Text = scene.FormatOp(a.More[i])
			e, err = st.t.Apply(a.More[i], st.t.World().Now(), w.actor())
		}
		if err == nil {
			st.here(st.t.World(), e)
			st.observe()
			return proto.Done{Shell: &proto.Shell{Text: a.Text, Failed: a.Failed, Acted: true}}, nil
		}
		err = cannot("op", "what", err.Error())
	}
	st.goTo(back, n)
	return proto.Done{}, err
}

var lessonMoves = []string{"next", "prev", "reset", "return", "do", "hint", "level"}

func (st *stage) doLesson(_ *watcher, c proto.Command) (proto.Done, error) {
	if st.player == nil {
		return proto.Done{}, cannot("no-player")
	}
	var err error
	switch c.Text {
	case "next":
		err = st.player.Next(st.t)
	case "prev":
		err = st.player.Prev(st.t)
	case "reset":
		err = st.player.Start(st.t)
	case "return":
		err = st.player.Return(st.t)
	case "do":
		err = st.player.Do(st.t)
	case "hint":
		st.player.Hint()
	case "level":
		err = st.player.SetLevel(st.t, c.Answer)
	default:
		return proto.Done{}, cannot("lesson", "what", `"`+c.Text+`", expected `+strings.Join(slices.Clone(lessonMoves), ", "))
	}
	if err != nil {
		return proto.Done{}, cannot("lesson", "what", err.Error())
	}
	return proto.Done{}, nil
}

func (st *stage) doPredict(_ *watcher, c proto.Command) (proto.Done, error) {
	if st.player == nil {
		return proto.Done{}, cannot("no-player")
	}
	p, err := st.player.Answer(st.t, c.Answer)
	if errors.Is(err, lessons.ErrMoveFirst) {
		return proto.Done{}, cannot("move-first")
	}
	if err != nil {
		return proto.Done{}, cannot("lesson", "what", err.Error())
	}
	return proto.Done{Predict: &proto.Predicted{Choice: p.Choice, Right: p.Right, Why: int32(p.Why), Verdict: p.Verdict, Belief: p.Belief, Left: p.Left}}, nil
}

// observe lets the lesson see where the person went.
func (st *stage) observe() {
	if st.player != nil {
		st.player.Observe(st.t)
	}
}
