package session

import (
	"maps"
	"slices"
	"testing"
)

// whoMayWhat is every command and the roles that may give it, written out: the
// table in commands.go is compared with it, cell by cell.
var whoMayWhat = map[string][3]bool{ // follower, driver, owner
	"step":     {false, true, true},
	"back":     {false, true, true},
	"seek":     {false, true, true},
	"until":    {false, true, true},
	"act":      {false, true, true},
	"branch":   {false, true, true},
	"fork":     {false, true, true},
	"replay":   {false, true, true},
	"try":      {false, true, true},
	"moves":    {false, true, true},
	"label":    {false, true, true},
	"lesson":   {false, true, true},
	"predict":  {false, true, true},
	"frames":   {true, true, true},
	"diff":     {true, true, true},
	"inspect":  {true, true, true},
	"why":      {true, true, true},
	"history":  {true, true, true},
	"search":   {true, true, true},
	"find":     {true, true, true},
	"reach":    {false, true, true},
	"puzzle":   {true, true, true},
	"snapshot": {true, true, true},
	"compare":  {true, true, true},
	"header":   {true, true, true},
	"forecast": {true, true, true},
	"preview":  {true, true, true},
	"shell":    {true, true, true},
	"name":     {true, true, true},
	"lost":     {true, true, true},
	"share":    {false, false, true},
}

func TestWhoMayDoWhat(t *testing.T) {
	if a, b := slices.Sorted(maps.Keys(commands)), slices.Sorted(maps.Keys(whoMayWhat)); !slices.Equal(a, b) {
		t.Fatalf("commands are %v, expected %v", a, b)
	}
	for name, want := range whoMayWhat {
		for r := Follower; r <= Owner; r++ {
			if May(r, name) != want[r] {
				t.Errorf("a %s may %q: %v, want %v", r, name, May(r, name), want[r])
			}
		}
	}
	if May(Owner, "no such command") {
		t.Error("an owner may do what nobody knows")
	}
}
