package engine_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// cell is what a host does about one kind of segment in one state.
type cell struct {
	Before   string         `json:"before"`
	Reply    []string       `json:"reply"`
	After    string         `json:"after"`
	SoError  string         `json:"so_error"`
	Counters map[string]int `json:"counters"`
}

func (c *cell) String() string {
	return "{" + strings.Join(c.Reply, " / ") + "} " + c.Before + " to " + c.After + " " + c.SoError + " " + spellCounters(c.Counters)
}

// differs are the cells in which the engine does something else than Linux, with
// the reason. The list may only shrink.
var differs = map[string]string{}

// In every state, every kind of segment is answered as Linux answers it, leads to
// the same state, the same error and the same counters. testdata/matrix.json and
// testdata/matrix-more.json were measured on Linux 6.18 (x86_64, HZ=250) in its own
// network namespace behind a TUN device, timestamps off, SACK on; each cell shows the
// 75 ms after the segment, with numbers relative to the socket before it. The cells of
// the second were asked for after the engine was written, each until two answers
// agreed; GAP and UNREAD are ESTABLISHED with ten bytes out of order or not read.
func TestStateTimesSegment(t *testing.T) {
	matrix(t, "testdata/matrix.json", 229)
	matrix(t, "testdata/matrix-more.json", 1621)
}

func matrix(t *testing.T, file string, least int) {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	var table map[string]map[string]cell
	must(t, json.Unmarshal(text, &table))
	cells := 0
	for _, state := range slices.Sorted(maps.Keys(table)) {
		for _, row := range slices.Sorted(maps.Keys(table[state])) {
			cells++
			want := table[state][row]
			name := state + " <- " + row
			b := newBench(t)
			b.enter(state)
			b.observe(row)
			delete(want.Counters, "TCPRcvCoalesce")
			got := cell{b.before, b.reply, b.after, b.err, b.counters}
			switch why, same := differs[name], got.String() == want.String(); {
			case !same && why == "":
				t.Errorf("%s\n  Linux  %s\n  engine %s", name, &want, &got)
			case same && why != "":
				t.Errorf("%s is right now: take it off the list", name)
			}
		}
	}
	if cells < least {
		t.Errorf("%s has %d cells, expected at least %d", file, cells, least)
	}
}

// uncounted are the counters that the table leaves out, and TCPRcvCoalesce: whether
// two buffers become one depends on how a driver made them, which is not modelled.
var uncounted = strings.Fields("Tcp.InSegs Tcp.OutSegs TCPHPHits TCPPureAcks TCPHPAcks TCPOrigDataSent TCPDelivered TCPAutoCorking " +
	"Tcp.RetransSegs TCPSynRetrans TCPTimeouts TCPRcvCoalesce Tcp.IpExtInNoECTPkts")

// observe injects a segment and writes down what comes of it in 75 ms.
func (b *bench) observe(row string) {
	b.Helper()
	b.wait(5 * sim.Millisecond)
	b.before = b.state()
	mib, sent := b.h.MIB, len(b.out)
	b.inject(row)
	b.wait(75 * sim.Millisecond)
	b.after = b.state()
	for i := range b.out[sent:] {
		b.reply = append(b.reply, b.spell(&b.out[sent+i]))
	}
	b.counters = map[string]int{}
	for i, n := range b.h.MIB {
		name := tcp.CounterNames[i]
		if ext, ok := strings.CutPrefix(name, "TcpExt"); ok {
			name = ext
		} else {
			name = "Tcp." + strings.TrimPrefix(name, "Tcp")
		}
		if d := int(n - mib[i]); d != 0 && !slices.Contains(uncounted, name) {
			b.counters[name] = d
		}
	}
	if b.fd >= 0 {
		b.event(trace.Call, func(x *host.Ctx) {
			if d, _ := b.h.Call(x, &host.Getsockopt{FD: b.fd, Name: "SO_ERROR"}); d.Errno == tcp.OK {
				b.err = tcp.Errno(d.N).String()
			}
		})
	}
}

// state names the state of the connection as ss does; nothing is CLOSED.
func (b *bench) state() string {
	var all []string
	t := wire.Tuple{Local: b.us, Remote: b.peer}
	add := func(is wire.Tuple, s tcp.State) {
		if is == t && s != tcp.Closed && s != tcp.Listen {
			name := s.String()
			if s == tcp.Established {
				name = "ESTAB"
			}
			all = append(all, strings.ReplaceAll(name, "_", "-"))
		}
	}
	for _, c := range b.h.Live {
		add(c.Tuple, c.State)
	}
	for _, q := range b.h.Reqs {
		add(q.Tuple, q.State)
	}
	for _, w := range b.h.TWs {
		add(w.Tuple, w.State)
	}
	if len(all) == 0 {
		return "CLOSED"
	}
	return strings.Join(all, " ")
}

var flagLetters = []struct {
	bit    wire.Flags
	letter string
}{{wire.FIN, "F"}, {wire.SYN, "S"}, {wire.RST, "R"}, {wire.PSH, "P"}, {wire.ACK, "."}}

// spell writes a segment as the table does: ". seq=snd_nxt ack=rcv_nxt+10".
func (b *bench) spell(s *wire.Segment) string {
	relative := func(n, base wire.Seq, name string) string {
		switch d := int32(n - base); {
		case d == 0:
			return name
		case d > 2_000_000 || d < -2_000_000:
			return "other"
		default:
			return fmt.Sprintf("%s%+d", name, d)
		}
	}
	text := ""
	for _, f := range flagLetters {
		if s.Flags.Has(f.bit) {
			text += f.letter
		}
	}
	text += " seq=" + relative(s.Seq, b.sndNxt, "snd_nxt")
	if s.Flags.Has(wire.ACK) {
		text += " ack=" + relative(s.Ack, b.rcvNxt, "rcv_nxt")
	}
	for _, k := range s.Opts.Blocks() {
		text += " sack=" + relative(k.Start, b.rcvNxt, "rcv_nxt") + ":" + relative(k.End, b.rcvNxt, "rcv_nxt")
	}
	return text
}

// spellCounters lists counters in order: "Tcp.OutRsts=1".
func spellCounters(m map[string]int) string {
	var all []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		all = append(all, fmt.Sprintf("%s=%d", k, m[k]))
	}
	return strings.Join(all, " ")
}
