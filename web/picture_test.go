package web

import (
	"strings"
	"testing"

	"wirestep/web/proto"
)

// The picture that needs no script has the states and the timers of the run, and
// every label lies along its arrow.
func TestPictureHasBandsTimersAndLabels(t *testing.T) {
	s := open(t, nil)
	id := s.create(map[string]string{"sandbox": "plain"})
	s.join(id, "").do(proto.Command{T: "until", Cond: "false"})
	status, svg, _ := s.get("/api/sessions/" + id + "/diagram.svg")
	if status != 200 {
		t.Fatalf("%d %s", status, svg)
	}
	for _, want := range []string{
		">SYN_SENT<", ">ESTABLISHED<", ">FIN_WAIT_1<", ">TIME_WAIT<", ">LISTEN<", ">SYN_RECV<", ">LAST_ACK<",
		">RTO timer · 1 s<", ">TIME_WAIT timer", ">60.32 s<",
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("%s is not in the picture", want)
		}
	}
	arrows := strings.Split(svg, `<g class="arrow"`)[1:]
	if len(arrows) < 10 {
		t.Fatalf("%d arrows", len(arrows))
	}
	for _, a := range arrows {
		if !strings.Contains(a, `transform="rotate(`) || strings.Contains(a, `transform="rotate(0.0`) {
			t.Errorf("a label does not lie along its arrow: %.300s", a)
		}
	}
	_, zh, _ := s.get("/api/sessions/" + id + "/diagram.svg?lang=zh-CN")
	if !strings.Contains(zh, ">重传定时器") || strings.Contains(zh, ">RTO timer") {
		t.Error("the timers are not in the reader's language")
	}
}
