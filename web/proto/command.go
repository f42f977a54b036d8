package proto

// ---- browser → server ----

// Command is anything that a browser asks. ID counts up from 1 in one page; a
// command that was not answered before the connection broke is sent again with
// the same ID, and the server answers again without doing it again.
type Command struct {
	T  string `json:"t"`  // "step" "back" "seek" "until" "act" "branch" "fork" "replay" "label" "frames" "diff" "compare" "inspect" "lesson" "predict" "shell" "header" "forecast" "preview" "snapshot" "share" "name" "try" "moves" "why" "history" "search" "find" "reach" "puzzle" "lost"
	ID int64  `json:"id"` // of this page

	Branch  *int32     `json:"branch,omitempty"`  // which branch it is about; absent: the session's current one
	N       int32      `json:"n,omitempty"`       // step, back: how many (1 if absent); seek, branch, frames, inspect, shell, header, why, history, find, reach: which step; puzzle: which hint, 0: none
	To      int32      `json:"to,omitempty"`      // frames: up to this step; diff: the other branch; header: the packet to compare with, 0: the one that it repeats or was
	At      *int64     `json:"at,omitempty"`      // act: at which instant; absent: now
	Undo    []int32    `json:"undo,omitempty"`    // moves: leave these events out
	Redo    []MoveRef  `json:"redo,omitempty"`    // moves: make these again, which had been left out
	Op      string     `json:"op,omitempty"`      // act, forecast: one intervention, as a scene writes it
	Ops     []string   `json:"ops,omitempty"`     // replay, preview: same moves as before, with these made first, at time 0; reach: made after event n, on a branch of its own
	Scene   string     `json:"scene,omitempty"`   // replay: same moves as before, of another text of the scene, with the same hosts and links
	Without int32      `json:"without,omitempty"` // replay: go on right before this event, an act, without it; every later act is made again
	Cond    string     `json:"cond,omitempty"`    // find, reach: what to come to, with "end " before it: when nothing is scheduled any more; until, search: "segment" "timer" "state" "drop" or a condition such as client.cwnd < 4
	Text    string     `json:"text,omitempty"`    // label, fork, replay, moves, reach: the branch's name; lesson: "next" "prev" "reset" "return" "do" "hint" "level"; try: which; share: "follower" "driver", what the link lets one be; name: what the others see
	Off     bool       `json:"off,omitempty"`     // share: the link holds no longer; lost: no longer
	Answer  string     `json:"answer,omitempty"`  // predict: the key of the option chosen, or what was constructed (docs/lessons.md); lesson: the level
	Host    string     `json:"host,omitempty"`    // shell: on which host; n absent: where the session stands, else at that step
	Number  *NumberRef `json:"number,omitempty"`  // history: of what, up to event n
	Line    string     `json:"line,omitempty"`    // shell: the command line, at most 1024 bytes

	Moves  *MoveSet `json:"moves,omitempty"`  // find: what may be done. The same question again goes on with the search
	Packet int32    `json:"packet,omitempty"` // header: which, as it is after event n

	Branches []int32 `json:"branches,omitempty"` // compare: two to four, the first is A
	Ahead    bool    `json:"ahead,omitempty"`    // frames: of a branch as "compare" ran it ahead
}
