package session

import (
	"runtime"
	"sync"
	"time"
)

// What a job may take of the processors.
const (
	unasked = 2 * time.Millisecond // before it has to wait for its turn: a step never does
	slice   = 5 * time.Millisecond // until it lets the next one go on
)

// gate lets few sessions compute for long at the same time: one less than there are
// processors, so that whoever only steps finds one free. Those who wait go in turn, address
// by address and session by session, a slice each: who asks for more waits longer, and
// nobody else does.
type gate struct {
	mu      sync.Mutex
	free    int
	order   []string                   // addresses that wait, the next one first
	waiting map[string][]chan struct{} // by address, in order
}

func newGate() *gate {
	return &gate{free: max(1, runtime.GOMAXPROCS(0)-1), waiting: map[string][]chan struct{}{}}
}

func (g *gate) enter(address string) {
	g.mu.Lock()
	if g.free > 0 {
		g.free--
		g.mu.Unlock()
		return
	}
	c := g.queue(address)
	g.mu.Unlock()
	<-c
}

// yield lets the next one go on, if somebody waits, and waits for another turn.
func (g *gate) yield(address string) {
	g.mu.Lock()
	if len(g.order) == 0 {
		g.mu.Unlock()
		return
	}
	c := g.queue(address) // before the next one is chosen: its address comes behind all others
	g.next()
	g.mu.Unlock()
	<-c
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.order) == 0 {
		g.free++
		return
	}
	g.next()
}

func (g *gate) queue(address string) chan struct{} {
	c := make(chan struct{})
	if len(g.waiting[address]) == 0 {
		g.order = append(g.order, address)
	}
	g.waiting[address] = append(g.waiting[address], c)
	return c
}

func (g *gate) next() {
	address := g.order[0]
	g.order = g.order[1:]
	q := g.waiting[address]
	close(q[0])
	if len(q) == 1 {
		delete(g.waiting, address)
		return
	}
	g.waiting[address] = q[1:]
	g.order = append(g.order, address)
}

// turn is how a session shares the processors while it does one job. A nil one shares nothing.
type turn struct {
	gate    *gate
	address string
	inside  bool
	since   time.Time
	calls   uint8
}

func (t *turn) begin() { t.since = time.Now() }

// pace is called between two events: it waits whenever somebody else is to go on.
func (t *turn) pace() {
	if t == nil {
		return
	}
	if t.calls++; t.calls%8 != 0 {
		return
	}
	switch d := time.Since(t.since); {
	case t.inside && d > slice:
		t.gate.yield(t.address)
		t.since = time.Now()
	case !t.inside && d > unasked:
		t.long()
	}
}

// long waits for a turn before something that takes long and cannot be cut.
func (t *turn) long() {
	if t == nil || t.inside {
		return
	}
	t.gate.enter(t.address)
	t.inside, t.since = true, time.Now()
}

func (t *turn) end() {
	if t.inside {
		t.gate.leave()
		t.inside = false
	}
}
