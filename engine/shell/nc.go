package shell

import (
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

const ncUsage = `usage: nc [-46lnvzN] [-p source_port] [-s source] [-w timeout] [destination] [port]
`

// ncCall is one call of nc, read.
type ncCall struct {
	listens, scans, shut bool
	from                 wire.Endpoint
	wait                 sim.Duration
	port                 uint16
	to                   wire.Endpoint
	name                 string
}

// runNc starts a process that connects, or one that listens, and reads to the end.
func runNc(r *request) Answer {
	c, err := r.readNc()
	if err != "" {
		return fail(err)
	}
	return r.act(engine.Op{Kind: engine.OpStart, Proc: r.freeName("nc"), Lines: c.lines()})
}

func (r *request) readNc() (c ncCall, err string) {
	set, values, rest, wrong := flagsOf(r.args, "lnvkz46Nuq", "pswq")
	on := func(f string) bool { return strings.Contains(set, f) }
	switch {
	case wrong != "":
		return c, "nc: invalid option -- '" + strings.TrimLeft(wrong, "-") + "'\n" + ncUsage
	case on("u"):
		return c, "nc: there is no UDP here; expected a call without -u"
	case on("k"):
		return c, "nc: -k is not understood here: a process of nc takes one connection; start another for the next"
	}
	c.listens, c.scans, c.shut = on("l"), on("z"), on("N")
	for f, v := range [...]string{'p': values['p'], 's': values['s'], 'w': values['w']} {
		n, bad := strconv.ParseUint(v, 10, 16)
		switch {
		case v == "":
		case f == 's':
			a, _, ok := r.resolve(v)
			if !ok || !r.h.Has(a) {
				return c, "nc: bind failed: Cannot assign requested address"
			}
			c.from.Addr = a
		case bad != nil || n == 0:
			return c, "nc: " + map[bool]string{true: "port number", false: "timeout"}[f == 'p'] + " invalid: " + v
		case f == 'p':
			c.from.Port = uint16(n)
		default:
			c.wait = sim.Duration(n) * sim.Second
		}
	}
	if c.listens && len(rest) == 0 && c.from.Port != 0 {
		rest = []string{strconv.Itoa(int(c.from.Port))}
	}
	switch {
	case c.listens && len(rest) == 0, !c.listens && len(rest) == 1:
		return c, "nc: missing port number"
	case len(rest) == 0 || len(rest) > 2:
		return c, ncUsage
	}
	word := rest[len(rest)-1]
	port, bad := strconv.ParseUint(word, 10, 16)
	if n, ok := portNamed(word); ok {
		port, bad = uint64(n), nil
	}
	if strings.Contains(word, "-") {
		return c, "nc: a range of ports is not understood here; expected one port"
	}
	if bad != nil || port == 0 {
		return c, "nc: port number invalid: " + word
	}
	c.port, c.to.Port = uint16(port), uint16(port)
	if !c.listens {
		if c.to.Addr, c.name, _ = r.resolve(rest[0]); rest[0] == "localhost" {
			c.to.Addr, _, _ = r.resolve("127.0.0.1")
		}
		if !c.to.Addr.IsValid() {
			return c, "nc: getaddrinfo for host \"" + rest[0] + "\" port " + word + ": Name or service not known"
		}
	}
	return c, ""
}

// lines are the calls that the process makes.
func (c *ncCall) lines() (lines []host.Instr) {
	call := func(v, name string, args ...host.Arg) {
		lines = append(lines, host.Instr{Var: v, Name: name, Args: args})
	}
	word := func(s string) host.Arg { return host.Arg{Kind: host.ArgWord, Text: s} }
	sock, s := host.Arg{Kind: host.ArgVar, Text: "c"}, host.Arg{Kind: host.ArgVar, Text: "s"}
	to := host.Arg{Kind: host.ArgAddr, Addr: c.to, Text: c.name}
	switch {
	case c.listens:
		call("s", "listen", host.Arg{Kind: host.ArgAddr, Addr: wire.Endpoint{Port: c.port}}, host.Arg{Kind: host.ArgNum, Num: 1})
		call("c", "accept", s)
	case c.wait > 0:
		call("c", "socket")
		if c.from != (wire.Endpoint{}) {
			call("", "bind", sock, host.Arg{Kind: host.ArgAddr, Addr: c.from})
		}
		call("", "fcntl", sock, word("F_SETFL"), word("O_NONBLOCK"))
		call("", "connect", sock, to)
		call("", "poll", sock, word("POLLOUT"), host.Arg{Kind: host.ArgDur, Dur: c.wait})
		call("", "getsockopt", sock, word("SOL_SOCKET"), word("SO_ERROR"))
	case c.from != (wire.Endpoint{}):
		call("c", "connect", to, host.Arg{Kind: host.ArgAddr, Addr: c.from})
	default:
		call("c", "connect", to)
	}
	if c.shut {
		call("", "shutdown", sock, word("SHUT_WR"))
	}
	if !c.scans && c.wait == 0 {
		call("", "read", sock, word("eof"))
	}
	call("", "close", sock)
	return lines
}
