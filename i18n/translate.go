package i18n

import (
	"fmt"
	"sync"

	"github.com/goccy/go-yaml"
)

// Translated is a sentence of the engine in another language, with the English
// that it was made from.
type Translated struct {
	En        string `yaml:"en"`
	Zh        string `yaml:"zh"`
	DiffersEn string `yaml:"differs_en,omitempty"`
	DiffersZh string `yaml:"differs_zh,omitempty"`
}

var tables = sync.OnceValue(func() map[string]map[string]Translated {
	all := map[string]map[string]Translated{}
	for _, name := range []string{"rules.zh-CN", "fields.zh-CN"} {
		src, err := files.ReadFile(name + ".yaml")
		t := map[string]Translated{}
		if err == nil {
			err = yaml.Unmarshal(src, &t)
		}
		if err != nil {
			panic(fmt.Sprintf("i18n: %s.yaml: %v", name, err)) // embedded: a mistake shows at start-up
		}
		all[name] = t
	}
	return all
})

// Rules returns the translated sentences of the engine's rules, by rule id; nil
// for the language that they are written in.
func Rules(lang string) map[string]Translated { return tables()["rules."+lang] }

// Fields returns the translated sentences about variables, by "schema.Field".
func Fields(lang string) map[string]Translated { return tables()["fields."+lang] }

// Rule returns a rule's sentence and its stated difference in a language: the
// English ones where there is no translation.
func Rule(lang, id, says, differs string) (string, string) {
	t := Rules(lang)[id]
	if t.Zh != "" {
		says = t.Zh
	}
	if t.DiffersZh != "" {
		differs = t.DiffersZh
	}
	return says, differs
}

// Field returns the sentence about a variable in a language.
func Field(lang, schema, name, doc string) string {
	if t := Fields(lang)[schema+"."+name]; t.Zh != "" {
		return t.Zh
	}
	return doc
}

var mistakes = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	src, err := files.ReadFile("mistakes.zh-CN.yaml")
	if err == nil {
		err = yaml.Unmarshal(src, &all)
	}
	if err != nil {
		panic("i18n: mistakes.zh-CN.yaml: " + err.Error())
	}
	return all
})

// Mistakes returns what the parser of scenes says in a language, by its English; nil
// for English.
func Mistakes(lang string) map[string]string {
	if lang == Default {
		return nil
	}
	return mistakes()
}
