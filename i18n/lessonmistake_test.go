package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Every sentence of the catalogue is one that the judge of lessons says.
func TestLessonMistakesAreSaid(t *testing.T) {
	files, err := filepath.Glob("../lessons/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var all strings.Builder
	all.WriteString(fs.ErrNotExist.Error())
	for _, dir := range []string{"scene", "host"} {
		more, _ := filepath.Glob("../engine/" + dir + "/*.go")
		files = append(files, more...)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	for english := range LessonMistakes() {
		for _, piece := range verb.Split(english, -1) {
			quoted := strconv.Quote(piece)
			if len(piece) >= 15 && !strings.Contains(all.String(), quoted[1:len(quoted)-1]) && !strings.Contains(all.String(), piece) {
				t.Errorf("nobody says %q, of %q", piece, english)
			}
		}
	}
}

// What stands in a gap is said in Chinese as well; what nobody has put into words stays English.
func TestLessonMistake(t *testing.T) {
	for english, want := range map[string]string{
		`step "home": belief "steady" gives 7, which is the truth; expected another answer`: `步骤 "home"：想法 "steady" 得出 7，正好是真的，应得出别的答案`,
		`chapter "openings", did you mean "opening"?; expected one of opening, queues`:      `chapter "openings"，是不是想写 "opening"？，应为 opening、queues 之一`,
		`no host is called "servant", expected client or server`:                            `没有叫 "servant" 的主机，应为 client 或 server`,
	} {
		if got, ok := LessonMistake("zh-CN", english); !ok || got != want {
			t.Errorf("%s\nsays %s, %t\nwant %s", english, got, ok, want)
		}
	}
	if got, ok := LessonMistake("zh-CN", "nobody has ever said this"); ok || got != "nobody has ever said this" {
		t.Errorf("%q, %t", got, ok)
	}
}
