package templates

import "fmt"

// Inventory is the sentences that are judged before the first lesson and after the last.
type Inventory struct {
	Page
	Questions []InventoryQuestion
	Answers   []Choice // Lang holds the answer's name
	Judged    bool     // what was sent has been judged
	Right     int
	Reasoned  int // of these, for the right reason
	All       int
	Missing   int // unanswered
}

// Because is one reason of those to choose from.
type Because struct {
	Name         string
	Text         []Span
	Given, Right bool // once it is judged
}

// InventoryQuestion is one sentence, and once it is judged what is the case.
type InventoryQuestion struct {
	ID                           string
	Said                         []Span
	Given                        string
	Right                        string // "" until it is judged
	OK                           bool
	Why                          bool // and for the right reason
	Reasons                      []Because
	Is                           []Span
	Verdict, Lesson, LessonTitle string
}

// inventoryResult is what the browser keeps of a judgement: how many were right, of how many, and how many
// for the right reason.
func inventoryResult(v Inventory) string { return fmt.Sprintf("%d/%d/%d", v.Right, v.All, v.Reasoned) }
