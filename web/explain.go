package web

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wirestep/engine/host"
	"wirestep/engine/tcp"
	"wirestep/i18n"
)

// This file reads what tools print on a real machine (ss, nstat, sysctl), and says of
// each line what it means. Nothing of it is kept.

const (
	maxExplained = 300 // lines
	maxLineRead  = 2000
)

type explained struct {
	Line string   `json:"line"`
	Says []saying `json:"says"`

	setting, value string // a setting that is known and may be set
}

type saying struct {
	Word string `json:"word"`
	Text string `json:"text"`
	Href string `json:"href,omitempty"`
}

var (
	settingRE = regexp.MustCompile(`^\s*((?:net|kernel|vm|fs)\.[A-Za-z0-9_.-]+)\s*=\s*(.*?)\s*$`)
	countRE   = regexp.MustCompile(`^\s*(TcpExt|Tcp|IpExt|Ip|Icmp|Udp)([A-Z][A-Za-z0-9]+)\s+(\d+)\b`)
	socketRE  = regexp.MustCompile(`^\s*(?:tcp\s+)?(LISTEN|ESTAB|SYN-SENT|SYN-RECV|FIN-WAIT-1|FIN-WAIT-2|TIME-WAIT|CLOSE-WAIT|LAST-ACK|CLOSING|UNCONN)\s+(\d+)\s+(\d+)\b`)
	pairRE    = regexp.MustCompile(`\b([a-z_]+):(\(?[^\s]+)`)
)

// explain reads a text, and says how many lines it left out.
func explain(lang, text string) (out []explained, more int) {
	out = []explained{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if len(out) == maxExplained {
			more++
			continue
		}
		if len(line) > maxLineRead {
			line = strings.ToValidUTF8(line[:maxLineRead], "")
		}
		out = append(out, explainLine(lang, line))
	}
	return out, more
}

func explainLine(lang, line string) explained {
	e := explained{Line: line, Says: []saying{}}
	t := func(key string, args ...any) string { return i18n.T(lang, key, args...) }
	if m := settingRE.FindStringSubmatch(line); m != nil {
		e.explainSetting(lang, m[1], m[2])
		return e
	}
	if m := countRE.FindStringSubmatch(line); m != nil {
		e.explainCount(lang, m[1]+m[2], m[2], m[3])
		return e
	}
	if m := socketRE.FindStringSubmatch(line); m != nil {
		recv, _ := strconv.Atoi(m[2])
		send, _ := strconv.Atoi(m[3])
		e.Says = append(e.Says, saying{Word: m[1], Text: t("explain.state." + m[1])})
		switch {
		case m[1] == "LISTEN" && recv > send:
			e.Says = append(e.Says, saying{Word: m[2] + "/" + m[3], Text: t("explain.listen-full", "held", recv, "limit", send), Href: "/lab?scene=accept-queue"})
		case m[1] == "LISTEN":
			e.Says = append(e.Says, saying{Word: m[2] + "/" + m[3], Text: t("explain.listen", "held", recv, "limit", send)})
		case recv > 0 || send > 0:
			e.Says = append(e.Says, saying{Word: m[2] + "/" + m[3], Text: t("explain.queues", "recv", recv, "send", send)})
		}
	}
	seen := map[string]bool{}
	for _, m := range pairRE.FindAllStringSubmatch(line, -1) {
		key := "explain.ss." + m[1]
		if _, known := i18n.Keys(lang)[key]; known && !seen[m[1]] {
			seen[m[1]] = true
			e.Says = append(e.Says, saying{Word: m[1] + ":" + m[2], Text: t(key)})
		}
	}
	return e
}

func (e *explained) explainSetting(lang, name, value string) {
	t := func(key string, args ...any) string { return i18n.T(lang, key, args...) }
	i := host.FindSysctl(name)
	if i < 0 {
		e.Says = append(e.Says, saying{Word: name, Text: t("explain.unknown-setting")})
		return
	}
	d := &host.Sysctls[i]
	e.Says = append(e.Says, saying{Word: name, Text: meaning(lang, d), Href: "/sysctls#" + d.Name})
	value = strings.Join(strings.Fields(value), " ")
	if value != d.Default {
		e.Says = append(e.Says, saying{Word: value, Text: t("explain.not-default", "default", d.Default)})
		if !d.ReadOnly && d.Until == 0 {
			e.setting, e.value = d.Name, value
		}
	}
}

func (e *explained) explainCount(lang, whole, name, value string) {
	key := "explain.count." + name
	_, known := i18n.Keys(lang)[key]
	switch {
	case known:
		e.Says = append(e.Says, saying{Word: whole, Text: i18n.T(lang, key)})
	case slices.Contains(tcp.CounterNames, name):
		e.Says = append(e.Says, saying{Word: whole, Text: i18n.T(lang, "explain.counted")})
	}
	if known && value == "0" {
		e.Says = append(e.Says, saying{Word: "0", Text: i18n.T(lang, "explain.never")})
	}
}

// sceneOf is a scene with the settings of a text that are not the kernel's; "": there are none.
func sceneOf(lines []explained) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, l := range lines {
		if l.setting != "" && !seen[l.setting] && len(seen) < 50 {
			seen[l.setting] = true
			b.WriteString("sysctl server " + l.setting + " = " + l.value + "\n")
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return strings.Replace(demoScene, "\nprogram server", "\n"+b.String()+"\nprogram server", 1)
}
