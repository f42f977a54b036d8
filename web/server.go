// Package web serves Wirestep: pages, and sessions over HTTP.
//
//	browser ── HTTP ──▶ Server ─▶ session.Hub ─▶ a session
//	        ◀─ stream ─ session.Subscriber ◀────┘
//
// What a session is and does stands in web/session, which knows none of this. Here are
// the pages, the API, the stream that carries a subscriber's messages, and the numbers
// of HTTP for what sessions refuse.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"wirestep/web/session"
)

// Server is one web server.
type Server struct {
	conf     Config
	log      *slog.Logger
	hub      *session.Hub
	library  *library
	handler  http.Handler
	draining atomic.Bool
	streams  sync.WaitGroup // sockets that are open
	metrics  metrics
	drills   chan struct{} // scripts that run now
	judges   chan struct{} // drafts of lessons that are judged now
}

// New returns a server that is ready to Serve.
func New(conf Config) *Server {
	conf.fill()
	s := &Server{conf: conf, log: conf.Log, drills: make(chan struct{}, maxScripts), judges: make(chan struct{}, maxJudges)}
	s.hub = session.NewHub(conf.sessions(), &s.metrics.Counts)
	s.library = newLibrary(conf)
	s.handler = s.routes()
	return s
}

// ServeHTTP lets a Server stand wherever a handler does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers on l until ctx ends, then says goodbye to every page, finishes
// what has begun, and returns.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	hs := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second, // streams have left these behind when they are upgraded
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- hs.Serve(l) }()
	expire := time.NewTicker(expireEvery)
	defer expire.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case now := <-expire.C:
			if _, err := s.conf.Journal.Expire(ctx, now.Add(-s.conf.Limits.Keep)); err != nil {
				s.log.Error("old sessions were not removed", "err", err)
			}
		case <-ctx.Done():
			return s.drain(hs)
		}
	}
}

// drain: readyz answers no, pages hear why and come back elsewhere or later,
// requests that have begun are finished.
func (s *Server) drain(hs *http.Server) error {
	s.draining.Store(true)
	s.log.Info("draining", "sessions", s.hub.Count())
	s.hub.Drain()
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	err := hs.Shutdown(ctx)
	closed := make(chan struct{})
	go func() { s.streams.Wait(); close(closed) }()
	select {
	case <-closed:
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
	}
	return err
}
