package templates

import (
	"fmt"
	"math"
	"strconv"
)

// Diagram is a sequence diagram that stands still: hosts side by side, time
// running down, in the coordinates of the picture.
type Diagram struct {
	Title         string // says what is seen to who cannot see it
	Width, Height int
	Hosts         []Lifeline
	Times         []Tick
	Folds         []Fold
	Bands         []Band
	Brackets      []Bracket
	Arrows        []Arrow
	Marks         []Fold // where something went wrong
}

// Lifeline is one host.
type Lifeline struct {
	X          int
	Name, Addr string
}

// Band is a state in which a lifeline is for a while.
type Band struct {
	X, Y1, Y2 int
	State     string // "" where there is no room for it
	Kind      string // "closed" "opening" "estab" "closing" "tw"
}

// Bracket is a timer, from where it was armed to where it fired, was cancelled or
// the picture ends.
type Bracket struct {
	X, Y1, Y2   int
	Text        string
	Left        bool // of its lifeline
	Fired, Open bool
}

// Tick is a time in the margin.
type Tick struct {
	Y    int
	Text string
}

// Fold is where idle time is left out.
type Fold struct {
	Y    int
	Text string
}

// Arrow is one segment.
type Arrow struct {
	X1, Y1, X2, Y2 int
	Label          string
	Kind           string // "SYN" "SYN-ACK" "ACK" "FIN" "RST" "DATA" "ICMP" "NONE"
	Retx, Lost     bool
	Forged         bool
	Failed         bool // not what was expected
}

// The colours of a picture that stands alone; a style sheet may say otherwise.
var inks = map[string]string{
	"SYN": "#00795c", "SYN-ACK": "#00795c", "DATA": "#0b5cad", "ACK": "#5f6973",
	"FIN": "#8a3fa0", "RST": "#c8321e", "ICMP": "#c8321e", "NONE": "#5f6973",
}

func ink(a Arrow) string { return inks[a.Kind] }

func dash(a Arrow) string {
	if a.Retx {
		return "6 4"
	}
	return "none"
}

func (d Diagram) viewBox() string { return fmt.Sprintf("0 0 %d %d", d.Width, d.Height) }

func (d Diagram) left() string  { return itoa(d.Hosts[0].X) }
func (d Diagram) right() string { return itoa(d.Hosts[len(d.Hosts)-1].X) }

// head is the point of the arrow, as a path; a lost segment ends in a cross.
func (a Arrow) head() string {
	if a.Lost {
		return fmt.Sprintf("M%d %dl10 10m0 -10l-10 10", a.X2-5, a.Y2-5)
	}
	d := 9
	if a.X2 > a.X1 {
		d = -9
	}
	return fmt.Sprintf("M%d %dl%d -5v10z", a.X2, a.Y2, d)
}

// The label lies along the arrow and over it, nearer to where it leaves: in the
// middle, arrows that come the other way would cross it.
func (a Arrow) labelX() string { return itoa((2*a.X1 + a.X2) / 3) }
func (a Arrow) labelY() string { return itoa((2*a.Y1+a.Y2)/3 - 6) }

func (a Arrow) turned() string {
	slope := float64(a.Y2-a.Y1) / float64(a.X2-a.X1)
	if a.X1 == a.X2 {
		slope = 0
	}
	return fmt.Sprintf("rotate(%.1f %s %d)", math.Atan(slope)*180/math.Pi, a.labelX(), (2*a.Y1+a.Y2)/3)
}

const bandWidth = 18

func (b Band) left() string   { return itoa(b.X - bandWidth/2) }
func (b Band) tall() string   { return itoa(b.Y2 - b.Y1) }
func (b Band) ink() string    { return bandInks[b.Kind] }
func (b Band) turned() string { return fmt.Sprintf("rotate(90 %d %d)", b.X, b.Y1+6) }

var bandInks = map[string]string{"closed": "#c9ced3", "opening": "#8fd0bb", "estab": "#3aa57f", "closing": "#c7a0d4", "tw": "#e2c06a"}

// side is the column of a bracket.
func (b Bracket) side(by int) int {
	if b.Left {
		return b.X - by
	}
	return b.X + by
}

// line goes from the lifeline down to where the timer ends: back to the lifeline
// if it fired, else to a tick.
func (b Bracket) line() string {
	s := fmt.Sprintf("M%d %dH%dV%d", b.side(bandWidth/2+2), b.Y1, b.side(24), b.Y2)
	switch {
	case b.Fired:
		return s + fmt.Sprintf("H%d", b.side(bandWidth/2+2))
	case b.Open:
		return s
	}
	return s + "m-4 -4l4 4l4 -4"
}

func timerInk(b Bracket) string {
	if b.Fired || b.Open {
		return "#a85a00"
	}
	return "#5c6772"
}

func timerDash(b Bracket) string {
	if b.Open {
		return "4 4"
	}
	return "none"
}

func (b Bracket) textX() string { return itoa(b.side(29)) }
func (b Bracket) textY() string { return itoa((b.Y1 + b.Y2) / 2) }
func (b Bracket) turned() string {
	angle := 90
	if b.Left {
		angle = -90
	}
	return fmt.Sprintf("rotate(%d %s %s)", angle, b.textX(), b.textY())
}

func itoa(n int) string { return strconv.Itoa(n) }
