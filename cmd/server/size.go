package main

import (
	"fmt"
	"strconv"
	"strings"
)

// size is a number of bytes as people write it: 512MiB, 4GiB, 1000000.
type size int64

var units = []struct {
	name string
	of   int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"B", 1}, {"", 1}}

const leastMemory = 64 << 20 // of which the program itself takes a good part

func (s *size) String() string {
	for _, u := range units {
		if n := int64(*s); n >= u.of && n%u.of == 0 {
			return fmt.Sprintf("%d%s", n/u.of, u.name)
		}
	}
	return "0"
}

func (s *size) Set(text string) error {
	for _, u := range units {
		digits, ok := strings.CutSuffix(text, u.name)
		n, err := strconv.ParseInt(digits, 10, 64)
		if !ok || err != nil {
			continue
		}
		if n < 0 || n > (1<<50)/u.of || n > 0 && n*u.of < leastMemory {
			return fmt.Errorf("expected 64MiB to 1048576GiB, or 0 for no limit")
		}
		*s = size(n * u.of)
		return nil
	}
	return fmt.Errorf("expected a size such as 512MiB or 4GiB")
}
