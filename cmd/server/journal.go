package main

import (
	"fmt"
	"time"

	"wirestep/web/journal"
	"wirestep/web/journal/bolt"
)

// openJournal returns the journal that a flag names: "memory", or "bolt" in a
// directory. Names of journals that this build lacks are errors that say so.
func openJournal(name, dir string) (journal.Journal, error) {
	switch {
	case name == "memory", name == "" && dir == "":
		return journal.NewMemory(time.Now), nil
	case name == "bolt", name == "":
		if dir == "" {
			return nil, fmt.Errorf("-journal bolt keeps sessions in a directory: give one with -data DIR")
		}
		return bolt.Open(dir, time.Now)
	case len(name) > 7 && name[:7] == "nats://":
		return nil, fmt.Errorf("-journal %s: this build has no NATS journal; it has memory and bolt", name)
	}
	return nil, fmt.Errorf("-journal %s: expected memory or bolt", name)
}
