package setup

import (
	"fmt"
	"strings"
	"testing"

	"wirestep/engine/sim"
)

// acts runs text on a machine that writes down what it is told.
func acts(text string, vars ...Var) (string, int) {
	var got []string
	say := func(kind string) func(a, b string) bool {
		return func(a, b string) bool { got = append(got, kind+" "+a+"="+b); return !strings.HasPrefix(a, "bad") }
	}
	files := map[string]string{"dir/args.sh": "echo $1 > /proc/sys/a/b\n", "dir/vars.sh": "A=5\nf() { sysctl f.$1=$A; }\n", "dir/loop.sh": ". ./loop.sh\n"}
	s := &Shell{Dir: "dir", Vars: vars, Odd: func(s string) { got = append(got, "odd "+s) }, Route: say("route"), Link: say("link"),
		Sysctl: func(n, v string) error {
			if n == "net.refused" {
				return fmt.Errorf("refused")
			}
			say("set")(n, v)
			return nil
		},
		Get: func(n string) (string, bool) { return "4096 131072 6291456", strings.HasPrefix(n, "net.") },
		Read: func(n string) ([]byte, error) {
			if t, ok := files[n]; ok {
				return []byte(t), nil
			}
			return nil, fmt.Errorf("none")
		},
		Tool:   func(w []string) bool { got = append(got, strings.Join(w, " ")); return true },
		Sleep:  func(d sim.Duration) { got = append(got, fmt.Sprintf("sleep %dms", d/sim.Millisecond)) },
		Forget: func() { got = append(got, "forget") }}
	status := s.Run(text)
	return strings.Join(got, "|"), status
}

// What a shell makes of a line is what a shell makes of it.
func TestLines(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"sysctl -q -w a.b=1 c.d='4 5 6' >/dev/null 2>&1; echo 7 >/proc/sys/e/f && sysctl -w x.y = 3", "set a.b=1|set c.d=4 5 6|set e.f=7|set x.y=3"},
		{"ip route replace 192.0.2.0/24 dev tun0 initcwnd 20 rto_min 10ms mtu lock 1400", "route initcwnd=20|route rto_min=10ms|route mtu lock=1400"},
		{"ip -6 ro change default dev tun0 features ecn", "route features=ecn"},
		{"ip link set dev tun0 gso_max_segs 1; ip link set tun0 up; ip l set tun0 mtu 1400", "link gso_max_segs=1|link mtu=1400"},
		{"ip route change default dev tun0 badattr 5 initcwnd 3", "route badattr=5|route initcwnd=3|odd ip route change default dev tun0 badattr 5 initcwnd 3"},
		{"./args.sh 9; helper.py /proc/sys/g/h=8", "set a.b=9|set g.h=8"},
		{". ./vars.sh; f x; source vars.sh && A=6 f y; f z", "set f.x=5|set f.y=6|set f.z=5"},
		{"frobnicate it # comment", "odd frobnicate it"},
		// variables and quotes
		{"A=1; sysctl x=$AB y=${A}B z='$A' w=\"$A\" v=\\$A", "set x=|set y=1B|set z=$A|set w=1|set v=$A"},
		{"A='1 2'; sysctl x=\"$A\"; for i in $A \"$A\"; do sysctl i=\"$i\"; done", "set x=1 2|set i=1|set i=2|set i=1 2"},
		{"sysctl x=${A:-5} y=${A:=6} z=$A w=${A:+7} v=${#A}", "set x=5|set y=6|set z=6|set w=7|set v=1"},
		{"F=net/ipv4/tcp.x; sysctl a=${F##*/} b=${F#*/} c=${F%.*} d=${F%%/*} e=${F/ipv4/ipv6} f=${F:4:4}", "set a=tcp.x|set b=ipv4/tcp.x|set c=net/ipv4/tcp|set d=net|set e=net/ipv6/tcp.x|set f=ipv4"},
		{"X=1 sysctl a=b; sysctl x=$X", "set a=b|set x="},
		{"export CC=reno; readonly R=2; sysctl c=$CC r=$R", "set c=reno|set r=2"},
		// arithmetic
		{"sysctl m=\"4096 32768 $((32*1024*1024))\"", "set m=4096 32768 33554432"},
		{"A=3; B=$((A+1)); C=$(( ($A << 2 | 1) % 7 ? B++ : 9 )); sysctl b=$B c=$C d=$((-7/2)) e=$((2>1 && 0x10==16))", "set b=5|set c=4|set d=-3|set e=1"},
		{"i=0; while [ $i -lt 3 ]; do sysctl i=$i; i=$((i+1)); done", "set i=0|set i=1|set i=2"},
		{"for ((i=0; i<2; i++)); do sysctl i=$i; done; sysctl s=`expr 2 \\* 3`", "set i=0|set i=1|set s=6"},
		// flow
		{"if false; then sysctl a=1; elif [ 2 -gt 1 -a ! -z x ]; then sysctl b=1; else sysctl c=1; fi", "set b=1"},
		{"while false; do sysctl a=1; done; until true; do sysctl b=1; done", ""},
		{"case $(uname) in *) sysctl a=1;; esac", "odd $(uname): what it prints is not known|set a=1"},
		{"K=v6; case $K in v4|v5) sysctl a=4;; v[6-9]*) sysctl a=6;; *) sysctl a=0;; esac", "set a=6"},
		{"case 'a*' in 'a*') sysctl a=1;; esac; case ab in 'a*') sysctl b=1;; a\\*) sysctl b=2;; a?) sysctl b=3; esac", "set a=1|set b=3"},
		{"for i in 1 2 3; do [ $i = 2 ] && continue; sysctl i=$i; done; for i in 1 2; do for j in 1 2; do break 2; done; sysctl no=1; done", "set i=1|set i=3"},
		{"false && sysctl a=1 || sysctl b=1; true || sysctl c=1; ! true || sysctl d=1", "set b=1|set d=1"},
		{"f() { local A=2; sysctl a=$A n=$# all=\"$*\"; return 3; sysctl no=1; }; A=1; f x 'y z' || sysctl s=$? a=$A", "set a=2|set n=2|set all=x y z|set s=3|set a=1"},
		{"A=1; (A=2; sysctl a=$A; exit 1); sysctl a=$A", "set a=2|set a=1"},
		{"set -e; false || true; sysctl a=1; false; sysctl b=1", "set a=1"},
		{"exit 0; sysctl a=1", ""},
		{"[[ abc == a* && ! x == y ]] && sysctl a=1; if [[ -z \"\" ]]; then sysctl b=1; fi", "set a=1|set b=1"},
		// substitution, pipes and files
		{"A=$(sysctl -n net.ipv4.tcp_rmem); set -- $A; sysctl -w net.x=\"$1 $2 99\"", "set net.x=4096 131072 99"},
		{"B=$(cat /proc/sys/net/ipv4/x | { read a b c; echo $c; }); sysctl b=$B", "set b=6291456"},
		{"echo 5 | tee /proc/sys/net/y >/dev/null; printf '%d\\n' 6 > /proc/sys/net/z", "set net.y=5|set net.z=6"},
		{"cat <<EOF > /proc/sys/net/w\n$((1+1))\nEOF", "set net.w=2"},
		{"sysctl a=$(nproc)", "odd $(nproc): what it prints is not known|odd sysctl a=: not known what for|set a="},
		{"[ -f /proc/sys/net/ok ] && sysctl a=1; [ -e /proc/sys/fs/none ] && sysctl b=1; [ -f vars.sh ] && sysctl c=1; [ -f no.sh ] || sysctl d=1", "set a=1|set c=1|set d=1"},
		{"sleep 0.5; sleep 3 & sleep x", "sleep 500ms|odd sleep x"},
		{"tc qdisc add dev tun0 root pfifo limit 0; ethtool -K tun0 tso off; ip tcp_metrics flush all", "tc qdisc add dev tun0 root pfifo limit 0|ethtool -K tun0 tso off|forget"},
		{"sh -c 'sysctl a=$1' x 5; eval \"sysctl b=\\$((1+2))\"", "set a=x|set b=3"},
		// what cannot be
		{"sysctl a=$((1/0))", "odd a division by 0|set a=0"},
		{"while true; do :; done", "odd more than 10000 commands"},
		{"f() { f; }; f", "odd a function: more than 24 levels"},
		{". ./loop.sh", "odd ./loop.sh: more than 24 levels"},
		{"sysctl net.refused=1", "odd sysctl net.refused=1: refused"},
	} {
		if got, _ := acts(c.text); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

// Text that is no shell text is told, and so is what it costs too much to read.
func TestTextThatIsNone(t *testing.T) {
	for text, want := range map[string]string{"if true; then": "odd if true; then (", "echo 'x": "odd echo 'x (", strings.Repeat(":;", 40_000): "odd 80000 bytes"} {
		if got, _ := acts(text); !strings.HasPrefix(got, want) {
			t.Errorf("%.20s: %.60s, want %s", text, got, want)
		}
	}
}

// How the last command ended is what packetdrill asks; what cannot be known is no failure.
func TestStatus(t *testing.T) {
	for text, want := range map[string]int{"true": 0, "false": 1, "exit 7": 7, "false; true": 0, "[ 1 = 2 ]": 1, "frobnicate": 0, "sysctl net.refused=1": 1,
		"sysctl none=1 >/dev/null": 0, "test -n x && ! true": 1, "if false; then :; fi": 0, "if ((": 2} {
		if _, got := acts(text); got != want {
			t.Errorf("%s: status %d, want %d", text, got, want)
		}
	}
}

func TestVariablesOfTheCaller(t *testing.T) {
	if got, _ := acts("sysctl cc=$CC", Var{"CC", "reno"}, Var{"CC", "cubic"}); got != "set cc=reno" {
		t.Errorf("got %s", got)
	}
}

func TestReadQdisc(t *testing.T) {
	for text, want := range map[string]string{
		"tc qdisc add dev tun0 root pfifo limit 0":                  "{add pfifo 0} true",
		"tc qdisc replace dev tun0 root handle 1: bfifo limit 100b": "{replace bfifo 100} true",
		"tc qd del dev tun0 root":                                   "{del  -1} true",
		"tc qdisc change dev tun0 root pfifo":                       "{change pfifo -1} true",
		"tc qdisc add dev tun0 root netem delay 10ms":               "{add netem -1} false",
		"tc class add dev tun0":                                     "{  -1} false",
	} {
		if q, ok := ReadQdisc(strings.Fields(text)); !strings.HasSuffix(fmt.Sprint(q, ok), want[strings.Index(want, " "):]) || ok != strings.HasSuffix(want, "true") {
			t.Errorf("%s: %v %v, want %s", text, q, ok, want)
		}
	}
}

func FuzzShell(f *testing.F) {
	for _, s := range []string{"sysctl a=$((1+2*3))", "for i in 1 2; do echo $i; done", "f(){ f; }; f", "case x in [!a-z]*) ;; esac", "A=${B:-${C%%*}} x", "echo $(echo `echo a`)",
		"while :; do A=$A$A.; done", "cat <<X\n$A\nX\n", "[[ a == b || ! -n c ]]", "printf %5d 3 | tee /proc/sys/a", "set -- a b; shift 9; echo ${1:0:-9} ${@}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 2000 {
			acts(text)
		}
	})
}
