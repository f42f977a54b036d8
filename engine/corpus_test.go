package engine_test

// forgedOpen is a handshake with a forger, to be followed by what else it forges.
const forgedOpen = lone + "program server\n  s = listen(:80, 128)\n  c = accept(s)\n" +
	"at 1ms forge peer > server flags=S seq=1000 win=65535 mss=1460 sackok from=peer:40000 to=server:80\n" +
	"at 2ms forge peer > server flags=. seq=1 ack=1 win=65535\n"

// moreScenes reach the rules that no golden scene reaches.
var moreScenes = []string{
	// What people do to the wire, planned.
	far + reader + connects + "  write(c, 5000)\n" +
		"at 30ms hold packet 2\nat 70ms release packet 2\nat 80ms sysctl client net.ipv4.tcp_syn_retries = 3\n" +
		"at 2s call client: write(c, 10)\nat 2100ms link client server delay 50ms\nat 3s drop packet 1\nbranch 0\n  step 1 at 0s by you: at 2s drop next SYN\ncursor branch 0 step 1\n",
	// System calls that no program needs.
	near + "program server\n  s = socket()\n  setsockopt(s, SO_REUSEADDR, 1)\n  bind(s, :80)\n  listen(s, 4)\n  c = accept(s)\n  poll(c, POLLIN, 2s)\n  read(c, 10)\n  close(c)\n  read(c, 10)\n  t = listen(:80, 4)\n  kill()\n" +
		connects + "  setsockopt(c, SO_LINGER, 1, 2)\n  write(c, 10)\n  close(c)\n",
	// The third segment echoes a timestamp that no SYN-ACK carried.
	far + reader + connects + "at 0s edit 1st ACK from client tsecr=+5\n",
	// Three connections, room for two.
	near + "program server\n  s = listen(:80, 1)\nprogram client\n  a = connect(server:80)\n  at(1s)\n  b = connect(server:80)\n  at(100s)\n  write(b, 10)\n" +
		"program client two\n  at(1s)\n  c = connect(server:80)\n  at(100s)\n  write(c, 10)\n",
	// A cookie that says SACK comes back to a server that has switched it off.
	near + "sysctl server net.ipv4.tcp_syncookies = 2\n" + reader + connects + "at 150us sysctl server net.ipv4.tcp_sack = 0\n",
	// A second connection with the same four ends.
	near + "program server\n  s = listen(:80, 4)\nprogram client\n  a = socket()\n  setsockopt(a, SO_REUSEADDR, 1)\n  bind(a, :40000)\n  connect(a, server:80)\n  b = socket()\n  setsockopt(b, SO_REUSEADDR, 1)\n  bind(b, :40000)\n  connect(b, server:80)\n",
	// A listener that closes on a connection nobody has accepted.
	near + "program server\n  s = listen(:80, 4)\n  sleep(1s)\n  close(s)\n" + connects,
	// No port is left; a port is taken.
	near + "sysctl client net.ipv4.ip_local_port_range = 40000 40000\n" + reader + connects + "  d = connect(server:80)\n  e = listen(:90, 1)\n  f = listen(:90, 1)\n",
	// ICMP errors: for nobody, during the handshake, later, and about nothing in flight.
	alone + connectsPeer + "at 10ms forge peer > client icmp=3/1 seq=0\n",
	forgedOpen + "at 3ms forge peer > server flags=P. seq=1 ack=1 len=10 md5\n",
	alone + connectsPeer + "  write(c, 10)\nat 10ms forge peer > client flags=S. seq=9 ack=1 win=9999\nat 20ms forge peer > client icmp=3/1 seq=1\nat 30ms forge peer > client icmp=3/1 seq=900000\n",
	alone + connectsPeer + "  write(c, 1400)\nat 10ms forge peer > client flags=S. seq=9 ack=1 win=9999 mss=1460\nat 20ms forge peer > client icmp=3/4/1000 seq=1\nat 30ms call client: d = connect(peer:81)\n",
	// Segments that mean nothing to SYN_SENT.
	alone + connectsPeer + "at 10ms forge peer > client flags=. seq=9 ack=1 win=9\nat 20ms forge peer > client flags=F seq=9 win=9\n",
	// Crossed SYNs, and an ACK of something else.
	alone + connectsPeer + "at 10ms forge peer > client flags=S seq=9 win=9999\nat 20ms forge peer > client flags=. seq=1 ack=2000 win=9999\n",
	// Segments without ACK, with an ACK from long ago, outside of SYN_RECV's window.
	forgedOpen + "at 3ms sysctl server net.ipv4.tcp_challenge_ack_limit = 1\nat 1100ms forge peer > server flags=R seq=2\nat 1700ms forge peer > server flags=R seq=2\n",
	forgedOpen + "at 1s forge peer > server flags=P seq=1 win=9 len=3\nat 2s forge peer > server flags=. seq=1 ack=-2000000 win=9\n",
	lone + reader + "at 1ms forge peer > server flags=S seq=1000 win=65535 mss=1460 from=peer:40000 to=server:80\nat 1s forge peer > server flags=. seq=900000 ack=1 win=9\n",
	// A narrow link, and one for small packets only.
	"host client 10.0.0.1\nhost server 10.0.0.2\nlink client server rate 1mbit queue 2 mtu 1000\n" + reader + connects + "  write(c, 3000)\n",
	"host client 10.0.0.1\nhost server 10.0.0.2\nlink client server rate 1mbit queue 2\n" + reader + connects + "  write(c, 30000)\n",
	// A bare third segment that the listener does not want.
	near + "program server\n  s = socket()\n  setsockopt(s, TCP_DEFER_ACCEPT, 3)\n  bind(s, :80)\n  listen(s, 4)\n  c = accept(s)\n" + connects + "  sleep(500ms)\n  write(c, 1)\n",
	// A new SYN for a connection in TIME_WAIT.
	forgedOpen + "sysctl server net.ipv4.tcp_timestamps = 0\n" + "at 1s call server: close(c)\nat 2s forge peer > server flags=F. seq=1 ack=2 win=9\nat 9s forge peer > server flags=S seq=3 win=9\n",
	// A peer that takes back what it has selectively acknowledged.
	forgedOpen + "at 1s call server: write(c, 5840)\nat 1100ms forge peer > server flags=. seq=1 ack=1 win=65535 sack=1461:5841\n" +
		"at 1200ms forge peer > server flags=. seq=1 ack=1461 win=65535\n",
	// A sender that does not care about a closed window.
	forgedOpen + "at 500ms call server: setsockopt(c, SO_RCVBUF, 1)\nat 1s forge peer > server flags=P. seq=1 ack=1 win=9 len=1400\nat 2s forge peer > server flags=P. seq=1401 ack=1 win=9 len=1400\n" +
		"at 3s forge peer > server flags=P. seq=2801 ack=1 win=9 len=1400\nat 4s forge peer > server flags=P. seq=4201 ack=1 win=9 len=60000\nat 5s forge peer > server flags=P. seq=64201 ack=1 win=9 len=3000\nat 6s forge peer > server flags=P. seq=67201 ack=1 win=9 len=3000\n",
	// A small buffer full of what waits out of order, and a segment in order; a window that takes back what it promised.
	forgedOpen + "at 100ms call server: setsockopt(c, SO_RCVBUF, 2000)\nat 200ms forge peer > server flags=. seq=101 ack=1 win=9 len=10\nat 300ms forge peer > server flags=. seq=201 ack=1 win=9 len=10\n" +
		"at 400ms forge peer > server flags=. seq=301 ack=1 win=9 len=10\nat 500ms forge peer > server flags=. seq=401 ack=1 win=9 len=10\nat 600ms forge peer > server flags=. seq=501 ack=1 win=9 len=10\n" +
		"at 700ms forge peer > server flags=P. seq=1 ack=1 win=9 len=20\n",
	lone + "sysctl server net.ipv4.tcp_shrink_window = 1\nsysctl server net.ipv4.tcp_rmem = 4096 16384 65536\nprogram server\n  s = listen(:80, 128)\n  c = accept(s)\n" +
		"at 1ms forge peer > server flags=S seq=1000 win=65535 mss=1460 wscale=7 from=peer:40000 to=server:80\nat 2ms forge peer > server flags=. seq=1 ack=1 win=65535\n" +
		"at 100ms forge peer > server flags=P. seq=1 ack=1 win=65535 len=200\nat 110ms forge peer > server flags=P. seq=201 ack=1 win=65535 len=200\nat 120ms forge peer > server flags=P. seq=401 ack=1 win=65535 len=200\nat 130ms forge peer > server flags=P. seq=601 ack=1 win=65535 len=200\nat 140ms forge peer > server flags=P. seq=801 ack=1 win=65535 len=200\nat 150m" +
		"s forge peer > server flags=P. seq=1001 ack=1 win=65535 len=200\nat 160ms forge peer > server flags=P. seq=1201 ack=1 win=65535 len=200\nat 170ms forge peer > server flags=P. seq=1401 ack=1 win=65535 len=200\nat 180ms forge peer > server flags=P. seq=1601 ack=1 win=65535 len=200\nat 190ms forge peer > server flags=P. seq=1801 ack=1 win=65535 len=200\nat 200ms forge peer > server flags=P. seq=2001 ack=1 win=65535 len=200\nat 210ms forge peer > server flags=P. seq=2201 ack=1 win=65535 len=200\n",
	// A queue builds up before the slow link: the round trip grows, and HyStart sees it.
	"host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms rate 10mbit\n" + reader + connects + "  write(c, 300000)\n",
	// A thin stream.
	near + "sysctl client net.ipv4.tcp_thin_linear_timeouts = 1\n" + reader + connects + "  write(c, 10)\nat 0s drop every DATA from client\n",
	// Segmentation offload on a short path: a large packet is worth waiting for an ACK.
	near + "offload client\n" + reader + connects + "  write(c, 400000)\n",
	// A NAT that is asked for a flow again that has ended.
	"host client 192.168.0.2\nbox nat1 nat 203.0.113.1 inside 192.168.0.0/16\nhost server 203.0.113.9\nlink client nat1\nlink nat1 server\n" +
		"program server\n  s = listen(:80, 4)\n  c = accept(s)\n  close(c)\n  d = accept(s)\n" +
		"program client\n  at(1ms)\n  c = connect(server:80, :40000)\n  read(c, 1)\n  close(c)\n  at(1s)\n  d = connect(server:80, :40000)\n",
	// A NAT that loses its table.
	"host client 192.168.0.2\nbox nat1 nat 203.0.113.1 inside 192.168.0.0/16\nhost server 203.0.113.9\nlink client nat1\nlink nat1 server\n" +
		"program client\n  c = connect(server:80)\nat 0s hold 1st SYN from nat1\nat 500ms reboot nat1\n",
	// A process that is started by hand.
	near + reader + "at 1s start client nc: c = connect(server:80); close(c)\n",
	// A NAT whose ports of one class are all taken.
	"host client 192.168.0.2\nbox nat1 nat 203.0.113.1 inside 192.168.0.0/16\nhost server 203.0.113.9\nlink client nat1\nlink nat1 server delay 1s\n" +
		"at 0s forge client > server flags=S seq=1 from=192.168.0.0/16:80 to=server:80 count=513 every=1us\n",
	// Fast Open: a cookie, a connect() that waits for the first write, another key, and the old one as backup.
	fast + "program server\n  s = listen(:80, 4)\n  loop 3\n    c = accept(s)\n    read(c, eof)\n    close(c)\n  end\n" + "program client\n" + fastClient("a", "0s") + fastClient("b", "1s") + fastClient("c", "2s") +
		"at 900ms sysctl server net.ipv4.tcp_fastopen_key = 1-2-3-4\nat 1900ms sysctl server net.ipv4.tcp_fastopen_key = 5-6-7-8,1-2-3-4\n",
	// A server that knows nothing of Fast Open.
	near + reader + "program client\n" + fastClient("a", "0s"),
	// Fast Open with forgers: more than fit, no third segment, a RST after accept().
	fastForged + "at 2ms forge peer > server flags=S seq=1000 win=65535 mss=1460 len=10 fo from=peer:40001 to=server:80\n",
	fastForged + "at 1s forge peer > server flags=R seq=11\n",
	// Nothing that carries data with a SYN comes through: Fast Open pauses.
	near + "sysctl client net.ipv4.tcp_fastopen = 5\nsysctl client net.ipv4.tcp_fastopen_blackhole_timeout_sec = 3600\n" + reader + "program client\n" + fastClient("a", "0s") + fastClient("b", "9s") +
		"at 0s drop 1st SYN from client\nat 0s drop 2nd SYN from client\nat 0s drop 3rd SYN from client\n",
	// The search for the path MTU, which begins anew after a while.
	near + "sysctl client net.ipv4.tcp_mtu_probing = 2\nsysctl client net.ipv4.tcp_probe_interval = 1\nsysctl client net.ipv4.tcp_probe_threshold = 10000\n" + reader + connects + "  write(c, 60000)\n  at(3s)\n  write(c, 60000)\n",
	// A SYN-ACK that is lost, without timestamps.
	near + "sysctl server net.ipv4.tcp_timestamps = 0\n" + reader + connects + "at 0s drop 1st SYN-ACK from server\n",
	// A router that cannot reach the peer, when a segment has been sent again.
	forgedOpen + "at 500ms call server: write(c, 10)\nat 1500ms forge peer > server icmp=3/1 seq=1\n",
	// An urgent byte, taken out of the stream.
	forgedOpen + "at 500ms forge peer > server flags=P.U seq=1 ack=1 win=65535 len=10 urg=5\nat 1s call server: recv(c, 1, MSG_OOB)\nat 2s call server: recv(c, 10, MSG_DONTWAIT)\n",
	// Somebody probes a window that stays closed, and finds it open at last.
	forgedOpen + "at 500ms forge peer > server flags=. seq=1 ack=1 win=0\nat 1s call server: write(c, 100)\nat 5s forge peer > server flags=. seq=1 ack=1 win=1\nat 9s forge peer > server flags=. seq=1 ack=1 win=1000\n",
	// ECN: asked for in vain, by a SYN that is marked itself, and a link that marks.
	far + asksECN + reader + connects + "at 0s drop 1st SYN from client\n",
	far + asksECN + reader + connects + "at 0s edit 1st SYN from client ecn=ect0\n",
	far + asksECN + reader + connects + "  write(c, 60000)\nat 30ms link client server mark 40%\n",
	far + asksECN + reader + connects + "at 0s edit 1st SYN-ACK from server flags=S.\n",
	far + asksECN + "program server\n  s = listen(:80, 4)\n  c = accept(s)\n  read(c, 1000)\n  write(c, 10)\n" + connects + "  write(c, 3000)\nat 0s edit 1st SYN-ACK from server flags=SW.\nat 0s edit 1st DATA from client ecn=ce\nat 0s edit 1st DATA from server ecn=ce\n",
	far + asksECN + reader + connects + "at 0s edit 1st SYN-ACK from server flags=SWA. ecn=ce\n",
	// BBR: the pipe fills, drains and is cruised along; a path that becomes longer; a pause; a policer.
	"host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms rate 2mbit queue 60\n" + bbr + reader + connects + "  write(c, 400000)\n",
	"host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms rate 160kbit queue 40\n" + bbr + reader + connects + "  write(c, 260000)\nat 1s link client server delay 90ms\n",
	far + bbr + reader + connects + "  write(c, 20000)\n  sleep(1s)\n  write(c, 20000)\n",
	"host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 10ms rate 4mbit queue 20\n" + bbr + reader + connects + "  write(c, 900000)\nat 300ms link client > server loss 30%\n",
	// Another text of the scene, on a branch.
	near + reader + connects + "branch 0\nbranch 1 from 0 step 0\n  step 0 at 0s by you: scene \"host client 10.0.0.1\\nhost server 10.0.0.2\\nlink client server delay 5ms\\n\"\ncursor branch 1 step 1\n",
}

const bbr = "sysctl client net.ipv4.tcp_congestion_control = bbr\n"

const asksECN = "sysctl client net.ipv4.tcp_ecn = 1\n"

const connectsPeer = "program client\n  c = connect(peer:80)\n"

// fast is a server that does Fast Open on every listener.
const fast = near + "sysctl server net.ipv4.tcp_fastopen = 0x403\n"

// fastForged is a connection that a forged SYN with data has made, without a cookie
// being asked for.
const fastForged = lone + "sysctl server net.ipv4.tcp_fastopen = 0x203\nprogram server\n  s = socket()\n  setsockopt(s, TCP_FASTOPEN, 1)\n  bind(s, :80)\n  listen(s, 4)\n  c = accept(s)\n" +
	"at 1ms forge peer > server flags=S seq=1000 win=65535 mss=1460 len=10 fo from=peer:40000 to=server:80\n"

// fastClient connects at an instant, writes with its SYN if it can, and closes.
func fastClient(name, at string) string {
	return "  at(" + at + ")\n  " + name + " = socket()\n  setsockopt(" + name + ", TCP_FASTOPEN_CONNECT, 1)\n  connect(" + name + ", server:80)\n  write(" + name + ", 10)\n  close(" + name + ")\n"
}
