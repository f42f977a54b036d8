package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"wirestep/engine/packetdrill"
	"wirestep/engine/packetdrill/script"
	"wirestep/templates"
)

// What a script of a stranger may cost.
const (
	maxScript     = 64 << 10 // bytes
	maxScriptWork = 20_000   // events in the engine
	maxScriptCode = 4 << 10  // bytes of one piece of code
	maxScripts    = 2        // that run at once
	maxTold       = 5000     // lines of the engine's trace on one page
)

// scriptName stands where a script that has no file is spoken of.
const scriptName = "script.pkt"

// exampleScript is what the form begins with.
const exampleScript = `// A listener answers a SYN, and takes 100 bytes.
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 32792 <mss 1000,sackOK,nop,nop,nop,wscale 7>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 257
+0 accept(3, ..., ...) = 4
+0 < P. 1:101(100) ack 1 win 257
+0 > . 1:1(0) ack 101
+0 read(4, ..., 1000) = 100
`

// drill reads and runs a script. An error is the script's, or its length's.
func (s *Server) drill(r *http.Request, text string) (*script.Script, *packetdrill.Result, error) {
	if len(text) > maxScript {
		return nil, nil, refuse(http.StatusRequestEntityTooLarge, "script-large", "max", maxScript>>10)
	}
	select { // scripts are quick; a crowd of them waits its turn
	case s.drills <- struct{}{}:
		defer func() { <-s.drills }()
	case <-r.Context().Done():
		return nil, nil, r.Context().Err()
	}
	res := packetdrill.Run(scriptName, text, packetdrill.Config{
		Trace: true, Limits: packetdrill.Limits{Steps: maxScriptWork, Code: maxScriptCode}})
	script, err := script.Parse(scriptName, text, script.Defaults())
	if err = errors.Join(res.Err, err); err != nil {
		p := refuse(http.StatusUnprocessableEntity, "script")
		p.Detail = strings.Split(err.Error(), "\n")[:1]
		if at := strings.SplitN(p.Detail[0], ":", 3); len(at) == 3 {
			p.Where = at[0] + ":" + at[1]
		}
		return nil, nil, p
	}
	return script, res, nil
}

func (s *Server) scriptsPage(w http.ResponseWriter, r *http.Request) {
	s.renderScripts(w, r, http.StatusOK, templates.Scripts{Text: exampleScript})
}

func (s *Server) renderScripts(w http.ResponseWriter, r *http.Request, status int, v templates.Scripts) {
	v.Page = s.page(r, "scripts")
	v.Title, v.About = v.T("scripts.title"), v.T("scripts.lead")
	s.render(w, r, status, templates.ScriptsPage(v))
}

// runScript is POST /scripts: a form with the text of a script.
func (s *Server) runScript(w http.ResponseWriter, r *http.Request) {
	err := r.ParseForm()
	if err == nil {
		if err = r.ParseMultipartForm(maxScript); errors.Is(err, http.ErrNotMultipart) {
			err = nil
		}
	}
	if err != nil {
		var large *http.MaxBytesError
		if !errors.As(err, &large) {
			err = refuse(http.StatusBadRequest, "body", "what", err.Error())
		}
		s.failPage(w, r, err)
		return
	}
	text := strings.ReplaceAll(scriptOf(r), "\r\n", "\n")
	script, res, err := s.drill(r, text)
	p := problemIn(err)
	switch {
	case p != nil && p.Code == "script":
		s.renderScripts(w, r, p.status, templates.Scripts{Text: text, Wrong: p.Detail[0]})
	case err != nil:
		s.failPage(w, r, err)
	default:
		v := templates.Scripts{Page: s.page(r, "scripts"), Text: text}
		v.Verdict = verdict(v.Page, text, script, res)
		s.renderScripts(w, r, http.StatusOK, v)
	}
}

// scriptOf is the file of a form, or else the text in it.
func scriptOf(r *http.Request) string {
	if f, h, err := r.FormFile("file"); err == nil {
		defer f.Close()
		if b, err := io.ReadAll(io.LimitReader(f, maxScript+1)); err == nil && h.Size > 0 {
			return string(b)
		}
	}
	return r.PostForm.Get("script")
}

// verdict lays a result out beside the lines of its script.
func verdict(p templates.Page, text string, script *script.Script, res *packetdrill.Result) *templates.Verdict {
	v := &templates.Verdict{OK: res.OK, Odd: res.Odd, Leftover: res.Leftover}
	failed, done := 0, map[int]packetdrill.LineResult{}
	for _, l := range res.Lines {
		if !l.OK {
			failed = l.Line
		}
		if before, twice := done[l.Line]; twice { // a call that blocked has failed later
			l.Trace = append(slices.Clone(before.Trace), l.Trace...)
		}
		done[l.Line] = l
	}
	if res.OK {
		v.Headline = p.T("scripts.pass", "n", len(res.Lines))
	} else {
		v.Headline = p.T("scripts.fail", "line", failed)
	}
	tall := map[int]int{} // by line, how many lines an event takes
	for i := range script.Events {
		e := &script.Events[i]
		tall[e.Line] = 1 + strings.Count(e.Text, "\n")
	}
	source := strings.Split(strings.TrimRight(text, "\n"), "\n")
	told := 0
	for n := 1; n <= len(source); {
		l := templates.ScriptLine{N: n}
		to := min(n-1+max(1, tall[n]), len(source))
		l.Text = strings.Join(source[n-1:to], "\n")
		if d, ran := done[n]; ran {
			l.State, l.At = "ok", span(int64(d.At))
			if !d.OK {
				l.State, l.Expected, l.Got = "fail", drillWords(p, d.Expected), drillWords(p, d.Got)
			}
			l.Trace = d.Trace[:min(len(d.Trace), maxTold-told)]
			told += len(l.Trace)
		} else if tall[n] > 0 {
			l.State = "not-run"
		}
		v.Lines = append(v.Lines, l)
		n = to + 1
	}
	v.Diagram = drilled(p, res, failed)
	if more := len(res.Packets) - maxPictured; more > 0 {
		v.More = p.T("scripts.more", "n", more)
	}
	return v
}

// drilled draws the packets of a script: its own on the left, the host's answers
// from the right, with the line each belongs to. They take no time on the way.
func drilled(p templates.Page, res *packetdrill.Result, failed int) templates.Diagram {
	d := templates.Diagram{Width: 2*margin + laneWidth}
	d.Hosts = []templates.Lifeline{{X: margin, Name: p.T("scripts.peer")}, {X: margin + laneWidth, Name: p.T("scripts.host")}}
	const slant, quick = 12, 100_000_000
	y, last := head, int64(-1)
	to := func(at int64) {
		switch {
		case last < 0:
		case at == last:
			y += rowGap + slant
		case at-last > quick:
			d.Folds = append(d.Folds, templates.Fold{Y: y + slant + foldGap/2, Text: p.T("lab.idle", "time", span(at-last))})
			y += foldGap + slant + 14
		default:
			y += fastGap + slant
		}
		if at != last {
			d.Times = append(d.Times, templates.Tick{Y: y, Text: span(at)})
		}
		last = at
	}
	marked := false
	for i, k := range res.Packets {
		if i == maxPictured {
			break
		}
		to(int64(k.At))
		a := templates.Arrow{X1: d.Hosts[1].X, X2: d.Hosts[0].X, Y1: y, Y2: y + slant, Kind: k.Kind.String(), Label: k.Text}
		if k.In {
			a.X1, a.X2 = a.X2, a.X1
		}
		if k.Line > 0 {
			a.Label = p.T("scripts.arrow", "line", k.Line, "packet", k.Text)
		}
		if a.Failed = failed > 0 && k.Line == failed; a.Failed {
			a.Label, marked = "✗ "+a.Label, true
		}
		d.Arrows = append(d.Arrows, a)
	}
	if failed > 0 && len(d.Arrows) > 0 && len(res.Packets) <= maxPictured {
		y += rowGap + slant
		d.Marks = append(d.Marks, templates.Fold{Y: y, Text: "✗ " + p.T("scripts.stops", "line", failed)})
	}
	d.Height = y + 60
	d.Title = p.T("scripts.describe", "n", len(d.Arrows))
	if marked || len(d.Marks) > 0 {
		d.Title += p.T("scripts.describe-fail", "line", failed)
	}
	return d
}

// lineVerdict and packetSeen are parts of the answer of POST /api/scripts.
type lineVerdict struct {
	Line     int      `json:"line"`
	Text     string   `json:"text"`
	OK       bool     `json:"ok"`
	At       int64    `json:"at"`
	Expected string   `json:"expected,omitempty"`
	Got      string   `json:"got,omitempty"`
	Trace    []string `json:"trace"`
}

type packetSeen struct {
	At     int64  `json:"at"`
	Line   int    `json:"line,omitempty"`
	In     bool   `json:"in"`
	Kind   string `json:"kind"`
	Packet string `json:"packet"`
}

// apiScript is POST /api/scripts.
func (s *Server) apiScript(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Script string `json:"script"`
	}
	d := json.NewDecoder(r.Body)
	err := d.Decode(&ask)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("something follows the JSON object")
		}
	}
	var large *http.MaxBytesError
	if err != nil && !errors.As(err, &large) {
		err = refuse(http.StatusBadRequest, "body", "what", err.Error())
	}
	var res *packetdrill.Result
	if err == nil {
		_, res, err = s.drill(r, ask.Script)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	v := struct {
		OK       bool          `json:"ok"`
		Failure  string        `json:"failure,omitempty"`
		Lines    []lineVerdict `json:"lines"`
		Odd      []string      `json:"odd"`
		Leftover []string      `json:"leftover"`
		Packets  []packetSeen  `json:"packets"`
	}{res.OK, res.Failure(), []lineVerdict{}, append([]string{}, res.Odd...), append([]string{}, res.Leftover...), []packetSeen{}}
	for _, l := range res.Lines {
		v.Lines = append(v.Lines, lineVerdict{l.Line, l.Text, l.OK, int64(l.At), l.Expected, l.Got, append([]string{}, l.Trace...)})
	}
	for _, k := range res.Packets {
		v.Packets = append(v.Packets, packetSeen{int64(k.At), k.Line, k.In, k.Kind.String(), k.Text})
	}
	writeJSON(w, http.StatusOK, v)
}
