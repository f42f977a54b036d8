package engine_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

var (
	swarm     = flag.Int("swarm", 300, "seeds of the swarm")
	swarmFrom = flag.Int("swarm-from", 1, "first seed of the swarm")
)

// swarmScene makes a random topology with a few connections that all mean to end
// well: each end writes, says so, reads what the other has to say, and closes.
func swarmScene(rnd *sim.Rand, k *checker) string {
	pick := func(from ...string) string { return from[rnd.Below(uint64(len(from)))] }
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d\nhost client 10.0.0.1\nhost server 10.0.0.2\n", rnd.Below(1<<40))
	fmt.Fprintf(&b, "link client server delay %s%s%s%s%s%s\n", pick("0ms", "100us", "3ms", "20ms", "20ms", "150ms"), pick("", " jitter 4ms", " jitter 30ms"),
		pick("", "", " rate 2mbit queue 20", " rate 100mbit"), pick("", " loss 1%", " loss 10%", " loss 25%"), pick("", "", " dup 3%", " dup 20%"), pick("", "", " reorder 2%", " reorder 20%"))
	for _, h := range []string{"client", "server"} {
		b.WriteString(pick("", "", "offload "+h+"\n", "offload "+h+" segs 4\n"))
		for _, s := range []string{"tcp_timestamps = 0", "tcp_sack = 0", "tcp_window_scaling = 0", "tcp_dsack = 0", "tcp_early_retrans = 0", "tcp_recovery = 0",
			"tcp_rmem = 4096 8192 16384", "tcp_congestion_control = reno", "tcp_slow_start_after_idle = 0"} {
			if rnd.Below(8) == 0 {
				fmt.Fprintf(&b, "sysctl %s net.ipv4.%s\n", h, s)
			}
		}
	}
	for i := range 1 + int(rnd.Below(3)) {
		port := 80 + i
		fmt.Fprintf(&b, "program server p%d\n  s = listen(:%d, 8)\n  c = accept(s)\n%s  close(s)\n", i, port, talk(rnd, k, stream{"server", uint16(port)}))
		fmt.Fprintf(&b, "program client p%d\n  sleep(%dms)\n  c = connect(server:%d)\n%s", i, 1+rnd.Below(300), port, talk(rnd, k, stream{"client", uint16(port)}))
	}
	return b.String()
}

// talk is what one end does with its connection.
func talk(rnd *sim.Rand, k *checker, s stream) string {
	var b strings.Builder
	if rnd.Below(5) == 0 {
		b.WriteString("  setsockopt(c, TCP_NODELAY, 1)\n")
	}
	text := ""
	for range rnd.Below(5) {
		n := 1 + int(rnd.Below([]uint64{10, 1500, 6000}[rnd.Below(3)]))
		fmt.Fprintf(&b, "  write(c, %d)\n", n)
		if rnd.Below(3) == 0 {
			fmt.Fprintf(&b, "  sleep(%dms)\n", rnd.Below(400))
		}
		text += wire.Pattern(0, n)
	}
	if rnd.Below(6) == 0 && s.host == "client" {
		b.WriteString("  write(c, 60000)\n")
		text += wire.Pattern(0, 60000)
	}
	k.streams[s] = text
	fmt.Fprintf(&b, "  shutdown(c, SHUT_WR)\n  sleep(%dms)\n  read(c, eof)\n  close(c)\n", rnd.Below(200))
	return b.String()
}

// meddle does something to a segment on its way.
func meddle(rnd *sim.Rand, t *engine.Timeline) {
	for _, p := range t.World().Planned(20) {
		if p.Packet == 0 || rnd.Below(3) != 0 {
			continue
		}
		ops := []string{"drop packet %d", "delay packet %d by 40ms", "delay packet %d by 700ms", "hold packet %d", "duplicate packet %d after 9ms", "corrupt packet %d"}
		op, err := scene.ParseOp(fmt.Sprintf(ops[rnd.Below(uint64(len(ops)))], p.Packet), t.Scenario())
		if err == nil {
			_, _ = t.Apply(op, t.World().Now(), "you")
		}
		return
	}
}

// heal mends the network: no loss, no games, and what was held goes on.
func heal(t *engine.Timeline) error {
	do := []string{"link client server loss 0% dup 0% reorder 0% jitter 0ms queue 0"}
	for id := sim.PacketID(1); id <= t.World().LastPacket(); id++ {
		if t.World().Packet(id).Held {
			do = append(do, fmt.Sprintf("release packet %d", id))
		}
	}
	for _, s := range do {
		op, err := scene.ParseOp(s, t.Scenario())
		if err == nil {
			_, err = t.Apply(op, t.World().Now(), "you")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// Whatever the network does, every step keeps the invariants; and once it is
// mended, everything that was written is read, and everybody goes home.
func TestSwarm(t *testing.T) {
	events := 0
	defer func() {
		if events < 50**swarm {
			t.Errorf("%d events in %d runs: the swarm does too little", events, *swarm)
		}
	}()
	for seed := *swarmFrom; seed < *swarmFrom+*swarm; seed++ {
		n, err := swarmRun(uint64(seed))
		if events += n; err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func swarmRun(seed uint64) (int, error) {
	rnd := sim.Derive(seed, "swarm")
	k := newChecker()
	text := swarmScene(&rnd, k)
	f, err := scene.Parse("swarm", text)
	if err != nil {
		return 0, err
	}
	tl, err := engine.NewTimeline(f.Scenario)
	if err != nil {
		return 0, err
	}
	healed := false
	healAt := sim.Time(1+rnd.Below(12)) * sim.Time(sim.Second)
	for {
		n := tl.N()
		if next, ok := tl.NextAt(); !healed && (!ok || next > healAt) {
			if err := heal(tl); err != nil {
				return 0, err
			}
			healed = true
		} else if !healed && rnd.Below(25) == 0 {
			meddle(&rnd, tl)
		} else if _, ok := tl.Step(); !ok {
			break
		}
		for _, e := range tl.Events(0, n+1, tl.N()) {
			if tl.N() != e.ID {
				continue // several at once: the world is that of the last
			}
			if err := k.event(tl.World(), &e); err != nil {
				return 0, fmt.Errorf("event %d at %s s: %w\n%s", e.ID, e.At.Seconds(), err, text)
			}
		}
	}
	if tl.Err() != nil {
		return 0, fmt.Errorf("it does not end: %w\n%s", tl.Err(), text)
	}
	if err := wentHome(tl, k); err != nil {
		return 0, fmt.Errorf("at %s s: %w\n%s", tl.World().Now().Seconds(), err, text)
	}
	return int(tl.N()), nil
}

// rough is a swarm without manners: programs abort, die and give up, cables are
// pulled, segments forged. Nothing need end well; every step keeps the invariants,
// and in the end nothing goes on by itself for ever.
func TestRoughSwarm(t *testing.T) {
	for seed := *swarmFrom; seed < *swarmFrom+*swarm/2; seed++ {
		if err := roughRun(uint64(seed)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func roughRun(seed uint64) error {
	rnd := sim.Derive(seed, "rough")
	text := roughScene(&rnd)
	f, err := scene.Parse("rough", text)
	if err != nil {
		return err
	}
	tl, err := engine.NewTimeline(f.Scenario)
	if err != nil {
		return err
	}
	tl.SetLimit(4000)
	k := newChecker()
	for {
		n := tl.N()
		if rnd.Below(20) == 0 && n < 1000 {
			rudely(&rnd, tl)
		}
		if tl.N() == n {
			if _, ok := tl.Step(); !ok {
				break
			}
		}
		if err := k.event(tl.World(), tl.Event(0, tl.N())); err != nil {
			return fmt.Errorf("event %d at %s s: %w\n%s", tl.N(), tl.World().Now().Seconds(), err, text)
		}
	}
	if tl.Err() != nil && tl.World().Now() < 3600*sim.Time(sim.Second) {
		return fmt.Errorf("it does not end: %w\n%s", tl.Err(), text)
	}
	return nil
}

func roughScene(rnd *sim.Rand) string {
	pick := func(from ...string) string { return from[rnd.Below(uint64(len(from)))] }
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d\nhost client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay %s%s\n", rnd.Below(1<<40), pick("0ms", "1ms", "40ms"), pick("", " loss 30%", " dup 50%", " reorder 30%"))
	for range rnd.Below(4) {
		fmt.Fprintf(&b, "sysctl %s net.ipv4.%s\n", pick("client", "server"), pick("tcp_retries2 = 3", "tcp_orphan_retries = 1", "tcp_fin_timeout = 70", "tcp_max_tw_buckets = 1", "tcp_abort_on_overflow = 1",
			"tcp_syncookies = 0", "tcp_sack = 0", "tcp_timestamps = 0", "tcp_rfc1337 = 1", "tcp_rmem = 4096 4096 4096", "tcp_wmem = 4096 4096 4096", "tcp_min_snd_mss = 500"))
	}
	line := func() string {
		return "  " + pick("write(c, 3)", "write(c, 2000)", "write(c, 70000)", "read(c, 100)", "read(c, eof)", "shutdown(c, SHUT_WR)", "shutdown(c, SHUT_RD)", "close(c)", "abort(c)", "sleep(50ms)", "sleep(3s)", "kill()",
			"setsockopt(c, SO_LINGER, 1, 1)", "setsockopt(c, TCP_LINGER2, -1)", "setsockopt(c, SO_RCVBUF, 1)", "setsockopt(c, SO_KEEPALIVE, 1)", "setsockopt(c, TCP_USER_TIMEOUT, 900)", "setsockopt(c, TCP_CORK, 1)",
			"fcntl(c, F_SETFL, O_NONBLOCK)", "poll(c, POLLIN, 1s)") + "\n"
	}
	for i := range 1 + rnd.Below(3) {
		fmt.Fprintf(&b, "program server p%d\n  s = listen(:%d, %d)\n  c = accept(s)\n", i, 80+i, rnd.Below(3))
		for range rnd.Below(6) {
			b.WriteString(line())
		}
		fmt.Fprintf(&b, "program client p%d\n  sleep(%dms)\n  c = connect(server:%d)\n", i, rnd.Below(30), 80+rnd.Below(3))
		for range rnd.Below(6) {
			b.WriteString(line())
		}
	}
	return b.String()
}

// rudely does something that no network does.
func rudely(rnd *sim.Rand, tl *engine.Timeline) {
	d := &dice{make([]byte, 80)}
	for i := range d.b {
		d.b[i] = byte(rnd.Below(256))
	}
	text := d.forgery()
	switch rnd.Below(6) {
	case 0:
		text = "unplug client server"
	case 1:
		text = "plug client server"
	case 2:
		text = "call " + []string{"client", "server"}[rnd.Below(2)] + ": " + []string{"close(c)", "kill()", "write(c, 500)", "shutdown(c, SHUT_WR)"}[rnd.Below(4)]
	case 3:
		text = fmt.Sprintf("edit packet %d seq=+%d", tl.World().LastPacket(), rnd.Below(3000))
	}
	if op, err := scene.ParseOp(text, tl.Scenario()); err == nil {
		_, _ = tl.Apply(op, tl.World().Now(), "you")
	}
}

// wentHome: nothing is left, nobody failed, every byte was read.
func wentHome(tl *engine.Timeline, k *checker) error {
	for _, h := range tl.World().Hosts() {
		if len(h.Live) > 0 || len(h.Reqs) > 0 || len(h.TWs) > 0 {
			return fmt.Errorf("%s still has %d sockets, %d requests, %d entries: %v", h.Name, len(h.Live), len(h.Reqs), len(h.TWs), states(h.Live))
		}
		want, got := 0, 0
		for s, text := range k.streams {
			if s.host != h.Name {
				want += len(text)
			}
		}
		for i := range h.Procs {
			p := &h.Procs[i]
			got += int(p.Read)
			if !p.Done || p.Errno != tcp.OK || !p.EOF {
				return fmt.Errorf("program %s of %s: done %v, errno %s, end of file %v, it waits in %q", p.Name, h.Name, p.Done, p.Errno, p.EOF, p.Blocked())
			}
		}
		if got != want {
			return fmt.Errorf("%s read %d bytes of %d", h.Name, got, want)
		}
	}
	return nil
}

func states(cs []*tcp.Conn) (out []string) {
	for _, c := range cs {
		out = append(out, c.State.String())
	}
	return out
}
