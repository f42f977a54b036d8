package proto

// What is answered: causes, histories, silences, and what a shell printed.

// NumberRef names a number that the page shows. Which fields are there depends on what
// it is: variables of a subject (several when they make up one number), a counter of
// a host by its index in Hello.counters, a setting of a host by its name, or a place in
// a queue: its name, and the byte or port that stands there.
type NumberRef struct {
	Subject int32    `json:"subject,omitempty"`
	Fields  []uint16 `json:"fields,omitempty"`
	Host    int      `json:"host"`
	Counter *int     `json:"counter,omitempty"`
	Sysctl  string   `json:"sysctl,omitempty"`
	Queue   string   `json:"queue,omitempty"`
	Place   uint32   `json:"place,omitempty"`
}

// Length says where the length of a timer came from that the event set: catalogue key
// length.<how>, and the terms of the sum.
type Length struct {
	Subject int32  `json:"s"`
	Timer   string `json:"timer"`
	At      int64  `json:"at"`
	How     string `json:"how"`
	Terms   []Term `json:"terms"`
}

// Term is one term of a sum. Unit as in Field.
type Term struct {
	Name  string `json:"name"`
	Value int64  `json:"value"`
	Unit  string `json:"unit"`
}

// Why is how an event came about, and what it brought about; N 0 is the beginning,
// which has no causes. Silences tell of the connections on which nothing is under
// way after it.
type Why struct {
	Branch    int32     `json:"branch"`
	N         int32     `json:"n"`
	Links     []Cause   `json:"links"`     // the latest first; events of people and of the scene are never left out
	Folded    int       `json:"folded"`    // links of the middle that were left out
	Unchecked int       `json:"unchecked"` // acts of which it is not known yet whether they matter: ask again
	LeadsTo   []Cause   `json:"leadsTo"`
	Silences  []Silence `json:"silences"`
}

// Cause is an event as a cause, or as an effect, of another.
type Cause struct {
	N       int32   `json:"n"`
	Of      int32   `json:"of"` // the event that it is a cause of
	At      int64   `json:"at"`
	Host    int     `json:"host"`
	Kind    string  `json:"kind"`              // as in Frame
	Name    string  `json:"name,omitempty"`    // as in Frame
	By      string  `json:"by,omitempty"`      // act: who
	Why     string  `json:"why,omitempty"`     // catalogue key cause.<why>
	Sure    string  `json:"sure,omitempty"`    // "recorded" by the engine while it ran, "checked" on a fork without it, "unchecked", "anyway": it happens without it too
	About   string  `json:"about,omitempty"`   // kind of the segment that makes it a cause
	Segment string  `json:"segment,omitempty"` // kind of the segment that arrived, or was acted upon
	Packet  int32   `json:"packet,omitempty"`
	From    int     `json:"from"`              // the host that sent the segment that makes it a cause; -1: there is none
	Op      string  `json:"op,omitempty"`      // act: "drop" "delay" … "sysctl" "call"
	Rule    string  `json:"rule,omitempty"`    // who took the segment
	Instead []int32 `json:"instead,omitempty"` // events that would have done the same without it
	Root    bool    `json:"root,omitempty"`    // a person, a program or the scene made it happen
}

// Silence says of one connection why nothing is being sent.
type Silence struct {
	Name  string    `json:"name"` // "10.0.0.1:40000 → 10.0.0.2:80"
	Lines []Waiting `json:"lines"`
	Ends  *int64    `json:"ends"` // when the next thing happens to it; null: nothing is scheduled
}

// Waiting is what one of those concerned waits for: catalogue key waits.<for>.
type Waiting struct {
	Who     string `json:"who"`  // "host" "wire" "program"
	Host    int    `json:"host"` // -1: the wire
	For     string `json:"for"`
	Limit   string `json:"limit,omitempty"`
	Timer   string `json:"timer,omitempty"`
	At      *int64 `json:"at"`
	Segment string `json:"segment,omitempty"`
	Packet  int32  `json:"packet,omitempty"`
	Proc    string `json:"proc,omitempty"`
	Call    string `json:"call,omitempty"`
	Subject int32  `json:"subject,omitempty"`
}

// History is what a number went through, the latest first. None: it is as the scene
// or the kernel set it.
type History struct {
	Branch  int32          `json:"branch"`
	N       int32          `json:"n"`
	Changes []NumberChange `json:"changes"`
	More    bool           `json:"more"` // there were more, earlier
}

// NumberChange is one change of a number, and the event that made it.
type NumberChange struct {
	Cause  Cause   `json:"cause"`
	Field  uint16  `json:"field"`
	Old    *int64  `json:"old"`
	New    *int64  `json:"new"`
	Made   bool    `json:"made,omitempty"` // the subject came into being with it
	Was    string  `json:"was,omitempty"`  // of a setting
	Is     string  `json:"is,omitempty"`
	Length *Length `json:"length,omitempty"`
}

// Search is where a condition came true.
type Search struct {
	Places   []Place `json:"places"`
	Searched int     `json:"searched"` // events looked at
	More     bool    `json:"more"`     // there are more than a search goes through
}

// Place is an event of a branch.
type Place struct {
	Branch int32 `json:"branch"`
	Cause  Cause `json:"cause"`
}

// Shell is what a command line printed. One that acted was one more event, which
// came before as frames; one that failed has changed nothing.
type Shell struct {
	Text   string `json:"text"`
	Failed bool   `json:"failed"` // its exit code is not 0
	Acted  bool   `json:"acted"`
}
