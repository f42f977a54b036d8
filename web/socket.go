//lint:file-ignore SA1019 nhooyr.io/websocket is frozen; this is the only file that names it, see docs/design.md

package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"nhooyr.io/websocket"
)

const (
	maxMessage   = 64 << 10
	writeTimeout = 60 * time.Second // a snapshot over a slow line takes its time
	pingEvery    = 20 * time.Second
	pongWithin   = 60 * time.Second
)

// errTooBig ends a connection whose message is longer than maxMessage.
var errTooBig = fmt.Errorf("a message is longer than %d bytes", maxMessage)

// Socket is one WebSocket. One goroutine reads, one writes; Close is for both.
type Socket struct{ conn *websocket.Conn }

// Dial opens a stream as a page does; origin is the page's, or empty.
func Dial(ctx context.Context, url, origin string) (*Socket, error) {
	o := &websocket.DialOptions{HTTPHeader: http.Header{}}
	if origin != "" {
		o.HTTPHeader.Set("Origin", origin)
	}
	c, _, err := websocket.Dial(ctx, url, o)
	if err != nil {
		return nil, err
	}
	c.SetReadLimit(64 << 20) // a snapshot is as long as it is
	return &Socket{c}, nil
}

// CloseCode is the code that the other side closed with, or -1.
func CloseCode(err error) int { return int(websocket.CloseStatus(err)) }

// accept upgrades a request. Pages of our own host may connect, and those of
// origins: bare hosts, since a pattern with a scheme never matches.
func accept(w http.ResponseWriter, r *http.Request, origins []string) (*Socket, error) {
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		OriginPatterns:  origins,
		CompressionMode: websocket.CompressionDisabled, // it costs more than a megabyte a connection
	})
	if err != nil {
		return nil, err
	}
	c.SetReadLimit(-1) // read has its own, with an answer that the page can show
	return &Socket{c}, nil
}

// Read returns the next message.
func (s *Socket) Read(ctx context.Context) ([]byte, error) {
	_, b, err := s.conn.Read(ctx)
	return b, err
}

// read returns the next message that a page sent, or errTooBig.
func (s *Socket) read(ctx context.Context) ([]byte, error) {
	_, r, err := s.conn.Reader(ctx)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(r, maxMessage+1))
	if err == nil && len(b) > maxMessage {
		err = errTooBig
	}
	return b, err
}

// Write sends one text message.
func (s *Socket) Write(ctx context.Context, b []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, b)
}

// ping asks the other side for a sign of life; somebody must be reading.
func (s *Socket) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pongWithin)
	defer cancel()
	return s.conn.Ping(ctx)
}

// Close says goodbye with a code and waits a moment for the answer.
func (s *Socket) Close(code int, why string) {
	s.conn.Close(websocket.StatusCode(code), why)
}

// Drop ends the connection without a word.
func (s *Socket) Drop() { s.conn.CloseNow() }
