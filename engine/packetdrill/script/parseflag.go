package script

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// option reads --name=value. The value is one word, number, address or text; a
// definition is WORD=word, WORD="text" or WORD=`command`.
func (p *parser) option() (Option, error) {
	t := p.next()
	o := Option{Line: t.line, Name: t.text}
	if !KnownOption(o.Name) {
		return o, &Error{p.file, t.line, fmt.Sprintf("--%s: expected an option that packetdrill has", o.Name)}
	}
	bare := slices.Contains(switches, o.Name)
	if p.peek().text != "=" || p.peek().kind != tokPunct {
		if !bare {
			return o, p.expected("= and a value for --" + o.Name)
		}
		return o, nil
	}
	if bare {
		return o, p.expected("no value for --" + o.Name)
	}
	p.next()
	v := p.peek()
	switch {
	case v.kind == tokString:
		o.Value = p.next().text
	case v.kind == tokWord && p.peekAt(1).text == "=":
		return o, p.definition(&o)
	default:
		o.Value = p.joined()
		if _, err := netip.ParseAddr(o.Value); err == nil {
			break
		}
		if (v.kind != tokWord && v.kind != tokInt) || strings.HasPrefix(v.text, "0x") || o.Value != v.text {
			return o, &Error{p.file, v.line, fmt.Sprintf("--%s=%s: expected a whole number, a word, an address, or a text in quotes", o.Name, o.Value)}
		}
	}
	return o, nil
}

// joined takes the tokens of one line that stand together, and returns their text.
func (p *parser) joined() string {
	from := p.peek()
	to := from.from
	for t := p.peek(); t.kind != tokEnd && (t.from == to || t.from == from.from) && t.line == from.line; t = p.peek() {
		to = p.next().to
	}
	return p.src[from.from:to]
}

// definition reads NAME=value of a --define.
func (p *parser) definition(o *Option) error {
	name, _ := p.next(), p.next()
	v := p.peek()
	if v.kind != tokWord && v.kind != tokString && v.kind != tokCommand || strings.HasPrefix(v.text, "0x") {
		return p.expected("a word, a text in quotes or a `command` as the value of " + name.text)
	}
	p.next()
	o.Value = name.text + "=" + p.src[v.from:v.to]
	return nil
}

// KnownOption reports whether packetdrill has an option of that name.
func KnownOption(name string) bool {
	return slices.Contains(valued, name) || slices.Contains(switches, name)
}

// The options of packetdrill: those with a value, and those without.
var (
	valued = strings.Fields("ip_version bind_port code_command code_format code_sockopt connect_port remote_ip local_ip gateway_ip netmask_ip speed mss mtu " +
		"init_scripts tolerance_usecs tolerance_percent wire_server_ip wire_server_at wire_server_port wire_client_dev wire_server_dev so_filename so_flags " +
		"tcp_ts_tick_usecs non_fatal psp_udp_port define")
	switches = strings.Fields("wire_client wire_server tcp_ts_ecr_scaled strict_segments dry_run is_anyip send_omit_free debug verbose")
)
