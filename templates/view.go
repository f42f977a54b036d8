// Package templates holds the pages as people get them before any script runs.
// A component takes a plain struct, shaped like the page; nothing here knows the
// engine, the sessions or the catalogue. Package web fills the structs.
package templates

import "github.com/a-h/templ"

// Page is what every page needs.
type Page struct {
	Lang    string
	Title   string
	About   string           // for search engines and link previews; "" for none
	Style   string           // address of the style sheet
	Theme   string           // address of the script that sets the theme before the first paint
	Scripts []string         // addresses of modules
	Preload []string         // addresses of what they import
	Fetch   []string         // addresses of what they fetch at once
	Island  templ.Attributes // what the script of a lab is told, nil on other pages
	Langs   []Choice         // the same page in each language
	Here    string           // which entry of the navigation this is: "home" "claims" "rules" "scripts" "sysctls" "search"
	Query   string           // what is looked for
	T       func(key string, args ...any) string
}

// Choice is a link to a variant of the page.
type Choice struct {
	Lang, Label, Href string
	Current           bool
}

// Home is the start page.
type Home struct {
	Page
	Demo    Diagram // what the moving diagram shows, standing still
	First   Card    // where to begin
	Count   int     // of lessons
	Claims  int     // how many there are
	Stories int
	Levels  []string
	Topics  []Topic
	Scenes  []Card
	Paste   Paste
}

// Topic is a group of lessons.
type Topic struct {
	ID, Name string
	Lessons  []Card
}

// Card is one lesson or scene to choose.
type Card struct {
	Href, Title, About string
	Length, Level      string // "" when there is none
	Rank               int    // of the level, from 1
	ID                 string // of a lesson
}

// Paste is the form that takes the text of a scene, and what was wrong with it.
type Paste struct {
	Text  string
	Wrong []string
	Line  int // the first that is wrong; 0: none
}

// Own is the page for a scene of one's own.
type Own struct {
	Page
	Paste Paste
}

// Lab is the page of a session, or of a lesson or scene about to begin.
type Lab struct {
	Page
	Session, Stream, Lesson, Scene, Later string // data attributes of the script; "" leaves one out

	Heading string
	Summary []Block
	Steps   []Step
	Diagram Diagram
	Events  []Event
	More    string // said when the list does not hold every event
	Source  string // the scene as text
}

// Step is one step of a lesson, to be read.
type Step struct {
	Title string
	Body  []Block
	Do    []Block
	Ask   []Block
	Keys  [][]Span // the answers to choose from
	Goal  []Block
}

// Block is a paragraph or a list; one of P, UL, OL is set.
type Block struct {
	Level  string
	P      []Span
	UL, OL [][]Span
}

// Span is a run of text; one field is set, but for a link, which has A and Href.
type Span struct{ T, Kind, Code, B, I, Kbd, A, Href string }

// Event is one line of the list that says what the diagram shows.
type Event struct {
	N    int
	At   string // "1.02 s"
	What string
	Why  []Reason
}

// Reason is one rule that applied.
type Reason struct{ Rule, Says string }

// Rules is the reference of everything that the engine can do and say why.
type Rules struct {
	Page
	Areas []Area
	Count int
	Found int // of those that hold what is looked for
}

// Area is a group of rules: what stands before the dot of their ids.
type Area struct {
	Name  string
	Rules []Rule
}

// Rule is one rule.
type Rule struct {
	ID, Says, Differs, Linux string
	RFC                      []Cite
	Reads                    []Cite // settings
	Met                      []Meeting
	Drops, Hidden            bool   // Hidden: it does not hold what is looked for
	Words                    string // its sentences in the other languages, to be found by
}

// Meeting is a lesson or a scene in which something can be seen.
type Meeting struct {
	Title, Href string
	At          string // "event 12"; "" for the whole of it
	Lesson      bool
}

// Cite is a citation and where to read it.
type Cite struct{ Text, Href string }

// Sysctls is the reference of settings: those that the engine obeys, and those
// that are there because a host has them.
type Sysctls struct {
	Page
	Obeyed, Shown []Setting
	Found         int // of those that hold what is looked for
}

// Setting is one sysctl.
type Setting struct {
	Name, About, Linux string
	Facts              []Fact
	RFC                Cite
	Rules              []Cite // that read it
	Met                []Meeting
	Words              string
	Hidden             bool
}

// Fact is one property of a setting.
type Fact struct {
	Name, Value string
	Code        bool
}

// Claims is what people say about TCP.
type Claims struct {
	Page
	Verdicts, Topics []Facet
	Verdict, Topic   string // that are asked for; "" for any
	Rows             []Claim
	All, Found       int
}

// Puzzles lists the puzzles.
type Puzzles struct {
	Page
	Count    int
	Chapters []PuzzleChapter
}

// PuzzleChapter is the puzzles of one chapter.
type PuzzleChapter struct {
	ID, Name string
	Rows     []Task
}

// Task is one puzzle or story as it is listed.
type Task struct {
	Href, Title, LevelName, Par string
	Story                       []Span
	Level                       int
	Key                         string // by which the browser knows whether it is solved: data-story, data-puzzle
	ID                          string
}

// Facet is a link that narrows a list to those with one value.
type Facet struct {
	Value, Label, Href string
	Count              int
	On                 bool
}

// Claim is one sentence, and what becomes of it.
type Claim struct {
	ID, Topic, TopicName, Verdict   string
	Said, Is, On, Missing           []Span
	Word, Where                     string // the verdict in words, and of what
	Source, Measured                string
	Play, Lesson, LessonHref, Words string
	Expects                         []string
	Strip                           *Strip // nil: no scene
	Hidden                          bool
}

// Strip is a run at one look, on one axis of seconds.
type Strip struct {
	Width, Look float64
	Rows        []StripRow
	Ticks       []StripTick
	Label       string // the same in words
}

// StripRow is one host: what state it was in, and the segments that it sent.
type StripRow struct {
	Name  string
	Bands []StripBand
	Marks []StripMark
}

// StripBand is a state of a host.
type StripBand struct {
	X, Width   float64
	Kind, Name string
}

// StripMark is the segments of one kind that were sent, as a path.
type StripMark struct{ D, Kind string }

// StripTick is a number below the axis.
type StripTick struct {
	X    float64
	Text string
}

// Search is what was found.
type Search struct {
	Page
	Found []Found
}

// Found is one thing that was found.
type Found struct {
	Kind, Title, Text, Href string
	Code                    bool // the title is a name, not a sentence
}

// Failure is the page of an error.
type Failure struct {
	Page
	Status int
	Text   string
	Lines  []string // of files that are somebody's to mend: file:line:column: what
	Bundle string   // where the bundle of a broken session is; "" for none
}

// Join is where the code of a class is typed.
type Join struct {
	Page
	Code  string // as it was typed
	Wrong string // why it leads nowhere, "" if nothing is wrong
}

// Screen shows a class where to go.
type Screen struct {
	Page
	Code    string // as it is read aloud
	Address string // where it is typed, without http://
	QR      string // address of a picture that leads there
}
