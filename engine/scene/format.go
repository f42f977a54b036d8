package scene

import (
	"cmp"
	"encoding/hex"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/wire"
)

// writer collects lines.
type writer struct{ strings.Builder }

func (w *writer) line(parts ...string) {
	for _, p := range parts {
		w.WriteString(p)
	}
	w.WriteByte('\n')
}

// gap starts a new group of lines.
func (w *writer) gap() {
	if w.Len() > 0 && !strings.HasSuffix(w.String(), "\n\n") {
		w.WriteByte('\n')
	}
}

// Format writes a scene or a bundle so that Parse reads back the same. Comments
// other than those above the first statement are not part of a File; Tidy keeps
// them.
func Format(f *File) string {
	w := &writer{}
	for _, s := range f.Prose {
		w.line(strings.TrimRight("# "+s, " "))
	}
	w.gap()
	sc := &f.Scenario
	if sc.Name != "" {
		w.line("scene ", strconv.Quote(sc.Name))
	}
	if sc.Seed != DefaultSeed {
		w.line("seed ", strconv.FormatUint(sc.Seed, 10))
	}
	if sc.Kernel != DefaultKernel && sc.Kernel != "" {
		w.line("kernel ", sc.Kernel)
	}
	w.gap()
	formatTopology(w, sc)
	for i := range sc.Programs {
		w.gap()
		formatProgram(w, &sc.Programs[i])
	}
	w.gap()
	for i := range sc.Script {
		w.line("at ", formatAt(sc.Script[i].At), " ", FormatOp(sc.Script[i].Op))
	}
	w.gap()
	for i := range f.Expect {
		w.line(formatExpect(&f.Expect[i]))
	}
	w.gap()
	formatBundle(w, f)
	return strings.TrimRight(w.String(), "\n") + "\n"
}

func formatTopology(w *writer, sc *engine.Scenario) {
	for i := range sc.Hosts {
		h := &sc.Hosts[i]
		if h.Box != nil {
			w.line(formatBox(h))
			continue
		}
		s := "host " + h.Name + " " + h.Addr.String()
		if h.Addr6.IsValid() {
			s += " " + h.Addr6.String()
		}
		w.line(s)
	}
	w.gap()
	for i := 0; i < len(sc.Links); i++ {
		s := sc.Links[i]
		back := s
		back.From, back.To = s.To, s.From
		if i+1 < len(sc.Links) && sc.Links[i+1] == back {
			w.line("link ", s.From, " ", s.To, linkProperties(&s, 0))
			i++
			continue
		}
		w.line("link ", s.From, " > ", s.To, linkProperties(&s, 0))
	}
	w.gap()
	for i := range sc.Hosts {
		formatRules(w, &sc.Hosts[i])
	}
	w.gap()
	for i := range sc.Hosts {
		if k := sc.Hosts[i].Kernel; k != "" {
			w.line("kernel ", sc.Hosts[i].Name, " ", k)
		}
		formatOffload(w, &sc.Hosts[i])
		for _, set := range sc.Hosts[i].Sysctls {
			w.line("sysctl ", sc.Hosts[i].Name, " ", set.Name, " = ", set.Value)
		}
	}
}

// linkProperties writes the properties in has, or all that are not the default.
func linkProperties(s *engine.LinkSpec, has engine.LinkField) string {
	var b strings.Builder
	for i := range properties {
		p := &properties[i]
		if has&p.bit != 0 || has == 0 && !p.plain(s) {
			b.WriteString(" " + p.name + " " + p.format(s))
		}
	}
	return b.String()
}

func formatProgram(w *writer, p *engine.Program) {
	if p.Name == "app" {
		w.line("program ", p.Host)
	} else {
		w.line("program ", p.Host, " ", p.Name)
	}
	depth := 1
	for i := range p.Lines {
		self, after := indents(p.Lines[i].Kind)
		w.line(strings.Repeat("  ", depth+self), FormatInstr(p.Lines[i]))
		depth += after
	}
}

func formatExpect(e *Expectation) string {
	s := "expect " + whenWords[e.When]
	if e.When == AtInstant {
		s += " " + formatAt(e.At)
	}
	return s + " " + e.Cond
}

// FormatInstr writes one line of a program.
func FormatInstr(in host.Instr) string {
	switch in.Kind {
	case host.InstrSleep:
		return "sleep(" + formatSpan(in.Wait) + ")"
	case host.InstrAt:
		return "at(" + formatAt(in.At) + ")"
	case host.InstrLoop, host.InstrEnd, host.InstrIf, host.InstrElse, host.InstrEndIf:
		return formatFlow(in)
	}
	var args []string
	for _, a := range in.Args {
		args = append(args, formatArg(a))
	}
	s := in.Name + "(" + strings.Join(args, ", ") + ")"
	if in.Var != "" {
		s = in.Var + " = " + s
	}
	return s
}

func formatArg(a host.Arg) string {
	switch a.Kind {
	case host.ArgNum:
		return strconv.FormatInt(a.Num, 10)
	case host.ArgText:
		return strconv.Quote(a.Text)
	case host.ArgAddr:
		return formatEndpoint(a.Addr, a.Text)
	case host.ArgDur:
		return formatSpan(a.Dur)
	}
	return a.Text
}

// FormatOp writes one intervention.
func FormatOp(op engine.Op) string {
	s := verbs[op.Kind].name + " "
	switch op.Kind {
	case engine.OpDelay:
		return s + formatTarget(op.Target) + " by " + formatSpan(op.By)
	case engine.OpDuplicate:
		s += formatTarget(op.Target)
		if op.By != 0 {
			s += " after " + formatSpan(op.By)
		}
		return s
	case engine.OpEdit:
		return s + formatTarget(op.Target) + formatEdits(op.Edits)
	case engine.OpForge:
		return s + formatForge(&op)
	case engine.OpSysctl:
		return s + op.Host + " " + op.Set.Name + " = " + op.Set.Value
	case engine.OpCall:
		if op.Proc != "" {
			return s + op.Host + " " + op.Proc + ": " + FormatInstr(op.Call)
		}
		return s + op.Host + ": " + FormatInstr(op.Call)
	case engine.OpUnplug, engine.OpPlug, engine.OpLink, engine.OpQdisc:
		arrow := " > "
		if op.Both {
			arrow = " "
		}
		s += op.Link.From + arrow + op.Link.To
		return s + formatChange(&op)
	case engine.OpLater:
		return s + formatAt(op.When) + " " + FormatOp(*op.Then)
	case engine.OpStart:
		s += op.Host + " " + op.Proc + ":"
		for i, in := range op.Lines {
			if i > 0 {
				s += ";"
			}
			s += " " + FormatInstr(in)
		}
		return s
	case engine.OpReboot:
		if op.Kernel != "" {
			return s + op.Host + " " + op.Kernel
		}
		return s + op.Host
	case engine.OpPowerOff, engine.OpPowerOn:
		return s + op.Host
	case engine.OpOffload:
		return s + op.Host + formatMeasure(op.Offload)
	case engine.OpDestroy:
		return s + op.Host + formatTuples(op.Tuples)
	case engine.OpFilter:
		return s + op.Host + formatFilter(&op.Filter)
	case engine.OpRoute:
		return s + op.Host + formatRoute(&op.Route)
	case engine.OpMetrics:
		return s + op.Host + formatMetrics(op.Peer)
	case engine.OpScene:
		return s + strconv.Quote(op.Source)
	case engine.OpConntrack:
		return s + op.Host + formatConntrack(op.Tuples)
	case engine.OpForget:
		return s + "rule " + strconv.Itoa(op.Rule)
	}
	return s + formatTarget(op.Target) // drop, hold, release, corrupt
}

// formatChange writes what a link or the queueing discipline before it becomes.
func formatChange(op *engine.Op) (s string) {
	if op.Kind == engine.OpQdisc {
		s = " " + cmp.Or(op.Qdisc, "none")
	}
	if op.Kind == engine.OpLink || op.Qdisc != "" {
		s += linkProperties(&op.Link, op.LinkHas)
	}
	return s
}

func formatTuples(list []wire.Tuple) (s string) {
	for i, t := range list {
		if i > 0 {
			s += " and"
		}
		s += " " + formatEndpoint(t.Local, "")
		if t.Remote.Addr.IsValid() {
			s += " > " + formatEndpoint(t.Remote, "")
		}
	}
	return s
}

func formatTarget(t engine.Target) string {
	if t.Packet != 0 {
		return "packet " + strconv.Itoa(int(t.Packet))
	}
	s := "every"
	switch {
	case t.Nth < 0:
		s = "next"
	case t.Nth > 0:
		s = ordinal(t.Nth)
	}
	if t.Any {
		s += " segment"
	} else {
		s += " " + t.Kind.String()
	}
	if t.From != "" {
		s += " from " + t.From
	}
	return s
}

func formatEdits(edits []engine.Edit) string {
	var b strings.Builder
	for _, e := range edits {
		v := e.Value
		if e.Field == "payload" {
			v = strconv.Quote(v)
		}
		b.WriteString(" " + e.Field + "=" + v)
	}
	return b.String()
}

func formatForge(op *engine.Op) string {
	g := &op.Forge
	s := op.Link.From + " > " + op.Link.To + " flags=" + g.Flags.String()
	num := func(name string, v int64) { s += " " + name + "=" + strconv.FormatInt(v, 10) }
	seq := func(name string, v wire.Seq) {
		switch {
		case v != 0 && op.Rel:
			num(name, int64(int32(v)))
		case v != 0:
			num(name, int64(v))
		}
	}
	seq("seq", g.Seq)
	if !op.Rel {
		s += " abs"
	}
	seq("ack", g.Ack)
	if g.ECN != wire.NotECT {
		s += " ecn=" + g.ECN.String()
	}
	if g.Win != 0 {
		num("win", int64(g.Win))
	}
	if g.Urg != 0 {
		num("urg", int64(g.Urg))
	}
	if n := len(g.Payload); n > 0 && g.Payload == wire.Pattern(0, n) {
		num("len", int64(n))
	} else if n > 0 {
		s += " payload=" + strconv.Quote(g.Payload)
	}
	s += forgeOptions(&g.Opts)
	if m := &op.Many; m.Net.IsValid() {
		s += " from=" + formatPool(m)
	} else if g.Src.Port != 0 {
		s += " from=" + formatEndpoint(g.Src, "")
	}
	if g.Dst.Port != 0 {
		s += " to=" + formatEndpoint(g.Dst, "")
	}
	if g.TTL != 0 {
		num("ttl", int64(g.TTL))
	}
	if g.BadSum {
		s += " badsum"
	}
	if g.ICMP.Set {
		s += " icmp=" + strconv.Itoa(int(g.ICMP.Type)) + "/" + strconv.Itoa(int(g.ICMP.Code))
		if g.ICMP.MTU != 0 {
			s += "/" + strconv.Itoa(int(g.ICMP.MTU))
		}
	}
	return s + formatMany(&op.Many)
}

func formatPool(m *engine.Many) string {
	s := m.Net.String()
	if m.Net.Addr().Is6() {
		s = "[" + m.Net.Addr().String() + "]/" + strconv.Itoa(m.Net.Bits())
	}
	s += ":" + strconv.Itoa(int(m.Ports.Low))
	if m.Ports.High != m.Ports.Low {
		s += "-" + strconv.Itoa(int(m.Ports.High))
	}
	return s
}

func formatMany(m *engine.Many) (s string) {
	if m.Count != 0 {
		s += " count=" + strconv.Itoa(m.Count)
	}
	if m.Every != 0 {
		s += " every=" + formatSpan(m.Every)
	}
	if m.Stride != 0 {
		s += " stride=" + strconv.FormatUint(uint64(m.Stride), 10)
	}
	return s
}

func forgeOptions(o *wire.Options) (s string) {
	num := func(name string, v uint32) { s += " " + name + "=" + strconv.FormatUint(uint64(v), 10) }
	if o.On(wire.HasMSS) {
		num("mss", uint32(o.MSS))
	}
	if o.On(wire.HasWScale) {
		num("wscale", uint32(o.WScale))
	}
	if o.On(wire.HasSackOK) {
		s += " sackok"
	}
	if o.On(wire.HasMD5) {
		s += " md5"
	}
	if o.On(wire.HasFastOpen) {
		s += " fo"
		if o.FOExp {
			s += "exp"
		}
		if o.FOCookieN > 0 {
			s += "=" + hex.EncodeToString(o.FOCookie[:o.FOCookieN])
		}
	}
	if o.On(wire.HasTS) {
		num("tsval", o.TSVal)
		num("tsecr", o.TSEcr)
	}
	if o.On(wire.HasSack) {
		sep := " sack="
		for _, b := range o.Blocks() {
			s += sep + strconv.FormatUint(uint64(b.Start), 10) + ":" + strconv.FormatUint(uint64(b.End), 10)
			sep = "/"
		}
	}
	return s
}

func formatBundle(w *writer, f *File) {
	for i := range f.Branches {
		b := &f.Branches[i]
		s := "branch " + strconv.Itoa(int(b.ID))
		if b.Parent >= 0 {
			s += " from " + strconv.Itoa(int(b.Parent)) + " step " + strconv.Itoa(int(b.Step))
		}
		for i, m := range b.Off {
			s += []string{" without ", ", "}[min(i, 1)] + strconv.Itoa(int(m.Branch)) + "." + strconv.Itoa(int(m.Step))
		}
		if b.Label != "" {
			s += " " + strconv.Quote(b.Label)
		}
		w.line(s)
		for _, v := range b.Did {
			w.line("  ", FormatStep(v))
		}
	}
	if f.Cursor != (Cursor{}) {
		w.line("cursor branch ", strconv.Itoa(int(f.Cursor.Branch)), " step ", strconv.Itoa(int(f.Cursor.Step)))
	}
}

// FormatStep writes what somebody did, as a bundle and a journal hold it.
func FormatStep(v engine.Intervention) string {
	by := v.By
	if !isName(by) {
		by = strconv.Quote(by)
	}
	also := ""
	if v.Also {
		also = " also"
	}
	return "step " + strconv.Itoa(int(v.AtStep)) + also + " at " + formatAt(v.At) + " by " + by + ": " + FormatOp(v.Op)
}
