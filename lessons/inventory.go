package lessons

import (
	"fmt"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

const inventoryFile = "inventory.yaml"

// InventoryAnswers are what one may say of a sentence: it is so, it is not, it depends, or
// it was so in older kernels.
var InventoryAnswers = []string{"holds", "false", "depends", "before"}

// Inventory is the claims that are asked before the first lesson and after the last.
var Inventory = sync.OnceValues(loadInventory)

func loadInventory() ([]*Claim, error) {
	src, err := embedded.ReadFile(inventoryFile)
	if err != nil {
		return nil, err
	}
	var list struct {
		Questions []string `yaml:"questions"`
	}
	if err := yaml.UnmarshalWithOptions(src, &list, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", inventoryFile, err)
	}
	all, err := Claims()
	if err != nil {
		return nil, err
	}
	byID := map[string]*Claim{}
	for _, c := range all {
		byID[c.ID] = c
	}
	var out []*Claim
	for _, id := range list.Questions {
		c := byID[strings.TrimSpace(id)]
		if c == nil {
			return nil, fmt.Errorf("%s: %s; expected the id of a claim in lessons/claims", inventoryFile, id)
		}
		out = append(out, c)
	}
	return out, nil
}
