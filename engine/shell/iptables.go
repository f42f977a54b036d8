package shell

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/middlebox"
	"wirestep/engine/wire"
)

func iptablesFail(text string) Answer {
	return fail("iptables v1.8.9 (nf_tables): " + text + "\nTry `iptables -h' or 'iptables --help' for more information.")
}

// tableCall is one call of iptables, read.
type tableCall struct {
	verb    string // of verbs, the short one
	chain   string
	rest    []string // of a rule
	n       int      // a rule's number; 0: none
	policy  string
	numeric bool
	verbose bool
	lines   bool
	exact   bool
}

var iptablesVerbs = map[string]string{"--append": "-A", "--insert": "-I", "--delete": "-D", "--list": "-L", "--list-rules": "-S", "--flush": "-F",
	"--policy": "-P", "--zero": "-Z", "--check": "-C"}

const iptablesShort = "AIDLSFPZC"

var chainWords = map[string]engine.ChainName{"INPUT": engine.InputChain, "FORWARD": engine.ForwardChain, "OUTPUT": engine.OutputChain}

func runIptables(r *request) Answer {
	c, err := readTableCall(r.args)
	if err != "" {
		return iptablesFail(err)
	}
	if c.chain != "" && chainWords[c.chain] == 0 {
		return fail("iptables: No chain/target/match by that name.")
	}
	chains := [...]string{"INPUT", "FORWARD", "OUTPUT"}
	if c.chain != "" {
		chains = [...]string{c.chain, "", ""}
	}
	switch c.verb {
	case "-L", "-S":
		return r.listRules(&c, chains[:])
	case "-F", "-Z":
		do := map[string]engine.FilterDo{"-F": engine.FilterFlush, "-Z": engine.FilterZero}[c.verb]
		var acts []engine.Op
		for _, name := range chains {
			k := r.w.ChainOf(r.at, chainWords[name])
			if name != "" && k != nil && (len(k.Rules) > 0 || c.verb == "-Z") {
				acts = append(acts, engine.Op{Kind: engine.OpFilter, Filter: engine.FilterOp{Do: do, Chain: chainWords[name]}})
			}
		}
		return r.actAll(acts)
	}
	k := r.w.ChainOf(r.at, chainWords[c.chain])
	if k == nil {
		return fail("iptables: " + r.h.Name + " passes nothing on: a rule in FORWARD would meet no packet here; expected INPUT or OUTPUT")
	}
	return r.changeRules(&c, k)
}

// readTableCall reads the words of a call.
func readTableCall(args []string) (c tableCall, err string) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		if long := iptablesVerbs[a]; long != "" {
			a = long
		}
		switch {
		case a == "-t" || a == "--table":
			if i+1 == len(args) {
				return c, "option \"-t\" requires an argument"
			}
			if i++; args[i] != "filter" {
				return c, "can't initialize iptables table `" + args[i] + "': this shell has the table filter only; expected rules in INPUT, FORWARD or OUTPUT of it"
			}
		case a == "--line-numbers":
			c.lines = true
		case a == "--numeric":
			c.numeric = true
		case a == "--verbose":
			c.verbose = true
		case a == "--exact":
			c.exact = true
		case a == "-w" || a == "--wait":
		case c.verb == "" || len(a) > 1 && a[0] == '-' && a[1] != '-' && isListFlags(a[1:]) && (c.verb == "-L" || c.verb == "-S"):
			if len(a) < 2 || a[0] != '-' || a[1] == '-' {
				return c, "unknown option \"" + a + "\""
			}
			for _, f := range a[1:] {
				switch {
				case f == 'n':
					c.numeric = true
				case f == 'v':
					c.verbose = true
				case f == 'x':
					c.exact = true
				case strings.ContainsRune(iptablesShort, f) && c.verb == "":
					c.verb = "-" + string(f)
				case strings.ContainsRune(iptablesShort, f):
					return c, "Cannot use -" + string(f) + " with " + c.verb
				default:
					return c, "unknown option \"-" + string(f) + "\""
				}
			}
		case c.chain == "" && !strings.HasPrefix(a, "-"):
			c.chain = a
		case c.verb == "-P" && c.policy == "":
			c.policy = a
		case (c.verb == "-D" || c.verb == "-I" || c.verb == "-L" || c.verb == "-S") && c.n == 0 && len(c.rest) == 0 && isNumber(a):
			c.n, _ = strconv.Atoi(a)
		default:
			c.rest = append(c.rest, a)
		}
	}
	switch {
	case c.verb == "":
		return c, "no command specified"
	case (c.verb == "-L" || c.verb == "-S" || c.verb == "-F" || c.verb == "-Z") && len(c.rest) > 0:
		return c, "unknown option \"" + c.rest[0] + "\""
	case c.chain == "" && c.verb != "-L" && c.verb != "-S" && c.verb != "-F" && c.verb != "-Z":
		return c, "option \"" + c.verb + "\" requires an argument"
	}
	return c, ""
}

func isListFlags(s string) bool { return strings.Trim(s, "nvxLS") == "" }

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

func (r *request) changeRules(c *tableCall, k *middlebox.Chain) Answer {
	op := engine.Op{Kind: engine.OpFilter, Filter: engine.FilterOp{Chain: chainWords[c.chain], N: c.n}}
	switch {
	case c.verb == "-P":
		i := slices.Index([]string{"ACCEPT", "DROP"}, c.policy)
		if i < 0 {
			return fail("iptables: Bad policy name. Run `dmesg' for more information.")
		}
		op.Filter.Do, op.Filter.Policy = engine.FilterPolicy, middlebox.Action(i)
		return r.act(op)
	case c.verb == "-D" && c.n > 0:
		if c.n > len(k.Rules) {
			return fail("iptables: Index of deletion too big.")
		}
		op.Filter.Do = engine.FilterDelete
		return r.act(op)
	case c.verb == "-I" && c.n > len(k.Rules)+1:
		return fail("iptables: Index of insertion too big.")
	}
	rule, err := iptablesRule(c.rest)
	if err != "" {
		return iptablesFail(err)
	}
	at := slices.Index(k.Rules, rule)
	switch op.Filter.Rule = rule; c.verb {
	case "-A":
		op.Filter.Do = engine.FilterAppend
	case "-I":
		op.Filter.Do = engine.FilterInsert
	default:
		if at < 0 {
			return fail("iptables: Bad rule (does a matching rule exist in that chain?).")
		}
		if c.verb == "-C" {
			return r.said()
		}
		op.Filter = engine.FilterOp{Chain: op.Filter.Chain, Do: engine.FilterDelete, N: at + 1}
	}
	return r.act(op)
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

// listRules is iptables -L, or -S.
func (r *request) listRules(c *tableCall, names []string) Answer {
	first := true
	for _, name := range names {
		if name == "" {
			continue
		}
		k := r.w.ChainOf(r.at, chainWords[name])
		if k == nil {
			k = &middlebox.Chain{}
		}
		if c.verb == "-S" {
			if c.n == 0 {
				r.print("-P ", name, " ", targets[k.Policy], counted(c.verbose, k.Rest), "\n")
			}
			continue
		}
		if !first {
			r.print("\n")
		}
		first = false
		r.listChain(c, name, k)
	}
	if c.verb != "-S" {
		return r.said()
	}
	for _, name := range names {
		if k := r.w.ChainOf(r.at, chainWords[name]); name != "" && k != nil {
			for i := range k.Rules {
				if c.n == 0 || c.n == i+1 {
					r.print("-A ", name, spelledRule(&k.Rules[i]), counted(c.verbose, k.Met[i]), "\n")
				}
			}
		}
	}
	return r.said()
}

func counted(verbose bool, m middlebox.Met) string {
	if !verbose {
		return ""
	}
	return " -c " + strconv.FormatUint(m.Packets, 10) + " " + strconv.FormatUint(m.Bytes, 10)
}

func (r *request) listChain(c *tableCall, name string, k *middlebox.Chain) {
	if c.n == 0 {
		r.print("Chain ", name, " (policy ", targets[k.Policy])
		if c.verbose {
			r.print(" ", short(k.Rest.Packets, c.exact), " packets, ", short(k.Rest.Bytes, c.exact), " bytes")
		}
		r.print(")\n")
		if c.lines {
			r.print("num  ")
		}
		if c.verbose {
			r.print(" pkts bytes target     prot opt in     out     source               destination         \n")
		} else {
			r.print("target     prot opt source               destination         \n")
		}
	}
	for i := range k.Rules {
		if c.n > 0 && c.n != i+1 {
			continue
		}
		if c.lines {
			r.print(pad(strconv.Itoa(i+1), 5))
		}
		if c.verbose {
			r.print(padLeft(short(k.Met[i].Packets, c.exact), 5), " ", padLeft(short(k.Met[i].Bytes, c.exact), 5), " ")
		}
		r.print(listedRule(&k.Rules[i], c), "\n")
	}
}

// short writes a counter as iptables does: 12345K above 99999.
func short(n uint64, exact bool) string {
	for i, unit := 0, "KMGT"; n > 99999 && !exact && i < len(unit); i++ {
		if n = (n + 500) / 1000; n <= 9999 || i == len(unit)-1 {
			return strconv.FormatUint(n, 10) + unit[i:i+1]
		}
	}
	return strconv.FormatUint(n, 10)
}

// listedRule writes a rule as iptables -L does.
func listedRule(k *middlebox.Rule, c *tableCall) string {
	prot, anywhere := pad([...]string{"all", "tcp", "icmp"}[protoOf(k)], 4), "anywhere"
	if c.numeric {
		anywhere = "0.0.0.0/0"
		prot = [...]string{"0   ", "6   ", "1   "}[protoOf(k)]
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
	s := pad(targets[k.Action], 10) + " " + prot + " --  "
	if c.verbose {
		s += "*      *       "
	}
	s += pad(end(k.From), 20) + " " + pad(end(k.To), 20)
	words := listedPorts("spt", k.FromPort) + listedPorts("dpt", k.ToPort)
	if k.Mask != 0 && c.numeric {
		words += " flags:0x" + hexByte(k.Mask) + "/0x" + hexByte(k.Flags)
	} else if k.Mask != 0 {
		words += " flags:" + flagNames(k.Mask) + "/" + flagNames(k.Flags)
	}
	if words != "" {
		s += " tcp" + words
	}
	if k.State != 0 {
		s += " ctstate " + ctNames(k.State)
	}
	if w := rejectWord(k); w != "" {
		s += " reject-with " + w
	}
	return s
}

func listedPorts(name string, p middlebox.PortRange) string {
	switch {
	case p.Low == 0:
		return ""
	case p.Low == p.High:
		return " " + name + ":" + strconv.Itoa(int(p.Low))
	}
	return " " + name + "s:" + strconv.Itoa(int(p.Low)) + ":" + strconv.Itoa(int(p.High))
}

func hexByte(f wire.Flags) string {
	const d = "0123456789ABCDEF"
	return string([]byte{d[f>>4&15], d[f&15]})
}
