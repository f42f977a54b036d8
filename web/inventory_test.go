package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wirestep/lessons"
)

// The inventory asks in both languages and holds no answer; the server judges what is sent.
func TestInventoryIsJudged(t *testing.T) {
	s := open(t, nil)
	all, err := lessons.Inventory()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range lessons.Langs {
		_, page, _ := s.get("/inventory?lang=" + lang)
		if n := strings.Count(page, "<fieldset"); n != len(all) {
			t.Errorf("%s: %d questions, want %d", lang, n, len(all))
		}
		if strings.Contains(page, "/play") || strings.Contains(page, "data-inventory") || strings.Contains(page, "checked") {
			t.Errorf("%s: the page holds answers before it was asked", lang)
		}
	}
	form := url.Values{}
	for i, c := range all {
		switch {
		case i == 0: // not answered
		case i < 11:
			form.Set(c.ID, c.Verdict)
			if i < 4 {
				form.Set(c.ID+".why", strconv.Itoa(slices.Index(c.Order(), 0)+1))
			} else {
				form.Set(c.ID+".why", strconv.Itoa(slices.Index(c.Order(), 1)+1))
			}
		default:
			form.Set(c.ID, "nonsense")
		}
	}
	status, page, _ := s.send(http.MethodPost, "/inventory", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	if want := `data-inventory="10/30/3"`; status != http.StatusOK || !strings.Contains(page, want) {
		t.Errorf("status %d: no %s", status, want)
	}
}
