package scene

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"pgregory.net/rapid"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/middlebox"
	"wirestep/engine/netem"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// Generators of everything that a text can say.

func genName(t *rapid.T) string {
	return rapid.StringMatching(`[a-z][a-zA-Z0-9_-]{0,5}[0-9]`).Draw(t, "name")
}

func genSpan(t *rapid.T) sim.Duration {
	unit := rapid.SampledFrom([]sim.Duration{1, sim.Microsecond, sim.Millisecond, sim.Second, sim.Minute}).Draw(t, "unit")
	return unit * sim.Duration(rapid.Int64Range(0, 1300).Draw(t, "span"))
}

func genText(t *rapid.T) string {
	return rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
}

func genFile(t *rapid.T) *File {
	f := &File{}
	if rapid.Bool().Draw(t, "prose") {
		f.Prose = rapid.SliceOfN(rapid.StringMatching(`([a-zA-Z#"]([a-z "=#]{0,20}[a-z])?)?`), 1, 3).Draw(t, "prose")
	}
	sc := &f.Scenario
	sc.Seed, sc.Kernel = rapid.Uint64Range(0, 1<<63-1).Draw(t, "seed"), DefaultKernel
	sc.Name = rapid.StringN(0, 40, 200).Draw(t, "title")
	names := rapid.SliceOfNDistinct(rapid.Custom(genName), 2, 4, rapid.ID[string]).Draw(t, "hosts")
	for i, n := range names {
		h := engine.HostSpec{Name: n, Addr: netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 1)})}
		if rapid.Bool().Draw(t, "v6") {
			h.Addr6 = netip.MustParseAddr(fmt.Sprintf("fd00::%d", i+1))
		}
		for range rapid.IntRange(0, 2).Draw(t, "sysctls") {
			h.Sysctls = append(h.Sysctls, genSetting(t))
		}
		if rapid.Bool().Draw(t, "offload") {
			h.Offload = engine.Offload{Segs: rapid.Uint32Range(1, 65535).Draw(t, "segs"), Size: rapid.Uint32Range(2000, 65536).Draw(t, "size")}
		}
		sc.Hosts = append(sc.Hosts, h)
	}
	genLinks(t, sc)
	for i, h := range sc.Hosts {
		if rapid.Bool().Draw(t, "program") {
			sc.Programs = append(sc.Programs, engine.Program{Name: "app", Host: h.Name, Lines: genLines(t, sc)})
		}
		if i == 0 {
			sc.Programs = append(sc.Programs, engine.Program{Name: "other", Host: h.Name})
		}
	}
	for range rapid.IntRange(0, 4).Draw(t, "script") {
		sc.Script = append(sc.Script, engine.Scheduled{At: sim.Time(genSpan(t)), Op: genNow(t, sc)})
	}
	slices.SortStableFunc(sc.Script, func(a, b engine.Scheduled) int { return cmp.Compare(a.At, b.At) })
	for i := range rapid.IntRange(0, 3).Draw(t, "expects") {
		e := Expectation{When: When(i), Cond: `client.state == "ESTABLISHED" and now > 3`}
		if e.When == AtInstant {
			e.At = sim.Time(genSpan(t))
		}
		f.Expect = append(f.Expect, e)
	}
	genBranches(t, f)
	return f
}

func genSetting(t *rapid.T) engine.Setting {
	return rapid.SampledFrom([]engine.Setting{
		{Name: "net.ipv4.tcp_syn_retries", Value: "2"},
		{Name: "tcp_rmem", Value: "4096 131072 6291456"},
		{Name: "net.ipv4.tcp_congestion_control", Value: "reno"},
		{Name: "net.ipv4.ip_local_reserved_ports", Value: "8080,8090-9000"},
	}).Draw(t, "sysctl")
}

func genLinks(t *rapid.T, sc *engine.Scenario) {
	for i := 1; i < len(sc.Hosts); i++ {
		s := engine.LinkSpec{From: sc.Hosts[i-1].Name, To: sc.Hosts[i].Name}
		genProperties(t, &s, rapid.Uint32Range(0, 2047).Draw(t, "which"))
		back := s
		back.From, back.To = s.To, s.From
		if rapid.Bool().Draw(t, "asymmetric") {
			back.Queue = 77
		}
		sc.Links = append(sc.Links, s, back)
	}
}

func genProperties(t *rapid.T, s *engine.LinkSpec, which uint32) {
	has := func(bit engine.LinkField) bool { return which&uint32(bit) != 0 }
	ppm := func() uint32 { return rapid.Uint32Range(0, 1_000_000).Draw(t, "ppm") }
	if has(engine.LinkDelay) {
		s.Delay = genSpan(t)
	}
	if has(engine.LinkJitter) {
		s.Jitter = genSpan(t)
	}
	if has(engine.LinkRate) {
		s.Rate = rapid.Uint64Range(1, maxRate).Draw(t, "rate")
	}
	if has(engine.LinkLoss) {
		s.LossPPM = ppm()
	}
	if has(engine.LinkDup) {
		s.DupPPM = ppm()
	}
	if has(engine.LinkReorder) {
		s.ReorderPPM = ppm()
	}
	if has(engine.LinkQueue) {
		s.Queue = rapid.Uint32Range(0, maxQueue).Draw(t, "queue")
	}
	if has(engine.LinkDisc) {
		s.Disc = netem.Discipline(rapid.IntRange(0, 2).Draw(t, "qdisc"))
	}
	if s.Disc != netem.FIFO && has(engine.LinkTarget) {
		s.Target, s.Interval = genSpan(t), genSpan(t)
	}
	if has(engine.LinkMTU) {
		s.MTU = rapid.Uint32Range(68, 65535).Draw(t, "mtu")
	}
}

func genHost(t *rapid.T, sc *engine.Scenario) *engine.HostSpec {
	return &sc.Hosts[rapid.IntRange(0, len(sc.Hosts)-1).Draw(t, "host")]
}

func genLines(t *rapid.T, sc *engine.Scenario) (lines []host.Instr) {
	add := func(in host.Instr) {
		if in.Kind == host.InstrCall {
			in.Text = FormatInstr(in)
		}
		lines = append(lines, in)
	}
	add(genConnect(t, sc))
	v := lines[0].Var
	sock := host.Arg{Kind: host.ArgVar, Text: v}
	num := func() host.Arg {
		return host.Arg{Kind: host.ArgNum, Num: rapid.Int64Range(0, maxPayload).Draw(t, "n")}
	}
	depth := 0
	for range rapid.IntRange(0, 6).Draw(t, "lines") {
		switch rapid.IntRange(0, 8).Draw(t, "what") {
		case 0:
			add(host.Instr{Kind: host.InstrSleep, Wait: genSpan(t)})
		case 1:
			add(host.Instr{Kind: host.InstrAt, At: sim.Time(genSpan(t))})
		case 2:
			in := host.Instr{Kind: host.InstrLoop, N: rapid.IntRange(0, 9).Draw(t, "rounds")}
			if depth++; rapid.Bool().Draw(t, "until") {
				in.Test = genTest(t)
				in.Text = FormatInstr(in)
				add(in)
				in = host.Instr{Name: "write", Args: []host.Arg{sock, num()}}
			}
			add(in)
		case 3:
			add(host.Instr{Name: "write", Args: []host.Arg{sock, num()}})
		case 4:
			add(host.Instr{Name: "send", Args: []host.Arg{sock, {Kind: host.ArgText, Text: genText(t)}, {Kind: host.ArgWord, Text: "MSG_OOB|MSG_MORE"}}})
		case 5:
			add(host.Instr{Name: "setsockopt", Args: []host.Arg{sock, {Kind: host.ArgWord, Text: "SOL_SOCKET"}, {Kind: host.ArgWord, Text: "SO_LINGER"}, {Kind: host.ArgNum, Num: 1}, {Kind: host.ArgNum}}})
		case 6:
			add(host.Instr{Name: "read", Args: []host.Arg{sock, {Kind: host.ArgWord, Text: "eof"}}})
		case 7:
			add(host.Instr{Name: "close", Args: []host.Arg{sock}})
		case 8:
			add(host.Instr{Kind: host.InstrIf, Test: genTest(t)})
			add(host.Instr{Name: "close", Args: []host.Arg{sock}})
			if rapid.Bool().Draw(t, "else") {
				add(host.Instr{Kind: host.InstrElse})
				add(host.Instr{Kind: host.InstrSleep, Wait: genSpan(t)})
			}
			add(host.Instr{Kind: host.InstrEndIf})
			add(host.Instr{Name: "close", Args: []host.Arg{sock}}) // a round makes a call
		}
	}
	for range depth {
		add(host.Instr{Kind: host.InstrEnd})
	}
	host.Pair(lines)
	return lines
}

func genTest(t *rapid.T) host.Test {
	if rapid.Bool().Draw(t, "result") {
		return host.Test{Of: host.AskResult, Is: host.Compare(rapid.Uint8Range(0, 5).Draw(t, "is")), N: rapid.Int64Range(-1, maxNumber).Draw(t, "n")}
	}
	errno := rapid.SampledFrom([]int64{0, int64(tcp.ECONNREFUSED), int64(tcp.EPIPE)}).Draw(t, "errno")
	return host.Test{Of: host.AskErrno, Is: host.Compare(rapid.Uint8Range(0, 1).Draw(t, "is")), N: errno}
}

func genConnect(t *rapid.T, sc *engine.Scenario) host.Instr {
	h := genHost(t, sc)
	a := host.Arg{Kind: host.ArgAddr, Text: h.Name}
	a.Addr.Addr, a.Addr.Port = h.Addr, rapid.Uint16().Draw(t, "port")
	if h.Addr6.IsValid() && rapid.Bool().Draw(t, "six") {
		a.Text, a.Addr.Addr = "", h.Addr6
	}
	in := host.Instr{Var: rapid.SampledFrom([]string{"c", "conn_2"}).Draw(t, "var"), Name: "connect", Args: []host.Arg{a}}
	in.Text = FormatInstr(in)
	return in
}

func genTarget(t *rapid.T, sc *engine.Scenario) (g engine.Target) {
	if rapid.Bool().Draw(t, "packet") {
		return engine.Target{Packet: sim.PacketID(rapid.Int32Range(1, 1000).Draw(t, "id"))}
	}
	g.Nth = rapid.IntRange(-1, 130).Draw(t, "nth")
	if g.Any = rapid.Bool().Draw(t, "any"); !g.Any {
		g.Kind = wire.Kind(rapid.Uint8Range(0, uint8(wire.KindNone)).Draw(t, "kind"))
	}
	if rapid.Bool().Draw(t, "from") {
		g.From = genHost(t, sc).Name
	}
	return g
}

func genOp(t *rapid.T, sc *engine.Scenario) engine.Op {
	op := genNow(t, sc)
	if rapid.Bool().Draw(t, "later") {
		then := op
		op = engine.Op{Kind: engine.OpLater, When: sim.Time(genSpan(t)), Then: &then}
		op.Text = FormatOp(op)
	}
	return op
}

func genNow(t *rapid.T, sc *engine.Scenario) (op engine.Op) {
	defer func() { op.Text = FormatOp(op) }()
	op.Kind = engine.OpKind(rapid.Uint8Range(0, uint8(engine.OpConntrack)).Draw(t, "op"))
	switch op.Kind {
	case engine.OpDrop, engine.OpHold, engine.OpRelease, engine.OpCorrupt:
		op.Target = genTarget(t, sc)
	case engine.OpDelay, engine.OpDuplicate:
		op.Target, op.By = genTarget(t, sc), genSpan(t)
	case engine.OpEdit:
		op.Target = genTarget(t, sc)
		op.Edits = []engine.Edit{{Field: "seq", Value: "-5"}, {Field: "flags", Value: "FP."}, {Field: "payload", Value: genText(t)}}
	case engine.OpForge:
		genForge(t, sc, &op)
	case engine.OpSysctl:
		op.Host, op.Set = genHost(t, sc).Name, genSetting(t)
	case engine.OpCall:
		op.Host, op.Call = genHost(t, sc).Name, genConnect(t, sc)
		op.Proc = rapid.SampledFrom([]string{"", "app", "x-1"}).Draw(t, "proc")
	case engine.OpUnplug, engine.OpPlug, engine.OpLink:
		l := sc.Links[rapid.IntRange(0, len(sc.Links)-1).Draw(t, "link")]
		op.Link.From, op.Link.To, op.Both = l.From, l.To, rapid.Bool().Draw(t, "both")
		if op.Kind == engine.OpLink {
			which := rapid.Uint32Range(1, 255).Draw(t, "which")
			genProperties(t, &op.Link, which)
			op.LinkHas = engine.LinkField(which)
		}
	case engine.OpStart:
		op.Host, op.Proc, op.Lines = genHost(t, sc).Name, "nc", []host.Instr{genConnect(t, sc), genConnect(t, sc)}
	case engine.OpQdisc:
		op.Link.From, op.Link.To = sc.Links[0].From, sc.Links[0].To
		if op.Qdisc = rapid.SampledFrom(append([]string{""}, engine.QdiscKinds...)).Draw(t, "kind"); op.Qdisc != "" {
			op.Link.Delay, op.LinkHas = genSpan(t), engine.LinkDelay
		}
	case engine.OpRoute:
		op.Host = genHost(t, sc).Name
		op.Route.Do = engine.RouteDo(rapid.Uint8Range(0, 3).Draw(t, "do"))
		op.Route.Route = host.RouteEntry{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Kind: host.RouteKind(rapid.Uint8Range(0, 3).Draw(t, "kind")),
			MTU: rapid.Uint32Range(0, 65535).Draw(t, "mtu"), RTOMin: genSpan(t)}
	case engine.OpMetrics:
		op.Host = genHost(t, sc).Name
		if rapid.Bool().Draw(t, "of one") {
			op.Peer = netip.MustParseAddr("10.0.0.9")
		}
	case engine.OpConntrack:
		op.Host = genHost(t, sc).Name
		if rapid.Bool().Draw(t, "some") {
			op.Tuples = []wire.Tuple{{Local: wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.1"), Port: 9}, Remote: wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.2"), Port: 80}}}
		}
	case engine.OpOffload:
		op.Host = genHost(t, sc).Name
		if rapid.Bool().Draw(t, "on") {
			op.Offload = engine.Offload{Segs: rapid.Uint32Range(1, 65535).Draw(t, "segs"), Size: rapid.Uint32Range(2000, 65536).Draw(t, "size")}
		}
	case engine.OpReboot, engine.OpPowerOff, engine.OpPowerOn:
		op.Host = genHost(t, sc).Name
	case engine.OpDestroy:
		op.Host = genHost(t, sc).Name
		op.Tuples = []wire.Tuple{{Local: wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.2"), Port: 80}, Remote: wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.1"), Port: rapid.Uint16Range(1, 65535).Draw(t, "port")}},
			{Local: wire.Endpoint{Addr: netip.IPv6Unspecified(), Port: 81}}}
	case engine.OpFilter:
		op.Host = genHost(t, sc).Name
		op.Filter.Do = engine.FilterDo(rapid.Uint8Range(0, 3).Draw(t, "do"))
		switch op.Filter.Do {
		case engine.FilterAppend, engine.FilterInsert:
			op.Filter.Rule = middlebox.Rule{Action: middlebox.Action(rapid.Uint8Range(0, 3).Draw(t, "action")), From: netip.MustParsePrefix("10.0.0.0/8"), ToPort: onePort(rapid.Uint16().Draw(t, "to"))}
		case engine.FilterDelete:
			op.Filter.N = rapid.IntRange(1, maxFilters).Draw(t, "n")
		}
	case engine.OpForget:
		op.Rule = rapid.IntRange(1, 99).Draw(t, "rule")
	}
	return op
}

func genForge(t *rapid.T, sc *engine.Scenario, op *engine.Op) {
	from, to := &sc.Hosts[0], &sc.Hosts[1]
	op.Link.From, op.Link.To, op.Rel = from.Name, to.Name, rapid.Bool().Draw(t, "rel")
	g := &op.Forge
	g.Src.Addr, g.Dst.Addr = from.Addr, to.Addr
	g.Flags = wire.Flags(rapid.Uint16Range(0, 511).Draw(t, "flags"))
	g.Seq, g.Ack = wire.Seq(rapid.Uint32().Draw(t, "seq")), wire.Seq(rapid.Uint32().Draw(t, "ack"))
	g.Win, g.Urg, g.TTL = rapid.Uint16().Draw(t, "win"), rapid.Uint16().Draw(t, "urg"), rapid.Uint8().Draw(t, "ttl")
	g.BadSum = rapid.Bool().Draw(t, "badsum")
	if rapid.Bool().Draw(t, "payload") {
		g.Payload = genText(t)
	}
	if rapid.Bool().Draw(t, "spoofed") {
		g.Src = wire.Endpoint{Addr: netip.MustParseAddr("10.9.9.9"), Port: 1234}
	}
	if rapid.Bool().Draw(t, "many") {
		op.Many.Count, op.Many.Every = rapid.IntRange(1, maxForged).Draw(t, "count"), genSpan(t)
		op.Many.Stride = rapid.Uint32Range(0, 1<<31).Draw(t, "stride")
		op.Many.Net = netip.MustParsePrefix("10.9.0.0/16")
		op.Many.Ports = engine.PortRange{Low: 1024, High: rapid.Uint16Range(1024, 65535).Draw(t, "high")}
		g.Src = wire.Endpoint{Addr: op.Many.Net.Addr(), Port: 1024}
	}
	if rapid.Bool().Draw(t, "options") {
		g.Opts.Has = wire.HasMSS | wire.HasTS | wire.HasSack | wire.HasSackOK | wire.HasWScale
		g.Opts.MSS, g.Opts.TSVal, g.Opts.TSEcr, g.Opts.WScale = 536, rapid.Uint32().Draw(t, "tsval"), 7, 14
		g.Opts.SackN = rapid.Uint8Range(1, 4).Draw(t, "blocks")
		for i := range g.Opts.SackN {
			g.Opts.Sack[i] = wire.SackBlock{Start: wire.Seq(i), End: 1 << 31}
		}
	}
	if rapid.Bool().Draw(t, "icmp") {
		g.ICMP = wire.ICMP{Set: true, V6: g.Src.Addr.Is6(), Type: 3, Code: 4, MTU: rapid.Uint32Range(0, 65535).Draw(t, "mtu")}
	}
}

func genBranches(t *rapid.T, f *File) {
	n := rapid.IntRange(0, 3).Draw(t, "branches")
	for i := range n {
		b := Branch{ID: engine.BranchID(i), Parent: -1}
		if i > 0 {
			b.Parent = engine.BranchID(rapid.IntRange(0, i-1).Draw(t, "parent"))
			b.Step = engine.StepNo(rapid.Int32Range(0, 50).Draw(t, "step"))
			b.Label = genText(t)
		}
		at := b.Step
		for range rapid.IntRange(0, 3).Draw(t, "did") {
			by := rapid.SampledFrom([]string{"you", "Ann B", "小明", ""}).Draw(t, "by")
			b.Did = append(b.Did, engine.Intervention{AtStep: at, At: sim.Time(genSpan(t)), By: by, Op: genOp(t, &f.Scenario)})
			at += engine.StepNo(rapid.Int32Range(1, 9).Draw(t, "gap"))
		}
		f.Branches = append(f.Branches, b)
		f.Cursor = Cursor{Branch: b.ID, Step: at}
	}
}

func onePort(n uint16) middlebox.PortRange { return middlebox.PortRange{Low: n, High: n} }
