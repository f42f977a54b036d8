package kernel

import (
	"errors"
	"strings"
	"testing"
	"time"

	"wirestep/engine/scene"
)

const twoHosts = "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 5ms\n"

// played are scenes that a kernel has to play as the engine does: the same segments, the
// same answers to each call, at the same times, the same states.
var played = map[string]string{
	"two flows of one four-tuple": twoHosts + `sysctl client net.ipv4.tcp_fin_timeout = 1
program server
  s = listen(:5000, 128)
  c = accept(s)
program client
  c = connect(server:5000, :40000)
  close(c)
  at(2500ms)
  d = connect(server:5000, :40000)
`,
	"poll, timeouts and flags": twoHosts + `program server
  s = listen(:80)
  poll(s, POLLIN, 500ms)
  c = accept(s)
  poll(c, POLLIN|POLLRDHUP, 50ms)
  poll(c, POLLIN|POLLRDHUP)
  recv(c, 100, MSG_PEEK)
  recv(c, 100, MSG_DONTWAIT)
  recv(c, 100, MSG_DONTWAIT)
  setsockopt(c, SOL_SOCKET, SO_RCVTIMEO, 150ms)
  recv(c, 100)
  getsockopt(c, SO_ERROR)
  ioctl(c, SIOCINQ)
program client
  at(20ms)
  c = connect(server:80)
  sleep(150ms)
  send(c, "hello", MSG_MORE)
  ioctl(c, SIOCOUTQNSD)
  sleep(250ms)
  getsockopt(c, TCP_CONGESTION)
`,
	"epoll, pipes, files and options": twoHosts + `program client
  c = socket()
  connect(c, AF_UNSPEC)
  bind(c, :80)
  d = dup(c)
  p = epoll_create()
  epoll_ctl(p, EPOLL_CTL_ADD, d, EPOLLIN|EPOLLET)
  epoll_wait(p, 50ms)
  fcntl(c, F_SETFL, O_NONBLOCK)
  fcntl(c, F_GETFL)
  connect(c, server:81)
  sleep(100ms)
  epoll_wait(p, 0)
  getsockopt(c, SO_ERROR)
  f = open("/dev/zero")
  sendfile(c, f, 100)
  pipe(r, w)
  write(w, 100)
  splice(r, c, 100)
  shutdown(c, SHUT_WR)
  setsockopt(c, SO_LINGER, 1)
  setsockopt(c, IP_TTL, 300)
  setsockopt(c, SO_ZEROCOPY, 1)
  send(c, 100, MSG_ZEROCOPY)
  recvmsg(c, 100, MSG_ERRQUEUE)
`,
	"three hosts, and an edit": `host client 10.0.0.1
host proxy 10.0.0.2
host server 10.0.0.3
link client proxy delay 5ms
link proxy server delay 5ms
program server
  s = listen(:80)
  c = accept(s)
  read(c, eof)
program proxy
  s = listen(:80)
  c = accept(s)
  d = connect(server:80)
  read(c)
  write(d, 100)
  close(d)
program client
  c = connect(proxy:80)
  at(100ms)
  write(c, 100)
at 50ms edit next DATA from client seq=+1000
at 50ms edit next ACK from server win=5
`,
	"a transfer with a reader": twoHosts + `program server
  s = listen(:80)
  c = accept(s)
  read(c, eof)
  close(c)
program client
  c = connect(server:80)
  write(c, 20000)
  close(c)
`,
}

func TestScenesOnTheKernel(t *testing.T) {
	needsKernel(t)
	var all []Source
	for name, text := range played {
		all = append(all, Source{Name: name + ".scene", Text: "scene \"x\"\n" + text})
	}
	Sources(briefly(all), func(v *Verdict) {
		t.Run(strings.TrimSuffix(v.File, ".scene"), func(t *testing.T) { asExpected(t, v) })
	})
}

// What the testbed cannot do is refused by its name, before anything happens; so is what
// lasts too long.
func TestRefusedBeforeItIsPlayed(t *testing.T) {
	for text, name := range map[string]string{
		"program client\n  c = socket(AF_INET6)\n":                           "IPv6",
		"program client\n  c = socket()\n  setsockopt(c, IPV6_V6ONLY, 1)\n":  "IPV6_V6ONLY",
		"program client\n  c = connect(server:80)\n  write(c, 1000000000)\n": "write(c, 1000000000)",
		"at 1s reboot server\n": "reboot",
	} {
		f, err := scene.Parse("x", "scene \"x\"\n"+twoHosts+text)
		if err != nil {
			t.Error(err)
			continue
		}
		if why := unplayable(&f.Scenario); !strings.Contains(why, name) {
			t.Errorf("%q: refused because of %q, expected %q", text, why, name)
		}
	}
	v := Play("long.pkt", "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 `sysctl -q net.ipv4.tcp_syn_retries=9`\n+0 connect(3, ..., ...) = -1\n")
	var r *Refusal
	if !errors.As(v.Err, &r) || !strings.Contains(r.Why, "connect() in line 3") || v.Took > 5*time.Second {
		t.Errorf("%v after %v, expected a refusal that names the call", v.Err, v.Took)
	}
}

// A call that blocks is waited for as long as it takes the engine; a bare -1 is any error,
// and no descriptor.
func TestBlockingCallIsWaitedFor(t *testing.T) {
	needsKernel(t)
	const head = "`sysctl -q net.ipv4.tcp_syn_retries=2 net.ipv4.tcp_syn_linear_timeouts=4`\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 connect(3, ..., ...) = "
	v := again(func() *Verdict { return Play("x.pkt", head+"-1\n+.1 close(3) = 0\n") })
	asExpected(t, v)
	v = Play("x.pkt", "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = -1\n")
	if v.Err == nil || !strings.Contains(v.Err.Error(), "expected -1, got") {
		t.Errorf("%v, expected a socket to be no error", v.Err)
	}
}
