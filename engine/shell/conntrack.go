package shell

import (
	"net/netip"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/middlebox"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

const conntrackUsage = "conntrack v1.4.7 (conntrack-tools): expected -L, -C, -D or -F, with -p tcp, -s, -d, -r, -q ADDRESS, --sport, --dport, --state, --src-nat\nTry `conntrack -h' or 'conntrack --help' for more information."

// flowFilter says which flows a command means.
type flowFilter struct {
	verb       string
	src, dst   netip.Addr
	rsrc, rdst netip.Addr
	sport      uint16
	dport      uint16
	state      string
	translated bool
}

func (k *flowFilter) means(f *middlebox.Flow) bool {
	addr := func(want, is netip.Addr) bool { return !want.IsValid() || want == is }
	return addr(k.src, f.Orig.Local.Addr) && addr(k.dst, f.Orig.Remote.Addr) && addr(k.rsrc, f.Reply.Local.Addr) && addr(k.rdst, f.Reply.Remote.Addr) &&
		(k.sport == 0 || k.sport == f.Orig.Local.Port) && (k.dport == 0 || k.dport == f.Orig.Remote.Port) && (k.state == "" || k.state == f.State.String()) &&
		(!k.translated || f.Reply.Remote != f.Orig.Local)
}

// readFlowFilter reads the words of a call.
func readFlowFilter(args []string) (k flowFilter, ok bool) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		long := map[string]string{"--dump": "-L", "--delete": "-D", "--flush": "-F", "--count": "-C", "--src": "-s", "--orig-src": "-s", "--dst": "-d", "--orig-dst": "-d",
			"--reply-src": "-r", "--reply-dst": "-q", "--proto": "-p", "--orig-port-src": "--sport", "--orig-port-dst": "--dport"}
		if l := long[a]; l != "" {
			a = l
		}
		switch a {
		case "-L", "-C", "-D", "-F":
			if k.verb != "" {
				return k, false
			}
			k.verb = a
			if i+1 < len(args) && args[i+1] == "conntrack" {
				i++
			}
			continue
		case "-n", "--src-nat":
			k.translated = true
			continue
		}
		if i++; i >= len(args) {
			return k, false
		}
		addr, err := netip.ParseAddr(args[i])
		port, err2 := strconv.ParseUint(args[i], 10, 16)
		switch a {
		case "-s":
			k.src = addr
		case "-d":
			k.dst = addr
		case "-r":
			k.rsrc = addr
		case "-q":
			k.rdst = addr
		case "--sport":
			k.sport, err = uint16(port), err2
		case "--dport":
			k.dport, err = uint16(port), err2
		case "--state":
			k.state, err = strings.ToUpper(args[i]), nil
		case "-p", "-f":
			if err = nil; args[i] != "tcp" && args[i] != "ipv4" {
				return k, false
			}
		default:
			return k, false
		}
		if err != nil {
			return k, false
		}
	}
	return k, k.verb != ""
}

// runConntrack is conntrack: the table of flows of a box, or of a host whose rules ask for one.
func runConntrack(r *request) Answer {
	k, ok := readFlowFilter(r.args)
	if !ok {
		return fail(conntrackUsage)
	}
	b := r.w.Conntrack(r.at)
	var all []*middlebox.Flow
	if b != nil {
		for _, f := range b.Flows {
			if f.ExpireAt.Sub(r.w.Now()) > 0 && k.means(f) { // else it goes when the next packet comes
				all = append(all, f)
			}
		}
	}
	switch k.verb {
	case "-C":
		n := 0
		if b != nil {
			n = len(b.Flows)
		}
		return Answer{Text: strconv.Itoa(n) + "\n"}
	case "-F":
		r.print("conntrack v1.4.7 (conntrack-tools): connection tracking table has been emptied.\n")
		if len(all) == 0 {
			return r.said()
		}
		return r.act(engine.Op{Kind: engine.OpConntrack})
	}
	all = all[:min(len(all), map[bool]int{true: maxKilled, false: len(all)}[k.verb == "-D"])]
	op := engine.Op{Kind: engine.OpConntrack}
	for _, f := range all {
		r.flow(f)
		op.Tuples = append(op.Tuples, f.Orig)
	}
	if k.verb == "-L" {
		r.ahead = true
		r.print("conntrack v1.4.7 (conntrack-tools): ", strconv.Itoa(len(all)), " flow entries have been shown.\n")
		return r.said()
	}
	r.print("conntrack v1.4.7 (conntrack-tools): ", strconv.Itoa(len(all)), " flow entries have been deleted.\n")
	if len(all) == 0 {
		return Answer{Text: r.out.String(), Failed: true}
	}
	return r.act(op)
}

func (r *request) flow(f *middlebox.Flow) {
	left := f.ExpireAt.Sub(r.w.Now())
	r.print("tcp      6 ", strconv.FormatInt(int64(left/sim.Second), 10), " ", f.State.String(), " ", tuple(f.Orig))
	if !f.Replied {
		r.print("[UNREPLIED] ")
	}
	r.print(tuple(f.Reply))
	if f.Assured {
		r.print("[ASSURED] ")
	}
	r.print("mark=0 use=1\n")
}

func tuple(t wire.Tuple) string {
	return "src=" + t.Local.Addr.String() + " dst=" + t.Remote.Addr.String() + " sport=" + strconv.Itoa(int(t.Local.Port)) + " dport=" + strconv.Itoa(int(t.Remote.Port)) + " "
}
