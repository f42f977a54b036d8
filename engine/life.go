package engine

import (
	"strings"

	"wirestep/engine/host"
	"wirestep/engine/middlebox"
	"wirestep/engine/sim"
)

const (
	maxDestroyed = 64
	maxFilters   = 256
	maxProcs     = 256 // of one host
)

// checkLife says why something cannot be done to a host now.
func (w *World) checkLife(op *Op) error {
	at := w.hostNamed(op.Host)
	if at < 0 {
		return refuse("no host is named %q", op.Host)
	}
	h := w.hosts[at]
	switch {
	case op.Kind == OpPowerOn && !h.Off:
		return refuse("%s is switched on already", op.Host)
	case op.Kind != OpPowerOn && h.Off:
		return refuse("%s is switched off", op.Host)
	}
	if op.Kind == OpReboot && host.FindProfile(op.Kernel) == nil {
		return refuse("kernel %s is not known; expected %s", op.Kernel, strings.Join(host.ProfileNames(), ", "))
	}
	if op.Kind == OpStart && h.Proc(op.Proc) >= 0 {
		return refuse("%s has a process called %q already; expected another name", op.Host, op.Proc)
	}
	if op.Kind == OpStart && len(h.Procs) >= maxProcs {
		return refuse("%s has %d processes; expected fewer before another", op.Host, maxProcs)
	}
	if op.Kind != OpFilter {
		return nil
	}
	c := w.chain(op)
	if c == nil {
		return refuse("%s passes nothing on: it has no chain FORWARD", op.Host)
	}
	switch n := len(c.Rules); {
	case op.Filter.Do == FilterDelete && (op.Filter.N < 1 || op.Filter.N > n):
		return refuse("%s has %d rules; expected one of them by its number", op.Host, n)
	case op.Filter.Do == FilterInsert && op.Filter.N > n+1:
		return refuse("%s has %d rules; expected a place among them", op.Host, n)
	case op.Filter.Do <= FilterInsert && n >= maxFilters:
		return refuse("%s has %d rules; expected fewer before another", op.Host, n)
	}
	return nil
}

// chain is the list of rules that an operation changes, or nil.
func (w *World) chain(op *Op) *middlebox.Chain {
	return w.ChainOf(w.hostNamed(op.Host), op.Filter.Chain)
}

// ChainOf is a chain of a host, or nil: one that passes nothing on has no FORWARD.
func (w *World) ChainOf(at sim.HostID, k ChainName) *middlebox.Chain {
	h, b := w.hosts[at], w.boxes[at]
	if k == OwnChain && b != nil && b.Kind == middlebox.Firewall {
		k = ForwardChain
	}
	switch {
	case k == OutputChain:
		return &h.Out
	case k != ForwardChain:
		return &h.In
	case b == nil:
		return nil
	}
	return &b.Chain
}

// live does something to a whole host. It has been checked.
func (w *World) live(x *host.Ctx, op *Op) {
	at := w.hostNamed(op.Host)
	h := w.hosts[at]
	switch op.Kind {
	case OpReboot, OpPowerOff:
		w.forgetNeighbours(at)
		if b := w.boxes[at]; b != nil {
			b.Lose(&middlebox.Ctx{Recorder: x.Recorder, Now: w.now, Host: at, IDs: &w.ids})
		}
		if op.Kind == OpReboot {
			var k *host.Profile
			if op.Kernel != "" {
				k = host.FindProfile(op.Kernel)
			}
			h.Reboot(x, k)
		} else {
			h.PowerOff(x)
		}
	case OpPowerOn:
		h.PowerOn(x)
	case OpDestroy:
		for _, t := range op.Tuples {
			h.Destroy(x, t)
		}
	case OpStart:
		h.Start(x, op.Proc, op.Lines)
	case OpOffload:
		h.Watch(x)
		if o := op.Offload; o.Segs > 0 {
			h.Offload(o.Segs, o.Size)
		} else {
			h.NoOffload()
		}
	case OpFilter:
		c := w.chain(op)
		switch f := &op.Filter; f.Do {
		case FilterAppend:
			c.Insert(len(c.Rules), f.Rule)
		case FilterInsert:
			c.Insert(max(f.N-1, 0), f.Rule)
		case FilterDelete:
			c.Delete(f.N - 1)
		case FilterFlush:
			c.Flush()
		case FilterPolicy:
			c.Policy = f.Policy
		case FilterZero:
			c.Zero()
		}
		h.Filtered()
	}
}
