package session

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
	least role // that may give it
	moves bool
	long  bool // it computes more than a slice without a break
	run   func(st *State, w *Subscriber, c proto.Command) (proto.Done, error)
}

// This is the table of who may do what, too: may reads it.
var commands map[string]command

// Some commands ask the table themselves, so it cannot be an initial value.
func init() {
	commands = map[string]command{
		"step":     {Driver, true, false, (*State).doStep},
		"back":     {Driver, true, false, (*State).doBack},
		"seek":     {Driver, true, false, (*State).doSeek},
		"until":    {Driver, true, false, (*State).doUntil},
		"act":      {Driver, true, false, (*State).doAct},
		"branch":   {Driver, true, false, (*State).doSeek},
		"fork":     {Driver, true, false, (*State).doFork},
		"replay":   {Driver, true, false, (*State).doReplay},
		"label":    {Driver, true, false, (*State).doLabel},
		"lesson":   {Driver, true, false, (*State).doLesson},
		"predict":  {Driver, true, false, (*State).doPredict},
		"frames":   {Follower, false, false, (*State).doFrames},
		"diff":     {Follower, false, true, (*State).doDiff},
		"compare":  {Follower, false, true, (*State).doCompare},
		"inspect":  {Follower, false, false, (*State).doInspect},
		"shell":    {Follower, true, false, (*State).doShell}, // what only looks; a line that acts is an "act" as well
		"header":   {Follower, false, false, (*State).doHeader},
		"forecast": {Follower, false, false, (*State).doForecast},
		"preview":  {Follower, false, true, (*State).doPreview},
		"snapshot": {Follower, false, false, (*State).doSnapshot},
		"share":    {Owner, true, false, (*State).doShare},
		"name":     {Follower, true, false, (*State).doName},
		"try":      {Driver, true, true, (*State).doTry},
		"moves":    {Driver, true, false, (*State).doMoves},
		"why":      {Follower, false, true, (*State).doWhy},
		"history":  {Follower, false, false, (*State).doHistory},
		"search":   {Follower, false, true, (*State).doSearch},
		"find":     {Follower, false, true, (*State).doFind},
		"reach":    {Driver, true, false, (*State).doReach},
		"puzzle":   {Follower, false, false, (*State).doPuzzle},
		"lost":     {Follower, false, false, (*State).doLost},
	}
}

const maxSteps = 500 // that one "step" may make

// Between refuses a number that is out of range.
func Between(name string, v, least, most int32) error {
	if v < least || v > most {
		return Cannot("range", "name", name, "value", v, "min", least, "max", most)
	}
	return nil
}

// branchOf is the branch that a command is about.
func (st *State) branchOf(c proto.Command) (engine.BranchID, error) {
	if c.Branch == nil {
		return st.T.Branch(), nil
	}
	b := engine.BranchID(*c.Branch)
	if !st.knows(b) {
		return 0, Cannot("branch", "branch", b)
	}
	return b, nil
}

// onto goes to the branch that a command is about: to its end, if the session
// is elsewhere, because somebody else moved it.
func (st *State) onto(c proto.Command) error {
	b, err := st.branchOf(c)
	if err == nil && b != st.T.Branch() {
		st.GoTo(b, st.tipOf(b))
	}
	return err
}

func (st *State) doStep(_ *Subscriber, c proto.Command) (proto.Done, error) {
	n := max(c.N, 1)
	if err := cmp.Or(Between("n", n, 1, maxSteps), st.onto(c)); err != nil {
		return proto.Done{}, err
	}
	for i := range n {
		if err := st.Step(); err != nil && i == 0 {
			return proto.Done{}, err
		} else if err != nil {
			break
		}
	}
	st.observe()
	return proto.Done{}, nil
}

// Step makes the next event, or says why there is none.
func (st *State) Step() error {
	e, ok := st.T.Step()
	if !ok {
		return st.stuck()
	}
	st.recordFrame(st.T.World(), e)
	return nil
}

// stuck says why the timeline does not go on.
func (st *State) stuck() error {
	if err := st.T.Err(); err != nil {
		return Cannot("limit", "what", err.Error())
	}
	return Cannot("end")
}

func (st *State) doBack(_ *Subscriber, c proto.Command) (proto.Done, error) {
	n := max(c.N, 1)
	if err := cmp.Or(Between("n", n, 1, 1<<30), st.onto(c)); err != nil {
		return proto.Done{}, err
	}
	if st.T.N() == 0 {
		return proto.Done{}, Cannot("start")
	}
	st.GoTo(st.T.Branch(), max(0, st.T.N()-engine.StepNo(n)))
	st.observe()
	return proto.Done{}, nil
}

// doSeek goes to a place that has been computed.
func (st *State) doSeek(_ *Subscriber, c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err != nil {
		return proto.Done{}, err
	}
	if err := Between("n", c.N, 0, int32(st.tipOf(b))); err != nil {
		return proto.Done{}, err
	}
	st.GoTo(b, engine.StepNo(c.N))
	st.observe()
	return proto.Done{}, nil
}

func (st *State) doUntil(_ *Subscriber, c proto.Command) (proto.Done, error) {
	cond, err := scene.Compile(c.Cond, &st.File.Scenario)
	if err != nil {
		return proto.Done{}, Cannot("cond", "what", err.Error())
	}
	if err := st.onto(c); err != nil {
		return proto.Done{}, err
	}
	found := st.runTo(cond, 1, scene.Momentary(c.Cond))
	st.observe()
	return proto.Done{Found: &found}, nil
}

func (st *State) doAct(w *Subscriber, c proto.Command) (proto.Done, error) {
	op, err := scene.ParseOp(c.Op, &st.File.Scenario)
	if err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	if len(st.T.Branches()) >= maxBranches {
		return proto.Done{}, Cannot("many-branches", "max", maxBranches)
	}
	if err := st.onto(c); err != nil {
		return proto.Done{}, err
	}
	at := st.T.World().Now()
	if c.At != nil {
		at = sim.Time(*c.At)
	}
	if now, next := st.T.World().Now(), st.T.World().NextAt(); at < now || at > next {
		return proto.Done{}, Cannot("instant", "at", at.Seconds(), "from", now.Seconds(), "to", next.Seconds())
	}
	e, err := st.T.Apply(op, at, w.actor())
	var gone *engine.ErrGone
	if errors.As(err, &gone) {
		return proto.Done{}, Cannot("gone", "packet", gone.Packet, "step", gone.SentBy)
	}
	if err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	st.recordFrame(st.T.World(), e)
	st.observe()
	return proto.Done{}, nil
}

// name takes a label as people type it.
func name(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > maxLabel {
		return "", Cannot("text-long", "max", maxLabel)
	}
	return s, nil
}

func (st *State) doFork(_ *Subscriber, c proto.Command) (proto.Done, error) {
	label, err := name(c.Text)
	if err == nil {
		err = st.onto(c)
	}
	if err != nil {
		return proto.Done{}, err
	}
	if len(st.T.Branches()) >= maxBranches {
		return proto.Done{}, Cannot("many-branches", "max", maxBranches)
	}
	if _, err := st.T.Fork(label); err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	st.observe()
	return proto.Done{}, nil
}

func (st *State) doLabel(_ *Subscriber, c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err != nil {
		return proto.Done{}, err
	}
	label, err := name(c.Text)
	if err == nil {
		err = st.T.Label(b, label)
	}
	return proto.Done{}, err
}

func (st *State) doFrames(w *Subscriber, c proto.Command) (proto.Done, error) {
	if c.Ahead {
		return st.framesAhead(c)
	}
	b, err := st.branchOf(c)
	if err == nil {
		err = Between("n", c.N, 1, int32(st.tipOf(b)))
	}
	if err == nil {
		err = Between("to", c.To, c.N, min(int32(st.tipOf(b)), c.N+framesInOne-1))
	}
	if err == nil {
		w.Answer(st.framesMessage(b, engine.StepNo(c.N-1), engine.StepNo(c.To), nil))
	}
	return proto.Done{}, err
}

// doSnapshot is for a page that lacks something.
func (st *State) doSnapshot(w *Subscriber, _ proto.Command) (proto.Done, error) {
	delete(w.holds, st.T.Branch())
	st.sync(w, nil, map[spanOf][]byte{})
	return proto.Done{}, nil
}

func (st *State) doDiff(_ *Subscriber, c proto.Command) (proto.Done, error) {
	a, err := st.branchOf(c)
	if err != nil {
		return proto.Done{}, err
	}
	b := engine.BranchID(c.To)
	if !st.knows(b) {
		return proto.Done{}, Cannot("branch", "branch", b)
	}
	d, err := st.diff(a, b)
	return proto.Done{Diff: d}, err
}

func (st *State) doInspect(_ *Subscriber, c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err == nil {
		err = Between("n", c.N, 0, int32(st.tipOf(b)))
	}
	if err != nil {
		return proto.Done{}, err
	}
	back, n := st.T.Branch(), st.T.N()
	defer st.GoTo(back, n)
	v := st.veil()
	st.GoTo(b, engine.StepNo(c.N))
	queues := encodeQueues(st.T.World())
	if v != nil {
		v.queues(queues)
	}
	return proto.Done{Inspect: &proto.Inspect{N: c.N, Queues: queues}}, nil
}

// doShell carries out a command line on a host. One that only looks leaves the
// session where it stands.
func (st *State) doShell(w *Subscriber, c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err == nil {
		err = Between("n", c.N, 0, int32(st.tipOf(b)))
	}
	if err != nil {
		return proto.Done{}, err
	}
	v, back, n := st.veil(), st.T.Branch(), st.T.N()
	if c.N != 0 || b != back {
		st.GoTo(b, cmp.Or(engine.StepNo(c.N), st.tipOf(b)))
	}
	a := shell.Run(st.T.World(), c.Host, c.Line)
	if v != nil && (a.Ahead || a.Act != nil) {
		st.GoTo(back, n)
		return proto.Done{}, Cannot("answer-first")
	}
	if a.Act == nil {
		st.GoTo(back, n)
		return proto.Done{Shell: &proto.Shell{Text: a.Text, Failed: a.Failed}}, nil
	}
	p := st.Puzzle()
	switch {
	case !May(w.role, "act"):
		err = st.notFor(w)
	case p != nil && st.forbidsOp(p, scene.FormatOp(*a.Act)) != nil:
		err = st.forbidsOp(p, scene.FormatOp(*a.Act))
	case len(st.T.Branches()) >= maxBranches:
		err = Cannot("many-branches", "max", maxBranches)
	default:
		a.Act.Text = scene.FormatOp(*a.Act)
		var e *trace.Event
		e, err = st.T.Apply(*a.Act, st.T.World().Now(), w.actor())
		for i := 0; err == nil && i < len(a.More); i++ { // what one line did besides
			a.More[i].Text = scene.FormatOp(a.More[i])
			e, err = st.T.Apply(a.More[i], st.T.World().Now(), w.actor())
		}
		if err == nil {
			st.recordFrame(st.T.World(), e)
			st.observe()
			return proto.Done{Shell: &proto.Shell{Text: a.Text, Failed: a.Failed, Acted: true}}, nil
		}
		err = Cannot("op", "what", err.Error())
	}
	st.GoTo(back, n)
	return proto.Done{}, err
}

var lessonMoves = []string{"next", "prev", "reset", "return", "do", "hint", "level"}

func (st *State) doLesson(_ *Subscriber, c proto.Command) (proto.Done, error) {
	if st.Player == nil {
		return proto.Done{}, Cannot("no-player")
	}
	var err error
	switch c.Text {
	case "next":
		err = st.Player.Next(st.T)
	case "prev":
		err = st.Player.Prev(st.T)
	case "reset":
		err = st.Player.Start(st.T)
	case "return":
		err = st.Player.Return(st.T)
	case "do":
		err = st.Player.Do(st.T)
	case "hint":
		st.Player.Hint()
	case "level":
		err = st.Player.SetLevel(st.T, c.Answer)
	default:
		return proto.Done{}, Cannot("lesson", "what", `"`+c.Text+`", expected `+strings.Join(slices.Clone(lessonMoves), ", "))
	}
	if err != nil {
		return proto.Done{}, Cannot("lesson", "what", err.Error())
	}
	return proto.Done{}, nil
}

func (st *State) doPredict(_ *Subscriber, c proto.Command) (proto.Done, error) {
	if st.Player == nil {
		return proto.Done{}, Cannot("no-player")
	}
	p, err := st.Player.Answer(st.T, c.Answer)
	if errors.Is(err, lessons.ErrMoveFirst) {
		return proto.Done{}, Cannot("move-first")
	}
	if err != nil {
		return proto.Done{}, Cannot("lesson", "what", err.Error())
	}
	return proto.Done{Predict: &proto.Predicted{Choice: p.Choice, Right: p.Right, Why: int32(p.Why), Verdict: p.Verdict, Belief: p.Belief, Left: p.Left}}, nil
}

// observe lets the lesson see where the person went.
func (st *State) observe() {
	if st.Player != nil {
		st.Player.Observe(st.T)
	}
}
