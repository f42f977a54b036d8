package web

import (
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/httprate"

	"wirestep/i18n"
)

// policy is what our pages may load: only what this server sends.
func (s *Server) policy() string {
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'", "font-src 'self'",
		"base-uri 'none'", "form-action 'self'", "frame-ancestors " + s.conf.FrameAncestors,
		"require-trusted-types-for 'script'", "trusted-types 'none'",
	}, "; ")
}

func (s *Server) secure(next http.Handler) http.Handler {
	policy := s.policy()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic of a handler into an answer; sessions look after theirs.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == http.ErrAbortHandler {
				panic(v)
			}
			if v != nil {
				s.log.Error("handler panicked", "method", r.Method, "path", r.URL.Path, "panic", v, "stack", string(debug.Stack()))
				s.fail(w, r, refuse(http.StatusInternalServerError, "internal"))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// logged writes down every request but those that only ask whether we are well.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		next.ServeHTTP(w, r)
		if p := r.URL.Path; p != "/healthz" && p != "/readyz" && p != "/metrics" {
			s.log.Debug("request", "method", r.Method, "path", p, "took", time.Since(began))
		}
	})
}

// ownPagesOnly refuses what another site's page makes a browser send.
func (s *Server) ownPagesOnly(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, refuse(http.StatusForbidden, "origin"))
	}))
	return guard.Handler(next)
}

// bounded limits how much a body may hold.
func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// seldom limits how often one address may make something.
func (s *Server) seldom() func(http.Handler) http.Handler { return s.atMost(s.conf.Limits.Requests) }

// often limits how often it may ask what a page asks while somebody types.
func (s *Server) often() func(http.Handler) http.Handler {
	return s.atMost(10 * s.conf.Limits.Requests)
}

func (s *Server) atMost(aMinute int) func(http.Handler) http.Handler {
	return httprate.LimitBy(aMinute, time.Minute,
		func(r *http.Request) (string, error) { return s.addressOf(r), nil },
		httprate.WithLimitHandler(func(w http.ResponseWriter, r *http.Request) {
			s.fail(w, r, refuse(http.StatusTooManyRequests, "many-requests"))
		}))
}

// addressOf is who sent a request, as far as limits care. Behind a proxy that the
// operator names a header of, it is the last address there: the one that the
// proxy itself has seen; those before it are the client's to make up.
func (s *Server) addressOf(r *http.Request) string {
	if h := s.conf.AddressHeader; h != "" {
		all := strings.Split(r.Header.Get(h), ",")
		if last := strings.TrimSpace(all[len(all)-1]); last != "" {
			return httprate.CanonicalizeIP(last)
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return httprate.CanonicalizeIP(host) // of IPv6 the network: a house has many addresses
}

// langOf is the language of a request: as the address says, as it said before,
// as the browser is set.
func langOf(r *http.Request) string {
	if l := r.URL.Query().Get("lang"); i18n.Known(l) {
		return l
	}
	if c, err := r.Cookie("lang"); err == nil && i18n.Known(c.Value) {
		return c.Value
	}
	return i18n.Match(r.Header.Get("Accept-Language"))
}

// rememberLang keeps the language that the address says.
func rememberLang(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l := r.URL.Query().Get("lang"); r.URL.RawQuery != "" && i18n.Known(l) {
			http.SetCookie(w, &http.Cookie{Name: "lang", Value: l, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode, HttpOnly: true})
		}
		next.ServeHTTP(w, r)
	})
}
