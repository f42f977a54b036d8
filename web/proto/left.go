package proto

// Run is a run of text of one kind, as docs/lessons.md says: one field is set, but
// for a link.
type Run struct {
	T    string `json:"t,omitempty"`
	Kind string `json:"kind,omitempty"`
	Code string `json:"code,omitempty"`
	B    string `json:"b,omitempty"`
	I    string `json:"i,omitempty"`
	Kbd  string `json:"kbd,omitempty"`
	A    string `json:"a,omitempty"`
	Href string `json:"href,omitempty"`
}

// MoveRef names what somebody did: event N of a branch.
type MoveRef struct {
	Branch int32 `json:"branch"`
	N      int32 `json:"n"`
}

// Left is an intervention that a branch lacks, which another one has.
type Left struct {
	Branch int32  `json:"branch"`
	N      int32  `json:"n"`
	At     int64  `json:"at"`
	Op     string `json:"op"`
	By     string `json:"by"`
	Also   bool   `json:"also,omitempty"` // made in one with the one before it
}
