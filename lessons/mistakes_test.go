package lessons

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"wirestep/i18n"
)

// mistake is what an author gets wrong: in a file of a lesson (lost-syn, where nothing
// else is said) new stands for old; want is how that begins what he is told.
type mistake struct{ name, in, file, old, new, want string }

// Those that were made when the format was tried for the first time.
var firstMistakes = []mistake{
	{"misspelt field", "", "lesson.yaml", "minutes: 12", "minuets: 12", `there is no field "minuets", did you mean "minutes"?`},
	{"unknown chapter", "", "lesson.yaml", "chapter: opening", "chapter: openings", `chapter "openings", did you mean "opening"?; expected one of opening, queues, data, loss, flow, congestion, closing, timewait`},
	{"no minutes", "", "lesson.yaml", "minutes: 12", "minutes: 0", `0 minutes; expected 1 to 60`},
	{"unknown level", "", "lesson.yaml", "level: student", "level: studnet", `level "studnet", did you mean "student"?; expected one of story, student, engineer`},
	{"no scene", "", "lesson.yaml", "scene: scene.scene", "scene: scen.scene", `scene "scen.scene": expected a file in this folder`},
	{"id twice", "", "lesson.yaml", "- id: every", "- id: drop", `step id "drop"; expected lower-case words joined by hyphens, each id once`},
	{"misspelt place", "", "lesson.yaml", "at: 2nd SYN sent", "at: 2nd SYN arives", `"2nd SYN arives" is no place, did you mean "arrives"?; expected NTH KIND [from HOST] sent, arrives or lost`},
	{"place without a number", "", "lesson.yaml", "at: 2nd SYN sent", "at: SYN sent", `"SYN sent" is no place; expected which of them, such as "1st SYN sent"`},
	{"misspelt host", "", "lesson.yaml", "act: drop {1st SYN from client}", "act: drop {1st SYN from clinet}", `host "clinet", did you mean "client"?; expected one of client, server`},
	{"misspelt operation", "", "lesson.yaml", "act: drop {1st SYN from client}", "act: dorp {1st SYN from client}", `"dorp {1st SYN from client}": "dorp" is no intervention, expected drop, delay, hold, release, duplicate, corrupt, edit, forge,`},
	{"misspelt counter", "", "lesson.yaml", "goal: client.retransmits >= 2", `goal: client.counters["TcpRetransSeg"] >= 2`, `"client.counters[\"TcpRetransSeg\"] >= 2": there is no counter TcpRetransSeg, did you mean "TcpRetransSegs"?`},
	{"misspelt state", "", "lesson.yaml", "goal: client.retransmits >= 2", "goal: client.state == ESTABLISED", `"client.state == ESTABLISED": column 17: unknown name ESTABLISED, expected now, step, event, client, server or the name of a state`},
	{"misspelt errno in a place", "", "lesson.yaml", "what: client.errno == ETIMEDOUT", "what: client.errno == ETIMEDOUTT", `"client.errno == ETIMEDOUTT": column 17: unknown name ETIMEDOUTT, expected now, step, event, client, server or the name of a state`},
	{"misspelt errno in an option", "nobody-home", "lesson.yaml", "is: EHOSTUNREACH", "is: EHOSTUNREACHH", `option "unreachable": is: "EHOSTUNREACHH" is no errno, did you mean "EHOSTUNREACH"?; expected one of EPERM, ENOENT, EINTR, EBADF,`},
	{"goal that is never reached", "", "lesson.yaml", "goal: client.retransmits >= 6", "goal: client.retransmits >= 600", `step "ladder": goal: "client.retransmits >= 600" is never reached; the run stands at 131 s`},
	{"unknown ask", "", "lesson.yaml", "ask: count", "ask: cuont", `ask: "cuont", did you mean "count"?; expected one of next-segment, next-state, time-of, errno, count, field, which, value, order,`},
	{"answer of no shape", "", "lesson.yaml", "{key: double, is: 3s}", "{key: double, is: soon}", `option "double": is: "soon" is no answer to time-of; expected an instant since the start, such as 1.5s, or never`},
	{"no option is right", "", "lesson.yaml", "{key: second, is: 2s}", "{key: second, is: 2.5s}", `step "every": the engine answers "2s"; no option fits, expected one that says so`},
	{"two options are right", "", "lesson.yaml", "{key: double, is: 3s}", "{key: double, is: 2.0s}", `step "every": the engine answers "2s"; options second and double fit, expected one`},
	{"dead link to a setting", "", "en.md", "sysctl:net.ipv4.tcp_syn_linear_timeouts", "sysctl:net.ipv4.tcp_syn_linear_timeout", `sysctl:net.ipv4.tcp_syn_linear_timeout is no setting, did you mean "net.ipv4.tcp_syn_linear_timeouts"?; expected a name such as`},
	{"number typed by hand", "", "en.md", "After {=wait}. Without", "After 1 s. Without", `the number 1 is typed by hand; expected {=name} with name among the step's values, code for a setting, or {v 1} for a name such as a`},
	{"option without its words", "", "en.md", "- `min` That", "- `mni` That", "item `mni`, did you mean \"min\"?; expected `min` here (in lesson.yaml the keys are [rtt min three right])"},
	{"section for no step", "", "en.md", "## ladder: ", "## lader: ", `section "lader" has no step in lesson.yaml, did you mean "ladder"?; expected one of lose, drop, every,`},
}

// Those that the second edition made possible, and others.
var moreMistakes = []mistake{
	{"level of a step", "", "lesson.yaml", "levels: [story]", "levels: [storey]", `level "storey", did you mean "story"?; expected one of story, student, engineer`},
	{"unknown claim", "", "lesson.yaml", "claims: [T46, T47, T48]", "claims: [T46, T999]", `claim "T999"; expected the id of one in lessons/claims, such as T46`},
	{"unknown lesson needed", "", "lesson.yaml", "needs: [handshake]", "needs: [handshakes]", `needs "handshakes", did you mean "handshake"?; expected the slug of another lesson`},
	{"misspelt kind in a place", "", "lesson.yaml", "at: 3rd SYN sent", "at: 3rd SIN sent", `"3rd SIN" is no segment, did you mean "SYN"?; expected one such as "2nd SYN-ACK from server"`},
	{"misspelt kind in a text", "", "en.md", "Its first message, the {SYN}", "Its first message, the {SIN}", `{SIN}; expected a kind of segment such as {SYN-ACK}, {key N}, {=value} or {v 4.12}`},
	{"misspelt field in a condition", "", "lesson.yaml", "goal: client.retransmits >= 2", "goal: client.retransmit >= 2", `"client.retransmit >= 2": column 8: a host has no retransmit; it has state, cwnd, ssthresh, rto, srtt, inflight, limited,`},
	{"misspelt key of a question", "", "lesson.yaml", "tick: 100ms", "tics: 100ms", `there is no field "tics", did you mean "tick"?`},
	{"misspelt key of an option", "", "lesson.yaml", "{key: double, is: 3s}", "{key: double, si: 3s}", `there is no field "si", did you mean "is"?`},
	{"as that does not go with it", "", "lesson.yaml", "as: axis", "as: order", `as: "order"; expected one of choose, number, axis for time-of`},
	{"unit that is none", "", "lesson.yaml", "unit: segments", "unit: segmets", `unit: "segmets", did you mean "segments"?; expected one of s, ms, us, segments, bytes, connections, times`},
	{"axis that is too short", "", "lesson.yaml", "end: 4s", "end: 900ms", `step "drop": end: the axis ends at 900ms and the engine answers 1s; expected a longer axis`},
	{"state in an option", "both-close", "lesson.yaml", "is: FIN_WAIT_2", "is: FIN_WAIT2", `option "fin-wait-2": is: "FIN_WAIT2" is no state, did you mean "FIN_WAIT_2"?; expected one of ESTABLISHED, SYN_SENT, SYN_RECV,`},
	{"segment in an option", "nobody-home", "lesson.yaml", "is: SYN-ACK from server", "is: SYNACK from server", `option "syn-ack": is: "SYNACK from server" is no answer to next-segment; expected a segment and its sender, such as "ACK from`},
	{"belief that is the truth", "", "lesson.yaml", "{key: steady, is: 6s}", "{key: steady, is: 7s}", `step "ladder": belief "steady" gives 7, which is the truth; expected another answer`},
	{"beliefs that are the same", "", "lesson.yaml", "{key: steady, is: 6s}", "{key: steady, is: 63s}", `step "ladder": beliefs "steady" and "doubling" both give 63; expected answers that can be told apart`},
	{"tab that is none", "", "lesson.yaml", "hide: [timers, why]", "hide: [timer, why]", `hide "timer", did you mean "timers"?; expected one of diagram, state, timers, window, queues, sysctl, header, shell, why, chart,`},
	{"row that is none", "accept-queue", "lesson.yaml", "highlight: [server.state]", "highlight: [server.stat]", `highlight "server.stat", did you mean "state"?; expected a host and a variable as the page names it, such as client.rto`},
	{"nothing to compare", "", "lesson.yaml", "compare: [give-up, sixty-three]", "compare: [giveup, sixty-three]", `compare "giveup", did you mean "give-up"?; expected this step or one before it`},
	{"misspelt setting", "", "lesson.yaml", "sysctl client net.ipv4.tcp_syn_retries = 2", "sysctl client net.ipv4.tcp_syn_retry = 2", `"sysctl client net.ipv4.tcp_syn_retry = 2": net.ipv4.tcp_syn_retry: no such setting; did you mean net.ipv4.tcp_syn_retries?`},
	{"setting out of its range", "", "lesson.yaml", "sysctl client net.ipv4.tcp_syn_retries = 2", "sysctl client net.ipv4.tcp_syn_retries = 2000", `"sysctl client net.ipv4.tcp_syn_retries = 2000": tcp_syn_retries: 2000 is above the largest value, 127`},
	{"slider without an edge", "", "lesson.yaml", "ask: {ask: time-of, what: client.errno == ETIMEDOUT}\n", "ask: {ask: time-of, what: 1st SYN sent}\n", `step "turn": param: every cell says 0s; expected a range with an edge in it`},
	{"slider that is too long", "", "lesson.yaml", "      to: 6\n", "      to: 600\n", `600 values from "1" to "600" by "1"; expected at most 8`},
	{"parameter that stands nowhere", "", "lesson.yaml", "tcp_syn_linear_timeouts = {linear}\"]}", "tcp_syn_linear_timeouts = 1\"]}", `{linear} stands nowhere; expected it in the scene as {linear=0}, in set, or in do`},
	{"step on no replay", "", "lesson.yaml", "at: client.errno == ETIMEDOUT\n    show: {compare", "at: client.errno == ETIMEDOUT\n    on: every\n    show: {compare", `on "every"; expected a step that ends in a replay`},
	{"value that cannot be read", "", "lesson.yaml", "values: {now: now as seconds}", "values: {now: now as secs}", `"now as secs": as "secs"; expected as seconds, or nothing`},
	{"value at a place that is none", "", "lesson.yaml", "now as seconds at 6th SYN sent", "now as seconds at 6th SIN sent", `"now as seconds at 6th SIN sent": at: "6th SIN" is no segment, did you mean "SYN"?; expected one such as "2nd SYN-ACK from server"`},
	{"drill that opens no step", "", "lesson.yaml", "step: give-up", "step: give-it-up", `step "give-it-up", did you mean "give-up"?; expected a step of this lesson, which a wrong answer opens`},
	{"drill with a belief that is always right", "", "lesson.yaml", `{key: same, is: "{retries}"}`, "{key: same, replay: [sysctl client net.ipv4.tcp_sack = 0]}", `drill "how-many": no fair draw in 60; expected values with which no belief gives the truth`},
	{"drill's name in the text", "", "en.md", "`tcp_syn_retries` is {retries} and", "`tcp_syn_retries` is {retrys} and", `{retrys}, did you mean "retries"?; expected one of [linear retries], which vary`},
	{"broken YAML", "", "lesson.yaml", "claims: [T46, T47, T48]", "claims: [T46, T47, T48", `',' or ']' must be specified`},
	{"a time in code", "", "en.md", "The wait before this one", "After `7s`, the wait before this one", "`7s` is a number in code, but no literal of the scene, of a move or of a setting; expected {=name}"},
	{"a sum in code", "", "zh-CN.md", "没有回音。程序", "`1 + 2 + 4` 秒没有回音。程序", "`1 + 2 + 4` is a number in code, but no literal of the scene, of a move or of a setting; expected {=name}"},
	{"words that count", "", "en.md", "The wait before this one", "After seven seconds, the wait before this one", `"seven seconds" counts by hand; expected {=name} with name among the step's values, or words without a number`},
	{"words that count, in Chinese", "", "zh-CN.md", "没有回音。程序", "三个报文段没有回音。程序", `"三个报文段" counts by hand; expected {=name} with name among the step's values, or words without a number`},
	{"unknown value", "", "en.md", "It waited for {=wait}.", "It waited for {=wiat}.", `{=wiat}, did you mean "wait"?; expected one of [wait] of this step's values, STEP.NAME of an earlier one, or an expression: column 1:`},
	{"value that is known later", "", "en.md", "You stand between them.\n\n### do", "It takes {=wait}.\n\n### do", `{=wait}: its value is known only afterwards; expected it in "### after" or beside an answer`},
	{"dead link to a rule", "", "en.md", "rule:rto.linear", "rule:rto.liner", `rule:rto.liner is no rule of the engine, did you mean "rto.linear"?; expected one such as rto.backoff`},
	{"link of an unknown sort", "", "en.md", "rule:rto.linear", "rules:rto.linear", `link to "rules:rto.linear"; expected rule:ID, sysctl:NAME, lesson:SLUG, claim:T46, scene:NAME or rfc:NUMBER#section-N`},
	{"option that says not why", "", "en.md", "  Nobody reports a lost message. The sender can only notice that no answer comes.\n", "", `option "told" does not say why; expected a paragraph below it`},
	{"option missing in one language", "", "zh-CN.md", "- `min` 这是 Linux 测到往返时间之后所用的最小超时。现在还什么都没测过。\n", "", "item `three`; expected `min` here (in lesson.yaml the keys are [rtt min three right])"},
	{"step missing in one language", "", "zh-CN.md", "## home: 同样的丢失，不同的等待\n", "", `no section for step "home"; expected "## home: Title" after this one`},
	{"unknown section", "", "en.md", "### hints", "### hint", `section "hint", did you mean "hints"?; expected one of story, student, engineer, do, ask, hints, param, goal, after`},
	{"hints that are no list", "", "en.md", "1. The button replays the run from its start.", "The button replays the run from its start.", `hints; expected an ordered list, from least to most: "1. …"`},
	{"a picture", "", "en.md", "Nobody told the client that its {SYN} was lost.", "![x](y.png)", `Image is not part of a lesson's text (docs/lessons.md lists what is)`},
	{"mistake in the scene", "", "scene.scene", "link client server delay 20ms", "link client servant delay 20ms", `no host is called "servant", expected client or server`},
}

// checked is what check says: loading first, then each level, then sliders and drills.
func checked(t *testing.T, in mistake) []error {
	slug := in.slug()
	l, err := Load(copyOf(t, slug, in.file, in.old, in.new), slug)
	if err != nil {
		return unjoin(err)
	}
	for _, level := range Levels {
		if errs := playAt(l, level, func(string, string, Predicted) {}); errs != nil {
			return errs
		}
	}
	if errs := l.playParams(); errs != nil {
		return errs
	}
	return l.playDrills()
}

var placed = regexp.MustCompile(`^[a-z-]+/([a-zA-Z.-]+):(\d+):\d+: (.*)$`)

// Every mistake is told where it is: file, line, column, what is wrong, and what would
// be accepted. One mistake is not many.
func TestMistakesPointAtThemselves(t *testing.T) {
	const near = 12 // lines: what is missing is told at what it belongs to
	for _, all := range [][]mistake{firstMistakes, moreMistakes} {
		for _, m := range all {
			t.Run(m.name, func(t *testing.T) {
				errs := checked(t, m)
				if len(errs) == 0 {
					t.Fatal("it is not found")
				}
				got := placed.FindStringSubmatch(errs[0].Error())
				if got == nil || !strings.HasPrefix(got[3], m.want) {
					t.Fatalf("told\n%v\nwant\n%s", errs[0], m.want)
				}
				line, _ := strconv.Atoi(got[2])
				if at := m.line(t); got[1] != m.file || line < at-near || line > at+near {
					t.Errorf("told of %s:%d; it is at %s:%d", got[1], line, m.file, at)
				}
				if said, ok := i18n.LessonMistake("zh-CN", got[3]); !ok && m.name != "broken YAML" { // the library's words
					t.Errorf("not in Chinese: %s", said)
				}
				if len(errs) > 3 {
					t.Errorf("%d mistakes are told: %v", len(errs), errs)
				}
			})
		}
	}
}

// line is where the mistake was made.
func (m mistake) line(t *testing.T) int {
	src, err := embedded.ReadFile(m.slug() + "/" + m.file)
	if err != nil {
		t.Fatal(err)
	}
	i, same := strings.Index(string(src), m.old), 0
	for same < min(len(m.old), len(m.new)) && m.old[same] == m.new[same] {
		same++
	}
	return 1 + strings.Count(string(src[:i+same]), "\n")
}

func (m mistake) slug() string {
	if m.in == "" {
		return "lost-syn"
	}
	return m.in
}
