package lessons

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wirestep/engine/wire"
)

// Place is where in a run a step stands or a question is decided: after the
// first event that fits.
type Place struct {
	Kind PlaceKind
	Seg  Selector // Sent, Arrives, Lost
	Cond string   // Cond, First
	Text string   // as written
}

// PlaceKind is the shape of a place.
type PlaceKind uint8

// The shapes of a place.
const (
	AtStart PlaceKind = iota
	AtEnd
	AtSent
	AtArrives
	AtLost
	AtCond  // from where the search begins
	AtFirst // the same from the start
)

// Selector names one segment by what it is: "2nd SYN-ACK from server".
type Selector struct {
	Kind string `json:"kind"`           // a kind of segment, or "segment" for any
	From string `json:"from,omitempty"` // sent by this host; "": by any
	Nth  int    `json:"nth,omitempty"`  // from 1; 0 where a selector has no number
}

const (
	kindWord = `(SYN-ACK|SYN|ACK|FIN|RST|DATA|segment)`
	fromWord = `(?: from ([A-Za-z][A-Za-z0-9_-]*))?`
)

var (
	nthRE        = regexp.MustCompile(`^(\d+)(?:st|nd|rd|th) ` + kindWord + fromWord + `$`)
	kindRE       = regexp.MustCompile(`^` + kindWord + fromWord + `$`)
	braceRE      = regexp.MustCompile(`\{([^{}]*)\}`)
	nthWordRE    = regexp.MustCompile(`^\d+(?:st|nd|rd|th)\b`)
	numberlessRE = regexp.MustCompile(`^` + kindWord + fromWord + ` (?:sent|arrives|lost)$`)
	placeRE      = regexp.MustCompile(`^(\d+(?:st|nd|rd|th) .*) (sent|arrives|lost)$`)
)

// ParseSelector reads "NTH KIND [from HOST]".
func ParseSelector(s string) (Selector, error) {
	m := nthRE.FindStringSubmatch(s)
	if m == nil {
		return Selector{}, fmt.Errorf("%q is no segment%s; expected one such as \"2nd SYN-ACK from server\"", s, kindMeant(s))
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n < 1 || n > 10_000 {
		return Selector{}, fmt.Errorf("%q: the number is outside 1 to 10000", s)
	}
	return Selector{Kind: m[2], From: m[3], Nth: n}, nil
}

// parseKind reads "KIND [from HOST]".
func parseKind(s string) (Selector, error) {
	m := kindRE.FindStringSubmatch(s)
	if m == nil {
		return Selector{}, fmt.Errorf("%q is no kind of segment%s; expected one such as \"DATA from client\"", s, kindMeant(s))
	}
	return Selector{Kind: m[1], From: m[2]}, nil
}

// ParsePlace reads a place; what is no other shape is a condition.
func ParsePlace(s string) (Place, error) {
	p := Place{Text: s, Kind: AtCond, Cond: s}
	switch s {
	case "":
		return p, fmt.Errorf("a place is missing; expected one such as \"start\" or \"1st SYN sent\"")
	case "start":
		return Place{Text: s, Kind: AtStart}, nil
	case "end":
		return Place{Text: s, Kind: AtEnd}, nil
	}
	if cond, ok := strings.CutPrefix(s, "first "); ok {
		return Place{Text: s, Kind: AtFirst, Cond: cond}, nil
	}
	m := placeRE.FindStringSubmatch(s)
	if m == nil {
		if nthWordRE.MatchString(s) {
			word := s[strings.LastIndexByte(s, ' ')+1:]
			return p, fmt.Errorf("%q is no place%s; expected NTH KIND [from HOST] sent, arrives or lost", s, meant(word, []string{"sent", "arrives", "lost"}))
		}
		if numberlessRE.MatchString(s) {
			return p, fmt.Errorf("%q is no place; expected which of them, such as \"1st %s\"", s, s)
		}
		return p, nil
	}
	sel, err := ParseSelector(m[1])
	if err != nil {
		return p, err
	}
	kinds := map[string]PlaceKind{"sent": AtSent, "arrives": AtArrives, "lost": AtLost}
	return Place{Text: s, Kind: kinds[m[2]], Seg: sel}, nil
}

// matches reports whether a segment of this kind, sent by this host, is meant.
func (s Selector) matches(k wire.Kind, from string) bool {
	return (s.Kind == "segment" || s.Kind == k.String()) && (s.From == "" || s.From == from)
}

// targets returns the selectors that stand in braces in an operation.
func targets(act string) ([]Selector, error) {
	var out []Selector
	for _, m := range braceRE.FindAllStringSubmatch(act, -1) {
		s, err := ParseSelector(m[1])
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if rest := braceRE.ReplaceAllString(act, ""); strings.ContainsAny(rest, "{}") {
		return nil, fmt.Errorf("%q: a brace without its partner", act)
	}
	return out, nil
}

// kindMeant says which kind of segment a misspelt one was probably meant to be.
func kindMeant(s string) string {
	for _, word := range strings.Fields(s) {
		if kinds := []string{"SYN", "SYN-ACK", "ACK", "FIN", "RST", "DATA", "segment"}; !slices.Contains(kinds, word) && !nthWordRE.MatchString(word) {
			return meant(word, kinds)
		}
	}
	return ""
}

// segmentPlace reads "NTH KIND [from HOST] [sent|arrives|lost]".
func segmentPlace(s string) (Place, error) {
	if !placeRE.MatchString(s) {
		s += " sent"
	}
	p, err := ParsePlace(s)
	if err == nil && p.Kind != AtSent && p.Kind != AtArrives && p.Kind != AtLost {
		err = fmt.Errorf("%q is no segment; expected one such as \"2nd SYN-ACK from server lost\"", s)
	}
	return p, err
}
