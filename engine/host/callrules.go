package host

import "wirestep/engine/trace"

// Rules of the socket layer: what a call found, and why it waits.

var socketRule = trace.Declare(trace.Rule{
	ID:    "call.socket",
	Says:  "A socket is made. It is CLOSED: it has no address, no peer and no timer yet.",
	RFC:   trace.Cites("RFC 9293 §3.9.1"),
	Linux: "inet_create",
})

var bindRule = trace.Declare(trace.Rule{
	ID:    "call.bind",
	Says:  "The socket is given its local address and port.",
	RFC:   trace.Cites("RFC 9293 §3.9.1"),
	Linux: "inet_bind",
})

var optionRule = trace.Declare(trace.Rule{
	ID:      "call.option",
	Says:    "An option of the socket is set or read.",
	Linux:   "do_tcp_setsockopt",
	Differs: "The RFC leaves options to the system.",
})

var acceptRule = trace.Declare(trace.Rule{
	ID:    "call.accept",
	Says:  "accept() takes the connection that has waited longest. If none waits, the call does.",
	RFC:   trace.Cites("RFC 9293 §3.9.1"),
	Linux: "inet_csk_accept",
})

var connectDone = trace.Declare(trace.Rule{
	ID:    "call.connect-returns",
	Says:  "connect() has waited for the handshake, and returns now that it is decided.",
	RFC:   trace.Cites("RFC 9293 §3.9.1"),
	Linux: "inet_wait_for_connect",
})

var connectWait = trace.Declare(trace.Rule{
	ID:    "call.connect-waits",
	Says:  "The SYN has left. A blocking connect() waits until the handshake is complete or has failed.",
	RFC:   trace.Cites("RFC 9293 §3.9.1"),
	Linux: "inet_wait_for_connect",
})

var readWait = trace.Declare(trace.Rule{
	ID:    "call.read-waits",
	Says:  "A blocking read() needs at least one byte, the end of the data, or an error. There is none yet, so it waits.",
	RFC:   trace.Cites("RFC 9293 §3.9.1"),
	Linux: "sk_wait_data",
})

var readEOF = trace.Declare(trace.Rule{
	ID:    "call.read-eof",
	Says:  "The peer's FIN has been taken, and everything before it has been read: read() returns 0, which means end of file.",
	RFC:   trace.Cites("RFC 9293 §3.10.3"),
	Linux: "tcp_recvmsg_locked",
})

var writeWait = trace.Declare(trace.Rule{
	ID:    "call.write-waits",
	Says:  "The send buffer is full. A blocking write() waits until a third of it is free.",
	RFC:   trace.Cites("RFC 9293 §3.9.1"),
	Linux: "sk_stream_wait_memory",
})

var closeWait = trace.Declare(trace.Rule{
	ID:      "call.close-waits",
	Says:    "SO_LINGER is set: close() waits until the FIN is acknowledged, or its time is over.",
	Linux:   "sk_stream_wait_close",
	Differs: "RFC 9293 knows no such option.",
})

var pollRule = trace.Declare(trace.Rule{
	ID:      "call.poll",
	Says:    "poll() asks whether the socket is ready, and waits until it is.",
	Linux:   "tcp_poll",
	Differs: "Not part of TCP.",
})

var killRule = trace.Declare(trace.Rule{
	ID:      "call.exit",
	Says:    "The process ends. The kernel closes every descriptor that it held, as close() would.",
	Linux:   "do_exit",
	Differs: "Not part of TCP.",
})

var badSocket = trace.Declare(trace.Rule{
	ID:      "call.bad-descriptor",
	Says:    "The variable names no open socket.",
	Linux:   "sockfd_lookup_light",
	Differs: "Not part of TCP.",
})

var listenAgain = trace.Declare(trace.Rule{
	ID:      "call.listen-again",
	Says:    "listen() on a socket that listens already only sets its backlog anew: who waits in the queues goes on waiting.",
	Linux:   "__inet_listen_sk",
	Differs: "RFC 9293 knows no queues.",
})

var listenStop = trace.Declare(trace.Rule{
	ID:    "listen.stop",
	Says:  "Nobody listens any more. Connections that wait for accept() are reset; half-open requests will go in silence, each with its next segment or timer.",
	RFC:   trace.Cites("RFC 9293 §3.10.4"),
	Linux: "inet_csk_listen_stop",
})
