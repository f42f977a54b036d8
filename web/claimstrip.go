package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/templates"
)

const (
	stripWidth = 640 // of the drawing, in its own units
	stripEvery = 3   // between two marks that are drawn: nearer ones would be one
	stripHosts = 3   // so many are drawn
	stripSteps = 4000
)

// strip is a claim's run at one look: for each host its state as a band, and a mark
// for each segment that it sent, on one axis of seconds.
type strip struct {
	end   sim.Time
	look  sim.Time
	hosts []stripHost
}

type stripHost struct {
	name  string
	spans []stripSpan
	sent  []stripMark
}

type stripSpan struct {
	from  sim.Time
	state string
}

type stripMark struct {
	at   sim.Time
	kind string
}

func seconds(t sim.Time) float64 { return float64(t) / 1e9 }

// stripOf plays a claim's scene for its strip.
func stripOf(c *lessons.Claim) (*strip, error) {
	f, err := scene.Parse(c.ID, c.Scene)
	if err != nil {
		return nil, err
	}
	t, err := scene.Load(f)
	if err != nil {
		return nil, err
	}
	n, err := c.Look()
	if err != nil {
		return nil, err
	}
	s := &strip{}
	var states []scene.Value
	for _, h := range f.Scenario.Hosts[:min(len(f.Scenario.Hosts), stripHosts)] {
		v, err := scene.CompileValue(strings.ReplaceAll(h.Name, "-", "_")+".state", &f.Scenario)
		if err != nil {
			return nil, err
		}
		states, s.hosts = append(states, v), append(s.hosts, stripHost{name: h.Name})
	}
	for range stripSteps {
		e, ok := t.Step()
		if !ok {
			break
		}
		s.end = e.At
		if e.ID == n {
			s.look = e.At
		}
		for i := range s.hosts {
			got, err := states[i](t.World(), e)
			if err != nil {
				return nil, err
			}
			s.hosts[i].state(e.At, fmt.Sprint(got))
		}
	}
	s.marks(t.World())
	return s, nil
}

func (h *stripHost) state(at sim.Time, state string) {
	if n := len(h.spans); n == 0 || h.spans[n-1].state != state {
		h.spans = append(h.spans, stripSpan{at, state})
	}
}

// marks takes what each host sent.
func (s *strip) marks(w *engine.World) {
	for id := sim.PacketID(1); id <= w.LastPacket(); id++ {
		if k := w.Packet(id); !k.Forged && k.CopyOf == 0 && int(k.From) < len(s.hosts) {
			h := &s.hosts[k.From]
			h.sent = append(h.sent, stripMark{k.SentAt, k.Seg.Kind().String()})
		}
	}
}

// draw makes the strip in a language.
func (s *strip) draw(lang string) *templates.Strip {
	end := seconds(s.end)
	if end == 0 {
		return nil
	}
	x := func(t sim.Time) float64 {
		return math.Round(stripWidth*min(seconds(t)/end, 1)*10) / 10
	}
	out := &templates.Strip{Width: stripWidth, Look: x(s.look)}
	var said []string
	for _, h := range s.hosts {
		row := templates.StripRow{Name: h.name}
		for i, sp := range h.spans {
			to := s.end
			if i+1 < len(h.spans) {
				to = h.spans[i+1].from
			}
			if sp.state != "CLOSED" && to > sp.from {
				row.Bands = append(row.Bands, templates.StripBand{X: x(sp.from), Width: max(x(to)-x(sp.from), 1), Kind: bandKind(sp.state), Name: sp.state})
			}
		}
		var sent []string
		for _, kind := range []string{"ACK", "SYN", "SYN-ACK", "DATA", "FIN", "RST"} {
			if path, n := h.path(kind, x); n > 0 {
				row.Marks = append(row.Marks, templates.StripMark{D: path, Kind: kind})
				sent = append(sent, fmt.Sprintf("%d %s", n, kind))
			}
		}
		out.Rows = append(out.Rows, row)
		if sent != nil {
			said = append(said, h.name+": "+strings.Join(sent, ", "))
		}
	}
	for _, tick := range ticksTo(end) {
		out.Ticks = append(out.Ticks, templates.StripTick{X: math.Round(stripWidth * tick / end), Text: strconv.FormatFloat(tick, 'g', 4, 64) + " s"})
	}
	out.Label = i18n.T(lang, "claims.strip", "said", strings.Join(said, "; "), "end", strconv.FormatFloat(end, 'g', 4, 64))
	return out
}

// path draws the segments of one kind that a host sent, and counts them.
func (h *stripHost) path(kind string, x func(sim.Time) float64) (d string, n int) {
	var b strings.Builder
	last := -stripEvery - 1.0
	for _, m := range h.sent {
		if m.kind != kind {
			continue
		}
		n++
		if at := x(m.at); at-last >= stripEvery {
			last = at
			fmt.Fprintf(&b, "M%g 2v18", at)
		}
	}
	return b.String(), n
}

// ticksTo are four or five round numbers from 0 on.
func ticksTo(end float64) (out []float64) {
	step := math.Pow(10, math.Floor(math.Log10(end)))
	for _, by := range []float64{0.1, 0.2, 0.25, 0.5, 1} {
		if end/(step*by) <= 6 {
			step *= by
			break
		}
	}
	for i := 0; float64(i)*step <= end*0.97; i++ {
		out = append(out, math.Round(float64(i)*step*1e6)/1e6)
	}
	return out
}
