package middlebox

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var natSource = trace.Declare(trace.Rule{
	ID:      "nat.source",
	Says:    "The packet leaves under the address of the NAT. The port stays the same if it is free towards that destination.",
	RFC:     trace.Cites("RFC 3022 §2.2", "RFC 5382 §4"),
	Linux:   "nf_nat_packet",
	Differs: "RFC 5382 wants one outer port for all destinations of an inner one; Linux chooses for each flow.",
})

var natBack = trace.Declare(trace.Rule{
	ID:    "nat.back",
	Says:  "The answer comes to the address that the box had given out; the table says who is meant, and the box puts the right address in.",
	RFC:   trace.Cites("RFC 3022 §2.2"),
	Linux: "nf_nat_packet",
})

var natPort = trace.Declare(trace.Rule{
	ID:      "nat.other-port",
	Says:    "Somebody else has this port towards that destination already: the box takes another one.",
	RFC:     trace.Cites("RFC 6056 §3.3"),
	Linux:   "nf_nat_l4proto_unique_tuple",
	Differs: "RFC 4787 asks a NAT to keep parity and range; Linux takes a random one of the same class of ports.",
})

var natNoPort = trace.Declare(trace.Rule{
	ID:      "nat.no-port",
	Says:    "Every port is taken towards that destination: the packet is dropped.",
	Linux:   "nf_nat_setup_info",
	RFC:     trace.Cites("RFC 5382 §4"),
	Drops:   true,
	Differs: "Linux gives up after some tries; here all are tried.",
})

var balancerChoice = trace.Declare(trace.Rule{
	ID:      "balancer.choice",
	Says:    "A new connection to the virtual address: the next server gets it, and will get all of its segments.",
	Linux:   "ip_vs_rr_schedule",
	Differs: "No part of TCP. Here new connections go round; by hash, a client always meets the same server.",
})

var balancerTo = trace.Declare(trace.Rule{
	ID:      "balancer.to-server",
	Says:    "The destination becomes the server that this connection was given to.",
	Linux:   "nf_nat_packet",
	Differs: "No part of TCP: both ends believe to speak with the other address.",
})

var balancerBack = trace.Declare(trace.Rule{
	ID:      "balancer.to-client",
	Says:    "The server's answer leaves under the virtual address: the client knows no other.",
	Linux:   "nf_nat_packet",
	Differs: "No part of TCP.",
})

// choose gives a new flow its other end (nf_nat_setup_info).
func (b *Box) choose(x *Ctx, f *Flow) Verdict {
	switch {
	case b.Kind == Balancer && f.Orig.Remote == b.Conf.Virtual:
		b.serve(x, f)
	case b.Kind == NAT && b.Conf.Inside.Contains(f.Orig.Local.Addr) && !b.Conf.Inside.Contains(f.Orig.Remote.Addr):
		if !b.mapPort(x, f) {
			return b.drop(x, natNoPort)
		}
	}
	return Forward
}

// serve chooses the server of a flow.
func (b *Box) serve(x *Ctx, f *Flow) {
	defer x.Enter(balancerChoice)()
	n := uint32(len(b.Conf.Backends))
	i := b.Next % n
	if b.Conf.ByHash {
		d := sim.Derive(b.secret, f.Orig.Local.Addr.String())
		i = uint32(d.Below(uint64(n)))
	} else {
		b.Next = (i + 1) % n
	}
	f.Reply.Local = b.Conf.Backends[i]
}

// mapPort gives a flow its outer port: its own if that is free, else a random one of
// the same class. It reports whether there is one.
func (b *Box) mapPort(x *Ctx, f *Flow) bool {
	f.Reply.Remote = wire.Endpoint{Addr: b.Conf.Public, Port: f.Orig.Local.Port}
	if !b.taken(f.Reply) {
		return true
	}
	defer x.Enter(natPort)()
	low, high := 1024, 65535
	switch p := f.Orig.Local.Port; {
	case p < 512:
		low, high = 1, 511
	case p < 1024:
		low, high = 600, 1023
	}
	n := high - low + 1
	for i, start := 0, int(b.Rand.Below(uint64(n))); i < n; i++ {
		f.Reply.Remote.Port = uint16(low + (start+i)%n)
		if !b.taken(f.Reply) {
			return true
		}
	}
	return false
}

func (b *Box) taken(back wire.Tuple) bool {
	for _, f := range b.Flows {
		if f.Reply == back {
			return true
		}
	}
	return false
}

// translation is what is still to be changed when a packet leaves.
type translation struct {
	src  wire.Endpoint
	rule *trace.Rule // nil: nothing
	icmp bool
}

// translate puts the new destination into a packet, and remembers its new source.
func (b *Box) translate(x *Ctx, f *Flow, dir direction, s *wire.Segment) (t translation) {
	if f == nil {
		return t
	}
	out := wire.Tuple{Local: f.Reply.Remote, Remote: f.Reply.Local}
	if dir == reply {
		out = wire.Tuple{Local: f.Orig.Remote, Remote: f.Orig.Local}
	}
	src, dst := &s.Src, &s.Dst
	if s.ICMP.Set { // it quotes a segment of the other direction
		src, dst = dst, src
	}
	fore, back := natSource, natBack
	if b.Kind == Balancer {
		fore, back = balancerBack, balancerTo
	}
	if *dst != out.Remote {
		defer x.Enter(back)()
		*dst = out.Remote
	}
	if *src != out.Local {
		t = translation{out.Local, fore, s.ICMP.Set}
	}
	return t
}

func (t *translation) finish(x *Ctx, s *wire.Segment) {
	if t.rule == nil {
		return
	}
	defer x.Enter(t.rule)()
	if t.icmp {
		s.Dst = t.src
	} else {
		s.Src = t.src
	}
}
