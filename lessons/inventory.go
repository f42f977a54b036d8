package lessons

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

const inventoryFile = "inventory.yaml"

// InventoryAnswers are what one may say of a sentence: it is so, it is not, it depends, or
// it was so in older kernels.
var InventoryAnswers = []string{"holds", "false", "depends", "before"}

// InventoryItem is a claim to be judged, and reasons to choose from: an answer may be right for no
// good reason.
type InventoryItem struct {
	*Claim
	Because []map[string][]Span // the right one first
}

const reasonsEach = 3

// Inventory is what is asked before the first lesson and after the last.
var Inventory = sync.OnceValues(loadInventory)

func loadInventory() ([]InventoryItem, error) {
	src, err := embedded.ReadFile(inventoryFile)
	if err != nil {
		return nil, err
	}
	return parseInventory(inventoryFile, src)
}

func parseInventory(file string, src []byte) ([]InventoryItem, error) {
	var list struct {
		Questions []struct {
			ID      string              `yaml:"id"`
			Because []map[string]string `yaml:"because"`
		} `yaml:"questions"`
	}
	y, err := decode(file, src, &list)
	if err != nil {
		return nil, err
	}
	all, err := Claims()
	if err != nil {
		return nil, err
	}
	k := &linter{l: &Lesson{}, y: y, file: file}
	var out []InventoryItem
	for i, q := range list.Questions {
		at := fmt.Sprintf("$.questions[%d]", i)
		n := slices.IndexFunc(all, func(c *Claim) bool { return c.ID == strings.TrimSpace(q.ID) })
		if n < 0 {
			k.at(at+".id", "%s; expected the id of a claim in lessons/claims", q.ID)
			continue
		}
		item := InventoryItem{Claim: all[n]}
		if len(q.Because) != reasonsEach {
			k.at(at, "%d reasons; expected %d, the right one first", len(q.Because), reasonsEach)
		}
		for j, words := range q.Because {
			item.Because = append(item.Because, k.paragraph(fmt.Sprintf("%s.because[%d]", at, j), words, true))
		}
		out = append(out, item)
	}
	return out, errors.Join(k.errs...)
}

// Order is in which order the reasons of an item are shown: always the same, and the right one anywhere.
func (q *InventoryItem) Order() []int {
	orders := [][]int{{0, 1, 2}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {0, 2, 1}, {2, 1, 0}}
	sum := 0
	for i := range len(q.ID) {
		sum = sum*7 + int(q.ID[i])
	}
	return orders[sum%len(orders)]
}
