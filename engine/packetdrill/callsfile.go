package packetdrill

import (
	"strings"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine/host"
)

func spellPipe(r *runner, c call) (*spelled, *failure) {
	ends := c.arg(0).List
	if len(ends) != 2 {
		return nil, failf("two descriptors in pipe()", "%s", c.arg(0))
	}
	for _, e := range ends {
		if _, ok := e.Value(); !ok {
			return nil, failf("a descriptor in pipe()", "%s", e)
		}
	}
	return &spelled{Call: &host.Pipe{}, then: func(d *host.Done) {
		for i, e := range ends {
			n, _ := e.Value()
			r.bindFD(n, int32(d.Values[i]))
		}
	}}, nil
}

func spellOpen(r *runner, c call) (*spelled, *failure) {
	name := c.arg(0).Text
	flags, f := c.num(1)
	if f != nil || c.arg(0).Kind != script.Text {
		return nil, failf("a name and flags in open()", "%s", c.arg(0))
	}
	switch {
	case name == "/dev/zero":
		return plainly(&host.Open{Size: -1})
	case name == "/dev/null":
		return plainly(&host.Open{})
	case r.cfg.Read != nil && flags&script.Const("O_CREAT") == 0:
		if b, err := r.cfg.Read(name); err == nil {
			return plainly(&host.Open{Size: int64(len(b))})
		}
	}
	return plainly(&host.Open{Missing: true})
}

func spellSplice(r *runner, c call) (*spelled, *failure) {
	if f := c.need(6); f != nil {
		return nil, f
	}
	size, f := c.num(4)
	if f != nil {
		return nil, f
	}
	flags, _ := c.arg(5).Value()
	return plainly(&host.Splice{From: r.fd(c.arg(0)), To: r.fd(c.arg(2)), Size: size, Flags: flags})
}

func spellSendfile(r *runner, c call) (*spelled, *failure) {
	size, f := c.num(3)
	if f != nil {
		return nil, f
	}
	at, said := offset(c.arg(2))
	if !said {
		at = -1
	}
	return plainly(&host.Sendfile{To: r.fd(c.arg(0)), From: r.fd(c.arg(1)), At: at, Size: size})
}

// offset reads the offset of sendfile(): a number, or one in brackets; NULL is none.
func offset(e *script.Expr) (int64, bool) {
	if e.Kind == script.Array && len(e.List) == 1 {
		e = e.List[0]
	}
	n, ok := e.Value()
	return n, ok && e.Kind != script.Word
}

// spellCapSet reads cap_set(): a capability is given up, or taken back.
func spellCapSet(r *runner, c call) (*spelled, *failure) {
	if f := c.need(3); f != nil {
		return nil, f
	}
	on, f := c.num(2)
	if f != nil {
		return nil, f
	}
	if !strings.HasSuffix(c.arg(1).Text, "CAP_NET_ADMIN") {
		return plainly(&host.CapSet{On: !r.poor})
	}
	r.poor = on == 0
	return plainly(&host.CapSet{On: !r.poor})
}
