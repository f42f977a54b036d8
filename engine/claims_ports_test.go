package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"wirestep/engine/host"
)

// listeners are a server with a listener on 80 and one on 81.
const listeners = "program server\n  s = listen(:80, 128)\n  t = listen(:81, 128)\n"

func ports(low, high int) string {
	return fmt.Sprintf("sysctl client net.ipv4.ip_local_port_range = %d %d\n", low, high)
}

// many makes n connections to a port of the server, or n sockets with any port.
func many(n int, call string) string {
	return "program client\n" + strings.Repeat(call, n)
}

// A server that closes first keeps an entry of each connection, not a socket, and its
// own port stays free for others: new connections come in, from the same ports too.
func TestT21_TimeWaitOfAServer(t *testing.T) {
	p := play(t, near, "program server\n  s = listen(:80, 128)\n  loop 30\n    c = accept(s)\n    close(c)\n  end\n",
		"program client\n  loop 30\n    c = connect(server:80)\n    read(c, eof)\n    close(c)\n    sleep(10ms)\n  end\n").to("2s")
	p.is("server.states.TIME_WAIT == 30", "client.states.TIME_WAIT == 0", `client.errno == ""`)
	if h := p.host("server"); len(h.Live) != 1 || h.Conns != 1 {
		t.Errorf("the server has %d sockets, expected its listener alone", len(h.Live))
	}
	q := play(t, near, "program server\n  s = listen(:80, 128)\n  loop\n    c = accept(s)\n    close(c)\n  end\n",
		"program client\n  loop 5\n    c = connect(server:80, :40000)\n    read(c, eof)\n    close(c)\n    sleep(1200ms)\n  end\n").to("9s")
	q.is("server.states.TIME_WAIT == 1", `client.errno == ""`).counts("client", "ActiveOpens", 5)
}

// A range of ten ports: ten connections to one destination, and the eleventh fails
// at once; ten more to another port. bind() to port 0 takes a port from everybody.
func TestT22_PortsPerDestination(t *testing.T) {
	p := play(t, near, ports(40000, 40009), listeners, many(11, "  c = connect(server:80)\n")+strings.Repeat("  c = connect(server:81)\n", 10)).to("1s")
	p.is("client.states.ESTABLISHED == 20", "client.errno == EADDRNOTAVAIL").counts("client", "ActiveOpens", 20)
	even := 0
	for i, c := range p.host("client").Live {
		if i < 5 && c.Tuple.Local.Port%2 == 0 {
			even++
		}
	}
	if even != 5 {
		t.Errorf("%d of the first five ports are even, expected all", even)
	}
	q := play(t, near, ports(40000, 40009), listeners, many(11, "  c = socket()\n  bind(c, :0)\n")).to("1s").is("client.errno == EADDRINUSE")
	for i, c := range q.host("client").Live {
		if odd := c.Tuple.Local.Port%2 == 1; odd != (i < 5) && i < 10 {
			t.Errorf("bind() number %d took port %d", i+1, c.Tuple.Local.Port)
		}
	}
	short := "  c = connect(server:80)\n  close(c)\n  sleep(10ms)\n"
	r := play(t, near, ports(40000, 40009), "program server\n  s = listen(:80, 128)\n  loop\n    c = accept(s)\n    read(c, eof)\n    close(c)\n  end\n", many(11, short)+"  at(61s)\n"+short)
	r.to("60s").is("client.states.TIME_WAIT == 10", "client.errno == EADDRNOTAVAIL").to("61s").counts("client", "ActiveOpens", 11)
}

// A range that begins with an odd port turns the halves round; reserved ports are
// passed over; by name they may still be bound.
func TestT22_ParityAndReservedPorts(t *testing.T) {
	p := play(t, near, ports(40001, 40008), "sysctl client net.ipv4.ip_local_reserved_ports = 40003,40005-40006\n", listeners, many(6, "  c = connect(server:80)\n")+"  d = socket()\n  bind(d, :40003)\n").to("1s")
	var got []uint16
	for _, c := range p.host("client").Live {
		got = append(got, c.Tuple.Local.Port)
	}
	seen := map[uint16]bool{}
	for i, n := range got[:5] {
		if seen[n] || n == 40003 || n == 40005 || n == 40006 || (n%2 == 1) != (i < 2) {
			t.Errorf("the ports are %v", got)
		}
		seen[n] = true
	}
	p.is("client.errno == EADDRNOTAVAIL").counts("client", "ActiveOpens", 5)
	if last := p.host("client").Live[len(got)-1]; last.Tuple.Local.Port != 40003 {
		t.Errorf("a reserved port that is asked for by name: %d", last.Tuple.Local.Port)
	}
}

// What is left of the quick recycling of old kernels: FIN_WAIT_2 lasts at least three
// and a half timeouts. TIME_WAIT lasts its minute.
func TestT23_NoRecycling(t *testing.T) {
	p := play(t, near, "sysctl client net.ipv4.tcp_fin_timeout = 0\n", reader, connects+"  at(1s)\n  close(c)\n").to("1.6s").is("client.state == FIN_WAIT_2").to("1.8s").is("client.state == CLOSED")
	if got := p.lastWith("time-wait.over"); got != "1.7182" {
		t.Errorf("FIN_WAIT_2 ends at %s, expected 3.5 × 204 ms after the FIN was acknowledged", got)
	}
	play(t, near, readClose, connects+"  at(1s)\n  close(c)\n").to("60.9s").is("client.state == TIME_WAIT").to("61.1s").is("client.state == CLOSED")
}

// A timeout lies between 200 ms above the round trip and 120 s.
func TestT24_BoundsOfTheTimeout(t *testing.T) {
	play(t, near, reader, connects).to("1s").is("client.rto == 0.204")
	play(t, near, reader, connects+"  at(1s)\n  write(c, 10)\n", "at 900ms drop every DATA from client").to("900s").is("client.rto == 120")
	play(t, near, "sysctl client net.ipv4.tcp_rto_min_us = 50000\n", reader, connects).to("1s").is("client.rto < 0.06")
	play(t, near, "sysctl client net.ipv4.tcp_rto_max_ms = 2000\n", reader, connects+"  at(1s)\n  write(c, 10)\n", "at 900ms drop every DATA from client").to("30s").is("client.rto == 2")
}

// Two clients behind one address, the second with an older clock: 6.18 keeps no
// timestamps per host, so its connection is made like any other.
func TestT25_NoTimestampsPerHost(t *testing.T) {
	p := play(t, lone, "program server\n  s = listen(:80, 5)\n  c = accept(s)\n  close(c)\n")
	p.at("1ms", "forge peer > server flags=S abs seq=1000 win=65535 mss=1460 tsval=90000 from=peer:40000 to=server:80")
	p.at("2ms", "forge peer > server flags=. seq=1 ack=1 win=65535 tsval=90001 tsecr=0")
	p.at("50ms", "forge peer > server flags=F. seq=1 ack=2 win=65535 tsval=90050 tsecr=0").to("100ms").is("server.state == TIME_WAIT")
	p.at("1s", "forge peer > server flags=S abs seq=5000 win=65535 mss=1460 tsval=100 from=peer:40001 to=server:80").to("1.01s").is("server.states.SYN_RECV == 1").counts("server", "PAWSTimewait", 0)
}

// One port, in TIME_WAIT since 0.04 s: who may connect from it again, and when.
func TestT27_ReuseOfTimeWait(t *testing.T) {
	const server = "program server\n  s = listen(:80, 128)\n  a = accept(s)\n  read(a, eof)\n  close(a)\n  b = accept(s)\n"
	for _, c := range []struct {
		name, set, again string
		ok               bool
	}{
		{"0", "tcp_tw_reuse = 0", "59s", false},
		{"1, at once", "tcp_tw_reuse = 1", "50ms", false},
		{"1, half a second", "tcp_tw_reuse = 1", "540ms", false},
		{"1, 1.2 s", "tcp_tw_reuse = 1", "1.25s", true},
		{"1, no timestamps", "tcp_tw_reuse = 1\nsysctl client net.ipv4.tcp_timestamps = 0", "30s", false},
		{"1, delay 100 ms", "tcp_tw_reuse = 1\nsysctl client net.ipv4.tcp_tw_reuse_delay = 100", "200ms", true},
		{"2, another host", "tcp_tw_reuse = 2", "30s", false},
	} {
		p := play(t, near, ports(40000, 40000), "sysctl client net.ipv4."+c.set+"\n", server, connects+"  close(c)\n  at("+c.again+")\n  d = connect(server:80)\n").to("59.5s")
		want := "connect -1 EADDRNOTAVAIL"
		if c.ok {
			want = "connect 0"
			if k := p.packets("client"); len(k) < 5 || k[4].Seg.Seq != k[0].Seg.Seq+2+65537 {
				t.Errorf("%s: the new number is not 65537 above the old ones", c.name)
			}
			p.counts("client", "TWRecycled", 1).is("client.state == ESTABLISHED")
		}
		p.returns("client", "connect 0", "close 0", want)
	}
	bound := "  d = socket()\n  setsockopt(d, SO_REUSEADDR, 1)\n  bind(d, :40000)\n  connect(d, server:80)\n"
	first := "program client\n  c = socket()\n  setsockopt(c, SO_REUSEADDR, 1)\n  bind(c, :40000)\n  connect(c, server:80)\n  close(c)\n  at(50ms)\n" + bound
	play(t, near, "sysctl client net.ipv4.tcp_tw_reuse = 0\n", server, first).to("1s").is("client.state == ESTABLISHED").counts("client", "TWRecycled", 1)
	play(t, near, "sysctl client net.ipv4.tcp_timestamps = 0\n", server, first).to("1s").is("client.state == TIME_WAIT", "client.errno == EADDRNOTAVAIL")
}

// On the loopback 2, the default, is enough.
func TestT27_ReuseOnTheLoopback(t *testing.T) {
	p := play(t, near, ports(40000, 40000), "program client server\n  s = listen(:80, 128)\n  a = accept(s)\n  read(a, eof)\n  close(a)\n  b = accept(s)\n",
		"program client\n  at(100ms)\n  c = connect(127.0.0.1:80)\n  close(c)\n  at(500ms)\n  d = connect(127.0.0.1:80)\n  at(1.4s)\n  e = connect(127.0.0.1:80)\n").to("0.6s").is("client.errno == EADDRNOTAVAIL")
	p.to("2s").is("client.states.ESTABLISHED == 2").counts("client", "TWRecycled", 1)
}

// The server is in TIME_WAIT; another client behind the same address and port has an
// older clock. Its SYN is answered with the old ACK, its RST ends the entry, and the
// SYN that follows at once gets in: one round trip more. With tcp_rfc1337 the RST is
// ignored, and the loop goes on.
func TestT28_NeighbourBehindTheNAT(t *testing.T) {
	scene := func(rfc1337 string) *player {
		p := play(t, far, "sysctl server net.ipv4.tcp_rfc1337 = "+rfc1337+"\n", "program server\n  s = listen(:80, 5)\n  c = accept(s)\n  close(c)\n  d = accept(s)\n",
			"program client\n  at(5s)\n  c = connect(server:80, :40000)\n",
			"at 0s unplug server > client\nat 4s plug server > client\n")
		p.at("1ms", "forge client > server flags=S abs seq=1000 win=65535 mss=1460 tsval=2000000000 from=client:40000 to=server:80")
		p.at("50ms", "forge client > server flags=. seq=1 ack=1 win=65535 tsval=2000000001 tsecr=0")
		p.at("100ms", "forge client > server flags=F. seq=1 ack=2 win=65535 tsval=2000000050 tsecr=0")
		return p.to("4.9s").is("server.state == TIME_WAIT")
	}
	p := scene("0").to("5.2s").is("client.state == ESTABLISHED").counts("server", "PAWSTimewait", 1)
	if k := p.when("client", "SYN"); k != "5 5.048" {
		t.Errorf("the SYNs left at %s", k)
	}
	scene("1").to("11s").is("client.state == SYN_SENT", "server.state == TIME_WAIT")
}

// Restarting a server: who needs SO_REUSEADDR, and what is in the way of it.
func TestT29_ReuseAddr(t *testing.T) {
	opt := map[bool]string{true: "SO_REUSEADDR", false: "SO_KEEPALIVE"}
	for _, c := range []struct{ old, new, ok bool }{{false, false, false}, {false, true, false}, {true, false, false}, {true, true, true}} {
		for _, state := range []string{"TIME_WAIT", "ESTABLISHED", "CLOSE_WAIT"} {
			server := fmt.Sprintf("program server\n  s = socket()\n  setsockopt(s, %s, 1)\n  bind(s, :80)\n  listen(s, 5)\n  c = accept(s)\n  close(s)\n", opt[c.old])
			client := connects
			switch state {
			case "TIME_WAIT":
				server, client = server+"  close(c)\n", connects+"  read(c, eof)\n  close(c)\n"
			case "CLOSE_WAIT":
				client += "  close(c)\n"
			}
			server += fmt.Sprintf("  at(1s)\n  t = socket()\n  setsockopt(t, %s, 1)\n  bind(t, :80)\n", opt[c.new])
			p := play(t, near, server, client).to("900ms").is("server.state == " + state).to("1.5s")
			if ok := p.host("server").Procs[0].Errno.String() == ""; ok != c.ok {
				t.Errorf("old %t, new %t, a connection in %s: bind() returns %s", c.old, c.new, state, p.host("server").Procs[0].Errno)
			}
		}
	}
}

// A socket that listens is in the way even so, unless both have SO_REUSEPORT; and two
// that are bound may not both listen.
func TestT29_AListenerInTheWay(t *testing.T) {
	pair := func(option, rest string) *player {
		one := "  %[1]s = socket()\n  setsockopt(%[1]s, " + option + ", 1)\n  bind(%[1]s, :80)\n"
		return play(t, near, "program server\n"+fmt.Sprintf(one, "a")+rest+fmt.Sprintf(one, "b")+"  listen(b, 5)\n").to("1s")
	}
	pair("SO_REUSEADDR", "  listen(a, 5)\n").is("server.states.LISTEN == 2", "server.errno == EADDRINUSE") // b listens on a port of its own
	pair("SO_REUSEPORT", "  listen(a, 5)\n").is("server.states.LISTEN == 2", `server.errno == ""`)
	play(t, near, "program server\n  a = socket()\n  setsockopt(a, SO_REUSEADDR, 1)\n  bind(a, :80)\n  b = socket()\n  setsockopt(b, SO_REUSEADDR, 1)\n  bind(b, :80)\n  listen(a, 5)\n  listen(b, 5)\n").to("1s").is("server.states.LISTEN == 1", "server.errno == EADDRINUSE")
	play(t, near, "program server\n  a = socket()\n  bind(a, :80)\n  bind(a, :81)\n").to("1s").is("server.errno == EINVAL")
	play(t, near, "program server\n  a = socket()\n  bind(a, 10.0.0.77:80)\n").to("1s").is("server.errno == EADDRNOTAVAIL")
	play(t, near, "program server\n  a = socket()\n  bind(a, 10.0.0.2:80)\n  b = socket()\n  bind(b, 127.0.0.1:80)\n  c = socket()\n  bind(c, :80)\n").to("1s").returns("server", "socket 0", "bind 0", "socket 0", "bind 0", "socket 0", "bind -1 EADDRINUSE")
}

// With tcp_rfc1337 a RST does not end TIME_WAIT, whatever its number.
func TestT35_RFC1337(t *testing.T) {
	p := timeWait(t, false).at("5s", "sysctl client net.ipv4.tcp_rfc1337 = 1")
	for _, seq := range []string{"-8", "2", "12"} {
		p.at(p.t.World().Now().Add(1e9).Seconds()+"s", "forge peer > client flags=R seq="+seq)
	}
	p.to("59s").is("client.state == TIME_WAIT").says("client", "5s")
}

// The whole range may be used but for port 0, and it may not be turned round.
func TestT38_PortRange(t *testing.T) {
	for value, ok := range map[string]bool{"1024 65535": true, "1 65535": true, "40000 40000": true, "0 65535": false, "50000 40000": false, "1024": false, "1024 65536": false} {
		if err := host.Profiles[0].Check("net.ipv4.ip_local_port_range", value); (err == nil) != ok {
			t.Errorf("%q: %v", value, err)
		}
	}
	if i := host.FindSysctl("ip_local_port_range"); host.Sysctls[i].Default != "32768 60999" {
		t.Errorf("the default is %s", host.Sysctls[i].Default)
	}
}
