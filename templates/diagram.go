package templates

import (
	"fmt"
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
	Arrows        []Arrow
	Marks         []Fold // where something went wrong
}

// Lifeline is one host.
type Lifeline struct {
	X          int
	Name, Addr string
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

func (a Arrow) middleX() string { return itoa((a.X1 + a.X2) / 2) }
func (a Arrow) labelY() string  { return itoa((a.Y1+a.Y2)/2 - 6) }

func itoa(n int) string { return strconv.Itoa(n) }
