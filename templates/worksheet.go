package templates

// Worksheet is a lesson on paper, or the key to it.
type Worksheet struct {
	Page
	Slug, Heading string
	Key           bool // with the answers
	Sheet         Sheet
}

// Sheet is a lesson as it is read at one level.
type Sheet struct {
	Summary    []Block
	Steps      []SheetStep
	Afterwards []Block
}

// SheetStep is a step on paper.
type SheetStep struct {
	ID, Title   string
	Body, Do    []Block
	Ask         []Block
	Choices     []SheetChoice // options, or what is to be put in order
	Ordered     bool
	Unit        string
	Right       string  // "" on a worksheet
	Why         []Block // none on a worksheet
	Param, Goal []Block
	Cells       []SheetCell
	After       []Block
}

// SheetChoice is one answer to choose from; its mark says that it is right, or which place it has.
type SheetChoice struct {
	Mark  string
	Label []Span
}

// SheetCell is one value of a parameter; its answer is empty on a worksheet.
type SheetCell struct{ Value, Answer string }

// Teach is the guide for those who hold lessons.
type Teach struct {
	Page
	How      []string
	Chapters []TeachChapter
}

// TeachChapter is a chapter with its lessons.
type TeachChapter struct {
	ID, Name, Needs string
	Lessons         []TeachLesson
}

// TeachLesson is a lesson as a teacher looks at it.
type TeachLesson struct {
	Slug, Title, Length, Needs string
	Belief, Afterwards         []Block
}
