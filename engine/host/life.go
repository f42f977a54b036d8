package host

import (
	"wirestep/engine/middlebox"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// The life of a host: it is switched off and on, and somebody sets up its firewall.

var rebootRule = trace.Declare(trace.Rule{
	ID: "host.reboot",
	Says: "The host starts anew. It has forgotten every connection and tells nobody; its secrets for initial sequence numbers and timestamps are " +
		"new ones, and its programs begin again.",
	RFC:     trace.Cites("RFC 9293 §3.5.1", "RFC 9293 §3.4.3"),
	Linux:   "kernel_restart",
	Differs: "A real one is away for a while: poweroff and poweron do that. Settings stay, as if they stood in /etc/sysctl.conf. RFC 9293 asks for a quiet time of 2 MSL after a crash; nobody keeps it.",
})

// Reboot makes the host forget all but its addresses and settings. kernel is the
// one that it starts, nil the same as before.
func (h *Host) Reboot(x *Ctx, kernel *Profile) {
	h.Watch(x)
	defer x.Enter(rebootRule)()
	h.forgetAll(x)
	if kernel != nil {
		for _, c := range h.Install(kernel) {
			x.Effect(trace.Effect{Kind: trace.Set, Host: h.Index, Text: c.Name, Was: c.Was, Is: c.Is})
		}
	}
	h.boot(x)
}

var powerOffRule = trace.Declare(trace.Rule{
	ID:      "host.power-off",
	Says:    "The power is gone, and with it everything that the host knew. No segment is sent, not even a RST: its peers will find out by themselves.",
	RFC:     trace.Cites("RFC 9293 §3.5.1"),
	Linux:   "kernel_power_off",
	Differs: "An orderly shutdown would end the processes first, and their connections would be closed.",
})

// PowerOff switches the host off.
func (h *Host) PowerOff(x *Ctx) {
	h.Watch(x)
	defer x.Enter(powerOffRule)()
	h.forgetAll(x)
	h.Off, h.OffAt = true, x.Now
}

var powerOnRule = trace.Declare(trace.Rule{
	ID:      "host.power-on",
	Says:    "The host is switched on: it knows its addresses and settings and nothing else, and its programs begin.",
	Linux:   "start_kernel",
	Differs: "Booting takes no time here.",
})

// PowerOn switches the host on.
func (h *Host) PowerOn(x *Ctx) {
	h.Watch(x)
	defer x.Enter(powerOnRule)()
	h.boot(x)
}

// forgetAll loses what a host without power loses.
func (h *Host) forgetAll(x *Ctx) {
	for _, c := range h.Live {
		h.destroyed(x, c.ID, c.Made)
	}
	for _, q := range h.Reqs {
		h.destroyed(x, q.ID, q.Made)
	}
	for _, w := range h.TWs {
		h.destroyed(x, w.ID, w.Made)
	}
	for i, n := range h.MIB {
		if n != 0 {
			x.Recorder.Count(h.Index, uint16(i), -int32(n))
		}
	}
	h.MIB = tcp.MIB{}
	h.told, h.Routes = nil, nil
	if h.Track != nil {
		h.Track.Lose(&middlebox.Ctx{Recorder: x.Recorder, Now: x.Now, Host: h.Index, IDs: x.IDs})
	}
	h.Live, h.Reqs, h.TWs, h.Files, h.Log, h.Mem, h.stamps = nil, nil, nil, nil, nil, tcp.Memory{}, nil
	h.pipes, h.epolls, h.errqs, h.kept = nil, nil, nil, nil
	h.tuples, h.ports, h.due, h.listens, h.touched = sim.Index{}, sim.Index{}, sim.Index{}, nil, touched{}
	h.Vars = Vars{Off: h.Off, BootAt: h.BootAt}
	for i := range h.Procs {
		p := Proc{Name: h.Procs[i].Name, Lines: h.Procs[i].Lines, Hand: h.Procs[i].Hand, RunAt: sim.Never}
		if p.Hand {
			p.Lines = nil
		}
		h.Procs[i] = p
	}
}

// boot starts the programs of a host that knows nothing.
func (h *Host) boot(x *Ctx) {
	h.Off, h.BootAt, h.nextFD = false, x.Now, 3
	h.secret = h.Rand.Uint64()
	h.fastOpenSecret()
	for i := range h.Procs {
		h.Procs[i].By = x.Event.ID
		h.Procs[i].settle(x.Now)
	}
}

// Start starts a process now.
func (h *Host) Start(x *Ctx, name string, lines []Instr) {
	h.Procs = append(h.Procs, Proc{Name: name, Lines: lines, By: x.Event.ID, Hand: true})
	h.Procs[len(h.Procs)-1].settle(x.Now)
}

var offDrop = trace.Declare(trace.Rule{
	ID:      "host.off",
	Says:    "Nobody is there: the host is switched off. The packet is gone, and its sender hears nothing.",
	Linux:   "dev_hard_start_xmit",
	Differs: "A router before it would tell after some seconds that the host is unreachable; a cable does not.",
	Drops:   true,
	Refuses: true,
})

var destroyRule = trace.Declare(trace.Rule{
	ID:      "socket.destroyed",
	Says:    "Somebody with the right to do so ends the socket from outside (ss -K): the peer gets a RST, the application ECONNABORTED.",
	RFC:     trace.Cites("RFC 9293 §3.10.5"),
	Linux:   "tcp_abort",
	Differs: "RFC 9293 knows ABORT as a call of the application itself.",
})

// Destroy ends the socket, request or TIME_WAIT entry of a four-tuple (tcp_abort).
// It reports whether there was one.
func (h *Host) Destroy(x *Ctx, t wire.Tuple) bool {
	h.Watch(x)
	defer x.Enter(destroyRule)()
	if c := h.connFor(t); c != nil {
		c = h.edit(x, c)
		x.Event.Subject = c.ID
		c.Destroy(&x.Ctx)
		h.sweep(x)
		return true
	}
	if q := h.reqFor(t); q != nil {
		h.dropRequest(x, h.editReq(x, q))
		return true
	}
	if w := h.twFor(t); w != nil {
		h.dropTimeWait(x, h.editTW(x, w))
		return true
	}
	return h.destroyListener(x, t.Local)
}

func (h *Host) destroyListener(x *Ctx, at wire.Endpoint) bool {
	for _, c := range h.Live {
		if c.State == tcp.Listen && c.Tuple.Local == at {
			c = h.edit(x, c)
			x.Event.Subject = c.ID
			h.stopListening(x, c, false)
			c.Destroy(&x.Ctx)
			h.sweep(x)
			return true
		}
	}
	return false
}
