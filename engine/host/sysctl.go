package host

import (
	"fmt"
	"strconv"
	"strings"

	"wirestep/engine/middlebox"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// Kind is the shape of a setting's value.
type Kind uint8

// The shapes.
const (
	kindInt    Kind = iota
	kindTriple      // three growing numbers
	kindRange       // two ports
	kindPorts       // a list of ports and ranges
	kindCC          // a congestion control
	kindWord
	kindKey // one or two keys of Fast Open
)

// Sysctl is one setting as the kernel declares it.
type Sysctl struct {
	Name     string
	Default  string
	Kind     Kind
	Min, Max int64
	ReadOnly bool
	Since    Version // the first release that has it; 0: very old
	Until    Version // the first that has it no more; 0: it is still there
	set      func(*tcp.Sysctls, []int64)
	flow     flowValue // of conntrack: where the table of flows has it
}

// flowValue reads and writes a setting of a table of flows.
type flowValue struct {
	get func(*middlebox.Box) int64
	set func(*middlebox.Box, int64)
}

func asInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func secs(d sim.Duration) int64 { return int64(d / sim.Second) }

// Tune gives a table of flows what a setting is now, if it is one of conntrack.
func (h *Host) Tune(b *middlebox.Box, name string) {
	if i := FindSysctl(name); i >= 0 && Sysctls[i].flow.set != nil {
		if n, err := parseNumber(h.Set.Values[i]); err == nil {
			Sysctls[i].flow.set(b, n)
		}
	}
}

// Tuned takes over what a table of flows was made with.
func (h *Host) Tuned(b *middlebox.Box) {
	for i := range Sysctls {
		if get := Sysctls[i].flow.get; get != nil {
			h.Set.Values[i] = strconv.FormatInt(get(b), 10)
		}
	}
}

// Models reports whether the engine obeys the setting.
func (d *Sysctl) Models() bool { return d.set != nil || d.flow.set != nil || d.Kind == kindPorts }

const numSysctls = len(Sysctls)

// Settings are the values of a host's settings, in the order of Sysctls.
type Settings struct {
	Values   [numSysctls]string
	Reserved []PortRange // ip_local_reserved_ports; replaced whole, never written
}

// PortRange is a range of ports, both ends included.
type PortRange struct{ Low, High uint16 }

func (s *Settings) apply(sys *tcp.Sysctls) {
	for i := range Sysctls {
		d := &Sysctls[i]
		if v, err := d.parse(s.Values[i]); err == nil && d.set != nil {
			d.set(sys, v)
		}
	}
}

// FindSysctl returns the index of a setting, or -1. The prefix net.ipv4. may be
// left out.
func FindSysctl(name string) int {
	name = strings.ReplaceAll(name, "/", ".")
	if parts := strings.Split(name, "."); len(parts) == 5 && parts[2] == "neigh" { // of every interface alike
		parts[1], parts[3] = "ipv4", "default"
		name = strings.Join(parts, ".")
	}
	for i := range Sysctls {
		if Sysctls[i].Name == name || Sysctls[i].Name == "net.ipv4."+name {
			return i
		}
	}
	return -1
}

// SysctlError is why a setting was refused.
type SysctlError struct{ Name, Text string }

func (e *SysctlError) Error() string { return e.Name + ": " + e.Text }

// Check says what `sysctl -w` would refuse on this kernel.
func (p *Profile) Check(name, value string) error {
	i := FindSysctl(name)
	if i < 0 {
		return &SysctlError{name, "no such setting" + nearest(name)}
	}
	d := &Sysctls[i]
	switch {
	case d.Until != 0 && p.Version >= d.Until:
		return &SysctlError{d.Name, p.Name + " has no such setting: it was taken out in Linux " + d.Until.String()}
	case p.Version < d.Since:
		return &SysctlError{d.Name, p.Name + " has no such setting: it came with Linux " + d.Since.String()}
	}
	if d.ReadOnly {
		return &SysctlError{d.Name, "read only here: it is " + d.Default + ", and only the whole machine could change it"}
	}
	_, err := d.parse(value)
	return err
}

// nearest suggests a known name that ends or begins alike.
func nearest(name string) string {
	last := name[strings.LastIndexByte(name, '.')+1:]
	for n := len(last); n >= 6; n-- {
		for i := range Sysctls {
			if strings.Contains(Sysctls[i].Name, last[:n]) {
				return "; did you mean " + Sysctls[i].Name + "?"
			}
		}
	}
	return ""
}

func (d *Sysctl) short() string { return d.Name[strings.LastIndexByte(d.Name, '.')+1:] }

func (d *Sysctl) fail(format string, a ...any) error {
	return &SysctlError{d.short(), fmt.Sprintf(format, a...)}
}

// parse reads a value as the kernel would.
func (d *Sysctl) parse(value string) ([]int64, error) {
	f := strings.Fields(value)
	switch d.Kind {
	case kindWord:
		if len(value) > 128 {
			return nil, d.fail("a value of %d characters; expected at most 128", len(value))
		}
		return nil, nil
	case kindCC:
		n, ok := tcp.ParseCongestion(value)
		if !ok {
			return nil, d.fail("%q is not an allowed congestion control; expected one of %s", value, strings.Join(tcp.CongestionNames, ", "))
		}
		return []int64{int64(n)}, nil
	case kindPorts:
		_, err := d.ports(value)
		return nil, err
	case kindKey:
		return d.keys(value)
	}
	want := map[Kind]int{kindInt: 1, kindTriple: 3, kindRange: 2}[d.Kind]
	if len(f) != want {
		return nil, d.fail("%d numbers in %q; expected %d", len(f), value, want)
	}
	v := make([]int64, len(f))
	for i := range f {
		n, err := parseNumber(f[i])
		if err != nil {
			return nil, d.fail("%q is not a number", f[i])
		}
		lo, hi := d.Min, d.Max
		if d.Kind == kindRange {
			lo, hi = minPort, 65535
		}
		if d.ReadOnly {
			v[i] = n // the table's own value
			continue
		}
		if n < lo {
			return nil, d.fail("%d is below the smallest value, %d", n, lo)
		}
		if n > hi {
			return nil, d.fail("%d is above the largest value, %d", n, hi)
		}
		v[i] = n
	}
	if d.Kind == kindRange && v[0] > v[1] {
		return nil, d.fail("the range %d to %d is empty; expected the smaller port first", v[0], v[1])
	}
	return v, nil
}

func (d *Sysctl) ports(value string) ([]PortRange, error) {
	var rs []PortRange
	for _, part := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }) {
		a, b, two := strings.Cut(part, "-")
		if !two {
			b = a
		}
		lo, err1 := strconv.ParseUint(a, 10, 16)
		hi, err2 := strconv.ParseUint(b, 10, 16)
		if err1 != nil || err2 != nil || lo > hi {
			return nil, d.fail("%q is not a port or a range of ports", part)
		}
		rs = append(rs, PortRange{uint16(lo), uint16(hi)})
	}
	return rs, nil
}

// SetSysctl changes a setting, as `sysctl -w` does.
func (h *Host) SetSysctl(name, value string) error {
	value = strings.Join(strings.Fields(value), " ")
	if err := h.Kernel.Check(name, value); err != nil {
		return err
	}
	i := FindSysctl(name)
	d := &Sysctls[i]
	v, _ := d.parse(value)
	switch d.Kind {
	case kindPorts:
		h.Set.Reserved, _ = d.ports(value)
	case kindInt: // it may be written as 0x403
		value = strconv.FormatInt(v[0], 10)
	case kindKey:
		value = spellKeys(v)
	}
	h.Set.Values[i] = value
	if d.set != nil {
		d.set(&h.Sys, v)
	}
	return nil
}

func three(v []int64) [3]uint32 { return [3]uint32{uint32(v[0]), uint32(v[1]), uint32(v[2])} }
