package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"wirestep/engine/host"
	"wirestep/engine/scene"
	"wirestep/i18n"
	"wirestep/web/session"
)

// What somebody needs who writes a scene: its words, and what is wrong with it so far.

type wordsJSON struct {
	Statements []string      `json:"statements"`
	Lines      []string      `json:"lines"`
	Asks       []string      `json:"asks"`
	Verbs      []string      `json:"verbs"`
	Expect     []string      `json:"expect"`
	Which      []string      `json:"which"`
	Segments   []string      `json:"segments"`
	Link       []string      `json:"link"`
	Boxes      []string      `json:"boxes"`
	Kernels    []string      `json:"kernels"`
	Forge      []string      `json:"forge"`
	Edit       []string      `json:"edit"`
	Constants  []string      `json:"constants"`
	Calls      []callJSON    `json:"calls"`
	Settings   []settingJSON `json:"settings"`
	Options    []optionJSON  `json:"options"`
	Host       []string      `json:"host"`
	Event      []string      `json:"event"`
	Functions  []string      `json:"functions"`
	States     []string      `json:"states"`
	Errnos     []string      `json:"errnos"`
	Counters   []string      `json:"counters"`
}

type callJSON struct {
	Name  string `json:"name"`
	Args  string `json:"args"`
	Gives bool   `json:"gives,omitempty"`
}

type settingJSON struct {
	Name     string `json:"name"`
	Default  string `json:"default"`
	Takes    string `json:"takes"`
	ReadOnly bool   `json:"readOnly,omitempty"`
	About    string `json:"about,omitempty"`
}

type optionJSON struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Means string `json:"means"`
}

// sceneWords are the parser's words; only what is said about a setting differs by
// language.
var sceneWords = sync.OnceValue(scene.AllWords)

// apiSceneWords is GET /api/scene-words?lang=.
func (s *Server) apiSceneWords(w http.ResponseWriter, r *http.Request) {
	all, lang := sceneWords(), langOf(r)
	v := wordsJSON{
		Statements: all.Statements, Lines: all.Lines, Asks: all.Asks, Verbs: all.Verbs, Expect: all.Expect, Which: all.Which, Segments: all.Segments,
		Link: all.Link, Boxes: all.Boxes, Kernels: all.Kernels, Forge: all.Forge, Edit: all.Edit, Constants: all.Constants,
		Host: all.Host, Event: all.Event, Functions: all.Functions, States: all.States, Errnos: all.Errnos, Counters: all.Counters,
	}
	for _, c := range all.Calls {
		v.Calls = append(v.Calls, callJSON(c))
	}
	for _, o := range all.Options {
		v.Options = append(v.Options, optionJSON{o.Name, o.Value, o.Means})
	}
	for _, x := range all.Settings {
		v.Settings = append(v.Settings, settingJSON{x.Name, x.Default, x.Takes, x.ReadOnly, i18n.T(lang, "sysctl."+shortName(x.Name))})
	}
	w.Header().Set("Cache-Control", "no-cache")
	writeJSON(w, http.StatusOK, v)
}

func shortName(setting string) string {
	const usual = "net.ipv4."
	if len(setting) > len(usual) && setting[:len(usual)] == usual && host.FindSysctl(setting) >= 0 {
		return setting[len(usual):]
	}
	return setting
}

// mistakeJSON is something wrong in a text that somebody writes. Columns count
// characters from 1, end is behind the last; both are 0 for a whole line.
type mistakeJSON struct {
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	End      int    `json:"end"`
	Text     string `json:"text"`
	What     string `json:"what"`
	Expected string `json:"expected,omitempty"`
	Lang     string `json:"lang,omitempty"` // of the text, if not the one that was asked for
}

// apiCheck is POST /api/check {"scene": text}: it reads the text and runs nothing.
func (s *Server) apiCheck(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Scene string `json:"scene"`
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
	if err != nil {
		s.fail(w, r, err)
		return
	}
	_, wrong := scene.Judge("scene", ask.Scene)
	writeJSON(w, http.StatusOK, struct {
		Mistakes []mistakeJSON `json:"mistakes"`
	}{mistakesJSON(wrong, langOf(r))})
}

func mistakesJSON(wrong []*scene.Mistake, lang string) []mistakeJSON {
	all := []mistakeJSON{}
	for _, m := range wrong {
		j := mistakeJSON{Line: m.Line, Column: m.Column, End: m.End, Text: m.Text, What: m.What, Expected: m.Expected}
		if lang != i18n.Default {
			if text, ok := session.MistakeIn(m, lang); ok {
				j.Text = text
				j.What, j.Expected, _ = strings.Cut(text, "，应为")
				j.Expected = strings.TrimSpace(j.Expected)
			} else {
				j.Lang = i18n.Default
			}
		}
		all = append(all, j)
	}
	return all
}
