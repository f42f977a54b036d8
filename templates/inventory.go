package templates

import "fmt"

// Inventory is the sentences that are judged before the first lesson and after the last.
type Inventory struct {
	Page
	Questions []InventoryQuestion
	Answers   []Choice // Lang holds the answer's name
	Judged    bool     // what was sent has been judged
	Right     int
	All       int
	Missing   int // unanswered
}

// InventoryQuestion is one sentence, and once it is judged what is the case.
type InventoryQuestion struct {
	ID                           string
	Said                         []Span
	Given                        string
	Right                        string // "" until it is judged
	OK                           bool
	Is                           []Span
	Verdict, Lesson, LessonTitle string
}

// inventoryResult is what the browser keeps of a judgement: how many were right, of how many.
func inventoryResult(v Inventory) string { return fmt.Sprintf("%d/%d", v.Right, v.All) }
