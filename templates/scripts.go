package templates

// Scripts is the page that runs a packetdrill script, and the verdict on one.
type Scripts struct {
	Page
	Text    string
	Wrong   string // why the text is no script: "script.pkt:3: …"
	Verdict *Verdict
}

// Verdict is how a script went.
type Verdict struct {
	OK            bool
	Headline      string
	Lines         []ScriptLine
	Odd, Leftover []string // settings that were not understood, packets that nobody asked for
	Diagram       Diagram
	More          string // said when the diagram does not hold every packet
}

// ScriptLine is an event of a script with its verdict, or what stands between
// events.
type ScriptLine struct {
	N             int
	Text          string
	State         string // "ok" "fail" "not-run", "" for what is no event
	At            string
	Expected, Got string
	Trace         []string // what the engine did
}

// marks tell a verdict without its colour.
var marks = map[string]string{"ok": "✓", "fail": "✗", "not-run": "–"}
