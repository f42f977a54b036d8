package engine

import (
	"slices"
	"strings"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

const (
	maxPPM        = 1_000_000
	maxStartLines = 16
	maxPayload    = 65_495 // bytes that fit into one IPv4 packet beside both headers
)

// valid says what no intervention may ask for, in any world. What is read from a
// text keeps within these bounds; an operation made by a program may not.
func (op *Op) valid() error {
	switch {
	case op.Kind > OpLater:
		return refuse("no intervention has the number %d", op.Kind)
	case op.By < 0 || op.By > sim.Duration(maxTime):
		return refuse("a time of %s s; expected 0 to %s s", op.By.Seconds(), maxTime.Seconds())
	case op.When < 0 || op.When > maxTime:
		return refuse("an instant at %s s; expected 0 to %s s", op.When.Seconds(), maxTime.Seconds())
	}
	switch op.Kind {
	case OpForge:
		if err := op.Many.valid(); err != nil {
			return err
		}
		return validForgery(&op.Forge)
	case OpCall:
		return host.CheckCall(&op.Call)
	case OpQdisc:
		if op.Qdisc != "" && !slices.Contains(QdiscKinds, op.Qdisc) {
			return refuse("no queueing discipline is called %q; expected %s", op.Qdisc, strings.Join(QdiscKinds, ", "))
		}
		return op.Link.valid()
	case OpLink:
		return op.Link.valid()
	case OpDestroy:
		if len(op.Tuples) == 0 || len(op.Tuples) > maxDestroyed {
			return refuse("%d sockets to end; expected 1 to %d", len(op.Tuples), maxDestroyed)
		}
		return nil
	case OpReboot, OpPowerOff, OpPowerOn, OpFilter, OpRoute, OpMetrics:
		return nil
	case OpScene:
		if op.Scene == nil {
			return refuse("no scene")
		}
		return op.Scene.Validate()
	case OpConntrack:
		if len(op.Tuples) > maxDestroyed {
			return refuse("%d flows to delete; expected at most %d", len(op.Tuples), maxDestroyed)
		}
		return nil
	case OpOffload:
		return op.Offload.valid()
	case OpStart:
		if len(op.Lines) == 0 || len(op.Lines) > maxStartLines || op.Proc == "" {
			return refuse("a process with %d calls; expected a name and 1 to %d", len(op.Lines), maxStartLines)
		}
		for i := range op.Lines {
			if err := host.CheckCall(&op.Lines[i]); err != nil {
				return err
			}
		}
		return nil
	case OpLater:
		if op.Then == nil || op.Then.Kind == OpLater || op.Then.Kind == OpScene {
			return refuse("nothing to do later")
		}
		return op.Then.valid()
	}
	t := &op.Target
	if t.Packet < 0 || t.Nth < -1 || (!t.Any && t.Kind > wire.KindNone) {
		return refuse("no segment is the one meant: packet %d, number %d, kind %d", t.Packet, t.Nth, t.Kind)
	}
	for _, e := range op.Edits {
		if len(e.Value) > maxPayload {
			return refuse("%s of %d bytes; expected at most %d", e.Field, len(e.Value), maxPayload)
		}
	}
	return nil
}

func (l *LinkSpec) valid() error {
	for _, d := range [...]sim.Duration{l.Delay, l.Jitter} {
		if d < 0 || d > sim.Duration(maxTime) {
			return refuse("a delay of %s s; expected 0 to %s s", d.Seconds(), maxTime.Seconds())
		}
	}
	for _, n := range [...]uint32{l.LossPPM, l.DupPPM, l.ReorderPPM, l.MarkPPM} {
		if n > maxPPM {
			return refuse("%d of a million packets; expected at most a million", n)
		}
	}
	if l.MTU != 0 && (l.MTU < 68 || l.MTU > 65535) {
		return refuse("an MTU of %d bytes; expected 68 to 65535", l.MTU)
	}
	return nil
}

func validForgery(s *wire.Segment) error {
	switch {
	case !s.Src.Addr.IsValid() || !s.Dst.Addr.IsValid() || s.Src.Addr.Is4() != s.Dst.Addr.Is4():
		return refuse("a segment from %s to %s; expected two addresses of one family", s.Src.Addr, s.Dst.Addr)
	case len(s.Payload) > maxPayload:
		return refuse("a payload of %d bytes; expected at most %d", len(s.Payload), maxPayload)
	case int(s.Opts.SackN) > len(s.Opts.Sack):
		return refuse("%d SACK blocks; expected at most %d", s.Opts.SackN, len(s.Opts.Sack))
	case int(s.Opts.FOCookieN) > len(s.Opts.FOCookie):
		return refuse("a Fast Open cookie of %d bytes; expected at most %d", s.Opts.FOCookieN, len(s.Opts.FOCookie))
	case s.Opts.Len() > wire.MaxOptions:
		return refuse("options of %d bytes; a header has room for %d", s.Opts.Len(), wire.MaxOptions)
	}
	return nil
}
