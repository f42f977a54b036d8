package engine

import (
	"net/netip"

	"wirestep/engine/host"
	"wirestep/engine/middlebox"
	"wirestep/engine/sim"
)

// routes say which cable leads from one place to another. They are worked out
// once, and shared by every copy of a world.
//
// Simplified: a route is a shortest path over boxes (of two, that whose links the
// scene names first), and stays when a cable is unplugged. There is no routing
// protocol, and so no loop.
type routes struct {
	owner map[netip.Addr]sim.HostID // never ranged over
	next  []int32                   // from*hosts+to: a cable, or -1
	gate  []int32                   // from: the cable to the only box there is, for addresses of nobody; or -1
	n     int
}

func newRoutes(s *Scenario, w *World) *routes {
	n := len(w.hosts)
	r := &routes{owner: map[netip.Addr]sim.HostID{}, next: make([]int32, n*n), gate: make([]int32, n), n: n}
	for i, h := range w.hosts {
		for _, a := range h.Addrs {
			r.owner[a] = sim.HostID(i)
		}
	}
	for i := range r.next {
		r.next[i] = -1
	}
	for from := range n {
		r.search(w, from)
		r.gate[from] = -1
		out := 0
		for i, c := range w.cables {
			if int(c.From) == from && c.To != c.From {
				out++
				if w.boxes[c.To] != nil {
					r.gate[from] = int32(i)
				}
			}
		}
		if out != 1 {
			r.gate[from] = -1
		}
	}
	return r
}

// search fills the routes from one place, nearest places first.
func (r *routes) search(w *World, from int) {
	first := r.next[from*r.n : (from+1)*r.n]
	queue := []int{from}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at != from && w.boxes[at] == nil {
			continue // a host passes nothing on
		}
		for i, c := range w.cables {
			to := int(c.To)
			if int(c.From) != at || to == at && at != from || to != from && first[to] >= 0 || to == from && at != from {
				continue
			}
			if first[to] = int32(i); at != from {
				first[to] = first[at]
			}
			if to != from {
				queue = append(queue, to)
			}
		}
	}
}

// cableFor finds the cable on which a host sends to an address, or nil.
func (w *World) cableFor(from sim.HostID, a netip.Addr) *cable {
	i := w.routes.gate[from]
	if a.IsLoopback() {
		i = w.routes.next[int(from)*w.routes.n+int(from)]
	} else if to, ok := w.routes.owner[a]; ok {
		i = w.routes.next[int(from)*w.routes.n+int(to)]
	}
	if i < 0 {
		return nil
	}
	return w.cables[i]
}

// wayTo finds the cable on which a host sends to an address, and whom it hands the
// packet to: the address itself on a network of its own, else a box. Networks are of
// 24 bits, those of IPv6 of 64: scenes say nothing of them.
func (w *World) wayTo(from sim.HostID, a netip.Addr) (*cable, netip.Addr) {
	if to, ok := w.routes.owner[a]; ok || a.IsLoopback() {
		c := w.cableFor(from, a)
		if c == nil || c.To == to || a.IsLoopback() {
			return c, a
		}
		return c, w.addrOf(w.hosts[c.To], a)
	}
	own := false
	for _, o := range w.hosts[from].Addrs {
		own = own || sameNet(o, a)
	}
	for _, c := range w.cables {
		if c.From != from || c.To == from {
			continue
		}
		for _, o := range w.hosts[c.To].Addrs {
			if sameNet(o, a) || own {
				return c, a
			}
		}
	}
	c := w.cableFor(from, a)
	if c == nil {
		return nil, a
	}
	return c, w.addrOf(w.hosts[c.To], a)
}

// sameNet reports whether two addresses lie in one network.
func sameNet(a, b netip.Addr) bool {
	p, err := a.Prefix(netBits(a))
	return err == nil && p.Contains(b)
}

// Route tells a host about the way to an address: the largest packet that its own
// interface takes, how specific the route is, and whether there is a way at all.
func (w *World) Route(from sim.HostID, a netip.Addr) (mtu uint32, bits int, ok bool) {
	c, hop := w.wayTo(from, a)
	if c == nil {
		return 0, 0, false
	}
	if hop == a {
		bits = netBits(a)
	}
	return c.MTU, bits, true
}

// through lets a packet that has arrived at a box go through it. It reports false
// when the packet is for the box itself.
func (w *World) through(hx *host.Ctx, p Packet) bool {
	rec := hx.Recorder
	b, at := w.boxes[p.To], p.To
	h := w.hosts[at]
	x := &middlebox.Ctx{Recorder: rec, Now: w.now, Host: at, IDs: &w.ids}
	s := p.Seg
	way := middlebox.Way{Mine: h.Has, MTU: func(a netip.Addr) uint32 {
		if c, _ := w.wayTo(at, a); c != nil {
			return c.MTU
		}
		return 0
	}}
	v := b.Take(x, &s, way)
	for _, o := range x.Out {
		n := Packet{Seg: o.Seg, From: at}
		if m := &n.Seg.ICMP; m.Set && !o.Passed {
			if !h.MayTell(hx, n.Seg.Src.Addr, *m) {
				continue
			}
			if m.From = w.addrOf(h, n.Seg.Src.Addr); m.From == n.Seg.Dst.Addr {
				m.From = netip.Addr{}
			}
		}
		if o.Passed {
			n.Of, n.Retx, n.Forged, n.BaseSeq, n.BaseAck = p.ID, p.Retx, p.Forged, p.BaseSeq, p.BaseAck
		}
		was := rec.Span()
		if rec.On {
			was = rec.SetSpan(o.Span)
		}
		w.send(rec, &n)
		if rec.On {
			rec.SetSpan(was)
		}
	}
	hx.Says = x.Says
	return v != middlebox.Local
}
