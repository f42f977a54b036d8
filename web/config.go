package web

import (
	"io"
	"log/slog"
	"time"

	"wirestep/web/journal"
	"wirestep/web/session"
)

// Config is what a server is made of.
type Config struct {
	Journal        journal.Journal
	Limits         Limits
	Lessons        string   // a folder of lessons beside those that are built in; "": none
	FrameAncestors string   // who may show our pages in a frame: a list of sources as CSP takes it
	Origins        []string // hosts besides our own whose pages may open streams
	AddressHeader  string   // header in which a proxy tells the client's address; "" when there is no proxy
	Log            *slog.Logger
}

// Limits are what an operator allows. Reaching one is answered in plain words.
type Limits struct {
	session.Limits
	Keep     time.Duration // after which a session that nobody used leaves the journal
	Commands int           // a second from one page, twice as many in a burst
	Requests int           // a minute from one address, of those that make something
}

// DefaultLimits suit one machine and a few classes.
var DefaultLimits = Limits{
	Limits: session.Limits{Sessions: 2000, PerAddress: 400, Sockets: 64, Followers: 2500, Steps: 20_000, Memory: 1 << 30, Idle: 30 * time.Minute},
	Keep:   30 * 24 * time.Hour, Requests: 600, Commands: 40,
}

// What no operator needs to change.
const (
	maxBody     = 300 << 10 // a scene has at most 256 KiB
	expireEvery = 10 * time.Minute
)

// sessions is what of it concerns sessions.
func (c *Config) sessions() session.Config {
	return session.Config{Journal: c.Journal, Limits: c.Limits.Limits, Log: c.Log}
}

func (c *Config) fill() {
	if c.Journal == nil {
		c.Journal = journal.NewMemory(time.Now)
	}
	if c.Limits == (Limits{}) {
		c.Limits = DefaultLimits
	}
	if c.FrameAncestors == "" {
		c.FrameAncestors = "'self'"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
}
