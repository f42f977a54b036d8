package find

// target is something to look for. scene is a file of the sandbox, of a lesson or of
// the golden scenes; moves, on and most are as on the command line, 0 meaning 2.
type target struct {
	scene, to string
	moves, on string
	most      int
	settings  []string
}

const (
	sandbox = "../../lessons/sandbox/"
	golden  = "../testdata/golden/"
	lesson  = "../../lessons/"
)

var targets = []target{
	// what a call returns
	{scene: sandbox + "plain", to: "client.errno == ECONNRESET"},
	{scene: sandbox + "plain", to: "client.errno == ECONNREFUSED"},
	{scene: sandbox + "plain", to: "client.errno == EPIPE"},
	{scene: sandbox + "plain", to: "server.errno == ECONNRESET"},
	{scene: sandbox + "plain", to: "server.errno == EPIPE"},
	{scene: sandbox + "plain", to: "client.errno == ETIMEDOUT"},
	{scene: golden + "syn-retries-classic", to: "client.errno == ECONNREFUSED"},
	{scene: sandbox + "plain", to: "client.errno == ETIMEDOUT", moves: "drop", settings: []string{"client net.ipv4.tcp_syn_retries = 1", "client net.ipv4.tcp_syn_linear_timeouts = 0"}, most: 3},
	{scene: golden + "time-wait-no-reuse", to: "client.errno == EADDRNOTAVAIL", moves: "drop,delay"},
	// states
	{scene: sandbox + "plain", to: "client.state == ESTABLISHED && server.state == CLOSED"},
	{scene: sandbox + "plain", to: "client.state == CLOSED && server.state == ESTABLISHED"},
	{scene: sandbox + "plain", to: "server.state == TIME_WAIT"},
	{scene: sandbox + "plain", to: "client.state == CLOSING"},
	{scene: sandbox + "plain", to: "client.state == TIME_WAIT && server.state == TIME_WAIT"},
	{scene: sandbox + "plain", to: "server.state == FIN_WAIT_2"},
	{scene: sandbox + "plain", to: "client.state == LAST_ACK"},
	{scene: sandbox + "plain", to: "client.state == CLOSE_WAIT && now > 5", moves: "drop,delay,dup,hold"},
	{scene: sandbox + "plain", to: "end server.state == CLOSE_WAIT", moves: "drop,call"},
	{scene: sandbox + "plain", to: "client.state == FIN_WAIT_2 && now > 1"},
	{scene: sandbox + "plain", to: "now >= 1 && server.state == SYN_RECV"},
	{scene: sandbox + "plain", to: "client.state == SYN_SENT && server.state == SYN_RECV && now >= 3", moves: "drop,delay,dup,hold"},
	{scene: sandbox + "plain", to: "client.state == TIME_WAIT && now < 0.2"},
	{scene: sandbox + "plain", to: "end client.state == CLOSED && now < 10"},
	{scene: sandbox + "plain", to: "end server.state == ESTABLISHED && client.state == CLOSED", moves: "drop,delay,call"},
	{scene: sandbox + "plain", to: "end client.state == ESTABLISHED && server.state == CLOSED", moves: "drop,dup,call"},
	// how a connection opens
	{scene: sandbox + "simultaneous-open", to: "left.state == SYN_RECV && right.state == SYN_RECV", moves: "drop,delay"},
	{scene: sandbox + "simultaneous-open", to: "left.errno == ECONNREFUSED"},
	{scene: sandbox + "simultaneous-open", to: "left.state == ESTABLISHED && right.state == SYN_RECV && now > 0.9"},
	{scene: sandbox + "simultaneous-open", to: "left.states.TIME_WAIT == 1 && right.states.TIME_WAIT == 0"},
	{scene: sandbox + "plain", to: `client.counters["TcpExtTCPSynRetrans"] >= 2`},
	{scene: sandbox + "plain", to: `server.counters["TcpExtTCPReqQFullDoCookies"] >= 1`, moves: "drop,delay,dup,hold"},
	{scene: sandbox + "plain", to: `server.counters["TcpExtSyncookiesSent"] >= 1`, moves: "drop", settings: []string{"server net.ipv4.tcp_syncookies = 2"}},
	{scene: golden + "accept-queue-full", to: `client.errno == ECONNRESET`, moves: "drop", settings: []string{"server net.ipv4.tcp_abort_on_overflow = 1"}},
	{scene: golden + "third-ack-lost-data", to: "server.state == SYN_RECV && now > 1.1"},
	// how it closes
	{scene: golden + "four-waves", to: `client.state == TIME_WAIT && server.state == CLOSED && client.counters["TcpOutSegs"] + server.counters["TcpOutSegs"] == 6`},
	{scene: golden + "three-waves", to: `client.state == TIME_WAIT && server.state == CLOSED && client.counters["TcpOutSegs"] + server.counters["TcpOutSegs"] == 7`},
	{scene: golden + "four-waves", to: "client.state == CLOSING"},
	{scene: golden + "four-waves", to: "server.states.TIME_WAIT == 1 && client.states.TIME_WAIT == 0"},
	{scene: golden + "four-waves", to: "end client.state == CLOSED && server.state == CLOSED && now < 10"},
	{scene: golden + "four-waves", to: `client.counters["TcpExtTWKilled"] >= 1`},
	{scene: golden + "simultaneous-close", to: "client.states.TIME_WAIT == 1 && server.states.TIME_WAIT == 0 && server.state == CLOSED"},
	{scene: golden + "three-waves", to: "server.state == LAST_ACK && now > 2"},
	{scene: golden + "old-data-in-time-wait", to: `client.counters["TcpExtPAWSTimewait"] >= 2`, moves: "dup,hold"},
	{scene: sandbox + "plain", to: `client.counters["TcpExtPAWSTimewait"] >= 1`},
	// segments
	{scene: sandbox + "plain", to: `event.segment == "RST"`, moves: "drop,delay,dup"},
	{scene: sandbox + "plain", to: `event.segment == "RST"`, moves: "drop,delay,dup,hold"},
	{scene: sandbox + "plain", to: `event.segment == "RST" && event.host == "server"`},
	{scene: sandbox + "plain", to: `client.counters["TcpExtTCPAbortOnData"] + server.counters["TcpExtTCPAbortOnData"] + client.counters["TcpExtTCPAbortOnClose"] >= 1`},
	// loss and recovery
	{scene: sandbox + "plain", to: `server.counters["TcpExtTCPTimeouts"] >= 1`, moves: "drop,delay"},
	{scene: sandbox + "plain", to: `client.counters["TcpExtTCPTimeouts"] >= 1 && client.state == ESTABLISHED`, moves: "drop,delay"},
	{scene: sandbox + "plain", to: "client.backoff >= 2", moves: "drop,delay"},
	{scene: sandbox + "plain", to: "client.state == ESTABLISHED && client.backoff >= 3", moves: "drop", most: 3},
	{scene: sandbox + "plain", to: `server.counters["TcpExtTCPDSACKRecv"] >= 1`, moves: "drop,delay,dup"},
	{scene: sandbox + "plain", to: `server.counters["TcpExtTCPDSACKRecv"] >= 1`, moves: "drop", on: "client->server"},
	{scene: sandbox + "plain", to: `server.counters["TcpExtTCPLossProbes"] >= 1`, moves: "drop"},
	{scene: sandbox + "plain", to: `client.counters["TcpExtTCPOFOQueue"] >= 1`, moves: "drop,delay"},
	{scene: sandbox + "plain", to: `server.counters["TcpExtTCPFastRetrans"] >= 1`, moves: "drop,delay,dup"},
	{scene: lesson + "reorder/scene", to: `client.counters["TcpExtTCPFastRetrans"] >= 1`, moves: "drop", most: 1},
	{scene: lesson + "reorder/scene", to: `client.counters["TcpExtTCPDSACKRecv"] >= 1`, moves: "delay,dup", most: 1},
	{scene: lesson + "reorder/scene", to: `client.counters["TcpExtTCPSACKReorder"] + client.counters["TcpExtTCPTSReorder"] >= 1`, moves: "drop,delay", most: 1},
	{scene: lesson + "reorder/scene", to: `"undo.cwnd" in event.rules`, moves: "drop,delay,dup", most: 1},
	{scene: lesson + "reorder/scene", to: `client.counters["TcpExtTCPTimeouts"] >= 1`, moves: "drop", most: 1},
	// flow control
	{scene: sandbox + "slow-reader", to: `"persist.probe" in event.rules && now < 0.2`, moves: "drop,delay", most: 1},
	{scene: golden + "zero-window", to: `client.counters["TcpExtTCPWinProbe"] >= 7`, moves: "drop,delay,hold", most: 1},
	{scene: golden + "zero-window", to: `event.name == "persist" && now > 10`, moves: "drop,delay", on: "server->client", most: 1},
	{scene: sandbox + "slow-reader", to: "end server.read < 40000", moves: "drop,delay,dup,hold", most: 1},
}
