package web

import (
	"encoding/json"
	"strings"
	"testing"

	"wirestep/web/proto"
)

// A try is one branch, named after it, and its sentence has the numbers of the run.
// Its moves are undone as one, and made again.
func TestTryAndItsMoves(t *testing.T) {
	s := open(t, nil)
	id := s.create(map[string]string{"sandbox": "plain"})
	status, answer, _ := s.get("/api/sessions/" + id + "/scene?lang=zh-CN")
	var doc sceneDoc
	if err := json.Unmarshal([]byte(answer), &doc); err != nil || status != 200 {
		t.Fatal(status, err, answer)
	}
	if len(doc.Tries) != 3 || doc.Own || doc.Tries[2].Button != "replay" || !strings.Contains(doc.Source, "host client") || !strings.Contains(doc.About, "TIME_WAIT") {
		t.Fatalf("%+v", doc)
	}
	p := s.join(id, "?lang=en")
	d := p.do(proto.Command{T: "try", Text: "less-patience"})
	said := ""
	for _, r := range d.Says {
		said += r.T + r.B + r.Kind
	}
	if said != "connect() returned ETIMEDOUT after 7 s and 5 more SYNs." {
		t.Errorf("it says %q", said)
	}
	branch := p.cursor.Branch
	if b := p.snap.Branches[branch]; b.Label != "Lose every SYN, with less patience" || p.frames[p.cursor.N].At != 7e9 {
		t.Errorf("%+v at %d", b, p.frames[p.cursor.N].At)
	}
	if f, g := p.frames[1], p.frames[2]; f.Also || !g.Also || g.Kind != "act" {
		t.Errorf("the two moves are not one act: %+v %+v", f, g)
	}

	p.do(proto.Command{T: "moves", Undo: []int32{1, 2}, Text: "undone"})
	undone := p.cursor.Branch
	off := p.snap.Branches[undone].Off
	if undone == branch || len(off) != 2 || off[0].Op != "drop every SYN from client" || !off[1].Also || p.frames[p.cursor.N].At > 7e9 {
		t.Fatalf("undone: branch %d, %+v", undone, off)
	}
	p.do(proto.Command{T: "moves", Redo: []proto.MoveRef{{Branch: off[0].Branch, N: off[0].N}, {Branch: off[1].Branch, N: off[1].N}}})
	if p.cursor.Branch != branch {
		t.Errorf("made again: branch %d, expected %d", p.cursor.Branch, branch)
	}

	p.refused("no-try", proto.Command{T: "try", Text: "fly"})
	p.refused("op", proto.Command{T: "moves", Undo: []int32{3}})
	p.refused("op", proto.Command{T: "moves"})

	// All of it is there after a restart.
	bundle, again, _ := s.get("/api/sessions/" + id + "/bundle")
	if bundle != 200 || !strings.Contains(again, "without "+"1.1, 1.2") || !strings.Contains(again, "step 1 also at 0s by you: sysctl") {
		t.Errorf("the bundle:\n%s", again)
	}
	other := s.join(s.create(withScene(again)), "")
	if got := other.snap.Branches[undone].Off; len(got) != 2 || got[0] != off[0] {
		t.Errorf("read again: %+v", got)
	}
}

// One stands where one stood: after undoing a move in the past at the same instant,
// and at the end of the run at the end.
func TestUndoStandsWhereOneStood(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	p := s.join(id, "")
	p.do(proto.Command{T: "until", Cond: "client.state == SYN_SENT"})
	p.do(proto.Command{T: "act", Op: "drop packet 1"})
	n := p.cursor.N
	p.do(proto.Command{T: "until", Cond: "now >= 1.02"})
	at := p.frames[p.cursor.N].At
	p.do(proto.Command{T: "moves", Undo: []int32{n}})
	if got := p.frames[p.cursor.N].At; got > at || p.cursor.Branch == 0 {
		t.Errorf("branch %d at %d, expected at most %d", p.cursor.Branch, got, at)
	}
	if next := p.snap.Next; len(next) > 0 && next[0].At <= at {
		t.Errorf("something is scheduled at %d, before %d", next[0].At, at)
	}
	p.do(proto.Command{T: "branch", Branch: new(int32), N: 0})
	p.do(proto.Command{T: "until", Cond: "false"})
	p.do(proto.Command{T: "moves", Undo: []int32{n}})
	var v struct{ N, Tip int32 }
	_, answer, _ := s.get("/api/sessions/" + id)
	if err := json.Unmarshal([]byte(answer), &v); err != nil || v.N != v.Tip {
		t.Errorf("stood at the end, and stands at %d of %d", v.N, v.Tip)
	}
	p.refused("end", proto.Command{T: "step"})
}

// A scene of one's own is told by the comment above it, and gets things to try.
func TestOwnSceneIsDescribed(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene("# One SYN,\n# and its answer.\n" + plain))
	_, answer, _ := s.get("/api/sessions/" + id + "/scene")
	var doc sceneDoc
	if err := json.Unmarshal([]byte(answer), &doc); err != nil {
		t.Fatal(err)
	}
	if !doc.Own || doc.About != "One SYN, and its answer." || len(doc.Tries) != 3 {
		t.Fatalf("%+v", doc)
	}
	p := s.join(id, "")
	for _, y := range doc.Tries {
		if d := p.do(proto.Command{T: "try", Text: y.ID}); len(d.Says) == 0 {
			t.Errorf("%s says nothing", y.ID)
		}
	}
}
