package web

import (
	"cmp"
	"slices"

	"wirestep/i18n"
	"wirestep/templates"
	"wirestep/web/proto"
	"wirestep/web/session"
)

// stay is a state in which a lifeline is for a while.
type stay struct {
	host     int
	state    string
	from, to int64 // to: -1 when the run ends first
}

// wait is a timer from where it was armed to where it fired, was cancelled or was
// put off.
type wait struct {
	host            int
	name            string
	from, to, until int64 // until: when it was to fire
	fired           bool
}

// lives follows the sockets of a run.
type lives struct {
	fields map[string][]proto.Field // by schema
	of     map[int32]*living
	order  []int32 // those that changed last stand last
	stays  []stay
	waits  []wait
	lang   string
}

type living struct {
	proto.Subject
	armed map[uint16]wait
}

// follow collects the states and the timers of a run.
func follow(r session.Run, lang string) *lives {
	l := &lives{fields: map[string][]proto.Field{}, of: map[int32]*living{}, lang: lang}
	for _, s := range session.EncodeSchemas() {
		l.fields[s.Name] = s.Fields
	}
	for _, f := range r.Frames {
		for _, e := range f.Effects {
			switch {
			case e.Kind == "created" && l.shows(e.Subject):
				l.of[e.Subject.ID] = &living{Subject: *e.Subject, armed: map[uint16]wait{}}
				l.touch(e.Subject.ID)
				for i := range e.Subject.Values {
					l.arm(f, e.Subject.ID, uint16(i), e.Subject.Values[i])
				}
			case e.Kind == "destroyed" && l.of[e.Subject.ID] != nil:
				for i := range l.of[e.Subject.ID].armed {
					l.arm(f, e.Subject.ID, i, nil)
				}
				delete(l.of, e.Subject.ID)
			}
		}
		for _, timers := range []bool{false, true} { // what a timer is for is known before it is armed
			for _, c := range f.Changes {
				if l.of[c.Subject] != nil && (l.field(c.Subject, c.Field).Unit == "timer") == timers {
					l.change(f, c)
				}
			}
		}
		l.note(f.At, len(r.Hosts))
	}
	for _, x := range l.of {
		for _, t := range x.armed {
			l.waits = append(l.waits, wait{x.Host, t.name, t.from, -1, t.until, false})
		}
	}
	slices.SortFunc(l.waits, func(a, b wait) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.host, b.host), cmp.Compare(a.until, b.until), cmp.Compare(a.name, b.name))
	})
	return l
}

// shows tells whether a subject has a place on a lifeline.
func (l *lives) shows(s *proto.Subject) bool {
	return s.Host >= 0 && (s.Schema == "tcb" || s.Schema == "request" || s.Schema == "timewait")
}

func (l *lives) field(id int32, i uint16) proto.Field { return l.fields[l.of[id].Schema][i] }

func (l *lives) change(f proto.Frame, c proto.Change) {
	x := l.of[c.Subject]
	if l.field(c.Subject, c.Field).Unit == "timer" {
		l.arm(f, c.Subject, c.Field, c.New)
	}
	x.Values = slices.Clone(x.Values)
	x.Values[c.Field] = c.New
	if l.field(c.Subject, c.Field).Name == "State" {
		l.touch(c.Subject)
	}
}

// arm sets a timer, or ends it.
func (l *lives) arm(f proto.Frame, id int32, field uint16, at *int64) {
	x := l.of[id]
	if l.field(id, field).Unit != "timer" {
		return
	}
	if t, on := x.armed[field]; on {
		t.to, t.fired = f.At, f.At >= t.until
		l.waits = append(l.waits, t)
		delete(x.armed, field)
	}
	if at != nil {
		x.armed[field] = wait{host: x.Host, name: l.timer(x, field), from: f.At, until: *at}
	}
}

// timer is the name of a timer: one has several uses.
func (l *lives) timer(x *living, field uint16) string {
	name := l.fields[x.Schema][field].Label
	if l.fields[x.Schema][field].Name == "XmitAt" {
		name = cmp.Or(l.value(x, "XmitKind"), name)
	}
	if _, known := i18n.Keys(l.lang)["lab.timer."+name]; known {
		return i18n.T(l.lang, "lab.timer."+name)
	}
	return name
}

// value names the value of a field that has names.
func (l *lives) value(x *living, field string) string {
	i := slices.IndexFunc(l.fields[x.Schema], func(f proto.Field) bool { return f.Name == field })
	if i < 0 || i >= len(x.Values) || x.Values[i] == nil {
		return ""
	}
	if v, names := *x.Values[i], l.fields[x.Schema][i].Names; v >= 0 && int(v) < len(names) {
		return names[v]
	}
	return ""
}

func (l *lives) state(x *living) string {
	switch x.Schema {
	case "request":
		return "SYN_RECV"
	case "timewait":
		return cmp.Or(l.value(x, "State"), "TIME_WAIT")
	}
	return l.value(x, "State")
}

func (l *lives) touch(id int32) {
	l.order = append(slices.DeleteFunc(l.order, func(o int32) bool { return o == id }), id)
}

// note takes down the state of each lifeline: of the connection that changed
// last; a listener only where there is none.
func (l *lives) note(at int64, hosts int) {
	for h := range hosts {
		now := ""
		for _, id := range l.order {
			if x := l.of[id]; x != nil && x.Host == h {
				if s := l.state(x); s != "" && s != "CLOSED" && (s != "LISTEN" || now == "") {
					now = s
				}
			}
		}
		last := -1
		for i := range l.stays {
			if l.stays[i].host == h && l.stays[i].to < 0 {
				last = i
			}
		}
		switch {
		case last >= 0 && l.stays[last].state == now:
			continue
		case last >= 0:
			l.stays[last].to = at
		}
		if now != "" {
			l.stays = append(l.stays, stay{h, now, at, -1})
		}
	}
}

// instants are those at which something begins or ends that the picture shows.
func (l *lives) instants() []int64 {
	var all []int64
	for _, s := range l.stays {
		all = append(all, s.from, max(s.to, s.from))
	}
	for _, w := range l.waits {
		if w.fired {
			all = append(all, w.from, w.to)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Room for what stands beside a lifeline.
const (
	leastBand    = 3
	leastBracket = 34
	letterWidth  = 7
)

// draw puts bands and brackets where their instants are.
func (l *lives) draw(d *templates.Diagram, y map[int64]int) {
	bottom := d.Height - 8
	place := func(at int64) int {
		if v, ok := y[at]; ok && at >= 0 {
			return v
		}
		return bottom
	}
	for _, s := range l.stays {
		b := templates.Band{X: d.Hosts[s.host].X, Y1: place(s.from), Y2: place(s.to), State: s.state, Kind: bandKind(s.state)}
		if b.Y2-b.Y1 < leastBand {
			continue
		}
		if b.Y2-b.Y1 < wide(s.state) {
			b.State = "" // the list beside the picture has it
		}
		d.Bands = append(d.Bands, b)
	}
	until := map[int]int{} // by host: where the last bracket ended
	for _, w := range l.waits {
		b := templates.Bracket{X: d.Hosts[w.host].X, Y1: place(w.from), Y2: place(w.to), Left: w.host == 0, Fired: w.fired, Open: w.to < 0}
		if _, known := y[w.from]; !known || b.Y2-b.Y1 < leastBracket || b.Y1 < until[w.host] {
			continue
		}
		for _, text := range []string{w.name + " · " + span(w.until-w.from), w.name, span(w.until - w.from)} {
			if wide(text) <= b.Y2-b.Y1 {
				b.Text = text
				break
			}
		}
		until[w.host] = b.Y2
		d.Brackets = append(d.Brackets, b)
	}
}

// wide is how much room a text takes, roughly.
func wide(text string) (w int) {
	for _, r := range text {
		if w += letterWidth; r >= 0x2e80 {
			w += letterWidth - 2 // a Chinese character
		}
	}
	return w
}

func bandKind(state string) string {
	switch state {
	case "LISTEN", "CLOSED":
		return "closed"
	case "SYN_SENT", "SYN_RECV", "NEW_SYN_RECV":
		return "opening"
	case "ESTABLISHED":
		return "estab"
	case "TIME_WAIT":
		return "tw"
	}
	return "closing"
}
