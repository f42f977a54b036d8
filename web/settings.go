package web

import (
	"net/http"
	"strconv"
	"strings"

	"wirestep/engine/host"
	"wirestep/i18n"
	"wirestep/templates"
)

// sysctlJSON is one setting as a page gets it. Words are in the page's language.
type sysctlJSON struct {
	Name     string            `json:"name"`
	About    string            `json:"about"`
	Find     string            `json:"find"`             // its meaning in the other languages, to be searched
	Default  string            `json:"default"`          // of the kernel that was measured
	Others   map[string]string `json:"others,omitempty"` // by kernel, where it is another; "-": it has no such setting
	Low      *int64            `json:"low,omitempty"`
	High     *int64            `json:"high,omitempty"`
	Choices  []string          `json:"choices,omitempty"`
	Unit     string            `json:"unit"`
	Effect   string            `json:"effect"`
	Scope    string            `json:"scope"`
	Modelled bool              `json:"modelled"`
	ReadOnly bool              `json:"readOnly"`
	RFC      string            `json:"rfc,omitempty"`
	Linux    string            `json:"linux,omitempty"`
	Rules    []string          `json:"rules,omitempty"` // that read it
}

func settingsIn(lang string) []sysctlJSON {
	var all []sysctlJSON
	for i := range host.Sysctls {
		d := &host.Sysctls[i]
		f := d.Facts()
		one := sysctlJSON{
			Name: d.Name, About: meaning(lang, d), Default: d.Default, Choices: d.Choices(),
			Unit: i18n.T(lang, "unit."+f.Unit), Effect: i18n.T(lang, "effect."+string(f.Effect)), Scope: i18n.T(lang, "scope."+string(d.Scope())),
			Modelled: d.Models(), ReadOnly: d.ReadOnly, RFC: f.RFC, Linux: f.Linux, Rules: readBy()[d.Name],
		}
		for _, other := range i18n.Languages {
			if other != lang {
				one.Find += meaning(other, d) + "\n"
			}
		}
		if low, high, ok := d.Range(); ok {
			one.Low, one.High = &low, &high
		}
		for k := range host.Profiles {
			p := &host.Profiles[k]
			value := p.Default(i)
			if !p.Has(d) {
				value = "-"
			}
			if value != d.Default {
				if one.Others == nil {
					one.Others = map[string]string{}
				}
				one.Others[p.Name] = value
			}
		}
		all = append(all, one)
	}
	return all
}

// apiSysctls is GET /api/sysctls?lang=.
func (s *Server) apiSysctls(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	writeJSON(w, http.StatusOK, settingsIn(langOf(r)))
}

// sysctlsPage is GET /sysctls?q=.
func (s *Server) sysctlsPage(w http.ResponseWriter, r *http.Request) {
	v := templates.Sysctls{Page: s.page(r, "sysctls")}
	v.Title = v.T("sysctls.title")
	look := words(v.Query)
	for i, one := range settingsIn(v.Lang) {
		row := s.setting(v.Page, &host.Sysctls[i], &one)
		if row.Hidden = !holds(strings.ToLower(strings.Join([]string{one.Name, one.About, one.Find, one.RFC, one.Linux}, "\n")), look); !row.Hidden {
			v.Found++
		}
		if one.Modelled {
			v.Obeyed = append(v.Obeyed, row)
		} else {
			v.Shown = append(v.Shown, row)
		}
	}
	s.render(w, r, http.StatusOK, templates.SysctlsPage(v))
}

// setting fills one entry of the page.
func (s *Server) setting(p templates.Page, d *host.Sysctl, one *sysctlJSON) templates.Setting {
	row := templates.Setting{Name: d.Name, About: one.About, Words: one.Find, Linux: one.Linux, Met: s.meetings(p.Lang, d.Name)}
	fact := func(key, value string, code bool) {
		if value != "" {
			row.Facts = append(row.Facts, templates.Fact{Name: p.T(key), Value: value, Code: code})
		}
	}
	fact("sysctls.default", d.Default, true)
	switch {
	case d.ReadOnly:
		fact("sysctls.range", p.T("sysctls.read-only"), false)
	case one.Choices != nil:
		fact("sysctls.range", strings.Join(one.Choices, ", "), true)
	case one.Low != nil:
		fact("sysctls.range", strconv.FormatInt(*one.Low, 10)+" – "+strconv.FormatInt(*one.High, 10), true)
	}
	fact("sysctls.unit", one.Unit, false)
	fact("sysctls.scope", one.Scope, false)
	fact("sysctls.effect", one.Effect, false)
	switch idle := d.Facts().Idle; {
	case d.Until != 0:
		fact("sysctls.kernels", p.T("sysctls.until", "version", d.Until), false)
	case idle != 0:
		fact("sysctls.kernels", p.T("model.idle", "version", idle), false)
	case d.Since != 0:
		fact("sysctls.kernels", p.T("sysctls.since", "version", d.Since), false)
	}
	if one.RFC != "" {
		row.RFC = templates.Cite{Text: one.RFC, Href: citeHref(one.RFC)}
	}
	for _, id := range one.Rules {
		row.Rules = append(row.Rules, templates.Cite{Text: id, Href: "/rules#" + id})
	}
	return row
}
