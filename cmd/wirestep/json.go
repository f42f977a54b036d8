package main

import (
	"encoding/json"
	"io"

	"wirestep/engine"
	"wirestep/engine/trace"
)

// jsonEvent is one line of -format json: the event as it was recorded, with rules
// by their ids.
type jsonEvent struct {
	ID      int32          `json:"id"`
	At      int64          `json:"at"` // nanoseconds
	Kind    string         `json:"kind"`
	Host    int16          `json:"host"`
	Subject int32          `json:"subject,omitempty"`
	Packet  int32          `json:"packet,omitempty"`
	Name    string         `json:"name,omitempty"`
	Cause   int32          `json:"cause,omitempty"`
	Spans   []jsonSpan     `json:"spans,omitempty"`
	Changes []trace.Change `json:"changes,omitempty"`
	Effects []trace.Effect `json:"effects,omitempty"`
	Counts  []trace.Count  `json:"counts,omitempty"`
}

type jsonSpan struct {
	Rule   string       `json:"rule"`
	Parent int16        `json:"parent"`
	Check  *trace.Check `json:"check,omitempty"`
}

func jsonWriter(w io.Writer) func(*engine.World, *trace.Event) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return func(_ *engine.World, e *trace.Event) {
		j := jsonEvent{
			ID: int32(e.ID), At: int64(e.At), Kind: e.Kind.String(), Host: int16(e.Host), Subject: int32(e.Subject),
			Packet: int32(e.Packet), Name: e.Name, Cause: int32(e.Cause), Changes: e.Changes, Effects: e.Effects, Counts: e.Counts,
		}
		for _, s := range e.Spans {
			j.Spans = append(j.Spans, jsonSpan{s.Rule.ID, s.Parent, e.Check(s)})
		}
		enc.Encode(j) // numbers and strings always encode; the writer keeps its error
	}
}
