package shell

import (
	"net/netip"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/middlebox"
	"wirestep/engine/wire"
)

// chain is the chain that a host has rules in: FORWARD of a firewall, else INPUT.
func (r *request) chain() (name string, rules []middlebox.Rule) {
	if b := r.w.Box(r.at); b != nil && b.Kind == middlebox.Firewall {
		return "FORWARD", b.Rules
	}
	return "INPUT", r.h.Filter
}

func iptablesFail(text string) Answer {
	return fail("iptables v1.8.9 (nf_tables): " + text + "\nTry `iptables -h' or 'iptables --help' for more information.")
}

func runIptables(r *request) Answer {
	if len(r.args) == 0 {
		return iptablesFail("no command specified")
	}
	verb, args := r.args[0], r.args[1:]
	own, rules := r.chain()
	switch verb {
	case "-L", "-S", "-n", "-nL", "-vnL", "-Ln":
		return r.listRules(verb, args, own, rules)
	case "-F":
		if len(args) > 0 && args[0] != own {
			return r.noChain(args[0])
		}
		if len(rules) == 0 {
			return r.said()
		}
		return r.act(engine.Op{Kind: engine.OpFilter, Filter: engine.FilterOp{Do: engine.FilterFlush}})
	case "-A", "-I", "-D":
		if len(args) == 0 {
			return iptablesFail("option \"" + verb + "\" requires an argument")
		}
		if args[0] != own {
			return r.noChain(args[0])
		}
		return r.changeRules(verb, args[1:], rules)
	}
	return iptablesFail("unknown option \"" + verb + "\"")
}

// noChain refuses a chain: one that iptables does not know either, or one that
// this host has no rules in.
func (r *request) noChain(name string) Answer {
	switch name {
	case "INPUT", "FORWARD", "OUTPUT":
		own, _ := r.chain()
		return fail("iptables: " + r.h.Name + " has rules in " + own + " only here")
	}
	return fail("iptables: No chain/target/match by that name.")
}

func (r *request) changeRules(verb string, args []string, rules []middlebox.Rule) Answer {
	op := engine.Op{Kind: engine.OpFilter}
	if verb == "-D" && len(args) == 1 {
		n, err := strconv.Atoi(args[0])
		if err != nil || n < 1 {
			return iptablesFail("Invalid rule number `" + args[0] + "'")
		}
		if n > len(rules) {
			return fail("iptables: Index of deletion too big.")
		}
		op.Filter = engine.FilterOp{Do: engine.FilterDelete, N: n}
		return r.act(op)
	}
	rule, err := iptablesRule(args)
	if err != "" {
		return iptablesFail(err)
	}
	switch verb {
	case "-A":
		op.Filter = engine.FilterOp{Do: engine.FilterAppend, Rule: rule}
	case "-I":
		op.Filter = engine.FilterOp{Do: engine.FilterInsert, Rule: rule}
	default:
		for i := range rules {
			if rules[i] == rule {
				op.Filter = engine.FilterOp{Do: engine.FilterDelete, N: i + 1}
				return r.act(op)
			}
		}
		return fail("iptables: Bad rule (does a matching rule exist in that chain?).")
	}
	return r.act(op)
}

// iptablesRule reads what follows the name of the chain.
func iptablesRule(args []string) (rule middlebox.Rule, err string) {
	tcp, target := false, false
	for i := 0; i < len(args); i++ {
		a, v := args[i], ""
		if a != "--syn" {
			if i+1 == len(args) {
				return rule, "option \"" + a + "\" requires an argument"
			}
			v = args[i+1]
		}
		switch a {
		case "-p", "--protocol":
			if v != "tcp" && v != "6" {
				return rule, "unknown protocol \"" + v + "\" specified"
			}
			tcp = true
		case "-m":
			if v != "tcp" {
				return rule, "Couldn't load match `" + v + "':No such file or directory\n"
			}
		case "-s", "--source":
			rule.From, err = hostOrNet(v)
		case "-d", "--destination":
			rule.To, err = hostOrNet(v)
		case "--sport", "--dport", "--source-port", "--destination-port":
			p, bad := strconv.ParseUint(v, 10, 16)
			switch {
			case !tcp:
				return rule, "unknown option \"" + a + "\""
			case bad != nil:
				return rule, "invalid port/service `" + v + "' specified"
			case strings.HasPrefix(a, "--s"):
				rule.FromPort = uint16(p)
			default:
				rule.ToPort = uint16(p)
			}
		case "--syn":
			if !tcp {
				return rule, "unknown option \"--syn\""
			}
			rule.Flags, rule.Mask = wire.SYN, wire.SYN|wire.ACK|wire.FIN|wire.RST
			i--
		case "-j", "--jump":
			target = true
			rule.Action, err = targetNamed(v)
		case "--reject-with":
			if rule.Action < middlebox.Reject {
				return rule, "unknown option \"--reject-with\""
			}
			switch v {
			case "tcp-reset":
				rule.Action = middlebox.RejectRST
			case "icmp-port-unreachable":
			default:
				return rule, "unknown reject type \"" + v + "\""
			}
		default:
			return rule, "unknown option \"" + a + "\""
		}
		if err != "" {
			return rule, err
		}
		i++
	}
	if !target {
		return rule, "no target specified: this shell wants -j DROP, REJECT or ACCEPT"
	}
	return rule, ""
}

func targetNamed(name string) (middlebox.Action, string) {
	switch name {
	case "DROP":
		return middlebox.Discard, ""
	case "REJECT":
		return middlebox.Reject, ""
	case "ACCEPT":
		return middlebox.Accept, ""
	}
	return 0, "Chain '" + name + "' does not exist"
}

func hostOrNet(s string) (netip.Prefix, string) {
	p, err := netip.ParsePrefix(s)
	if a, err2 := netip.ParseAddr(s); err2 == nil {
		p, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err != nil {
		return p, "host/network `" + s + "' not found"
	}
	return p.Masked(), ""
}

var targets = [...]string{middlebox.Accept: "ACCEPT", middlebox.Discard: "DROP", middlebox.Reject: "REJECT", middlebox.RejectRST: "REJECT"}
var rejects = [...]string{middlebox.Accept: "", middlebox.Discard: "", middlebox.Reject: "icmp-port-unreachable", middlebox.RejectRST: "tcp-reset"}

func (r *request) listRules(verb string, args []string, own string, rules []middlebox.Rule) Answer {
	spec, only, lines, numeric := verb == "-S", "", false, strings.Contains(verb, "n")
	for _, a := range args {
		switch a {
		case "-n":
			numeric = true
		case "--line-numbers":
			lines = true
		case "-L":
		case "INPUT", "FORWARD", "OUTPUT":
			only = a
		default:
			return fail("iptables: No chain/target/match by that name.")
		}
	}
	first := true
	for _, chain := range [...]string{"INPUT", "FORWARD", "OUTPUT"} {
		if only != "" && chain != only {
			continue
		}
		if spec {
			r.print("-P ", chain, " ACCEPT\n")
			continue
		}
		if !first {
			r.print("\n")
		}
		first = false
		r.print("Chain ", chain, " (policy ACCEPT)\n")
		if lines {
			r.print("num  ")
		}
		r.print("target     prot opt source               destination         \n")
		for i := range rules {
			if chain != own {
				break
			}
			if lines {
				r.print(pad(strconv.Itoa(i+1), 5))
			}
			r.print(listedRule(&rules[i], numeric), "\n")
		}
	}
	if spec && (only == "" || only == own) {
		for i := range rules {
			r.print("-A ", own, spelledRule(&rules[i]), "\n")
		}
	}
	return r.said()
}

// hasTCP reports whether a rule speaks of TCP. One that does not is of any protocol.
func hasTCP(k *middlebox.Rule) bool {
	return k.FromPort|k.ToPort != 0 || k.Mask != 0 || k.Action == middlebox.RejectRST
}

// listedRule writes a rule as iptables -L does.
func listedRule(k *middlebox.Rule, numeric bool) string {
	prot, anywhere := "all ", "anywhere"
	if hasTCP(k) {
		prot = "tcp "
	}
	if numeric {
		anywhere = "0.0.0.0/0"
		prot = "0   "
		if hasTCP(k) {
			prot = "6   "
		}
	}
	end := func(p netip.Prefix) string {
		switch {
		case !p.IsValid():
			return anywhere
		case p.IsSingleIP():
			return p.Addr().String()
		}
		return p.String()
	}
	s := pad(targets[k.Action], 10) + " " + prot + " --  " + pad(end(k.From), 20) + " " + pad(end(k.To), 20)
	words := ""
	if k.FromPort != 0 {
		words += " spt:" + strconv.Itoa(int(k.FromPort))
	}
	if k.ToPort != 0 {
		words += " dpt:" + strconv.Itoa(int(k.ToPort))
	}
	if k.Mask != 0 && numeric {
		words += " flags:0x" + hexByte(k.Mask) + "/0x" + hexByte(k.Flags)
	} else if k.Mask != 0 {
		words += " flags:" + flagNames(k.Mask) + "/" + flagNames(k.Flags)
	}
	if words != "" {
		s += " tcp" + words
	}
	if w := rejects[k.Action]; w != "" {
		s += " reject-with " + w
	}
	return s
}

func hexByte(f wire.Flags) string {
	const d = "0123456789ABCDEF"
	return string([]byte{d[f>>4&15], d[f&15]})
}

func flagNames(f wire.Flags) string {
	var names []string
	for _, n := range [...]struct {
		f    wire.Flags
		name string
	}{{wire.FIN, "FIN"}, {wire.SYN, "SYN"}, {wire.RST, "RST"}, {wire.PSH, "PSH"}, {wire.ACK, "ACK"}, {wire.URG, "URG"}} {
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
	if hasTCP(k) {
		s += " -p tcp -m tcp"
	}
	if k.FromPort != 0 {
		s += " --sport " + strconv.Itoa(int(k.FromPort))
	}
	if k.ToPort != 0 {
		s += " --dport " + strconv.Itoa(int(k.ToPort))
	}
	if k.Mask != 0 {
		s += " --tcp-flags " + flagNames(k.Mask) + " " + flagNames(k.Flags)
	}
	s += " -j " + targets[k.Action]
	if w := rejects[k.Action]; w != "" {
		s += " --reject-with " + w
	}
	return s
}
