//lint:file-ignore SA1019 nhooyr.io/websocket is frozen; this is the only file that names it, see docs/design.md

package web

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
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
type Socket struct {
	conn *websocket.Conn
	line *line // under it; nil at a client
}

// line is the connection under a WebSocket of ours. The library writes what it has to
// (pings, pongs, the end), each in one piece, and messages go past it: a message of a server
// is a header of at most ten bytes and the bytes that everybody gets (RFC 6455 section 5.2),
// so the same slice is sent to a whole class, uncopied, all that waits for a page in one
// system call, and without the library's goroutine being told of a deadline twice.
type line struct {
	net.Conn
	mu sync.Mutex
}

func (l *line) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Conn.Write(b)
}

// hijacked gives the library a line in place of the connection that it takes over.
type hijacked struct {
	http.ResponseWriter
	line *line
}

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.line = &line{Conn: c}
	return h.line, bufio.NewReadWriter(rw.Reader, bufio.NewWriterSize(h.line, 512)), nil
}

// send writes text messages, all or an error: then the connection is of no more use. It
// returns how many bytes of messages were written.
func (s *Socket) send(messages [][]byte) (n int64, err error) {
	var pieces net.Buffers
	for _, m := range messages {
		pieces = append(pieces, header(len(m)), m)
		n += int64(len(m))
	}
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	if err := s.line.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	if _, err := pieces.WriteTo(s.line.Conn); err != nil {
		return 0, err
	}
	return n, s.line.SetWriteDeadline(time.Time{})
}

// header is what stands before the bytes of one whole text message.
func header(n int) []byte {
	const text = 0x81 // FIN and the opcode
	switch {
	case n < 126:
		return []byte{text, byte(n)}
	case n < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{text, 126}, uint16(n))
	}
	return binary.BigEndian.AppendUint64([]byte{text, 127}, uint64(n))
}

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
	return &Socket{conn: c}, nil
}

// CloseCode is the code that the other side closed with, or -1.
func CloseCode(err error) int { return int(websocket.CloseStatus(err)) }

// accept upgrades a request. Pages of our own host may connect, and those of
// origins: bare hosts, since a pattern with a scheme never matches.
func accept(w http.ResponseWriter, r *http.Request, origins []string) (*Socket, error) {
	h := &hijacked{ResponseWriter: w}
	c, err := websocket.Accept(h, r, &websocket.AcceptOptions{
		OriginPatterns:  origins,
		CompressionMode: websocket.CompressionDisabled, // it costs more than a megabyte a connection
	})
	if err != nil {
		return nil, err
	}
	c.SetReadLimit(-1) // read has its own, with an answer that the page can show
	return &Socket{c, h.line}, nil
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

// Write sends one text message as a page does.
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
