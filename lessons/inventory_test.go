package lessons

import (
	"slices"
	"testing"
)

// Every question of the inventory is one that a scene decides: it is there, it states its
// fact (TestClaims plays it), nothing is missing, and its verdict is an answer that can be given.
func TestInventory(t *testing.T) {
	all, err := Inventory()
	must(t, err)
	if len(all) != 30 {
		t.Errorf("%d questions, want 30", len(all))
	}
	seen, right, topics := map[string]bool{}, map[string]int{}, map[string]bool{}
	for _, c := range all {
		if seen[c.ID] {
			t.Errorf("%s is asked twice", c.ID)
		}
		seen[c.ID], topics[c.Topic] = true, true
		right[c.Verdict]++
		if c.Scene == "" || c.Missing != nil {
			t.Errorf("%s: no scene proves its answer", c.ID)
		}
		if !slices.Contains(InventoryAnswers, c.Verdict) {
			t.Errorf("%s: verdict %q; expected one of %v", c.ID, c.Verdict, InventoryAnswers)
		}
	}
	places := map[int]int{}
	for i := range all {
		order := slices.Clone(all[i].Order())
		places[slices.Index(order, 0)]++
		slices.Sort(order)
		if !slices.Equal(order, []int{0, 1, 2}) {
			t.Errorf("%s shows the reasons %v", all[i].ID, order)
		}
	}
	for place := range reasonsEach {
		if n := places[place]; n < 5 || n > 15 {
			t.Errorf("the right reason stands %d times at place %d: that would be learnt", n, place+1)
		}
	}
	for _, answer := range InventoryAnswers {
		if n := right[answer]; n < 3 || n > 15 {
			t.Errorf("%q is right %d times: who always says it would learn that", answer, n)
		}
	}
	for _, topic := range ClaimTopics {
		if topic != "edge" && !topics[topic] {
			t.Errorf("no question about %s", topic)
		}
	}
}
