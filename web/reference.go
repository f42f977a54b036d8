package web

import (
	"net/http"
	"regexp"
	"strings"

	"wirestep/engine/trace"
	"wirestep/i18n"
	"wirestep/templates"
)

// ruleJSON is one rule as a page gets it.
type ruleJSON struct {
	ID      string   `json:"id"`
	Says    string   `json:"says"`
	Differs string   `json:"differs,omitempty"`
	RFC     []string `json:"rfc,omitempty"`
	Linux   string   `json:"linux,omitempty"`
	Drops   bool     `json:"drops,omitempty"`
}

func rulesIn(lang string) []ruleJSON {
	var all []ruleJSON
	for _, r := range trace.Rules() {
		says, differs := i18n.Rule(lang, r.ID, r.Says, r.Differs)
		all = append(all, ruleJSON{r.ID, says, differs, r.RFC, r.Linux, r.Drops})
	}
	return all
}

// apiRules is GET /api/rules?lang=.
func (s *Server) apiRules(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	writeJSON(w, http.StatusOK, rulesIn(langOf(r)))
}

// apiFields is GET /api/fields?lang=: what the variables are, where the schema
// does not say it in that language.
func (s *Server) apiFields(w http.ResponseWriter, r *http.Request) {
	all := map[string]string{}
	for key, t := range i18n.Fields(langOf(r)) {
		if t.Zh != "" {
			all[key] = t.Zh
		}
	}
	writeJSON(w, http.StatusOK, all)
}

// rulesPage is GET /rules?q=.
func (s *Server) rulesPage(w http.ResponseWriter, r *http.Request) {
	v := templates.Rules{Page: s.page(r, "rules")}
	v.Title = v.T("rules.title")
	look := words(v.Query)
	all := map[string][]ruleJSON{}
	for _, lang := range i18n.Languages {
		all[lang] = rulesIn(lang)
	}
	for i, rule := range all[v.Lang] {
		v.Count++
		area, _, _ := strings.Cut(rule.ID, ".")
		if n := len(v.Areas); n == 0 || v.Areas[n-1].Name != area {
			v.Areas = append(v.Areas, templates.Area{Name: area})
		}
		a := &v.Areas[len(v.Areas)-1]
		one := templates.Rule{ID: rule.ID, Says: rule.Says, Differs: rule.Differs, Linux: rule.Linux, Drops: rule.Drops, Met: s.meetings(v.Lang, rule.ID)}
		for _, other := range i18n.Languages {
			if other != v.Lang {
				one.Words += all[other][i].Says
			}
		}
		one.Hidden = !holds(strings.ToLower(strings.Join(append(rule.RFC, rule.ID, rule.Says, rule.Differs, rule.Linux, one.Words), "\n")), look)
		for _, c := range rule.RFC {
			one.RFC = append(one.RFC, templates.Cite{Text: c, Href: citeHref(c)})
		}
		for _, name := range readers()[rule.ID] {
			one.Reads = append(one.Reads, templates.Cite{Text: strings.TrimPrefix(name, "net.ipv4."), Href: "/sysctls#" + name})
		}
		a.Rules = append(a.Rules, one)
		if !one.Hidden {
			v.Found++
		}
	}
	s.render(w, r, http.StatusOK, templates.RulesPage(v))
}

// Most links to lessons, and to scenes, that stand beside one rule or setting.
const maxMet = 3

// meetings are the places where a rule or a setting can be seen.
func (s *Server) meetings(lang, key string) (out []templates.Meeting) {
	n := map[bool]int{}
	for _, m := range s.library.met()[key] {
		lesson := m.lesson != nil
		if n[lesson]++; n[lesson] > maxMet {
			continue
		}
		one := templates.Meeting{Title: m.title(lang), Href: m.href(), Lesson: lesson}
		if m.at > 0 {
			one.At = i18n.T(lang, "reference.event", "event", int(m.at))
		}
		out = append(out, one)
	}
	return out
}

var citeRE = regexp.MustCompile(`^RFC (\d+)(?: §([A-Z]?[0-9.]*))?`)

// citeHref is where a citation such as "RFC 9293 §3.10.7.4" is read.
func citeHref(c string) string {
	m := citeRE.FindStringSubmatch(c)
	if m == nil {
		return ""
	}
	href := "https://www.rfc-editor.org/rfc/rfc" + m[1]
	switch section := strings.TrimRight(m[2], "."); {
	case section == "":
		return href
	case section[0] >= 'A' && section[0] <= 'Z':
		return href + "#appendix-" + section
	default:
		return href + "#section-" + section
	}
}
