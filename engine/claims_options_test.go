package engine_test

import (
	"fmt"
	"slices"
	"testing"
)

// portsOf are the local ports of a host's sockets, in the order in which they were made.
func portsOf(p *player, host string) (got []uint16) {
	for _, c := range p.host(host).Live {
		got = append(got, c.Tuple.Local.Port)
	}
	return got
}

// IP_LOCAL_PORT_RANGE narrows ip_local_port_range for one socket; its ports go one after
// the other, not those of one parity first. An end outside is passed over. As measured on
// Linux 6.18.
func TestLocalPortRange(t *testing.T) {
	for _, c := range []struct {
		low, high int
		call      string
		errno     string
		got       []uint16 // in any order
	}{
		{40000, 40000, "connect(c, server:80)", "EADDRNOTAVAIL", []uint16{40000}},
		{40000, 40002, "connect(c, server:80)", "EADDRNOTAVAIL", []uint16{40000, 40001, 40002}},
		{0, 32770, "connect(c, server:80)", "EADDRNOTAVAIL", []uint16{32768, 32769, 32770}},
		{60999, 0, "connect(c, server:80)", "EADDRNOTAVAIL", []uint16{60999}},
		{40000, 40000, "bind(c, :0)", "EADDRINUSE", []uint16{40000}},
		{40000, 40003, "bind(c, :0)", "EADDRINUSE", []uint16{40000, 40001, 40002, 40003}},
		{40000, 40000, "listen(c)", "EADDRINUSE", []uint16{40000}},
	} {
		each := fmt.Sprintf("  c = socket()\n  setsockopt(c, IP_LOCAL_PORT_RANGE, %d)\n  %s\n", c.high<<16|c.low, c.call)
		p := play(t, near, listeners, many(6, each)).to("1s").is("client.errno == " + c.errno)
		got := slices.DeleteFunc(portsOf(p, "client"), func(n uint16) bool { return n == 0 })
		slices.Sort(got)
		if !slices.Equal(got, c.got) {
			t.Errorf("%s with %d to %d: ports %v, expected %v", c.call, c.low, c.high, got, c.got)
		}
	}
	p := play(t, near, listeners, many(3, fmt.Sprintf("  c = socket()\n  setsockopt(c, IP_LOCAL_PORT_RANGE, %d)\n  connect(c, server:80)\n", 2000<<16|1000))).to("1s")
	for _, n := range portsOf(p, "client") {
		if n < 32768 || n > 60999 {
			t.Errorf("port %d: a range that lies outside of the host's is none", n)
		}
	}
}

// bind() to an address that is not the host's: not without an option; connect() from
// there only with IP_TRANSPARENT.
func TestBindToForeignAddress(t *testing.T) {
	for option, errnos := range map[string][2]string{"": {"EADDRNOTAVAIL", ""}, "IP_FREEBIND": {"", "ENETUNREACH"}, "IP_TRANSPARENT": {"", ""}} {
		set := ""
		if option != "" {
			set = "  setsockopt(c, " + option + ", 1)\n"
		}
		p := play(t, near, listeners, "program client\n  c = socket()\n"+set+"  bind(c, 192.0.2.7:5000)\n  at(100ms)\n  connect(c, server:80)\n")
		p.to("50ms").is(fmt.Sprintf("client.errno == %q", errnos[0]))
		if option == "" {
			continue
		}
		p.to("90ms").counts("client", "ActiveOpens", 0)
		n := 0
		if errnos[1] == "" {
			n = 1
		}
		p.to("200ms").is(fmt.Sprintf("client.errno == %q", errnos[1])).counts("client", "ActiveOpens", n)
	}
	play(t, near, "sysctl client net.ipv4.ip_nonlocal_bind = 1\nprogram client\n  c = socket()\n  bind(c, 192.0.2.7:5000)\n").to("50ms").is(`client.errno == ""`)
}

// IP_MINTTL: a SYN from too far is not answered, and data from too far not taken.
func TestMinTTL(t *testing.T) {
	server := "program server\n  s = socket()\n  setsockopt(s, IP_MINTTL, 255)\n  bind(s, :80)\n  listen(s)\n  c = accept(s)\n  read(c, eof)\n"
	play(t, near, server, "program client\n  c = connect(server:80)\n").to("500ms").is("client.state == SYN_SENT").counts("server", "TCPMinTTLDrop", 1)
	p := play(t, near, server, "program client\n  c = socket()\n  setsockopt(c, IP_TTL, 255)\n  connect(c, server:80)\n  at(100ms)\n  write(c, 10)\n  at(200ms)\n  setsockopt(c, IP_TTL, 254)\n  write(c, 10)\n")
	p.to("300ms").is("client.state == ESTABLISHED", "server.read == 10").counts("server", "TCPMinTTLDrop", 1)
	if e := p.lastWith("segment.min-ttl"); e == "" {
		t.Error("no rule says why the segment is not taken")
	}
}
