package shell

import (
	"slices"
	"strconv"
	"strings"

	"wirestep/engine/middlebox"
	"wirestep/engine/wire"
)

// ruleReader reads what follows the name of the chain.
type ruleReader struct {
	rule    middlebox.Rule
	target  bool
	matches map[string]bool
	with    string
}

// iptablesRule reads a rule as iptables spells it.
func iptablesRule(args []string) (middlebox.Rule, string) {
	r := ruleReader{matches: map[string]bool{}}
	for i := 0; i < len(args); i++ {
		a, v := args[i], ""
		if a == "!" {
			return r.rule, "a rule that is turned round by ! is not understood here; expected one without"
		}
		if a != "--syn" {
			if i+1 == len(args) {
				return r.rule, "option \"" + a + "\" requires an argument"
			}
			i++
			v = args[i]
		}
		var err string
		if a == "--tcp-flags" {
			if i+1 == len(args) {
				return r.rule, "option \"--tcp-flags\" requires two arguments"
			}
			i++
			err = r.flags(v, args[i])
		} else {
			err = r.option(a, v)
		}
		if err != "" {
			return r.rule, err
		}
	}
	if !r.target {
		return r.rule, "no target specified: this shell wants -j DROP, REJECT or ACCEPT"
	}
	return r.rule, r.reject()
}

func (r *ruleReader) option(a, v string) (err string) {
	rule := &r.rule
	tcp := rule.Proto == middlebox.TCP
	switch a {
	case "-p", "--protocol":
		i := slices.Index([]string{"all", "tcp", "icmp", "0", "6", "1"}, v)
		if i < 0 {
			return "unknown protocol \"" + v + "\" specified: this shell knows tcp, icmp and all"
		}
		rule.Proto = middlebox.Proto(i % 3)
	case "-m", "--match":
		if !slices.Contains([]string{"tcp", "conntrack", "state", "comment", "multiport"}, v) {
			return "Couldn't load match `" + v + "': this shell knows tcp, conntrack, state, multiport and comment"
		}
		r.matches[v] = true
	case "--comment":
	case "-s", "--source", "--src":
		rule.From, err = hostOrNet(v)
	case "-d", "--destination", "--dst":
		rule.To, err = hostOrNet(v)
	case "--sport", "--source-port", "--sports", "--source-ports":
		rule.FromPort, err = r.ports(a, v, tcp)
	case "--dport", "--destination-port", "--dports", "--destination-ports":
		rule.ToPort, err = r.ports(a, v, tcp)
	case "--syn":
		if !tcp {
			return "unknown option \"--syn\""
		}
		rule.Flags, rule.Mask = wire.SYN, wire.SYN|wire.ACK|wire.FIN|wire.RST
	case "--ctstate", "--state":
		if !r.matches["conntrack"] && a == "--ctstate" || !r.matches["state"] && a == "--state" {
			return "unknown option \"" + a + "\""
		}
		for _, w := range strings.Split(v, ",") {
			i := slices.Index(middlebox.CtNames, strings.ToLower(w))
			if i < 0 {
				return "Bad ctstate \"" + w + "\": expected NEW, ESTABLISHED, RELATED or INVALID"
			}
			rule.State |= 1 << i
		}
	case "-j", "--jump":
		i := slices.Index(targets[:3], v)
		if i < 0 {
			return "Chain '" + v + "' does not exist"
		}
		r.target, rule.Action = true, middlebox.Action(i)
	case "--reject-with":
		r.with = v
	case "-i", "-o", "--in-interface", "--out-interface":
		return "rules of one interface are not understood here; expected -s or -d with an address"
	default:
		return "unknown option \"" + a + "\""
	}
	return err
}

// ports reads one port, or a range of them.
func (r *ruleReader) ports(a, v string, tcp bool) (p middlebox.PortRange, err string) {
	if !tcp || strings.HasSuffix(a, "s") && !r.matches["multiport"] {
		return p, "unknown option \"" + a + "\""
	}
	if strings.Contains(v, ",") {
		return p, "a list of ports is not understood here; expected one port, or a range such as 8000:8010"
	}
	low, high, two := strings.Cut(v, ":")
	if !two {
		high = low
	}
	x, bad := strconv.ParseUint(low, 10, 16)
	y, bad2 := strconv.ParseUint(high, 10, 16)
	if n, ok := portNamed(v); ok {
		x, y, bad, bad2 = uint64(n), uint64(n), nil, nil
	}
	if bad != nil || bad2 != nil || x == 0 || y < x {
		return p, "invalid port/service `" + v + "' specified"
	}
	return middlebox.PortRange{Low: uint16(x), High: uint16(y)}, ""
}

// flags reads --tcp-flags MASK FLAGS.
func (r *ruleReader) flags(mask, set string) string {
	if r.rule.Proto != middlebox.TCP {
		return "unknown option \"--tcp-flags\""
	}
	read := func(s string) (f wire.Flags, err string) {
		for _, w := range strings.Split(s, ",") {
			switch w {
			case "ALL":
				f |= wire.FIN | wire.SYN | wire.RST | wire.PSH | wire.ACK | wire.URG
			case "NONE":
			default:
				n := slices.IndexFunc(flagWords[:], func(k flagWord) bool { return k.name == w })
				if n < 0 {
					return f, "Unknown TCP flag `" + w + "'"
				}
				f |= flagWords[n].f
			}
		}
		return f, ""
	}
	m, err := read(mask)
	f, err2 := read(set)
	r.rule.Mask, r.rule.Flags = m, f&m
	return err + err2
}

// reject takes --reject-with over.
func (r *ruleReader) reject() string {
	switch {
	case r.with == "":
		return ""
	case r.rule.Action != middlebox.Reject:
		return "unknown option \"--reject-with\""
	case r.with == "tcp-reset" && r.rule.Proto != middlebox.TCP:
		return "RULE_APPEND failed (Invalid argument): rule in chain: tcp-reset wants -p tcp"
	case r.with == "tcp-reset":
		r.rule.Action = middlebox.RejectRST
		return ""
	}
	for i, k := range middlebox.Rejects {
		short := strings.Replace(strings.Replace(k.Name, "unreachable", "unreach", 1), "prohibited", "prohib", 1)
		if r.with == "icmp-"+k.Name || r.with == short || r.with == "icmp-"+short {
			r.rule.With = uint8(i)
			return ""
		}
	}
	var names []string
	for _, k := range middlebox.Rejects {
		names = append(names, "icmp-"+k.Name)
	}
	return "unknown reject type \"" + r.with + "\": expected " + strings.Join(names, ", ") + " or tcp-reset"
}

var targets = [...]string{middlebox.Accept: "ACCEPT", middlebox.Discard: "DROP", middlebox.Reject: "REJECT", middlebox.RejectRST: "REJECT"}

// rejectWord is what a rule answers with.
func rejectWord(k *middlebox.Rule) string {
	switch k.Action {
	case middlebox.Reject:
		return "icmp-" + middlebox.Rejects[k.With].Name
	case middlebox.RejectRST:
		return "tcp-reset"
	}
	return ""
}

func protoOf(k *middlebox.Rule) middlebox.Proto {
	if k.OfTCP() {
		return middlebox.TCP
	}
	return k.Proto
}

func ctNames(s middlebox.CtState) string {
	var list []string
	for _, i := range [...]int{3, 0, 2, 1} { // in the order of iptables
		if s>>i&1 != 0 {
			list = append(list, strings.ToUpper(middlebox.CtNames[i]))
		}
	}
	return strings.Join(list, ",")
}

type flagWord struct {
	f    wire.Flags
	name string
}

var flagWords = [...]flagWord{{wire.FIN, "FIN"}, {wire.SYN, "SYN"}, {wire.RST, "RST"}, {wire.PSH, "PSH"}, {wire.ACK, "ACK"}, {wire.URG, "URG"}}

func flagNames(f wire.Flags) string {
	var names []string
	for _, n := range flagWords {
		if f&n.f != 0 {
			names = append(names, n.name)
		}
	}
	if len(names) == 0 {
		return "NONE"
	}
	return strings.Join(names, ",")
}

// spelledRule writes a rule as iptables -S does.
func spelledRule(k *middlebox.Rule) (s string) {
	if k.From.IsValid() {
		s += " -s " + k.From.String()
	}
	if k.To.IsValid() {
		s += " -d " + k.To.String()
	}
	ports := func(name string, p middlebox.PortRange) {
		if p.Low != 0 {
			s += " --" + name + " " + strconv.Itoa(int(p.Low))
		}
		if p.High != p.Low {
			s += ":" + strconv.Itoa(int(p.High))
		}
	}
	switch protoOf(k) {
	case middlebox.TCP:
		s += " -p tcp"
	case middlebox.ICMP:
		s += " -p icmp"
	}
	if k.FromPort.Low|k.ToPort.Low != 0 || k.Mask != 0 {
		s += " -m tcp"
	}
	ports("sport", k.FromPort)
	ports("dport", k.ToPort)
	if k.Mask != 0 {
		s += " --tcp-flags " + flagNames(k.Mask) + " " + flagNames(k.Flags)
	}
	if k.State != 0 {
		s += " -m conntrack --ctstate " + ctNames(k.State)
	}
	s += " -j " + targets[k.Action]
	if w := rejectWord(k); w != "" {
		s += " --reject-with " + w
	}
	return s
}
