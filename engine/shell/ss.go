package shell

import (
	"net/netip"
	"strconv"
	"strings"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// sock is one line of ss: a socket, a half-open request, or an entry in TIME_WAIT.
type sock struct {
	state       tcp.State
	tuple       wire.Tuple
	recvq, sndq int64
	timer       string
	left        sim.Duration // of it
	conn        *tcp.Conn
	user        string
}

// ssStates are the states as ss prints them, and as its filter names them.
var ssStates = [...]struct{ shown, named string }{
	tcp.Established: {"ESTAB", "established"}, tcp.SynSent: {"SYN-SENT", "syn-sent"}, tcp.SynRecv: {"SYN-RECV", "syn-recv"},
	tcp.FinWait1: {"FIN-WAIT-1", "fin-wait-1"}, tcp.FinWait2: {"FIN-WAIT-2", "fin-wait-2"}, tcp.TimeWaitState: {"TIME-WAIT", "time-wait"},
	tcp.Closed: {"UNCONN", "closed"}, tcp.CloseWait: {"CLOSE-WAIT", "close-wait"}, tcp.LastAck: {"LAST-ACK", "last-ack"},
	tcp.Listen: {"LISTEN", "listening"}, tcp.Closing: {"CLOSING", "closing"},
}

type stateSet uint32

func (s stateSet) has(t tcp.State) bool { return s>>t&1 != 0 }

func setOf(states ...tcp.State) (s stateSet) {
	for _, t := range states {
		s |= 1 << t
	}
	return s
}

const allStates = stateSet(1<<len(ssStates) - 2)

// sockets lists what ss can see: listeners first, then the rest, oldest first.
func (r *request) sockets() (all []sock) {
	for _, c := range r.h.Live {
		if c.State == tcp.Listen {
			all = append(all, sock{state: c.State, tuple: c.Tuple, recvq: int64(c.AcceptQ), sndq: int64(c.Backlog), conn: c, user: r.userOf(c)})
		}
	}
	for _, q := range r.h.Reqs {
		all = append(all, sock{state: tcp.SynRecv, tuple: q.Tuple, left: q.SynAckAt.Sub(r.w.Now()), timer: r.timer("on", int64(q.SynAckAt), int(q.Retrans))})
	}
	for _, c := range r.h.Live {
		if c.State != tcp.Listen && c.State != tcp.Closed {
			s := sock{state: c.State, tuple: c.Tuple, conn: c, timer: r.timerOf(c), left: timerLeft(c, r.w.Now()), user: r.userOf(c)}
			s.recvq, s.sndq = recvQ(c), max(int64(c.SndMax.Minus(c.SndUna)), 0)
			all = append(all, s)
		}
	}
	for _, t := range r.h.TWs {
		all = append(all, sock{state: t.State, tuple: t.Tuple, left: t.ExpireAt.Sub(r.w.Now()), timer: r.timer("timewait", int64(t.ExpireAt), 0)})
	}
	return all
}

// recvQ is what the application has not read; a FIN counts as a byte until it
// has been read too.
func recvQ(c *tcp.Conn) int64 {
	if c.State == tcp.SynSent || c.State == tcp.SynRecv {
		return 0
	}
	return max(int64(c.RcvNxt.Minus(c.Copied)), 0)
}

func runSS(r *request) Answer {
	set, rest, bad := options(r.args, "tuxwanolirp46HOmseKNZEb", map[string]byte{"tcp": 't', "all": 'a', "numeric": 'n', "options": 'o', "listening": 'l',
		"info": 'i', "processes": 'p', "ipv4": '4', "ipv6": '6', "no-header": 'H', "oneline": 'O', "memory": 'm', "summary": 's', "kill": 'K', "extended": 'e', "udp": 'u', "unix": 'x', "raw": 'w', "resolve": 'r'})
	if bad != "" {
		return fail(badOption("ss", bad) + ssUsage)
	}
	for _, c := range "rNZEb" {
		if strings.ContainsRune(set, c) {
			return fail("ss: -" + string(c) + " is not understood here; expected:\n" + ssUsage)
		}
	}
	on := func(c byte) bool { return strings.IndexByte(set, c) >= 0 }
	states := allStates &^ setOf(tcp.Listen, tcp.Closed, tcp.TimeWaitState, tcp.SynRecv)
	switch {
	case on('a'):
		states = allStates
	case on('l'):
		states = setOf(tcp.Listen, tcp.Closed)
	}
	f, err := parseFilter(rest, states)
	if err != "" {
		return fail(err)
	}
	if on('s') {
		return r.summary()
	}
	var list []sock
	for _, s := range r.sockets() {
		if !on('t') && (on('u') || on('x') || on('w')) {
			break // there are no sockets but TCP's
		}
		if !f.states.has(s.state) || on('4') && !s.tuple.Local.Addr.Is4() && s.tuple.Local.Addr.IsValid() || on('6') && !s.tuple.Local.Addr.Is6() {
			continue
		}
		if f.want == nil || f.want(&s) {
			list = append(list, s)
		}
	}
	t := table{header: !on('H')}
	if !on('t') || on('u') || on('x') || on('w') {
		t.column("Netid", left, "")
	}
	if f.states&(f.states-1) != 0 {
		t.column("State", left, " ")
	}
	t.column("Recv-Q", left, " ")
	t.column("Send-Q", left, " ")
	t.column("Local Address:", right, " ")
	t.column("Port", left, "")
	t.column("Peer Address:", right, " ")
	t.column("Port", left, "")
	t.column("Process", left, "")
	for i := range list {
		t.row(r.ssLine(&list[i], &t, on))
	}
	r.print(t.String())
	if on('K') {
		return r.killSockets(list)
	}
	return r.said()
}

func (r *request) ssLine(s *sock, t *table, on func(byte) bool) (cells []string) {
	if t.columns[0].title == "Netid" {
		cells = append(cells, "tcp")
	}
	if t.has("State") {
		cells = append(cells, ssStates[s.state].shown)
	}
	cells = append(cells, pad(strconv.FormatInt(s.recvq, 10), 6), pad(strconv.FormatInt(s.sndq, 10), 6))
	la, lp := ssEndpoint(s.tuple.Local, on('n'))
	ra, rp := ssEndpoint(s.tuple.Remote, on('n'))
	if !s.tuple.Remote.Addr.IsValid() {
		ra, rp = la, "*"
		if s.tuple.Local.Addr.IsValid() && !s.tuple.Local.Addr.IsUnspecified() {
			ra = map[bool]string{true: "0.0.0.0", false: "[::]"}[s.tuple.Local.Addr.Is4()]
		}
	}
	more := ""
	if on('p') && s.user != "" {
		more += " " + s.user
	}
	if on('o') && s.timer != "" {
		more += " " + s.timer
		r.ahead = true
	}
	if on('e') {
		more += " ino:" + strconv.Itoa(inodeOf(s)) + " sk:" + strconv.FormatInt(int64(inodeOf(s)-firstInode), 16) + " cgroup:/ <->"
	}
	gap := "\n\t"
	if on('O') {
		gap = ""
	}
	if on('m') || on('i') {
		more += gap
	}
	if on('m') && s.conn != nil {
		more += " " + memory(s.conn)
	}
	if on('i') && s.conn != nil {
		more += info(s.conn, r.w.Now(), &r.h.Sys)
		r.ahead = true // rto, ato
	}
	return append(cells, la+":", lp, ra+":", rp, more)
}

// services are the ports that have a name when -n is not given.
var services = map[uint16]string{20: "ftp-data", 21: "ftp", 22: "ssh", 23: "telnet", 25: "smtp", 53: "domain", 80: "http", 110: "pop3",
	143: "imap2", 443: "https", 3306: "mysql", 5432: "postgresql", 8080: "http-alt"}

// portNamed finds the port that has a name.
func portNamed(name string) (uint16, bool) {
	for p := uint16(1); p < 10000; p++ {
		if n := services[p]; n != "" && n == name {
			return p, true
		}
	}
	return 0, false
}

func ssEndpoint(e wire.Endpoint, numeric bool) (addr, port string) {
	switch {
	case !e.Addr.IsValid():
		addr = "0.0.0.0"
	case e.Addr.Is6() && e.Addr.IsUnspecified():
		addr = "*"
	case e.Addr.Is6():
		addr = "[" + e.Addr.String() + "]"
	default:
		addr = e.Addr.String()
	}
	port = strconv.Itoa(int(e.Port))
	if name := services[e.Port]; name != "" && !numeric {
		port = name
	}
	return addr, port
}

// userOf names the process that holds a socket.
func (r *request) userOf(c *tcp.Conn) string {
	for i := range r.h.Files {
		if k := &r.h.Files[i]; k.Conn == c.ID && k.Proc >= 0 {
			return `users:(("` + r.h.Procs[k.Proc].Name + `",pid=` + strconv.Itoa(pidOf(k.Proc)) + ",fd=" + strconv.Itoa(int(k.FD)) + "))"
		}
	}
	return ""
}

const firstPID, firstInode = 1000, 20000

// inodeOf is the number of a socket's file; one that no process has has none.
func inodeOf(s *sock) int {
	if s.conn == nil || s.user == "" {
		return 0
	}
	return firstInode + int(s.conn.ID)
}

// pidOf is the number of a process: they are counted in the order of the scene.
func pidOf(proc int) int { return firstPID + proc }

func (r *request) summary() Answer {
	counts := map[tcp.State]int{}
	four, six, closed, orphaned, waiting := 0, 0, 0, 0, len(r.h.TWs)
	family := func(a netip.Addr) {
		if a.Is6() {
			six++
		} else {
			four++
		}
	}
	for _, c := range r.h.Live {
		counts[c.State]++
		if c.State == tcp.Closed {
			closed++
			continue
		}
		if c.Dead {
			orphaned++
		}
		family(c.Tuple.Local.Addr)
	}
	row := func(name string, a, b, c int) {
		r.print(name, "\t  ", pad(strconv.Itoa(a), 9), " ", pad(strconv.Itoa(b), 9), " ", pad(strconv.Itoa(c), 9), "\n")
	}
	r.print("Total: ", strconv.Itoa(four+six+closed), "\nTCP:   ", strconv.Itoa(len(r.h.Live)+waiting), " (estab ", strconv.Itoa(counts[tcp.Established]+counts[tcp.CloseWait]),
		", closed ", strconv.Itoa(closed+waiting), ", orphaned ", strconv.Itoa(orphaned), ", timewait ", strconv.Itoa(waiting), ")\n\nTransport Total     IP        IPv6\n")
	row("RAW", 0, 0, 0)
	row("UDP", 0, 0, 0)
	row("TCP", four+six, four, six)
	row("INET", four+six, four, six)
	row("FRAG", 0, 0, 0)
	r.print("\n")
	return r.said()
}
