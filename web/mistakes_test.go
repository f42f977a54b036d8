package web

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"wirestep/i18n"
)

// On the Chinese page the parser speaks Chinese; what nobody has put into words says
// which language it is in.
func TestMistakesInChinese(t *testing.T) {
	s := open(t, nil)
	ask := func(text, lang string) mistakeJSON {
		t.Helper()
		body, _ := json.Marshal(map[string]string{"scene": text})
		_, got, _ := s.send(http.MethodPost, "/api/check?lang="+lang, string(body), "Content-Type", "application/json")
		var a struct{ Mistakes []mistakeJSON }
		if err := json.Unmarshal([]byte(got), &a); err != nil || len(a.Mistakes) == 0 {
			t.Fatalf("%q is answered with %s", text, got)
		}
		return a.Mistakes[0]
	}
	const hosts = "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms\n"
	for text, want := range map[string]string{
		"hots client 10.0.0.1":                        "\"hots\" 不是语句，应为 ",
		hosts + "at 1s drop every SYN from clint":     "没有叫 \"clint\" 的主机，应为 client 或 server",
		"host client 10.0.0.1\nlink client b":         "没有叫 \"b\" 的主机，应为 client",
		hosts + "at 20 drop every SYN":                "\"20\" 不是时间，应为 20ms、1.5s 或 2m 这样的写法",
		hosts + "link client":                         "这一行到 \"client\" 就结束了，应为",
		hosts + "program client\n  read(c, 1, 2)":     "",
		hosts + "program client\n  conect(server:80)": "没有叫 \"conect\" 的系统调用，应为 ",
		hosts + "program client\n  sleep(99999999h)":  "",
		hosts + "program client\n  loop\n":            "这个 loop 没有结尾，应为后面有一行 end",
		hosts + "program client\n  loop 0\n  end":     "\"0\" 不是循环次数，也不是 until，应为 1 到 1000000 之间的数",
		"host client 10.0.0.300":                      "\"10.0.0.300\" 不是地址，应为 10.0.0.1 或 fd00::1 这样的写法",
		hosts + "link client server loss 3":           "",
	} {
		m := ask(text, "zh-CN")
		if !strings.HasPrefix(m.Text, want) || m.Lang != "" {
			t.Errorf("%q: %q in %q, want %q", text, m.Text, m.Lang, want)
		}
	}
	if m := ask(hosts+"sysctl client tcp_sak = 1", "zh-CN"); m.Lang != "en" && strings.Contains(m.Text, "expected") {
		t.Errorf("%q is not said to be English", m.Text)
	}
	if m := ask("hots", "en"); !strings.Contains(m.Text, "is no statement, expected") || m.Lang != "" {
		t.Errorf("in English: %+v", m)
	}
}

// Every message of the table is one that the parser has.
func TestMistakesAreThoseOfTheParser(t *testing.T) {
	files, _ := filepath.Glob("../engine/[sh]*/*.go") // scene, and host, which knows the calls
	var all strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	for en := range i18n.Mistakes("zh-CN") {
		for _, words := range regexp.MustCompile(`%[a-z]`).Split(en, -1) {
			q := strconv.Quote(words)
			if !strings.Contains(all.String(), q[1:len(q)-1]) && !strings.Contains(all.String(), words) {
				t.Errorf("the parser never says %q: it has no %q", en, words)
			}
		}
	}
}
