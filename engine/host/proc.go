package host

import (
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// Proc is one process: a program, where it stands, and what it waits for.
type Proc struct {
	Name  string
	Lines []Instr // shared by every copy: never written
	PC    int
	Vars  []Var
	Loops []loop
	RunAt sim.Time // when the next line runs; Never while it waits
	Until sim.Time // the program itself sleeps until then
	Wait  *wait    // the call that it waits in; never written once set
	Queue []Instr  // calls that a person asked for, to be made in between
	Done  bool
	Hand  bool        // somebody started it by hand: it does not start again with the host
	By    sim.EventID // the event that let the next line run

	Errno tcp.Errno // of the last failed call
	Read  uint64    // bytes read so far
	EOF   bool      // a read has returned end of file
	last  outcome   // of the latest line of the program that made a call
}

// Var is a socket variable.
type Var struct {
	Name string
	FD   int32
}

// wait is a line whose call has not returned.
type wait struct {
	in    Instr
	sys   *Wait // never written
	asked bool  // by a person: not a line of the program
}

func (p *Proc) clone() Proc {
	n := *p
	n.Vars = append(make([]Var, 0, len(p.Vars)), p.Vars...)
	n.Loops = append(make([]loop, 0, len(p.Loops)), p.Loops...)
	n.Queue = append(make([]Instr, 0, len(p.Queue)), p.Queue...)
	return n
}

// Blocked returns the call that the process waits in, or "".
func (p *Proc) Blocked() string {
	if p.Wait == nil {
		return ""
	}
	return p.Wait.in.Text
}

// AddProc starts a process.
func (h *Host) AddProc(name string, lines []Instr) {
	h.Procs = append(h.Procs, Proc{Name: name, Lines: lines})
	h.Procs[len(h.Procs)-1].settle(0)
}

// Proc returns the index of a process, or -1.
func (h *Host) Proc(name string) int {
	for i := range h.Procs {
		if h.Procs[i].Name == name {
			return i
		}
	}
	return -1
}

// NextCall returns the process whose turn comes first and when.
func (h *Host) NextCall() (at sim.Time, proc int) {
	at, proc = sim.Never, -1
	for i := range h.Procs {
		p := &h.Procs[i]
		t := p.RunAt
		if p.Wait != nil && p.Wait.sys.Until < t {
			t = p.Wait.sys.Until
		}
		if t < at {
			at, proc = t, i
		}
	}
	return at, proc
}

// NextLine returns the call that a process will make next, as written.
func (p *Proc) NextLine() string {
	if p.Wait != nil {
		return p.Wait.in.Text
	}
	if len(p.Queue) > 0 {
		return p.Queue[0].Text
	}
	if p.PC < len(p.Lines) {
		return p.Lines[p.PC].Text
	}
	return ""
}

// Ask lets a process make a call for a person: at once, or after the one that
// it waits in; kill() ends the wait.
func (h *Host) Ask(x *Ctx, proc int, in Instr) {
	p := &h.Procs[proc]
	p.Queue = append(p.Queue, in)
	p.By = x.Event.ID
	if in.Name == "kill" { // a signal does not wait for a call to return
		p.Queue, p.Wait = []Instr{in}, nil
	}
	if p.Wait == nil {
		p.RunAt, p.Done = x.Now, false
	}
}

// Run lets a process make its next call, or go on with the one it waits in.
func (h *Host) Run(x *Ctx, proc int) {
	h.Watch(x)
	p := &h.Procs[proc]
	was := p.Wait
	var in Instr
	asked := false
	switch {
	case was != nil:
		in, asked = was.in, was.asked
	case len(p.Queue) > 0:
		in, p.Queue, asked = p.Queue[0], p.Queue[1:], true
	default:
		in = p.Lines[p.PC]
		p.PC++
	}
	p.Wait = nil
	x.Event.Name = in.Text
	h.caller = proc
	h.line(x, proc, &in, was, asked)
	h.caller = -1
	h.called, h.calledAt = x.Event.Subject, x.Now
	h.sweep(x)
	h.Procs[proc].By = x.Event.ID
	h.Procs[proc].settle(x.Now)
}

// line makes the call of a line, or goes on with it; asked: a person wants it, the
// program does not know of it.
func (h *Host) line(x *Ctx, proc int, in *Instr, was *wait, asked bool) {
	p := &h.Procs[proc]
	if in.Name == "kill" {
		h.kill(x, proc)
		return
	}
	var sys *Wait
	var d Done
	if was != nil {
		w := *was.sys
		d, sys = h.goOn(x, &w, was.sys)
	} else {
		d, sys = h.goOn(x, &Wait{call: h.spell(x, p, in), Until: sim.Never}, nil)
	}
	switch {
	case sys == nil:
		h.returned(x, proc, &d)
		p.takes(in, &d)
		if read, is := d.again(in); is {
			p.Wait = &wait{*in, &Wait{call: read, Until: sim.Never, On: x.Event.Subject, what: forData}, asked}
		} else if !asked {
			p.leave(in, outcome{d.N, d.Errno})
		}
	case was != nil && sys == was.sys:
		p.Wait = was
	default:
		p.Wait = &wait{*in, sys, asked}
	}
}

// spell makes the call out of the line.
func (h *Host) spell(x *Ctx, p *Proc, in *Instr) Call {
	c := Spell(in, p.fd)
	o, opens := c.(*Opening)
	switch {
	case c == nil:
		return &Fcntl{FD: -1} // no such call: no such descriptor
	case !opens:
		return c
	}
	fd, c := o.begin(h, x)
	p.set(in.Var, fd)
	return c
}

// takes notes what a call gave to the program.
func (p *Proc) takes(in *Instr, d *Done) {
	switch {
	case d.Errno != tcp.OK:
	case d.Opens:
		p.set(in.Var, int32(d.N))
	case in.Name == "pipe":
		for i, n := range d.Values {
			p.set(in.Args[i].Text, int32(n))
		}
	case d.read == readEnd:
		p.EOF = true
	case d.read == readData:
		p.Read += uint64(d.N)
	}
}

// again is the read() that follows the one that has returned, of read(c, eof).
func (d *Done) again(in *Instr) (Call, bool) {
	return d.reads, d.Errno == tcp.OK && d.N > 0 && d.reads != nil && in.UntilEnd()
}

// Wake lets blocked calls go on whose condition has come true.
func (h *Host) Wake(x *Ctx) {
	for i := range h.Procs {
		p := &h.Procs[i]
		if p.Wait == nil || p.RunAt != sim.Never || !h.Ready(p.Wait.sys, x.Now) {
			continue
		}
		p.RunAt, p.By = x.Now, x.Event.ID
		x.Effect(trace.Effect{Kind: trace.Woke, Host: h.Index, N: int32(i), Subject: p.Wait.sys.On})
	}
}

// Halt lets a process stop where it is: it makes no call any more, and what it waits
// in never returns.
func (h *Host) Halt(proc int) {
	p := &h.Procs[proc]
	p.PC, p.Wait, p.Queue, p.RunAt, p.Done = len(p.Lines), nil, nil, sim.Never, true
}

// returned ends a call.
func (h *Host) returned(x *Ctx, proc int, d *Done) {
	p := &h.Procs[proc]
	n := d.N
	if d.Errno != tcp.OK {
		n = -1
		p.Errno = d.Errno
	}
	if d.span > 0 && x.On {
		defer x.SetSpan(x.SetSpan(d.span - 1))
	}
	x.Effect(trace.Effect{Kind: trace.Returned, Host: h.Index, N: int32(proc), Result: n, Errno: d.Errno.String(), Text: d.Text[:min(len(d.Text), 64)]})
}

// kill ends the process: the kernel closes every descriptor that it held.
func (h *Host) kill(x *Ctx, proc int) {
	defer x.Enter(killRule)()
	for i := 0; i < len(h.Files); {
		if h.Files[i].Proc != proc {
			i++
			continue
		}
		h.closeFile(x, i)
	}
	p := &h.Procs[proc]
	p.PC, p.Queue, p.Done = len(p.Lines), nil, true
	h.returned(x, proc, &Done{})
}

// set gives a variable a descriptor.
func (p *Proc) set(name string, fd int32) {
	if name == "" {
		return
	}
	for i := range p.Vars {
		if p.Vars[i].Name == name {
			p.Vars[i].FD = fd
			return
		}
	}
	p.Vars = append(p.Vars, Var{name, fd})
}

// fd returns the descriptor of a variable, or -1.
func (p *Proc) fd(name string) int32 {
	for i := range p.Vars {
		if p.Vars[i].Name == name {
			return p.Vars[i].FD
		}
	}
	return -1
}
