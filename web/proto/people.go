package proto

// People tells who is here, whenever that changes, and what is shared.
type People struct {
	T      string   `json:"t"`              // "people"
	People []Person `json:"people"`         // at most 64
	More   int      `json:"more,omitempty"` // guests who are here besides; of a crowd, those who may move or have a name are listed first
	Shared []string `json:"shared"`         // roles that a link gives now: "follower" "driver"
}

// Lost tells the owner how many of those who follow are lost, and nobody which.
type Lost struct {
	T string `json:"t"` // "lost"
	N int    `json:"n"`
}

// Person is one of those here, however many pages he has open.
type Person struct {
	N    int32  `json:"n"`              // 0 the owner, else a guest: they are numbered as they come
	Role string `json:"role"`           // as in Hello
	Name string `json:"name,omitempty"` // that he goes by, if he gave one
}
