package templates

// Drills is the page of drills.
type Drills struct {
	Page
	Lessons []Card // that have some
}

// Symptoms is the page that leads from what is seen to what it is.
type Symptoms struct {
	Page
	All   []Symptom
	Text  string // that was pasted
	Lines []Explained
	More  string
	Scene string // with the settings of the text; "": none
}

// Symptom is something that is seen at work.
type Symptom struct {
	ID, Title, Why string
	Links          []Found
}

// Explained is a line of what a tool printed.
type Explained struct {
	Text string
	Says []Saying
}

// Saying is what one word of it means.
type Saying struct{ Word, Text, Href string }
