package shell

import (
	"strconv"
	"strings"

	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// netstatStates are the states as netstat prints them.
var netstatStates = [...]string{tcp.Established: "ESTABLISHED", tcp.SynSent: "SYN_SENT", tcp.SynRecv: "SYN_RECV", tcp.FinWait1: "FIN_WAIT1",
	tcp.FinWait2: "FIN_WAIT2", tcp.TimeWaitState: "TIME_WAIT", tcp.Closed: "CLOSE", tcp.CloseWait: "CLOSE_WAIT", tcp.LastAck: "LAST_ACK",
	tcp.Listen: "LISTEN", tcp.Closing: "CLOSING"}

func runNetstat(r *request) Answer {
	set, rest, bad := options(r.args, "tuanlpsoeW46", map[string]byte{"tcp": 't', "udp": 'u', "all": 'a', "numeric": 'n', "listening": 'l', "statistics": 's', "programs": 'p', "program": 'p', "timers": 'o', "extend": 'e', "wide": 'W'})
	if bad != "" || len(rest) > 0 {
		return fail(badOption("netstat", bad+strings.Join(rest, " ")) + "usage: netstat [-tuanlpoeW] | netstat -s\n")
	}
	on := func(c byte) bool { return strings.IndexByte(set, c) >= 0 }
	if on('s') {
		return r.statistics()
	}
	kind := "w/o servers"
	switch {
	case on('a'):
		kind = "servers and established"
	case on('l'):
		kind = "only servers"
	}
	r.print("Active Internet connections (", kind, ")\nProto Recv-Q Send-Q Local Address           Foreign Address         State      ")
	if on('e') {
		r.print(" User       Inode     ")
	}
	if on('p') {
		r.print(" PID/Program name    ")
	}
	if on('o') {
		r.ahead = true
		r.print(" Timer")
	}
	r.print("\n")
	for _, s := range r.sockets() {
		if on('u') && !on('t') || on('4') && !on('6') && s.tuple.Local.Addr.Is6() || on('6') && !on('4') && s.tuple.Local.Addr.Is4() {
			continue // there is no UDP
		}
		if listens := s.state == tcp.Listen; !on('a') && listens != on('l') {
			continue
		}
		proto := "tcp "
		if s.tuple.Local.Addr.Is6() {
			proto = "tcp6"
		}
		recv, send := s.recvq, s.sndq
		if s.state == tcp.Listen {
			send = 0
		}
		r.print(proto, "  ", padLeft(strconv.FormatInt(recv, 10), 6), " ", padLeft(strconv.FormatInt(send, 10), 6), " ",
			pad(plainEnd(s.tuple.Local, false), 23), " ", pad(plainEnd(s.tuple.Remote, true), 23), " ", pad(netstatStates[s.state], 11), r.netstatMore(&s, on), "\n")
	}
	return r.said()
}

// netstatMore are the columns of -e, -p and -o.
func (r *request) netstatMore(s *sock, on func(byte) bool) (more string) {
	if on('e') {
		more += " " + pad("0", 10) + " " + pad(strconv.Itoa(inodeOf(s)), 10)
	}
	if on('p') {
		who := "-"
		if s.user != "" {
			name, rest, _ := strings.Cut(strings.TrimPrefix(s.user, `users:(("`), `",pid=`)
			pid, _, _ := strings.Cut(rest, ",")
			who = pid + "/" + name
		}
		more += " " + pad(who, 20)
	}
	if on('o') {
		name, left, n := "off", "0.00", "0"
		if inner, ok := strings.CutPrefix(s.timer, "timer:("); ok {
			f := strings.Split(strings.TrimSuffix(inner, ")"), ",")
			name, left, n = f[0], strconv.FormatFloat(float64(s.left)/1e9, 'f', 2, 64), f[2]
		}
		more += " " + name + " (" + left + "/" + n + "/0)"
	}
	return more
}

// plainEnd writes address:port without brackets; the other end of a listener is
// anybody.
func plainEnd(e wire.Endpoint, other bool) string {
	addr, port := "0.0.0.0", strconv.Itoa(int(e.Port))
	if e.Addr.IsValid() {
		addr = e.Addr.String()
	}
	if other && e.Port == 0 {
		port = "*"
	}
	return addr + ":" + port
}

// told are counters that netstat -s writes as sentences.
var told = []struct{ counter, words string }{
	{"TcpActiveOpens", "active connection openings"}, {"TcpPassiveOpens", "passive connection openings"},
	{"TcpAttemptFails", "failed connection attempts"}, {"TcpEstabResets", "connection resets received"},
	{"", "connections established"}, {"TcpInSegs", "segments received"}, {"TcpOutSegs", "segments sent out"},
	{"TcpRetransSegs", "segments retransmitted"}, {"TcpInErrs", "bad segments received"}, {"TcpOutRsts", "resets sent"},
}

// statistics is netstat -s: TCP's part of it.
func (r *request) statistics() Answer {
	values := map[string]uint64{}
	for _, c := range r.counters() {
		values[c.name] = c.value
	}
	r.print("Tcp:\n")
	for _, t := range told {
		v := values[t.counter]
		if t.counter == "" {
			v = r.established()
		}
		r.print("    ", strconv.FormatUint(v, 10), " ", t.words, "\n")
	}
	r.print("TcpExt:\n")
	for _, c := range r.counters() {
		if name, ok := strings.CutPrefix(c.name, "TcpExt"); ok && c.value != 0 {
			if words := sentences[name]; words != "" {
				r.print("    ", strconv.FormatUint(c.value, 10), " ", words, "\n")
			} else {
				r.print("    ", name, ": ", strconv.FormatUint(c.value, 10), "\n")
			}
		}
	}
	return r.said()
}

// sentences are those of netstat for what has one; all else stands under its name.
var sentences = map[string]string{
	"TW": "TCP sockets finished time wait in fast timer", "TWKilled": "TCP sockets finished time wait in slow timer",
	"DelayedACKs": "delayed acks sent", "TCPHPHits": "packet headers predicted", "TCPPureAcks": "acknowledgments not containing data payload received",
	"TCPHPAcks": "predicted acknowledgments", "ListenOverflows": "times the listen queue of a socket overflowed", "ListenDrops": "SYNs to LISTEN sockets dropped",
	"SyncookiesSent": "SYN cookies sent", "SyncookiesRecv": "SYN cookies received", "SyncookiesFailed": "invalid SYN cookies received",
	"EmbryonicRsts": "resets received for embryonic SYN_RECV sockets",
}

func (r *request) established() (n uint64) {
	for _, c := range r.h.Live {
		if c.State == tcp.Established || c.State == tcp.CloseWait {
			n++
		}
	}
	return n
}

// runCat reads the files of /proc that tell of TCP.
func runCat(r *request) Answer {
	if len(r.args) == 0 {
		return fail("cat: expected a file of /proc")
	}
	var all Answer
	for _, name := range r.args {
		a := r.file(name)
		all.Text, all.Failed = all.Text+a.Text, all.Failed || a.Failed
	}
	return all
}

func (r *request) file(name string) Answer {
	switch {
	case name == "/proc/net/netstat":
		return r.procCounters("TcpExt")
	case name == "/proc/net/snmp":
		return r.procCounters("Tcp")
	case name == "/proc/net/sockstat":
		return r.sockstat()
	case name == "/proc/net/tcp" || name == "/proc/net/tcp6":
		return Answer{Text: r.procTCP(name == "/proc/net/tcp6")}
	case strings.HasPrefix(name, "/proc/sys/"):
		if i := r.findSysctl(strings.TrimPrefix(name, "/proc/sys/")); i >= 0 {
			return Answer{Text: inProc(r.h.Set.Values[i]) + "\n"}
		}
	}
	return fail("cat: " + name + ": No such file or directory")
}

func (r *request) procCounters(group string) Answer {
	names, values := group+":", group+":"
	if group == "Tcp" {
		names, values = names+" RtoAlgorithm RtoMin RtoMax MaxConn", values+" 1 200 120000 -1"
	}
	for _, c := range r.counters() {
		ext := strings.HasPrefix(c.name, "TcpExt")
		if !strings.HasPrefix(c.name, "Tcp") || ext != (group == "TcpExt") {
			continue
		}
		if c.name == "TcpInSegs" {
			names, values = names+" CurrEstab", values+" "+strconv.FormatUint(r.established(), 10)
		}
		names += " " + strings.TrimPrefix(c.name, group)
		values += " " + strconv.FormatUint(c.value, 10)
	}
	return Answer{Text: names + "\n" + values + "\n"}
}

func (r *request) sockstat() Answer {
	inuse, orphans, pages := 0, int(r.h.Orphans), uint64(0)
	for _, c := range r.h.Live {
		if c.State != tcp.Closed {
			inuse++
		}
		pages += uint64(c.RMem+c.WMem+4095) / 4096
	}
	r.print("sockets: used ", strconv.Itoa(r.heldSockets()), "\nTCP: inuse ", strconv.Itoa(inuse), " orphan ", strconv.Itoa(orphans), " tw ", strconv.Itoa(len(r.h.TWs)),
		" alloc ", strconv.Itoa(len(r.h.Live)), " mem ", strconv.FormatUint(pages, 10), "\n")
	return r.said()
}

// heldSockets counts those that somebody holds.
func (r *request) heldSockets() (n int) {
	for i := range r.h.Files {
		if r.h.Files[i].Conn != 0 {
			n++
		}
	}
	return n
}
