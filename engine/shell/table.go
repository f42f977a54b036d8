package shell

import "strings"

const (
	left  = false
	right = true
)

// table lays out columns as ss does when nobody looks at a terminal: each as wide
// as its widest cell, the header included if there is one.
type table struct {
	header  bool
	columns []column
	rows    [][]string
}

type column struct {
	title  string
	right  bool
	before string // stands before the cell, unless it is the first
}

func (t *table) column(title string, right bool, before string) {
	t.columns = append(t.columns, column{title, right, before})
}

func (t *table) has(title string) bool {
	for i := range t.columns {
		if t.columns[i].title == title {
			return true
		}
	}
	return false
}

func (t *table) row(cells []string) { t.rows = append(t.rows, cells) }

func (t *table) String() string {
	width := make([]int, len(t.columns))
	var head []string
	for i, c := range t.columns {
		head = append(head, c.title)
		if t.header {
			width[i] = len(c.title)
		}
		for _, row := range t.rows {
			width[i] = max(width[i], len(row[i]))
		}
	}
	var b strings.Builder
	line := func(cells []string) {
		for i, c := range t.columns {
			if i > 0 {
				b.WriteString(c.before)
			}
			if fill := strings.Repeat(" ", width[i]-len(cells[i])); c.right {
				b.WriteString(fill + cells[i])
			} else {
				b.WriteString(cells[i] + fill)
			}
		}
		b.WriteByte('\n')
	}
	if t.header {
		line(head)
	}
	for _, row := range t.rows {
		line(row)
	}
	return b.String()
}

// pad fills a text up to so many characters.
func pad(s string, n int) string { return s + strings.Repeat(" ", max(n-len(s), 0)) }

// padLeft fills a text from the left.
func padLeft(s string, n int) string { return strings.Repeat(" ", max(n-len(s), 0)) + s }
