package outcome

import (
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// call is one system call that returned, or that somebody waits in at the end.
type call struct {
	host, proc string
	name       string
	to         string // connect: where to, as written
	nth        int
	result     int64
	errno      string
	waits      bool
	at         sim.Time
	n          engine.StepNo
}

func (c *collector) returned(e *trace.Event, f *trace.Effect) {
	h := c.r.World.Hosts()[f.Host]
	if int(f.N) >= len(h.Procs) || e.Kind != trace.Call {
		return
	}
	name, to := spelled(e.Name)
	k := call{host: h.Name, proc: h.Procs[f.N].Name, name: name, to: to, result: f.Result, errno: f.Errno, at: e.At, n: e.ID}
	c.callOf(k)
	if name == "read" || name == "recv" {
		if f.Errno == "" && f.Result > 0 {
			c.facts.add(Fact{What: Read, Host: h.Name}, Bytes, f.Result, e.ID)
			c.facts.set(Fact{What: ReadAt, Host: h.Name}, Value{Kind: Time, N: int64(e.At), Event: e.ID})
		}
	}
}

func (c *collector) callOf(k call) {
	k.nth = 1
	for i := len(c.calls) - 1; i >= 0; i-- {
		if o := &c.calls[i]; o.host == k.host && o.proc == k.proc && o.name == k.name {
			k.nth = o.nth + 1
			break
		}
	}
	c.calls = append(c.calls, k)
}

// waiting adds the calls that have not returned.
func (c *collector) waiting(h *host.Host) {
	for i := range h.Procs {
		if text := h.Procs[i].Blocked(); text != "" {
			name, to := spelled(text)
			c.callOf(call{host: h.Name, proc: h.Procs[i].Name, name: name, to: to, waits: true, n: h.Procs[i].By})
		}
	}
}

// spelled takes a call as written apart: "c = connect(server:80)" is connect, to
// server:80.
func spelled(text string) (name, to string) {
	head, args, _ := strings.Cut(text, "(")
	if i := strings.LastIndex(head, "="); i >= 0 {
		head = head[i+1:]
	}
	name = strings.TrimSpace(head)
	if name != "connect" {
		return name, ""
	}
	for _, a := range strings.Split(strings.TrimSuffix(strings.TrimSpace(args), ")"), ",") {
		if a = strings.TrimSpace(a); strings.Contains(a, ":") && !strings.HasPrefix(a, ":") {
			return name, a
		}
	}
	return name, ""
}

const manyCalls = 4 // more of one name in one process are not told one by one

// callFacts turns the calls of every run into facts: a process that calls the same
// again and again, in any of them, is not told call by call.
func callFacts(all []*collector) {
	type group struct{ host, proc, name string }
	longest := map[group]int{}
	for _, c := range all {
		for _, k := range c.calls {
			g := group{k.host, k.proc, k.name}
			longest[g] = max(longest[g], k.nth)
		}
	}
	clients, from := connects(all)
	for _, c := range all {
		for _, k := range c.calls {
			if k.to != "" && clients[k.to] > 1 {
				c.portion(Fact{What: Connects, Name: k.to, Host: from[k.to]}, &k)
			}
			f := Fact{What: Returned, Host: k.host, Proc: k.proc, Name: k.name, Nth: k.nth}
			if longest[group{k.host, k.proc, k.name}] > manyCalls {
				f.Nth = 0
				c.portion(f, &k)
				continue
			}
			at := f
			at.What = ReturnedAt
			if k.waits {
				c.facts.set(f, Value{Kind: Pending, Event: k.n})
				c.facts.set(at, Value{Kind: Pending, Event: k.n})
				continue
			}
			v := Value{Kind: Result, N: k.result, Text: k.errno, Event: k.n}
			if k.errno != "" || makesFD(k.name) {
				v.N = 0 // the number of a descriptor tells nothing
			}
			c.facts.set(f, v)
			c.facts.set(at, Value{Kind: Time, N: int64(k.at), Event: k.n})
		}
	}
}

func makesFD(name string) bool {
	return name == "socket" || name == "connect" || name == "accept" || name == "listen"
}

// portion counts a call among its like: how many of them succeeded.
func (c *collector) portion(f Fact, k *call) {
	v := c.facts.get(f)
	v.Kind, v.Of, v.Event = Portion, v.Of+1, k.n
	if k.errno == "" && !k.waits {
		v.N++
	}
	if v.Text == "" {
		v.Text = k.errno
	}
	c.facts.set(f, v)
}

// connects counts the calls that connect to each place, and says who made them: the
// name of the only host that did, or nothing.
func connects(all []*collector) (most map[string]int, from map[string]string) {
	most, from = map[string]int{}, map[string]string{}
	for _, c := range all {
		mine := map[string]int{}
		for _, k := range c.calls {
			if k.to == "" {
				continue
			}
			if who, known := from[k.to]; !known {
				from[k.to] = k.host
			} else if who != k.host {
				from[k.to] = ""
			}
			mine[k.to]++
			most[k.to] = max(most[k.to], mine[k.to])
		}
	}
	return most, from
}
