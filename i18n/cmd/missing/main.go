// Command missing finds the engine's sentences that have no Chinese translation,
// or a stale one, and with -write appends what is missing to the catalogues, with
// the English beside it, for a translator to fill.
//
//	go run ./i18n/cmd/missing [-write]
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	_ "wirestep/engine" // declares its rules
	"wirestep/engine/host"
	"wirestep/engine/middlebox"
	"wirestep/engine/netem"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/i18n"
)

func main() {
	write := flag.Bool("write", false, "append what is missing to i18n/*.zh-CN.yaml")
	flag.Parse()
	rules, fields := i18n.Rules("zh-CN"), i18n.Fields("zh-CN")
	var newRules, newFields []entry
	stale := 0
	for _, r := range trace.Rules() {
		t, ok := rules[r.ID]
		switch {
		case !ok:
			newRules = append(newRules, entry{r.ID, i18n.Translated{En: r.Says, DiffersEn: r.Differs}})
		case t.En != r.Says || t.DiffersEn != r.Differs:
			stale++
			fmt.Printf("rule %s is stale: its English is now\n\ten: %q\n\tdiffers_en: %q\n", r.ID, r.Says, r.Differs)
		case t.Zh == "":
			fmt.Printf("rule %s waits for its Chinese\n", r.ID)
		}
	}
	for _, s := range []*trace.Schema{tcp.TCBSchema, tcp.RequestSchema, tcp.TimeWaitSchema, host.Schema, netem.Schema, middlebox.Schema, middlebox.FlowSchema} {
		for _, f := range s.Fields {
			key := s.Name + "." + f.Name
			t, ok := fields[key]
			switch {
			case !ok:
				newFields = append(newFields, entry{key, i18n.Translated{En: f.Doc}})
			case t.En != f.Doc:
				stale++
				fmt.Printf("field %s is stale: its English is now\n\ten: %q\n", key, f.Doc)
			case t.Zh == "":
				fmt.Printf("field %s waits for its Chinese\n", key)
			}
		}
	}
	fmt.Printf("missing: %d rules, %d fields; stale: %d\n", len(newRules), len(newFields), stale)
	if *write {
		add("i18n/rules.zh-CN.yaml", newRules)
		add("i18n/fields.zh-CN.yaml", newFields)
	}
}

type entry struct {
	key string
	i18n.Translated
}

// add appends entries to a catalogue; comments and order of the rest stay.
func add(file string, all []entry) {
	old, err := os.ReadFile(file)
	check(err)
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(string(old), "{}\n"))
	slices.SortFunc(all, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	for _, e := range all {
		text, err := yaml.Marshal(yaml.MapSlice{{Key: e.key, Value: e.Translated}})
		check(err)
		b.Write(text)
	}
	if len(all) > 0 {
		check(os.WriteFile(file, []byte(b.String()), 0o644))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "missing:", err)
		os.Exit(1)
	}
}
