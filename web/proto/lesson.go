package proto

// Lesson is where the session stands in its lesson.
type Lesson struct {
	Slug  string `json:"slug"`
	Level string `json:"level"`
	Step  int    `json:"step"` // 0-based, among all steps of the lesson; a level may not have all of them
	Steps int    `json:"steps"`
	Done  bool   `json:"done"`            // the goal of this step is reached, or it has none
	Away  bool   `json:"away"`            // the person has left the lesson's own moves
	Asked bool   `json:"asked"`           // this step's question is decided
	Lacks int    `json:"lacks,omitempty"` // this move, from 1, has to be made before the run goes on or the question is locked
	Made  []int  `json:"made,omitempty"`  // the moves of this step that have been made on this branch, from 1
	Hints int    `json:"hints,omitempty"` // how many hints were asked for

	Tried   []string `json:"tried,omitempty"`   // wrong answers so far, where there are several tries
	Choice  string   `json:"choice,omitempty"`  // the last answer
	Right   string   `json:"right,omitempty"`   // the answer, once decided: a key, or as one would give it ("3s", "a,b,c", a number)
	Verdict string   `json:"verdict,omitempty"` // of the last answer: "right" "near" "belief" "other"
	Belief  string   `json:"belief,omitempty"`  // the belief that gives this answer, by its key

	Candidates []int32   `json:"candidates,omitempty"` // cause: the events to choose from, in order
	Cause      *WhyAsked `json:"cause,omitempty"`      // which event caused it?, asked after the question

	Values   []LessonValue  `json:"values,omitempty"`   // what {=name} stands for in the texts of this step
	Branches []LessonBranch `json:"branches,omitempty"` // of the steps that made one, or stand on one
}

// LessonValue is a number of the run.
type LessonValue struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// LessonBranch is the branch of a step.
type LessonBranch struct {
	Step   string `json:"step"` // its id
	Branch int32  `json:"branch"`
}

// Predicted is the engine's answer to a question, run ahead on a fork. While tries
// are left, right and why are absent.
type Predicted struct {
	Choice  string `json:"choice"`
	Right   string `json:"right"`
	Why     int32  `json:"why"` // the event that decides, in the branch as it will be
	Verdict string `json:"verdict"`
	Belief  string `json:"belief,omitempty"`
	Left    int    `json:"left,omitempty"` // tries
}

// WhyAsked is the question which event caused what the question of a step was about.
type WhyAsked struct {
	Of         int32   `json:"of"`         // the event
	Candidates []int32 `json:"candidates"` // in order
	Choice     int32   `json:"choice,omitempty"`
	Right      []int32 `json:"right,omitempty"` // those that are in the chain of its causes; once decided
}

// Veiled stands where a deadline would: an instant, or a length, that a question which
// is open asks for. Null is a timer that is off.
const Veiled = -1

// Veil lies over a session while a question is open: nothing after event N of the branch
// was sent, and no deadline.
type Veil struct {
	N    int32    `json:"n"`
	Over []string `json:"over"` // what is hidden: catalogue key "veil.<over>"
}
