package outcome

// Verdict is the sentence that says what became different: a form, and the row that
// fills it in.
type Verdict struct {
	Form Form
	Row  int // in Rows; -1: nothing differs
}

// Form is the shape of the sentence.
type Form string

// The forms.
const (
	Nothing   Form = "nothing"    // nothing differs
	Clients   Form = "clients"    // so many of so many connect, instead of so many
	GivesUp   Form = "gives-up"   // a connect fails alike, at another time
	Connected Form = "connected"  // a connect succeeds, at another time
	Fails     Form = "fails"      // a call that succeeded fails
	Succeeds  Form = "succeeds"   // a call that failed succeeds
	Fares     Form = "fares"      // a call ends otherwise
	Waits     Form = "waits"      // a call that returned does not
	Returns   Form = "returns"    // a call that did not return does
	AckedAt   Form = "acked"      // all data is acknowledged at another time
	NotAcked  Form = "not-acked"  // some of it is not, or it is after all
	ReadsAt   Form = "reads-at"   // a host has read everything at another time
	Reads     Form = "reads"      // a host reads more or less
	CallAt    Form = "call-at"    // some other call returns at another time
	WaitsTill Form = "time-wait"  // TIME_WAIT ends at another time
	Sends     Form = "sends"      // more or fewer segments of a kind
	SendsAgn  Form = "sends-more" // more or fewer are sent again
	Counts    Form = "counts"     // whatever else differs: its name and values
	Counters  Form = "counters"   // nothing but counters differs
)

// verdict chooses the outcome that a user would see first, and its sentence.
func verdict(c *Comparison) Verdict {
	for _, pick := range picks {
		for i := range c.Rows {
			r := &c.Rows[i]
			if !r.Differs || follows(c.Rows, r) || r.What == Lost && r.plain() {
				continue
			}
			f := pick(r)
			if f == Connected && !c.succeeded(r) {
				f = GivesUp
			}
			if f != "" {
				return Verdict{f, i}
			}
		}
	}
	return Verdict{Nothing, -1}
}

// Result is the row that says what the call of a row returned, or nil.
func (c *Comparison) Result(r *Row) *Row {
	f := r.Fact
	f.What = Returned
	for i := range c.Rows {
		if c.Rows[i].Fact == f {
			return &c.Rows[i]
		}
	}
	return nil
}

// succeeded: the call of a row succeeded on every side.
func (c *Comparison) succeeded(r *Row) bool {
	o := c.Result(r)
	if o == nil {
		return true
	}
	for _, v := range o.Values {
		if !v.OK() {
			return false
		}
	}
	return true
}

// picks are the forms in the order in which they are tried.
var picks = [...]func(*Row) Form{pickConnects, pickFailure, pickConnectTime, pickData, pickBytes, pickTimeWait, pickCallTime, pickSegments, pickRest}

func pickConnects(r *Row) Form {
	if r.What == Connects && r.Values[0].N != r.Values[1].N {
		return Clients
	}
	return ""
}

func pickFailure(r *Row) Form {
	if r.What != Returned || r.Nth == 0 {
		return ""
	}
	a, b := r.Values[0], r.Values[1]
	switch {
	case a.Kind == None || b.Kind == None || a.Kind == Portion:
		return "" // it was not called: what came before tells more
	case a.Kind == Pending:
		return Returns
	case b.Kind == Pending:
		return Waits
	case a.OK() && !b.OK():
		return Fails
	case !a.OK() && b.OK():
		return Succeeds
	case a.Text != b.Text:
		return Fares
	}
	return ""
}

func pickConnectTime(r *Row) Form {
	if r.What == ReturnedAt && r.Name == "connect" && r.Values[0].Kind == Time && r.Values[1].Kind == Time {
		return Connected // verdict asks whether it failed
	}
	return ""
}

func pickData(r *Row) Form {
	switch {
	case r.What == Acked && r.Values[0].Kind == Time && r.Values[1].Kind == Time:
		return AckedAt
	case r.What == Acked && (r.Values[0].Kind == Pending || r.Values[1].Kind == Pending):
		return NotAcked
	case r.What == ReadAt && r.Values[0].Kind == Time && r.Values[1].Kind == Time:
		return ReadsAt
	}
	return ""
}

func pickBytes(r *Row) Form {
	if r.What == Read {
		return Reads
	}
	return ""
}

func pickTimeWait(r *Row) Form {
	if r.What == TimeWaitEnd && r.Values[0].Kind == Time && r.Values[1].Kind == Time {
		return WaitsTill
	}
	return ""
}

func pickCallTime(r *Row) Form {
	if r.What == ReturnedAt && r.Values[0].Kind == Time && r.Values[1].Kind == Time {
		return CallAt
	}
	return ""
}

func pickSegments(r *Row) Form {
	switch r.What {
	case Sent:
		return Sends
	case Again:
		return SendsAgn
	}
	return ""
}

func pickRest(r *Row) Form {
	if r.What == Ends || r.What == Returned || r.What == ReturnedAt {
		return ""
	}
	if r.What == Count {
		return Counters
	}
	return Counts
}
