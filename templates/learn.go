package templates

// Drills is the page of drills.
type Drills struct {
	Page
	Lessons []Card // that have some
}
