package web

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"wirestep/engine/host"
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

func (s *Server) rulesPage(w http.ResponseWriter, r *http.Request) {
	v := templates.Rules{Page: s.page(r, "rules")}
	v.Title = v.T("rules.title")
	for _, rule := range rulesIn(v.Lang) {
		area, _, _ := strings.Cut(rule.ID, ".")
		if n := len(v.Areas); n == 0 || v.Areas[n-1].Name != area {
			v.Areas = append(v.Areas, templates.Area{Name: area})
		}
		a := &v.Areas[len(v.Areas)-1]
		one := templates.Rule{ID: rule.ID, Says: rule.Says, Differs: rule.Differs, Linux: rule.Linux, Drops: rule.Drops}
		for _, c := range rule.RFC {
			one.RFC = append(one.RFC, templates.Cite{Text: c, Href: citeHref(c)})
		}
		a.Rules = append(a.Rules, one)
		v.Count++
	}
	s.render(w, r, http.StatusOK, templates.RulesPage(v))
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

func (s *Server) sysctlsPage(w http.ResponseWriter, r *http.Request) {
	v := templates.Sysctls{Page: s.page(r, "sysctls")}
	v.Title = v.T("sysctls.title")
	for i := range host.Sysctls {
		d := &host.Sysctls[i]
		one := templates.Setting{Name: d.Name, Default: d.Default}
		switch {
		case d.Until != 0:
			one.Kernels = v.T("sysctls.until", "version", d.Until)
		case d.Since != 0:
			one.Kernels = v.T("sysctls.since", "version", d.Since)
		}
		switch {
		case d.ReadOnly:
			one.Range = v.T("sysctls.read-only")
		case d.Max > d.Min:
			one.Range = strconv.FormatInt(d.Min, 10) + " – " + strconv.FormatInt(d.Max, 10)
		}
		one.About = v.T("sysctl." + strings.TrimPrefix(d.Name, "net.ipv4."))
		if d.Models() {
			v.Obeyed = append(v.Obeyed, one)
		} else {
			v.Shown = append(v.Shown, one)
		}
	}
	s.render(w, r, http.StatusOK, templates.SysctlsPage(v))
}
