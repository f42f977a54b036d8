package web

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"golang.org/x/time/rate"

	"wirestep/engine"
	"wirestep/web/session"
)

var tokenRE = regexp.MustCompile(`^[A-Za-z0-9_-]{8,40}$`)

// stream is GET /stream/{id}.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		s.fail(w, r, refuse(http.StatusServiceUnavailable, "drain"))
		return
	}
	s.streams.Add(1)
	defer s.streams.Done()
	sock, err := accept(w, r, s.conf.Origins)
	if err != nil {
		return // it has answered
	}
	defer sock.Drop()
	q := r.URL.Query()
	token := q.Get("client")
	if !tokenRE.MatchString(token) {
		token = session.NewID()
	}
	// A hijacked request has no context that ends with the connection.
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	wt, id := session.NewSubscriber(token, langOf(r), q.Get("key")), chi.URLParam(r, "id")
	have, branch := number(q.Get("have")), number(q.Get("branch"))
	err = s.hub.With(ctx, id, func(st *session.State) { st.Join(wt, engine.BranchID(branch), engine.StepNo(have)) })
	if err != nil {
		wt.Close(s.noEntry(r, wt, err))
		s.write(ctx, sock, wt, id)
		return
	}
	s.metrics.sockets.Add(1)
	defer s.metrics.sockets.Add(-1)
	defer s.hub.Leave(ctx, id, wt)
	go func() {
		defer cancel()
		s.write(ctx, sock, wt, id)
	}()
	go ping(ctx, cancel, sock)
	s.read(ctx, sock, wt, id)
}

// number reads a parameter; what is none is -1, which no branch or step has.
func number(s string) int32 {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 0 {
		return -1
	}
	return int32(n)
}

// noEntry tells a page why it cannot have the session: a page cannot read the
// body of a refused upgrade.
func (s *Server) noEntry(r *http.Request, w *session.Subscriber, err error) *session.CloseFrame {
	switch p := s.asProblem(r, err); p.Code {
	case "no-session":
		return session.ClosingFor("expired", w.Lang, session.CloseDone, &p.Refusal)
	case "drain":
		return session.Closing("drain", w.Lang, session.CloseRestart)
	case "many-sessions":
		return session.ClosingFor("busy", w.Lang, session.ClosePolicy, &p.Refusal)
	}
	return session.Closing("broken", w.Lang, session.CloseBroken)
}

// read takes commands until the connection ends.
func (s *Server) read(ctx context.Context, sock *Socket, w *session.Subscriber, id string) {
	limit := rate.NewLimiter(rate.Limit(s.conf.Limits.Commands), 2*s.conf.Limits.Commands)
	for {
		b, err := sock.read(ctx)
		if errors.Is(err, errTooBig) {
			w.Close(session.ClosingFor("protocol", w.Lang, session.ClosePolicy, session.Cannot("too-big", "max", maxMessage)))
			<-ctx.Done() // the writer says it and ends the connection
			return
		}
		if err != nil {
			return
		}
		c, err := session.DecodeCommand(b)
		if err != nil {
			w.Close(session.ClosingFor("protocol", w.Lang, session.ClosePolicy, session.Cannot("protocol", "what", err.Error())))
			<-ctx.Done()
			return
		}
		if !limit.Allow() {
			s.metrics.Refused.Add(1)
			w.Answer(session.Failed(c.ID, w.Lang, session.Cannot("rate", "max", s.conf.Limits.Commands)))
			continue
		}
		if err := s.hub.With(ctx, id, func(st *session.State) { st.CarryOut(w, c) }); err != nil {
			w.Close(session.Closing("drain", w.Lang, session.CloseRestart)) // unless the session said another goodbye
			<-ctx.Done()
			return
		}
	}
}

// write sends what waits for a page, until the end of one of them.
func (s *Server) write(ctx context.Context, sock *Socket, w *session.Subscriber, id string) {
	for {
		messages, end, behind, err := w.Next(ctx)
		switch {
		case err != nil:
			return
		case behind:
			s.metrics.lagged.Add(1)
			if s.hub.With(ctx, id, func(st *session.State) { st.CatchUp(w) }) != nil {
				return
			}
			continue
		case end != nil:
			if end.Message != nil {
				sock.send([][]byte{end.Message})
			}
			sock.Close(end.Code, end.Why)
			return
		}
		n, err := sock.send(messages)
		s.metrics.sent.Add(n)
		if err != nil {
			return
		}
	}
}

// ping ends a connection whose other side is gone without a word.
func ping(ctx context.Context, cancel context.CancelFunc, sock *Socket) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if sock.ping(ctx) != nil {
				cancel()
				return
			}
		}
	}
}
