package templates

import "strconv"

// Write is the page on which a lesson is written.
type Write struct {
	Page
	From     string // the lesson that it began as
	Files    []WriteFile
	Level    string
	In       string   // the language in which it is read here
	Levels   []Choice // Href is the value
	Ins      []Choice
	Wrong    []WriteMistake
	Fields   string // of lesson.yaml, words to complete
	Sections string // of a text
	Checked  bool   // it was played, too
	Shown    bool   // as far as it could be read, it stands below
	Heading  string
	Reader   Page // in the language in which it is read
	Sheet    Sheet
}

// WriteFile is one text of the folder.
type WriteFile struct{ Name, Text string }

// WriteMistake is one thing wrong, with its place.
type WriteMistake struct {
	File         string
	Line, Column int
	Text, Lang   string
}

// Place is file:line:column.
func (m WriteMistake) Place() string {
	at := m.File + ":" + strconv.Itoa(m.Line)
	if m.Column > 0 {
		at += ":" + strconv.Itoa(m.Column)
	}
	return at
}

// Verdict is the key of what is said above the mistakes.
func (v Write) Verdict() string {
	switch {
	case len(v.Wrong) > 0:
		return "write.wrong"
	case v.Checked:
		return "write.passes"
	}
	return "write.read"
}
