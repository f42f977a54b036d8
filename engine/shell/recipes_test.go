package shell_test

import (
	"regexp"
	"strings"
	"testing"

	"wirestep/engine/scene"
	"wirestep/engine/shell"
	"wirestep/engine/sim"
)

const recipeScene = `scene "Things people type"
host client 10.0.0.1
host server 10.0.0.2
link client server delay 10ms
rule server drop to=:9999
program server
  s = listen(:80, 16)
  c = accept(s)
  read(c, eof)
program server web
  s = listen(:443, 128)
program client
  c = connect(server:80)
  write(c, 100)
  sleep(10m)
program client short
  c = connect(server:80)
  close(c)
program client hung
  c = connect(server:9999)
program client own
  s = listen(:22, 5)
program client self
  c = connect(127.0.0.1:22)
`

// Command lines of the kind that public guides on sockets, queues, TIME_WAIT and netem
// give are run as they stand there. want is a regular expression for what is printed;
// acts is the operation that is made, as a scene spells it.
var recipes = []struct{ host, line, want, acts string }{
	{"client", `ss -tan state time-wait | wc -l`, `^1\n$`, ""},
	{"client", `ss -tan | awk '{print $1}' | sort | uniq -c | sort -rn`, `^ +[0-9]+ \S+\n`, ""},
	{"client", `ss -s`, `^Total: `, ""},
	{"server", `ss -tulpn`, `(?m)^tcp +LISTEN .*0\.0\.0\.0:80 .*users:\(\("app"`, ""},
	{"server", `ss -tulpn | grep ':80'`, `LISTEN`, ""},
	{"server", `sudo ss -ltnp 'sport = :80'`, `LISTEN`, ""},
	{"client", `ss -tn state established '( dport = :80 or dport = :443 )'`, `10\.0\.0\.2:80`, ""},
	{"client", `ss -tani dst 10.0.0.2`, `cubic wscale:`, ""},
	{"client", `ss -o state syn-sent`, `timer:\(on,`, ""},
	{"client", `ss -tno state established`, `10\.0\.0\.2`, ""},
	{"client", `ss -tmn`, `skmem:\(`, ""},
	{"client", `ss -tne | head -2`, `ino:\d+ sk:[0-9a-f]+`, ""},
	{"client", `ss -ant | awk 'NR>1 {++s[$1]} END {for(k in s) print k,s[k]}'`, `(?m)^ESTAB \d+$`, ""},
	{"client", `netstat -n | awk '/^tcp/ {++S[$NF]} END {for(a in S) print a, S[a]}'`, `(?m)^ESTABLISHED \d+$`, ""},
	{"server", `netstat -tulpno`, `PID/Program name +Timer\n`, ""},
	{"server", `netstat -ant | grep -c ESTABLISHED`, `^\d+\n$`, ""},
	{"server", `netstat -an | grep :80 | wc -l`, `^\d+\n$`, ""},
	{"server", `netstat -s | grep -i listen`, `^$`, ""}, // counters of 0 are not printed
	{"client", `netstat -s | grep -iE 'retrans|reset'`, `segments retransmitted`, ""},
	{"server", `nstat -az TcpExtListenOverflows TcpExtListenDrops`, `TcpExtListenDrops +0 `, ""},
	{"client", `nstat -az | grep -i synretrans`, `TcpExtTCPSynRetrans`, ""},
	{"server", `watch -n 1 'ss -ltn'`, `^Every 1s: ss -ltn`, ""},
	{"server", `cat /proc/sys/net/core/somaxconn`, `^4096\n$`, ""},
	{"server", `sysctl net.core.somaxconn net.ipv4.tcp_max_syn_backlog`, `net.core.somaxconn = 4096\nnet.ipv4.tcp_max_syn_backlog = `, ""},
	{"server", `echo 1 > /proc/sys/net/ipv4/tcp_tw_reuse`, `^$`, "sysctl server net.ipv4.tcp_tw_reuse = 1"},
	{"server", `echo 1024 | sudo tee /proc/sys/net/core/somaxconn`, `^1024\n$`, "sysctl server net.core.somaxconn = 1024"},
	{"server", `sysctl -w net.ipv4.tcp_fin_timeout=30 && sysctl net.ipv4.tcp_fin_timeout`, `fin_timeout = 30\n.*fin_timeout = 30\n`, "sysctl server net.ipv4.tcp_fin_timeout = 30"},
	{"server", `sysctl -a | grep tcp_keepalive`, `net.ipv4.tcp_keepalive_time = 7200`, ""},
	{"client", `sysctl -w net.ipv4.ip_local_port_range="1024 65535"`, `1024\s+65535`, "sysctl client net.ipv4.ip_local_port_range = 1024 65535"},
	{"client", `cat /proc/net/sockstat`, `TCP: inuse \d+ orphan \d+ tw 1`, ""},
	{"client", `cat /proc/net/tcp | awk '{print $4}' | sort | uniq -c`, `01\n`, ""},
	{"client", `cat /proc/net/netstat | grep TcpExt: | head -1 | wc -w`, `^\d+\n$`, ""},
	{"client", `tc qdisc add dev eth0 root netem delay 100ms`, `^$`, "qdisc client > server netem delay 100ms queue 1000"},
	{"client", `sudo tc qdisc add dev eth0 root netem delay 100ms 10ms loss 1%; tc qdisc show dev eth0`, `qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 100ms  10ms loss 1% \n`, "qdisc client > server netem delay 90ms jitter 20ms loss 1% queue 1000"},
	{"client", `tc qdisc add dev eth0 root tbf rate 1mbit burst 32kbit latency 400ms`, `^$`, "qdisc client > server tbf rate 1mbit queue 35"},
	{"client", `tc qdisc replace dev eth0 root fq_codel && tc -s qdisc show dev eth0`, `qdisc fq_codel .* limit 10240p flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64 \n Sent \d+ bytes`, "qdisc client > server fq_codel qdisc fq_codel"},
	{"server", `iptables -L -n -v`, `(?m)^ +\d+ +\d+ DROP +6 +--  \*      \*       0\.0\.0\.0/0            0\.0\.0\.0/0            tcp dpt:9999$`, ""},
	{"server", `iptables -L INPUT -n -v --line-numbers`, `(?m)^num   pkts bytes target`, ""},
	{"server", `iptables -A INPUT -p tcp --dport 80 -m conntrack --ctstate NEW -j DROP`, `^$`, "filter server input append drop to=:80 proto=tcp state=new"},
	{"server", `iptables -I INPUT -p tcp --dport 443 -j REJECT --reject-with icmp-host-prohibited`, `^$`, "filter server input insert reject to=:443 proto=tcp with=host-prohibited"},
	{"client", `iptables -A OUTPUT -p tcp -d 10.0.0.2 --tcp-flags RST RST -j DROP`, `^$`, "filter client output append drop to=10.0.0.2 flags=R/R proto=tcp"},
	{"client", `ip route change 10.0.0.0/24 dev eth0 initcwnd 20 && ip route`, `10\.0\.0\.0/24 dev eth0 .*initcwnd 20`, "route client change 10.0.0.0/24 initcwnd 20"},
	{"client", `ip route get 10.0.0.2`, `^10\.0\.0\.2 dev eth0 src 10\.0\.0\.1 uid 0 \n    cache`, ""},
	{"client", `ip route add unreachable 10.9.0.0/16`, `^$`, "route client add unreachable 10.9.0.0/16"},
	{"client", `ip -br addr; ip neigh`, `(?s)^lo               UNKNOWN        127\.0\.0\.1/8 ::1/128 \neth0             UP             10\.0\.0\.1/24 \n10\.0\.0\.2 dev eth0 lladdr 02:00:00:00:01:01 `, ""},
	{"client", `ip addr show dev eth0 | grep 'inet ' | awk '{print $2}' | cut -d/ -f1`, `^10\.0\.0\.1\n$`, ""},
	{"client", `ip tcp_metrics flush`, `^$`, "metrics client flush"},
	{"client", `nc -zv server 80`, `^$`, "start client nc: c = connect(server:80); close(c)"},
	{"client", `nc -p 40000 server 80`, `^$`, "start client nc: c = connect(server:80, :40000); read(c, eof); close(c)"},
	{"server", `nc -l -p 8080 &`, `^$`, "start server nc: s = listen(:8080, 1); c = accept(s); read(c, eof); close(c)"},
	{"client", `tcpdump -i any -nn 'tcp port 80' -c 3`, `Flags \[S\]`, ""},
	{"client", `tcpdump -ttt -n -i eth0 | grep 'S\.' | head -1`, `^ 00:00:00\.0[1-9]\d{4} IP .*Flags \[S\.\]`, ""}, // the line before was at 0
	{"client", `tcpdump -i lo -nn`, `127\.0\.0\.1\.\d+ > 127\.0\.0\.1\.22: Flags \[S\].*mss 65495`, ""},
	{"client", `tcpdump -nn -i eth0 'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0 and host 10.0.0.2' | grep -v 'Flags \[\.\]' | tail -n 2`, `Flags \[`, ""},
	{"client", `ethtool -k eth0 | grep tcp-segmentation-offload`, `off`, ""},
	{"client", `ethtool -K eth0 tso on`, `^$`, "offload client"},
	{"client", `ss -K dst 10.0.0.2 dport = 9999 || echo none`, `SYN-SENT`, "destroy client"},
}

func recipeWorld(t *testing.T) *scene.File {
	t.Helper()
	f, err := scene.Parse("recipes", recipeScene)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestPublicRecipesRun(t *testing.T) {
	tl, err := scene.Load(recipeWorld(t))
	if err != nil {
		t.Fatal(err)
	}
	for tl.World().NextAt() <= sim.Time(1500*sim.Millisecond) {
		tl.Step()
	}
	for _, r := range recipes {
		a := shell.Run(tl.World(), r.host, r.line)
		if a.Failed && r.want != "^$" {
			t.Errorf("%s$ %s fails: %s", r.host, r.line, a.Text)
			continue
		}
		if !regexp.MustCompile(r.want).MatchString(a.Text) {
			t.Errorf("%s$ %s prints\n%q\nexpected %s", r.host, r.line, a.Text, r.want)
		}
		did := ""
		if a.Act != nil {
			did = scene.FormatOp(*a.Act)
			if err := tl.World().Check(a.Act); err != nil {
				t.Errorf("%s$ %s: %v", r.host, r.line, err)
			}
		}
		if r.acts == "" && did != "" || !strings.HasPrefix(did, r.acts) {
			t.Errorf("%s$ %s does %q, expected %q", r.host, r.line, did, r.acts)
		}
	}
}

// A full accept queue is what people look for with netstat -s.
func TestNetstatOfAFullAcceptQueue(t *testing.T) {
	f, err := scene.Parse("full", `scene "Nobody accepts"
host client 10.0.0.1
host server 10.0.0.2
link client server delay 10ms
program server
  s = listen(:80, 0)
program client one
  c = connect(server:80)
program client two
  sleep(100ms)
  c = connect(server:80)
`)
	if err != nil {
		t.Fatal(err)
	}
	tl, err := scene.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	for tl.World().NextAt() <= sim.Time(1500*sim.Millisecond) {
		tl.Step()
	}
	const want = "    2 times the listen queue of a socket overflowed\n    2 SYNs to LISTEN sockets dropped\n"
	if a := shell.Run(tl.World(), "server", `netstat -s | grep -i listen`); a.Text != want {
		t.Errorf("%q, expected %q", a.Text, want)
	}
}

// What is not understood is refused by name, with what would be, and nothing is done.
func TestRefusalsNameWhatWouldBeAccepted(t *testing.T) {
	tl, err := scene.Load(recipeWorld(t))
	if err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		`for i in 1 2 3; do ss -s; done`:                   "expected commands joined by",
		`ss -s > /tmp/x`:                                   "this host has no disk",
		`echo $HOME`:                                       "variables are not understood",
		`kill $(pidof app)`:                                `$(…) is not understood`,
		`sleep 5`:                                          "time does not pass",
		`ip addr add 10.0.0.9/24 dev eth0`:                 "the addresses of this host are the scene's",
		`ip route del default`:                             "No such process",
		`ip route add 10.8.0.0/16 via 10.0.7.1`:            "invalid gateway",
		`ip route change 10.0.0.0/24 dev eth0 congctl bbr`: "congctl",
		`iptables -t nat -A POSTROUTING -j MASQUERADE`:     "table filter only",
		`iptables -A INPUT -i eth0 -j DROP`:                "expected -s or -d",
		`iptables -A INPUT -m limit --limit 1/s -j ACCEPT`: "this shell knows tcp, conntrack",
		`iptables -A FORWARD -j DROP`:                      "expected INPUT or OUTPUT",
		`tc qdisc add dev eth0 root htb default 1`:         "expected netem, tbf",
		`tc class add dev eth0 parent 1: classid 1:1 htb`:  "only qdisc is understood",
		`tc qdisc add dev eth0 root netem loss 1% 25%`:     "correlation",
		`tc qdisc del dev eth0 root`:                       "Cannot delete qdisc",
		`tcpdump -w out.pcap`:                              "no files here",
		`tcpdump 'vlan 3'`:                                 "can't parse filter expression",
		`nc -u server 53`:                                  "no UDP here",
		`ping server`:                                      "expected nc -z",
		`ss -Z`:                                            "-Z is not understood",
		`grep foo`:                                         "there are no files here",
		`awk '{while (1) print}'`:                          "",
		`conntrack -E`:                                     "expected -L, -C, -D or -F",
		`sysctl -w net.ipv4.tcp_tw_reuse=9`:                "",
		`ss -tan |`:                                        "Syntax error",
	} {
		a := shell.Run(tl.World(), "client", line)
		if !a.Failed || a.Act != nil || !strings.Contains(a.Text, want) {
			t.Errorf("$ %s prints %q (failed %v), expected to be refused with %q", line, a.Text, a.Failed, want)
		}
	}
}
