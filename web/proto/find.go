package proto

// MoveSet is the finite set of moves among which "find" looks.
type MoveSet struct {
	Kinds    []string `json:"kinds"`              // "drop" "delay" "dup" "hold" "call" "sysctl"
	On       []string `json:"on,omitempty"`       // "client->server": segments of these ways alone
	Calls    []string `json:"calls,omitempty"`    // "client: close(c)"; none: those of the programs, and the ways of ending
	Settings []string `json:"settings,omitempty"` // "server net.ipv4.tcp_syncookies = 0"
	Most     int      `json:"most"`               // moves at most, 1 to 3
}

// Ways is how far a search is, and what it has found.
type Ways struct {
	Done    bool  `json:"done"` // false: ask again
	Futures int   `json:"futures"`
	Events  int   `json:"events"`
	Moves   int   `json:"moves"`  // futures with so many moves are being tried, or were tried last
	Proved  int   `json:"proved"` // no future with so many moves or fewer comes there; -1: nothing is proven
	More    bool  `json:"more"`   // a limit was reached: there may be others
	Cut     int   `json:"cut"`    // futures that were not run to their end
	Groups  []Way `json:"groups"` // the soonest first
	Branch  int32 `json:"branch"` // where the search began
	N       int32 `json:"n"`
}

// Way is solutions that differ only in an equivalent segment, or in the instant of a call.
type Way struct {
	First Solution `json:"first"`
	Alike int      `json:"alike"` // so many in all
	Also  []string `json:"also"`  // the first moves of some others
}

// Solution is moves that come to what was looked for, to be made with "reach".
type Solution struct {
	Ops []string `json:"ops"`
	At  int64    `json:"at"` // when it comes true
}
