package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"wirestep/engine/host"
	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/templates"
)

// symptom is something that is seen at work, and what here is about it. Its words are
// the catalogue's: symptom.<id>, symptom.<id>-why.
type symptom struct {
	id      string
	lessons []string // slugs; those that are not there yet are left out
	scenes  []string
	sysctls []string
	claims  string // words that a claim has to hold
}

var symptoms = []symptom{
	{"connect-timeout", []string{"lost-syn", "lost-syn-ack", "accept-queue", "syn-flood"}, []string{"accept-queue", "syn-flood"}, []string{"net.ipv4.tcp_syn_retries", "net.ipv4.tcp_synack_retries", "net.core.somaxconn"}, "ETIMEDOUT"},
	{"reset", []string{"nobody-home", "rst-duel", "errors-at-the-app", "accept-queue"}, nil, []string{"net.ipv4.tcp_abort_on_overflow"}, "RST"},
	{"no-port", []string{"out-of-ports", "why-time-wait"}, []string{"out-of-ports"}, []string{"net.ipv4.ip_local_port_range", "net.ipv4.tcp_tw_reuse"}, "port"},
	{"in-use", []string{"restart-the-server"}, []string{"restart-a-server"}, nil, "SO_REUSEADDR"},
	{"pipe", []string{"errors-at-the-app", "half-close"}, nil, nil, "EPIPE"},
	{"stall", []string{"window-closes", "fast-retransmit"}, []string{"slow-reader", "mtu-black-hole"}, []string{"net.ipv4.tcp_retries2", "net.ipv4.tcp_mtu_probing"}, "window"},
	{"close-wait", []string{"half-close", "four-waves", "lost-waves"}, nil, nil, "CLOSE_WAIT"},
	{"time-wait", []string{"why-time-wait", "too-many-time-waits", "out-of-ports"}, []string{"out-of-ports"}, []string{"net.ipv4.tcp_max_tw_buckets", "net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_fin_timeout"}, "TIME_WAIT"},
	{"nat", nil, []string{"behind-nat", "old-kernel-behind-nat"}, []string{"net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_timestamps"}, "NAT"},
	{"slow", []string{"four-waves", "reorder"}, []string{"long-fat-pipe", "lossy-link"}, []string{"net.ipv4.tcp_slow_start_after_idle"}, "delayed"},
}

const maxPointed = 4 // claims under a symptom

// symptomsPage is GET /symptoms, and POST /symptoms with what a tool printed.
func (s *Server) symptomsPage(w http.ResponseWriter, r *http.Request) {
	v := templates.Symptoms{Page: s.page(r, "symptoms")}
	v.Title, v.About = v.T("symptoms.title"), v.T("symptoms.lead")
	if r.Method == http.MethodPost {
		if err := r.ParseForm(); err != nil {
			s.failPage(w, r, refuse(http.StatusBadRequest, "body", "what", err.Error()))
			return
		}
		v.Text = r.PostForm.Get("text")
		lines, more := explain(v.Lang, v.Text)
		for _, l := range lines {
			v.Lines = append(v.Lines, templates.Explained{Text: l.Line, Says: said(l.Says)})
		}
		if more > 0 {
			v.More = v.T("explain.more", "n", more)
		}
		v.Scene = sceneOf(lines)
	}
	for i := range symptoms {
		v.All = append(v.All, s.library.symptom(v.Lang, &symptoms[i]))
	}
	s.render(w, r, http.StatusOK, templates.SymptomsPage(v))
}

func said(in []saying) (out []templates.Saying) {
	for _, x := range in {
		out = append(out, templates.Saying{Word: x.Word, Text: x.Text, Href: x.Href})
	}
	return out
}

func (b *library) symptom(lang string, x *symptom) templates.Symptom {
	t := func(key string) string { return i18n.T(lang, key) }
	v := templates.Symptom{ID: x.id, Title: t("symptom." + x.id), Why: t("symptom." + x.id + "-why")}
	link := func(kind, href, text string) {
		v.Links = append(v.Links, templates.Found{Kind: t("search." + kind), Href: href, Title: text, Code: kind == "sysctl"})
	}
	for _, slug := range x.lessons {
		if l := b.lesson(slug); l != nil {
			link("lesson", "/lessons/"+slug, l.Title(lang))
		}
	}
	for _, s := range b.stories() {
		if slices.Contains(s.Symptoms, x.id) {
			link("story", "/stories/"+s.ID, s.Title[lang])
		}
	}
	for _, name := range x.scenes {
		if c := b.scene(name); c != nil {
			link("scene", "/lab?scene="+name, c.Title[lang])
		}
	}
	n := 0
	for _, c := range b.claims {
		if n < maxPointed && strings.Contains(claimText(c), strings.ToLower(x.claims)) {
			link("claim", "/claims#"+c.ID, lessons.Plain(c.Said, lang))
			n++
		}
	}
	for _, name := range x.sysctls {
		if host.FindSysctl(name) >= 0 {
			link("sysctl", "/sysctls#"+name, name)
		}
	}
	return v
}

// apiExplain is POST /api/explain {"text": what a tool printed} → a line of what each means.
func (s *Server) apiExplain(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Text string `json:"text"`
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		s.fail(w, r, refuse(http.StatusBadRequest, "body", "what", err.Error()))
		return
	}
	lines, more := explain(langOf(r), ask.Text)
	writeJSON(w, http.StatusOK, struct {
		Lines []explained `json:"lines"`
		More  int         `json:"more"`
	}{lines, more})
}
