package proto

// PuzzleState is how a puzzle stands where the session stands.
type PuzzleState struct {
	Moves  int   `json:"moves"`           // made so far
	Solved int32 `json:"solved"`          // the event with which the goal was reached; 0: not yet
	Failed int32 `json:"failed"`          // the event with which it was lost
	Over   bool  `json:"over"`            // nothing is scheduled any more, and it is not solved
	After  []Run `json:"after,omitempty"` // of one that is solved: what there is to learn
	Lost   []Run `json:"lost,omitempty"`  // of one that is lost: why
	Hint   []Run `json:"hint,omitempty"`  // the one that was asked for
}
