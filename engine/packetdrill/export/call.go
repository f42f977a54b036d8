package export

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine/host"
	"wirestep/engine/packetdrill/compare"
	"wirestep/engine/packetdrill/setup"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// The calls of a program, written as a script has them. A call that waited is
// written when it returned, which is when there was something for it; those that
// did something at once (connect, write, close) are written as calls that block.

// call writes a system call of the host.
func (x *exporter) call(ev *trace.Event) {
	name, args := cutCall(ev.Name)
	var done *trace.Effect
	proc := int32(-1)
	for i := range ev.Effects {
		e := &ev.Effects[i]
		if e.Kind == trace.Returned && e.Host == x.index {
			done, proc = e, e.N
		}
	}
	if p := x.waiting; p != nil && p.call == ev.Name && p.conn == ev.Subject {
		if done == nil {
			return
		}
		x.unwait(ev.At, result(done))
		return
	}
	variable, _, _ := strings.Cut(ev.Name, "=")
	if !strings.Contains(ev.Name, "=") || strings.Contains(variable, "(") {
		variable = ""
	}
	c := &callLine{x: x, ev: ev, name: name, args: args, variable: strings.TrimSpace(variable), done: done, proc: proc}
	if done == nil && !doesAtOnce(name) && !slices.Contains(args, "MSG_WAITALL") && !x.givesUp(ev, name) {
		return
	}
	c.write()
}

// doesAtOnce: a call that does something before it waits is written where it begins; so is
// one with MSG_WAITALL, which takes what comes while it waits.
func doesAtOnce(name string) bool {
	return name == "connect" || name == "write" || name == "send" || name == "sendto" || name == "close"
}

// givesUp: a call that reads from a socket with SO_RCVTIMEO is written where it begins, for
// that is when its time begins.
func (x *exporter) givesUp(ev *trace.Event, name string) bool {
	f := x.of(ev.Subject)
	return f != nil && f.timed && (name == "read" || name == "recv")
}

// elsewhere: the socket of a call has become that of another connection.
func (x *exporter) elsewhere(conn sim.SubjectID) bool {
	c := x.h.Conn(conn)
	return c != nil && c.State != tcp.Listen && c.Tuple.Remote.Addr.IsValid() && c.Tuple.Remote.Port != 0 && x.remote.Addr.IsValid() &&
		(c.Tuple.Local != x.local || c.Tuple.Remote != x.remote)
}

// cutCall cuts s = listen(:80, 5) into its name and arguments.
func cutCall(text string) (string, []string) {
	head, rest, _ := strings.Cut(text, "(")
	if _, name, ok := strings.Cut(head, "="); ok {
		head = name
	}
	rest = strings.TrimSuffix(strings.TrimSpace(rest), ")")
	var args []string
	for _, a := range script.SplitTop(rest, ',') {
		if a = strings.TrimSpace(a); a != "" {
			args = append(args, a)
		}
	}
	return strings.TrimSpace(head), args
}

// result spells what a call returned.
func result(e *trace.Effect) string {
	if e.Errno != "" {
		return "-1 " + e.Errno + " (" + strings.ToLower(e.Errno) + ")"
	}
	return strconv.FormatInt(e.Result, 10)
}

// callLine is a call on its way into the script.
type callLine struct {
	x        *exporter
	ev       *trace.Event
	name     string
	args     []string
	variable string
	done     *trace.Effect // nil: it waits
	proc     int32
}

func (c *callLine) result() string {
	if c.done == nil {
		return "0"
	}
	return result(c.done)
}

// write writes the lines of a call.
func (c *callLine) write() {
	if s := c.ev.Subject; s != 0 && (!c.x.conns[s] || c.x.elsewhere(s)) {
		return // of another connection
	}
	switch c.name {
	case "socket":
		c.socket(c.variable)
	case "listen":
		c.listen()
	case "connect":
		c.connect()
	case "accept":
		c.accept()
	case "kill": // the kernel closes what the process had
		for i := range c.x.fds {
			if f := &c.x.fds[i]; f.open && (f.proc == c.proc || f.proc < 0 || c.proc < 0) {
				f.open = false
				c.x.line(c.ev.At, fmt.Sprintf("close(%d) = 0", f.fd))
			}
		}
	default:
		if len(c.args) == 0 {
			return
		}
		if f := c.x.of(c.ev.Subject); f != nil {
			c.onSocket(f)
		}
	}
}

func (x *exporter) find(name string) *exported {
	for i := range x.fds {
		if f := &x.fds[i]; f.name == name && f.open {
			return f
		}
	}
	return nil
}

// of finds the descriptor of a socket.
func (x *exporter) of(conn sim.SubjectID) *exported {
	for i := range x.fds {
		if f := &x.fds[i]; f.conn == conn && f.open {
			return f
		}
	}
	return nil
}

// socket makes a descriptor.
func (c *callLine) socket(name string) *exported {
	x := c.x
	fd := x.nextFD
	x.nextFD++
	x.made = fd
	x.line(c.ev.At, fmt.Sprintf("socket(..., SOCK_STREAM, IPPROTO_TCP) = %d", fd))
	x.controls(c.ev.At, fd)
	x.fds = append(x.fds, exported{c.proc, name, fd, c.ev.Subject, true, false})
	return &x.fds[len(x.fds)-1]
}

func (c *callLine) listen() {
	f := c.x.find(first(c.args))
	backlog := "4096"
	if f == nil {
		f = c.socket(c.variable)
		c.x.line(c.ev.At, fmt.Sprintf("setsockopt(%d, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0", f.fd))
		c.x.line(c.ev.At, fmt.Sprintf("bind(%d, ..., ...) = 0", f.fd))
	}
	if n := len(c.args); n > 1 || n == 1 && f.name == c.args[0] && n > 1 {
		backlog = c.args[n-1]
	}
	c.x.line(c.ev.At, fmt.Sprintf("listen(%d, %s) = %s", f.fd, backlog, c.result()))
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

func (c *callLine) connect() {
	x := c.x
	if !x.conns[c.ev.Subject] {
		return
	}
	f := x.find(first(c.args))
	if f == nil {
		f = c.socket(c.variable)
	}
	to := "..."
	if slices.Contains(c.args, "AF_UNSPEC") {
		to = "AF_UNSPEC"
	}
	c.maybeWait(fmt.Sprintf("connect(%d, %s, ...)", f.fd, to))
}

func (c *callLine) accept() {
	f := c.x.find(first(c.args))
	if f == nil || c.done.Errno == "" && !c.x.conns[c.ev.Subject] {
		return
	}
	if c.done.Errno != "" {
		c.x.line(c.ev.At, fmt.Sprintf("accept(%d, ..., ...) = %s", f.fd, c.result()))
		return
	}
	fd := c.x.nextFD
	c.x.nextFD++
	c.x.line(c.ev.At, fmt.Sprintf("accept(%d, ..., ...) = %d", f.fd, fd))
	c.x.fds = append(c.x.fds, exported{c.proc, c.variable, fd, c.ev.Subject, true, false})
}

// maybeWait writes a call, as one that blocks if it has not returned.
func (c *callLine) maybeWait(text string) {
	x := c.x
	if c.done != nil {
		x.line(c.ev.At, text+" = "+c.result())
		return
	}
	if x.waiting != nil {
		x.lack(Two, c.ev.Name)
		return
	}
	x.waits = true
	from := x.last
	x.line(c.ev.At, text)
	x.waiting = &pending{conn: c.ev.Subject, at: len(x.out) - 1, from: from, call: c.ev.Name}
}

// unwait completes the call that has waited. Its end counts from where its
// beginning does; "..." is a call that never returned.
func (x *exporter) unwait(now sim.Time, result string) {
	p := x.waiting
	if p.part != "" {
		x.puts(now)
	}
	x.waiting = nil
	if p.part != "" {
		if strings.HasPrefix(result, "-") && p.left == p.size {
			x.line(now, fmt.Sprintf(p.part, p.left)+" = "+result)
		}
		return
	}
	when, text, _ := strings.Cut(x.out[p.at], " ")
	switch {
	case result == "..." && strings.HasPrefix(text, "connect("): // so that its SYN leaves
		fd, _, _ := strings.Cut(strings.TrimPrefix(text, "connect("), ",")
		then := when
		if strings.HasPrefix(when, "+") {
			then = "+0"
		}
		x.out[p.at] = when + " fcntl(" + fd + ", F_SETFL, O_RDWR|O_NONBLOCK) = 0\n" + then + " " + text + " = -1 EINPROGRESS (Operation now in progress)"
		return
	case result == "...":
		x.out[p.at] = "// " + x.out[p.at] + " never returned"
		return
	}
	from := p.from
	if !strings.HasPrefix(when, "+") {
		from = x.first
	}
	x.out[p.at] = when + "..." + short6(now.Sub(from)) + " " + text + " = " + result
	if x.drifts && strings.Contains(result, "ETIMEDOUT") {
		x.slack = compare.Coarse(now.Sub(x.last))
	}
}

// onSocket writes a call on a socket that is there.
func (c *callLine) onSocket(f *exported) {
	x, fd := c.x, f.fd
	rest := c.args[1:]
	has := func(word string) bool { return slices.Contains(rest, word) }
	switch c.name {
	case "read", "recv":
		size, flags := "65536", ""
		for _, a := range rest {
			if _, err := strconv.Atoi(a); err == nil {
				size = a
			} else if strings.HasPrefix(a, "MSG_") {
				flags += "|" + a
			}
		}
		if flags != "" {
			c.maybeWait(fmt.Sprintf("recv(%d, ..., %s, %s)", fd, size, flags[1:]))
			return
		}
		c.maybeWait(fmt.Sprintf("read(%d, ..., %s)", fd, size))
	case "write", "send", "sendto":
		c.writes(fd, rest)
	case "shutdown":
		x.line(c.ev.At, fmt.Sprintf("shutdown(%d, %s) = %s", fd, first(rest), c.result()))
	case "close":
		f.open = false
		c.maybeWait(fmt.Sprintf("close(%d)", fd))
	case "abort":
		f.open = false
		x.line(c.ev.At, fmt.Sprintf("setsockopt(%d, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0", fd))
		x.line(c.ev.At, fmt.Sprintf("close(%d) = %s", fd, c.result()))
	case "fcntl":
		mode := "O_RDWR"
		if has("O_NONBLOCK") {
			mode += "|O_NONBLOCK"
		}
		x.line(c.ev.At, fmt.Sprintf("fcntl(%d, F_SETFL, %s) = %s", fd, mode, c.result()))
	case "setsockopt":
		c.option(f, rest)
	case "bind":
		if c.done.Errno == "EADDRINUSE" { // by a socket that is not in the script
			x.comment("bind(%d, ..., ...) = %s", fd, c.result())
			return
		}
		x.line(c.ev.At, fmt.Sprintf("bind(%d, ..., ...) = %s", fd, c.result()))
	default:
		x.leaveOut(c.ev.Name)
	}
}

// puts writes what a write() that waits has put into the send buffer since the line before.
func (x *exporter) puts(now sim.Time) {
	p := x.waiting
	c := x.h.Conn(p.conn)
	if c == nil || p.part == "" {
		return
	}
	n := min(int(c.SndMax.Minus(p.seq)), p.left)
	if n <= 0 {
		return
	}
	x.line(now, fmt.Sprintf(p.part+" = %d", p.left, n))
	p.left -= n
	p.seq = c.SndMax
}

// writes writes write() and send().
func (c *callLine) writes(fd int64, args []string) {
	x := c.x
	size, flags := first(args), ""
	if strings.HasPrefix(size, `"`) {
		size = strconv.Itoa(len(script.Unescape(strings.Trim(size, `"`))))
	}
	for _, a := range args[min(1, len(args)):] {
		if strings.HasPrefix(a, "MSG_") {
			flags += "|" + a
		}
	}
	if c.name == "sendto" {
		c.maybeWait(fmt.Sprintf("sendto(%d, ..., %s, %s, ..., ...)", fd, size, strings.TrimPrefix(flags+"|0", "|")))
		return
	}
	if n, err := strconv.Atoi(size); x.parts && c.done == nil && x.waiting == nil && err == nil {
		s := c.ev.Subject
		x.waiting = &pending{conn: s, call: c.ev.Name, part: fmt.Sprintf("send(%d, ..., %%d, MSG_DONTWAIT%s)", fd, flags), left: n, size: n, seq: x.put[s]}
		x.comment("%s: it waits for room, and is written as what it takes whenever there is some", c.ev.Name)
		x.puts(c.ev.At)
		return
	}
	if flags != "" {
		c.maybeWait(fmt.Sprintf("send(%d, ..., %s, %s)", fd, size, flags[1:]))
		return
	}
	c.maybeWait(fmt.Sprintf("write(%d, ..., %s)", fd, size))
}

// unspoken are options that packetdrill has no name for: it takes their number.
var unspoken = setup.Words("IPV6_V6ONLY IPV6_UNICAST_HOPS IPV6_MINHOPCOUNT IP_BIND_ADDRESS_NO_PORT IP_LOCAL_PORT_RANGE IP_MINTTL IP_TRANSPARENT SO_COOKIE SO_INCOMING_CPU SO_PEEK_OFF " +
	"SO_RCVBUFFORCE SO_SNDBUFFORCE SO_TXREHASH TCP_DELACK_MAX_US TCP_REPAIR TCP_RTO_MAX_MS TCP_RTO_MIN_US TCP_SAVE_SYN TCP_WINDOW_CLAMP")

// numbersOf reads the numbers of an option's value: constants, and times in its unit.
func numbersOf(args []string, o *host.SocketOption) (v []int64) {
	for _, a := range args {
		word := &script.Expr{Kind: script.Word, Text: a}
		n, ok := word.Value()
		if !ok {
			n, ok = number(a, o)
		}
		if !ok {
			return nil
		}
		v = append(v, n)
	}
	return v
}

// number reads 5, 0x10, 500ms or 1.5s.
func number(text string, o *host.SocketOption) (int64, bool) {
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return n, true
	}
	unit := sim.Second
	if o != nil && o.Unit > 0 {
		unit = o.Unit
	}
	for _, u := range []struct {
		suffix string
		long   sim.Duration
	}{{"us", sim.Microsecond}, {"ms", sim.Millisecond}, {"s", sim.Second}} {
		if digits, is := strings.CutSuffix(text, u.suffix); is {
			f, err := strconv.ParseFloat(digits, 64)
			return int64(sim.Duration(f*float64(u.long)) / unit), err == nil
		}
	}
	return 0, false
}

// timeval spells a struct timeval byte by byte: packetdrill takes numbers of four bytes, or
// a text. One number is milliseconds.
func timeval(v []int64) string {
	if len(v) == 1 {
		v = []int64{v[0] / 1000, v[0] % 1000 * 1000}
	}
	var b []byte
	for _, n := range v {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	text := ""
	for _, c := range b {
		text += fmt.Sprintf("\\x%02x", c)
	}
	return `"` + text + `"`
}

// option writes setsockopt().
func (c *callLine) option(f *exported, args []string) {
	fd := f.fd
	if len(args) > 1 && (strings.HasPrefix(args[0], "SOL_") || strings.HasPrefix(args[0], "IPPROTO_")) {
		args = args[1:]
	}
	level, number, ok := host.OptionNumber(first(args))
	if !ok || len(args) < 2 {
		c.x.leaveOut(c.ev.Name)
		return
	}
	optname := args[0]
	if unspoken[optname] {
		optname = strconv.FormatInt(number, 10)
	}
	levels := map[int64]string{0: "SOL_IP", 1: "SOL_SOCKET", 6: "SOL_TCP", 41: "SOL_IPV6"}
	value, size := "["+args[1]+"]", 4
	v := numbersOf(args[1:], host.FindOption(args[0]))
	if len(v) == 1 {
		value = fmt.Sprintf("[%d]", v[0])
	}
	switch {
	case args[0] == "SO_RCVTIMEO" || args[0] == "SO_SNDTIMEO":
		value, size = timeval(v), 16
		f.timed = f.timed || args[0] == "SO_RCVTIMEO"
	case args[0] == "SO_LINGER" && len(args) > 2:
		value, size = fmt.Sprintf("{onoff=%s, linger=%s}", args[1], strings.TrimSuffix(args[2], "s")), 8
	case args[0] == "TCP_CONGESTION":
		text := strings.Trim(args[1], `"`)
		value, size = strconv.Quote(text), len(text)
	}
	c.x.line(c.ev.At, fmt.Sprintf("setsockopt(%d, %s, %s, %s, %d) = %s", fd, levels[level], optname, value, size, c.result()))
}
