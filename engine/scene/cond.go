package scene

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	exprparser "github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Cond is a question about the world right after an event.
type Cond func(*engine.World, *trace.Event) bool

// Host is what a condition sees of a host.
type Host struct {
	State       string         `expr:"state"` // of its latest connection
	Cwnd        int            `expr:"cwnd"`
	Ssthresh    int            `expr:"ssthresh"`
	RTO         float64        `expr:"rto"`  // seconds
	SRTT        float64        `expr:"srtt"` // seconds
	Inflight    int            `expr:"inflight"`
	Limited     string         `expr:"limited"` // what stopped its sender when it last looked: "cwnd" "rwnd" "Nagle" …
	Retransmits int            `expr:"retransmits"`
	Backoff     int            `expr:"backoff"`
	SndUna      int            `expr:"snd_una"` // relative
	SndNxt      int            `expr:"snd_nxt"`
	RcvNxt      int            `expr:"rcv_nxt"`
	Errno       string         `expr:"errno"` // of the last failed call
	Read        int            `expr:"read"`  // bytes read by its processes
	EOF         bool           `expr:"eof"`   // one of them read the end
	Counters    map[string]int `expr:"counters"`
	States      map[string]int `expr:"states"`  // how many sockets are in each state
	Entries     int            `expr:"entries"` // of a box: flows in its table
}

// Event is what a condition sees of the event that just happened.
type Event struct {
	Kind    string   `expr:"kind"`
	Host    string   `expr:"host"`
	Name    string   `expr:"name"`
	Segment string   `expr:"segment"` // kind of the segment that arrived or was acted upon
	Rules   []string `expr:"rules"`
}

// functions of the language that stay: those that cannot be made slow or large.
var functions = [...]string{"all", "any", "none", "one", "count", "len", "abs", "min", "max"}

// Compile reads a condition, or one of the words "segment", "timer", "state" and
// "drop". The result may be asked about any world of that scenario.
func Compile(text string, sc *engine.Scenario) (Cond, error) {
	if c := untilWord(strings.TrimSpace(text)); c != nil {
		return c, nil
	}
	if len(text) > maxCond {
		return nil, sayf("the condition has %d letters, expected at most %d", len(text), maxCond)
	}
	program, v, err := compile(text, sc, true)
	if err != nil {
		return nil, err
	}
	return func(w *engine.World, e *trace.Event) bool { return ask(program, v.env(w, e)) }, nil
}

// compile reads an expression, which has to be yes or no if it is to decide.
func compile(text string, sc *engine.Scenario, decides bool) (*vm.Program, *viewer, error) {
	hosts := hostNames(sc)
	env := map[string]any{"now": 0.0, "step": 0, "event": Event{}}
	for _, h := range hosts {
		env[exprName(h)] = Host{}
	}
	used := &names{}
	options := []expr.Option{
		expr.Env(env), expr.Patch(constants{}), expr.Patch(used), expr.DisableAllBuiltins(),
		expr.MaxNodes(300),
	}
	if decides {
		options = append(options, expr.AsBool())
	}
	for _, f := range functions {
		options = append(options, expr.EnableBuiltin(f))
	}
	program, err := expr.Compile(text, options...)
	if err != nil {
		return nil, nil, condError(err, hosts)
	}
	if used.tooSlow != "" {
		return nil, nil, &condMistake{used.column, used.tooSlow}
	}
	v := &viewer{event: used.has("event")}
	for i, h := range hosts {
		if n := exprName(h); used.has(n) {
			v.hosts, v.names = append(v.hosts, sim.HostID(i)), append(v.names, n)
		}
	}
	v.tables = used.has("counters") || used.has("states")
	return program, v, nil
}

// Momentary reports whether a condition is one of the words, which are about single
// events: what is true of two events in a row has then come true twice.
func Momentary(text string) bool { return untilWord(strings.TrimSpace(text)) != nil }

// AboutEvents reports whether a condition that compiles asks about events, and not
// only about the world: it has to be given them.
func AboutEvents(text string) bool {
	tree, err := exprparser.Parse(text)
	if err != nil || Momentary(text) {
		return true
	}
	used := &names{}
	ast.Walk(&tree.Node, used)
	return used.has("event")
}

func ask(program *vm.Program, env map[string]any) bool {
	out, err := vm.Run(program, env)
	yes, _ := out.(bool)
	return err == nil && yes
}

// exprName is a host's name as a condition writes it: a "-" would subtract.
func exprName(host string) string { return strings.ReplaceAll(host, "-", "_") }

// condError says where in the condition the mistake is.
func condError(err error, hosts []string) error {
	var at *file.Error
	if !errors.As(err, &at) {
		return fmt.Errorf("the condition cannot be read: %w", err)
	}
	what := at.Message
	if strings.HasPrefix(what, "unknown name") {
		known := []string{"now", "step", "event"}
		for _, h := range hosts {
			known = append(known, exprName(h))
		}
		what += ", expected " + oneOf(append(known, "the name of a state or an errno"))
	}
	for _, kind := range []reflect.Type{reflect.TypeFor[Host](), reflect.TypeFor[Event]()} {
		if field, is := strings.CutPrefix(what, "type "+kind.String()+" has no field "); is {
			of := map[string]string{"Host": "a host", "Event": "an event"}[kind.Name()]
			what = fmt.Sprintf("%s has no %s; it has %s", of, field, strings.Join(fieldsOf(kind), ", "))
		}
	}
	return &condMistake{at.Column + 1, what}
}

// condMistake is a mistake at a place of a condition.
type condMistake struct {
	column int
	what   string
}

func (m *condMistake) Error() string { return fmt.Sprintf("column %d: %s", m.column, m.what) }

// fieldsOf are the names by which a condition asks.
func fieldsOf(kind reflect.Type) (names []string) {
	for i := range kind.NumField() {
		names = append(names, kind.Field(i).Tag.Get("expr"))
	}
	return names
}

// constants lets states and errnos stand without quotes.
type constants struct{}

func (constants) Visit(node *ast.Node) {
	id, ok := (*node).(*ast.IdentifierNode)
	if !ok {
		return
	}
	for _, set := range [...][]string{stateNames, errnoNames} {
		for _, n := range set {
			if n == id.Value {
				ast.Patch(node, &ast.StringNode{Value: n})
				return
			}
		}
	}
}

// names collects what a condition mentions, so that no more is looked up, and
// refuses what could make one long to answer.
type names struct {
	list    []string
	loops   int
	tooSlow string
	column  int
}

func (u *names) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		u.list = append(u.list, n.Value)
	case *ast.MemberNode:
		if s, ok := n.Property.(*ast.StringNode); ok {
			u.list = append(u.list, s.Value)
		}
	case *ast.PredicateNode:
		u.loops++
		if u.loops > 2 {
			u.refuse(n, "more than two loops, expected fewer")
		}
	case *ast.BinaryNode:
		if n.Operator == ".." {
			u.refuse(n, "a range of numbers, expected a list such as event.rules")
		}
	}
}

func (u *names) refuse(n ast.Node, why string) {
	u.tooSlow, u.column = why, n.Location().From+1
}

func (u *names) has(name string) bool {
	for _, n := range u.list {
		if n == name {
			return true
		}
	}
	return false
}
