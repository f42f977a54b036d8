package sim

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func keysOf(x *Index) (out []Key) {
	for k, ok := x.First(); ok; k, ok = x.Next(Key{k.By, k.ID + 1}) {
		out = append(out, k)
	}
	return out
}

// An index is a sorted set, and what happens to a copy is no matter to the others.
func TestIndexIsASortedSetOfItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type pair struct {
			x    Index
			want []Key
		}
		all := []*pair{{}}
		for range rapid.IntRange(0, 400).Draw(t, "moves") {
			p := all[rapid.IntRange(0, len(all)-1).Draw(t, "which")]
			k := Key{uint64(rapid.IntRange(0, 60).Draw(t, "by")), uint64(rapid.IntRange(0, 5).Draw(t, "id"))}
			at, found := slices.BinarySearchFunc(p.want, k, func(a, b Key) int {
				if a == b {
					return 0
				} else if a.less(b) {
					return -1
				}
				return 1
			})
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				if len(all) < 6 {
					all = append(all, &pair{p.x.Clone(), slices.Clone(p.want)})
				}
			case 1, 2, 3:
				p.x.Delete(k)
				if found {
					p.want = slices.Delete(p.want, at, at+1)
				}
			default:
				p.x.Insert(k)
				if !found {
					p.want = slices.Insert(p.want, at, k)
				}
			}
			for i, p := range all {
				if got := keysOf(&p.x); !slices.Equal(got, p.want) || p.x.Len() != len(p.want) {
					t.Fatalf("copy %d holds %v, expected %v", i, got, p.want)
				}
			}
		}
	})
}

// Keys that only grow fill their blocks: a table of deadlines is as small as can be.
func TestGrowingKeysFillTheirBlocks(t *testing.T) {
	var x Index
	for i := range 64 * 100 {
		x.Insert(Key{uint64(i), 0})
	}
	if len(x.blocks) != 100 {
		t.Errorf("%d blocks for 6400 keys, expected 100", len(x.blocks))
	}
}
