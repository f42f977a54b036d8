package shell

import (
	"strconv"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// runConntrack is conntrack -L: the table of flows of a box.
func runConntrack(r *request) Answer {
	b := r.w.Box(r.at)
	switch {
	case len(r.args) == 1 && r.args[0] == "-C":
		n := 0
		if b != nil {
			n = len(b.Flows)
		}
		return Answer{Text: strconv.Itoa(n) + "\n"}
	case len(r.args) != 1 || r.args[0] != "-L":
		return fail("conntrack v1.4.7 (conntrack-tools): this shell knows -L and -C\nTry `conntrack -h' or 'conntrack --help' for more information.")
	}
	n := 0
	if b != nil {
		for _, f := range b.Flows {
			left := f.ExpireAt.Sub(r.w.Now())
			if left <= 0 {
				continue // it goes when the next packet comes
			}
			n++
			r.ahead = true
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
	}
	r.print("conntrack v1.4.7 (conntrack-tools): ", strconv.Itoa(n), " flow entries have been shown.\n")
	return r.said()
}

func tuple(t wire.Tuple) string {
	return "src=" + t.Local.Addr.String() + " dst=" + t.Remote.Addr.String() + " sport=" + strconv.Itoa(int(t.Local.Port)) + " dport=" + strconv.Itoa(int(t.Remote.Port)) + " "
}
