package web

import (
	"net/url"
	"strings"
	"testing"

	"wirestep/lessons"
)

// shownClaims are the ids of the claims that a page does not hide.
func shownClaims(page string) (ids []string) {
	for _, a := range strings.Split(page, "<article ")[1:] {
		tag, _, _ := strings.Cut(a, ">")
		_, id, _ := strings.Cut(tag, ` id="`)
		id, _, _ = strings.Cut(id, `"`)
		if !strings.Contains(tag, " hidden") {
			ids = append(ids, id)
		}
	}
	return ids
}

// Without scripts the claims narrow on the server, by words in either language, by
// verdict and by topic; every claim has its anchor.
func TestClaimsNarrow(t *testing.T) {
	s := open(t, nil)
	_, page, _ := s.get("/claims")
	if got := shownClaims(page); len(got) != len(s.library.claims) || len(got) < 100 {
		t.Fatalf("%d claims are shown, of %d", len(got), len(s.library.claims))
	}
	for query, want := range map[string]string{
		"q=63+s": "T48", "q=tcp_tw_recycle&verdict=before": "T23", "q=" + url.QueryEscape("全连接队列"): "T43", "topic=flow&verdict=false": "T67",
	} {
		_, page, _ := s.get("/claims?" + query)
		got := shownClaims(page)
		if !strings.Contains(strings.Join(got, " "), want) || len(got) > 30 {
			t.Errorf("%s shows %v, expected %s among few", query, got, want)
		}
	}
	for _, query := range []string{"verdict=nonsense", "topic=%00", "verdict=since"} {
		if status, _, _ := s.get("/claims?" + query); status != 200 {
			t.Errorf("%s is answered with %d", query, status)
		}
	}
	if _, page, _ := s.get("/claims?q=xyzzy"); len(shownClaims(page)) != 0 || strings.Contains(page, `data-nothing hidden`) {
		t.Error("nothing is found, and nothing says so")
	}
}

// Play it opens the lab on the claim's scene, with the play head where one looks.
func TestClaimsArePlayed(t *testing.T) {
	s := open(t, nil)
	for _, c := range s.library.claims {
		status, _, h := s.get("/claims/" + c.ID + "/play")
		if c.Scene == "" {
			if status != 404 {
				t.Errorf("%s has no scene, and play answers %d", c.ID, status)
			}
			continue
		}
		n, err := c.Look()
		if err != nil {
			t.Fatal(err)
		}
		to := h.Get("Location")
		if status != 303 || n < 1 || !strings.HasPrefix(to, "/lab?scene="+c.Name()+"&n=") {
			t.Errorf("%s is answered with %d, %q; it is looked at after %d events", c.ID, status, to, n)
		}
	}
	id := s.create(map[string]any{"sandbox": "claim-t48", "n": 5})
	if _, page, _ := s.get("/lab/" + id); !strings.Contains(page, "gives up") {
		t.Error("the session of a claim is not called after it")
	}
	if status, _, _ := s.get("/claims/T03/play"); status != 404 {
		t.Errorf("a claim that there is not is answered with %d", status)
	}
}

// The search of every page finds claims.
func TestClaimsAreFound(t *testing.T) {
	s := open(t, nil)
	for q, want := range map[string]string{"gives up 63": "/claims#T48", "三次握手成功之后": "/claims#T77"} {
		if got := strings.Join(s.search(q, "en"), " "); !strings.Contains(got, want) {
			t.Errorf("%q finds %s", q, got)
		}
	}
}

// A claim is written in both languages with the same marks of code, so that neither
// lacks a name that the other has.
func TestClaimsNameTheSame(t *testing.T) {
	names := func(in []lessons.Span) map[string]bool {
		out := map[string]bool{}
		for _, s := range in {
			if strings.Contains(s.Code, "_") {
				out[s.Code] = true
			}
		}
		return out
	}
	for _, c := range open(t, nil).library.claims {
		for _, text := range []map[string][]lessons.Span{c.Said, c.Is, c.On} {
			en, zh := names(text["en"]), names(text["zh-CN"])
			for n := range en {
				if !zh[n] {
					t.Errorf("%s: %s stands in English alone", c.ID, n)
				}
			}
			for n := range zh {
				if !en[n] {
					t.Errorf("%s: %s stands in Chinese alone", c.ID, n)
				}
			}
		}
	}
}

// The strip of a claim shows what its scene does: the SYN eleven times on an axis of
// 131 s, and TIME_WAIT as a band of a minute.
func TestClaimStrips(t *testing.T) {
	s := open(t, nil)
	all := s.library.strips()
	for _, c := range s.library.claims {
		if c.Scene == "" {
			continue
		}
		if st := all[c.ID]; st == nil || (st.draw("en") == nil) != (st.end == 0) {
			t.Errorf("%s has no strip", c.ID) // one in which no time passes needs none
		}
	}
	syns := all["T48"].draw("en")
	if m := syns.Rows[0].Marks; len(m) != 1 || m[0].Kind != "SYN" || strings.Count(m[0].D, "M") != 11 || !strings.Contains(syns.Label, "client: 11 SYN") {
		t.Errorf("the SYNs are %+v, %q", m, syns.Label)
	}
	wait := all["W05"].draw("en").Rows[0].Bands
	if last := wait[len(wait)-1]; last.Name != "TIME_WAIT" || last.Width < 0.95*stripWidth {
		t.Errorf("TIME_WAIT is %+v, expected nearly all of the minute", last)
	}
	for end, want := range map[float64]int{131: 6, 0.04: 4, 60: 6, 1: 5} {
		if got := ticksTo(end); len(got) < want-2 || len(got) > want+1 || got[0] != 0 {
			t.Errorf("%g s is marked at %v", end, got)
		}
	}
}
