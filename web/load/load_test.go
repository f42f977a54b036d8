package load

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wirestep/web"
)

// A small class: nothing is lost, everybody sees every step, and the server's own numbers are read.
func TestRun(t *testing.T) {
	s := httptest.NewServer(web.New(web.Config{}))
	defer s.Close()
	f, err := Run(t.Context(), Plan{URL: s.URL, Sessions: 2, Followers: 5, Idle: 3, Hogs: 1, Rate: 20, For: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if f.Acknowledged < 2 || f.Lost+f.Refused+f.LeftBehind+f.Gone > 0 || f.Hogged == 0 {
		t.Errorf("%d steps acknowledged, %d lost, %d refused, %d followers behind, %d sessions gone, %d long runs", f.Acknowledged, f.Lost, f.Refused, f.LeftBehind, f.Gone, f.Hogged)
	}
	if f.Step.At(0.5) == 0 || f.Follower.At(0.99) < f.Follower.At(0.5) || f.Open.At(1) == 0 || f.Server.Sent == 0 {
		t.Errorf("step %s, follower %s, open %s, %+v", &f.Step, &f.Follower, &f.Open, f.Server)
	}
}

// Load is put on this machine only, and never more than the bounds.
func TestCheck(t *testing.T) {
	good := Plan{URL: "http://127.0.0.1:8080", Sessions: 1, Rate: 1, For: time.Second}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for says, change := range map[string]func(*Plan){
		"this machine only": func(p *Plan) { p.URL = "http://192.0.2.1:8080" },
		"-url":              func(p *Plan) { p.URL = "https://localhost" },
		"-sessions":         func(p *Plan) { p.Sessions = MaxSessions + 1 },
		"-rate":             func(p *Plan) { p.Rate = 0 },
		"-seconds":          func(p *Plan) { p.For = 2 * MaxFor },
		"without -sessions": func(p *Plan) { p.Sessions, p.Followers = 0, 1 },
	} {
		p := good
		change(&p)
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, expected something about %q", p, err, says)
		}
	}
}
