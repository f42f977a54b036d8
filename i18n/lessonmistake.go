package i18n

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

// What the judge of lessons says is English in the end: a sentence that was filled in. A catalogue has the English
// with its gaps; a sentence is known again by what stands between them.

type known struct {
	re   *regexp.Regexp
	text string
	sure int // letters between the gaps
}

var verb = regexp.MustCompile(`%[qsvwd]`)

var lessonMistakes = sync.OnceValue(func() (all []known) {
	both := LessonMistakes()
	for english, text := range Mistakes("zh-CN") { // a scene's mistake may be part of a lesson's
		if _, ours := both[english]; !ours && len(verb.ReplaceAllString(english, "")) >= surely {
			both[english] = text
		}
	}
	for english, text := range both {
		at, sure := 0, 0
		re := `(?s)^`
		for _, m := range verb.FindAllStringIndex(english, -1) {
			re += regexp.QuoteMeta(english[at:m[0]])
			sure += m[0] - at
			switch english[m[1]-1] {
			case 'q':
				re += `("(?:[^"\\]|\\.)*")`
			case 'd':
				re += `(-?\d+)`
			default:
				re += `(.*?)`
			}
			at = m[1]
		}
		all = append(all, known{regexp.MustCompile(re + regexp.QuoteMeta(english[at:]) + `$`), text, sure + len(english) - at})
	}
	slices.SortFunc(all, func(a, b known) int { return cmp.Or(b.sure-a.sure, strings.Compare(a.text, b.text)) })
	return all
})

// LessonMistakes is the catalogue: English with verbs of fmt → Chinese with {1}.
func LessonMistakes() map[string]string {
	all := map[string]string{}
	src, err := files.ReadFile(lessonMistakesPart + ".zh-CN.yaml")
	if err == nil {
		err = yaml.Unmarshal(src, &all)
	}
	if err != nil {
		panic("i18n: " + lessonMistakesPart + ": " + err.Error()) // embedded: a mistake shows at start-up
	}
	return all
}

const surely = 8 // letters that a sentence of scenes has besides its gaps, to be known by

const lessonMistakesPart = "lessonmistakes"

var (
	didYouMean = regexp.MustCompile(`, did you mean ("(?:[^"\\]|\\.)*")\?$`)
	aStep      = regexp.MustCompile(`^step ("(?:[^"\\]|\\.)*"): `)
	quoted     = regexp.MustCompile(`^"(?:[^"\\]|\\.)*"$`)
	names      = regexp.MustCompile(`^[\w."-]+(?:(?:, | and | or )[\w."-]+)*$`)
	sentence   = regexp.MustCompile(`[a-z]+ [a-z]+ [a-z]+`)
	gap        = regexp.MustCompile(`\{(\d)\}`)
)

// LessonMistake says in a language what the judge of lessons says; false: it stays English, for nobody has put
// it, or all of it, into words.
func LessonMistake(lang, english string) (string, bool) {
	if lang == Default {
		return english, true
	}
	if m := didYouMean.FindStringSubmatch(english); m != nil {
		head, ok := LessonMistake(lang, english[:len(english)-len(m[0])])
		return head + "，是不是想写 " + m[1] + "？", ok
	}
	if m := aStep.FindStringSubmatch(english); m != nil {
		rest, ok := LessonMistake(lang, english[len(m[0]):])
		return "步骤 " + m[1] + "：" + rest, ok
	}
	for _, k := range lessonMistakes() {
		m := k.re.FindStringSubmatch(english)
		if m == nil {
			continue
		}
		good := true
		text := gap.ReplaceAllStringFunc(k.text, func(s string) string {
			n, _ := strconv.Atoi(s[1 : len(s)-1])
			if n >= len(m) {
				good = false
				return ""
			}
			part, ok := filled(lang, m[n])
			good = good && ok
			return part
		})
		if good {
			return text, true
		}
	}
	return english, false
}

// filled is what stands in a gap: a name, a list, or a sentence again.
func filled(lang, part string) (string, bool) {
	if m := didYouMean.FindStringSubmatch(part); m != nil {
		head, ok := filled(lang, part[:len(part)-len(m[0])])
		return head + "，是不是想写 " + m[1] + "？", ok
	}
	if part == "" || names.MatchString(part) {
		return strings.NewReplacer(", ", "、", " and ", "、", " or ", " 或 ").Replace(part), true
	}
	if quoted.MatchString(part) || strings.HasPrefix(part, "[") || !sentence.MatchString(part) {
		return part, true
	}
	return LessonMistake(lang, part)
}
