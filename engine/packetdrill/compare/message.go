package compare

import (
	"fmt"
	"strings"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine/sim"
)

// Control is a control message that recvmsg() delivered: an error report, a time
// stamp, or a number.
type Control struct {
	Level, Type int64
	Num         int64
	Report      *Report
	Stamp       sim.Duration // since the script began; when Stamped
	Stamped     bool
}

// Report is a struct sock_extended_err.
type Report struct{ Errno, Origin, Type, Code, Info, Data int64 }

func (p *Report) fields() [6]int64 {
	return [6]int64{p.Errno, p.Origin, p.Type, p.Code, p.Info, p.Data}
}

var reportNames = [6]string{"ee_errno", "ee_origin", "ee_type", "ee_code", "ee_info", "ee_data"}

// Controls are the control messages that a script expects, or nil.
func Controls(msg *script.Expr) []*script.Expr {
	if m := msg.Field("msg_control", -1); m != nil {
		return m.List
	}
	return nil
}

// Delivered compares what recvmsg() wrote beside the data with what the script
// expects. Like packetdrill it wants every control message, and no other.
func Delivered(msg *script.Expr, flags int64, got []Control, tol sim.Duration) (expected, was string) {
	if f := msg.Field("msg_flags", -1); f != nil {
		if n, ok := f.Value(); ok && n != flags {
			return "msg_flags=" + f.String(), fmt.Sprintf("%#x", flags)
		}
	}
	want := Controls(msg)
	for i, w := range want {
		if i >= len(got) {
			return "the control message " + w.String(), "none"
		}
		if !got[i].is(w, tol) {
			return "the control message " + w.String(), got[i].String()
		}
	}
	if len(got) > len(want) {
		return "no other control message", got[len(want)].String()
	}
	return "", ""
}

// is reports whether a control message is the one of a script.
func (c *Control) is(w *script.Expr, tol sim.Duration) bool {
	level, _ := w.Field("cmsg_level", 0).Value()
	typ, _ := w.Field("cmsg_type", 1).Value()
	data := w.Field("cmsg_data", 2)
	if level != c.Level || typ != c.Type || data == nil {
		return false
	}
	switch {
	case c.Report != nil:
		for i, n := range c.Report.fields() {
			f := data.Field(reportNames[i], i)
			if v, ok := f.Value(); !ok || v != n {
				return false
			}
		}
	case c.Stamped:
		sec, _ := data.Field("scm_sec", 0).Value()
		nsec, _ := data.Field("scm_nsec", 1).Value()
		at := sim.Duration(sec)*sim.Second + sim.Duration(nsec)
		return at == 0 || max(at-c.Stamp, c.Stamp-at) <= tol
	default:
		v, ok := data.Value()
		return ok && v == c.Num
	}
	return true
}

// String spells a control message as a script has it.
func (c *Control) String() string {
	data := fmt.Sprint(c.Num)
	switch {
	case c.Report != nil:
		var f []string
		for i, n := range c.Report.fields() {
			f = append(f, fmt.Sprintf("%s=%d", reportNames[i], n))
		}
		data = "{" + strings.Join(f, ", ") + "}"
	case c.Stamped:
		data = fmt.Sprintf("{scm_sec=%d, scm_nsec=%d}", c.Stamp/sim.Second, c.Stamp%sim.Second)
	}
	return fmt.Sprintf("{cmsg_level=%d, cmsg_type=%d, cmsg_data=%s}", c.Level, c.Type, data)
}
