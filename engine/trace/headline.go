package trace

// Class is how much a reader cares about what a rule did.
type Class uint8

// The classes, the least first.
const (
	ClassNone    Class = iota // it asked, or said something
	ClassBytes                // bytes, counts or numbers moved
	ClassTimer                // a timer was set or stopped
	ClassRepeat               // something was sent again, or a window closed
	ClassRefusal              // a segment was refused, lost or reset, or a call failed
	ClassState                // a connection came, went, or reached another state
)

var classNames = [...]string{"none", "bytes", "timer", "repeat", "refusal", "state"}

func (c Class) String() string { return classNames[c] }

// rank lets the headline of the event be the rule whose consequence is the
// greatest; of two that are equal, the later one.
func (r *Recorder) rank(c Class, span int16) {
	if span >= 0 && (c > r.Event.Class || c == r.Event.Class && span > r.Event.Head) {
		r.Event.Class, r.Event.Head = c, span
	}
}

// class is the consequence of a change of the field to a value.
func (f *Field) class(now int64) Class {
	switch {
	case f.means == ClassRefusal && now == 0, f.means == ClassRepeat && now != 0:
		return ClassBytes
	}
	return f.means
}

// classOfField tells by its name what a variable means.
func classOfField(name string, unit Unit) Class {
	switch {
	case name == "State":
		return ClassState
	case name == "Err":
		return ClassRefusal // of an error
	case name == "SndWnd" || name == "RcvWnd":
		return ClassRepeat // when it closes
	case unit == UnitDeadline:
		return ClassTimer
	}
	return ClassBytes
}

// Class is the consequence of an effect.
func (e *Effect) Class() Class {
	switch e.Kind {
	case Created, Destroyed:
		return ClassState
	case Lost, Dropped:
		return ClassRefusal
	case Returned:
		if e.Errno != "" {
			return ClassRefusal
		}
	case Sent:
		if e.N&SentReset != 0 {
			return ClassRefusal
		}
		if e.N&SentAgain != 0 {
			return ClassRepeat
		}
	}
	return ClassBytes
}

// What N says of a Sent effect.
const (
	SentReset = 1 << iota // the segment is a reset
	SentAgain             // the same was sent before
)
