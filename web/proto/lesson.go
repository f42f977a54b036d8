package proto

// Lesson is the state of the guided part of a session.
type Lesson struct {
	Slug   string `json:"slug"`
	Step   int    `json:"step"` // 0-based
	Steps  int    `json:"steps"`
	Done   bool   `json:"done"`  // the goal of this step is reached, or it has none
	Away   bool   `json:"away"`  // the person has left the lesson's own moves
	Asked  bool   `json:"asked"` // this step's question has been answered
	Choice string `json:"choice,omitempty"`
	Right  string `json:"right,omitempty"` // the answer, once given
}

// Predicted is the engine's answer to a question, run ahead on a fork.
type Predicted struct {
	Choice string `json:"choice"`
	Right  string `json:"right"`
	Why    int32  `json:"why"` // the event that decides, in the branch as it will be
}
