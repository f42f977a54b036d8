package lessons

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestBlocks(t *testing.T) {
	for _, tc := range []struct{ name, md, want string }{
		{"text", "You dropped it.", `[{"p":[{"t":"You dropped it."}]}]`},
		{"segment", "The {SYN-ACK} is lost.", `[{"p":[{"t":"The "},{"kind":"SYN-ACK"},{"t":" is lost."}]}]`},
		{"key", "Press {key Shift N} now.", `[{"p":[{"t":"Press "},{"kbd":"Shift N"},{"t":" now."}]}]`},
		{"code with an underscore", "It is in `SYN_SENT`, not tcp_x_y.", `[{"p":[{"t":"It is in "},{"code":"SYN_SENT"},{"t":", not tcp_x_y."}]}]`},
		{"braces in code", "`{SYN}`", `[{"p":[{"code":"{SYN}"}]}]`},
		{"emphasis", "a *b* **c**", `[{"p":[{"t":"a "},{"i":"b"},{"t":" "},{"b":"c"}]}]`},
		{"rule", "[why](rule:rto.enter-loss)", `[{"p":[{"a":"why","href":"/rules#rto.enter-loss"}]}]`},
		{"sysctl", "[x](sysctl:net.ipv4.tcp_syn_retries)", `[{"p":[{"a":"x","href":"/sysctls#net.ipv4.tcp_syn_retries"}]}]`},
		{"rfc", "[RFC 6298 §2](rfc:6298#section-2)", `[{"p":[{"a":"RFC 6298 §2","href":"https://www.rfc-editor.org/rfc/rfc6298#section-2"}]}]`},
		{"lists", "- a\n- b {FIN}\n\n1. c", `[{"ul":[[{"t":"a"}],[{"t":"b "},{"kind":"FIN"}]]},{"ol":[[{"t":"c"}]]}]`},
		{"line breaks", "one\ntwo", `[{"p":[{"t":"one two"}]}]`},
		{"Chinese line breaks", "报文段，\n丢了\nSYN", `[{"p":[{"t":"报文段，丢了 SYN"}]}]`},
		{"level", "a\n\n### engineer\n\nb", `[{"p":[{"t":"a"}]},{"level":"engineer","p":[{"t":"b"}]}]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text, _, errs := parseText("en.md", []byte("# T\n\n## one: One\n\n"+tc.md+"\n"))
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			got := asJSON(t, text.Steps[0].Body)
			if got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	text, _, errs := parseText("en.md", []byte("# T\n\n## one: One\n\n### ask\n\nWhen?\n\n- `s` After 1 s.\n\n  First timeout.\n\n- `c` `never`\n\n  No.\n"))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	want := `[{"key":"s","label":[{"t":"After 1 s."}],"why":[{"p":[{"t":"First timeout."}]}]},{"key":"c","label":[{"code":"never"}],"why":[{"p":[{"t":"No."}]}]}]`
	if got := asJSON(t, text.Steps[0].Options); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTextErrorsHaveTheirLine(t *testing.T) {
	for _, tc := range []struct{ name, md, want string }{
		{"no title", "text\n", "en.md:1:1: no title"},
		{"html", "# T\n\n## a: A\n\nx <b>y</b>\n", "en.md:5:1: RawHTML"},
		{"html block", "# T\n\n## a: A\n\n<div>\n</div>\n", "en.md:5:1: HTMLBlock"},
		{"image", "# T\n\n## a: A\n\n![x](y)\n", "en.md:5:3: Image"},
		{"quote", "# T\n\n## a: A\n\n> x\n", "en.md:5:3: Blockquote"},
		{"outside link", "# T\n\n## a: A\n\n\n[x](https://example.org/)\n", "en.md:6:2: link to"},
		{"script link", "# T\n\n## a: A\n\n[x](javascript:alert)\n", "en.md:5:2: link to"},
		{"unknown kind", "# T\n\n## a: A\n\n{SIN}\n", "en.md:5:1: {SIN}"},
		{"open brace", "# T\n\n## a: A\n\n{SYN\n", "en.md:5:1: a brace"},
		{"heading without id", "# T\n\n## A\n", "en.md:3:4: heading"},
		{"unknown section", "# T\n\n## a: A\n\n### later\n", "en.md:5:5: section"},
		{"section twice", "# T\n\n## a: A\n\n### do\n\nx\n\n### do\n\ny\n", "en.md:9:5: a second section"},
		{"nested list", "# T\n\n## a: A\n\n- x\n  - y\n", "en.md:5:3: a list item"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, errs := parseText("en.md", []byte(tc.md))
			if len(errs) == 0 || !strings.HasPrefix(errs[0].Error(), tc.want) {
				t.Errorf("got %v, want %q", errs, tc.want)
			}
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}
