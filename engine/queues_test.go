package engine_test

import (
	"testing"

	"wirestep/engine"
)

// queue is the queue of a kind on a host, nil if it is not listed.
func queue(p *player, host int, kind engine.QueueKind) *engine.Queue {
	for _, q := range p.t.World().Queues() {
		if int(q.Host) == host && q.Kind == kind {
			return &q
		}
	}
	return nil
}

// A picture of a host's tables shows what is really in them: the waiting
// connection leaves the SYN queue for the accept queue, and the one that closed
// first waits in the TIME_WAIT table, holding its port, until its minute is over.
func TestQueuesListTables(t *testing.T) {
	p := play(t, `
host client 10.0.0.1
host server 10.0.0.2
link client server delay 10ms
sysctl client net.ipv4.ip_local_port_range = 40000 40007
program server
  s = listen(:80, 1)
  sleep(50ms)
  c = accept(s)
  read(c, eof)
  close(c)
program client
  c = connect(server:80)
  sleep(100ms)
  close(c)
`).to("15ms")
	if q := queue(p, 1, engine.QueueSyn); q == nil || len(q.Items) != 1 || q.Limit != 2 || q.Items[0].Peer.Port != queue(p, 0, engine.QueuePorts).Items[0].Port || q.Items[0].Until == 0 {
		t.Fatalf("SYN queue while the SYN-ACK is on its way: %+v", q)
	}
	p.to("35ms")
	if q := queue(p, 1, engine.QueueAccept); q == nil || len(q.Items) != 1 || len(queue(p, 1, engine.QueueSyn).Items) != 0 {
		t.Fatalf("accept queue after the third segment: %+v", q)
	}
	p.to("60ms")
	if q := queue(p, 1, engine.QueueAccept); len(q.Items) != 0 {
		t.Fatalf("accept queue after accept: %+v", q)
	}
	if q := queue(p, 0, engine.QueuePorts); q.First != 40000 || q.Limit != 8 || len(q.Items) != 1 || q.Items[0].Until != 0 {
		t.Fatalf("ports of a connection: %+v", q)
	}
	p.to("1s").is("client.state == TIME_WAIT")
	tw, ports := queue(p, 0, engine.QueueTimeWait), queue(p, 0, engine.QueuePorts)
	if tw == nil || len(tw.Items) != 1 || tw.Items[0].Until == 0 || len(ports.Items) != 1 || ports.Items[0].Until != tw.Items[0].Until {
		t.Fatalf("TIME_WAIT: %+v, ports %+v", tw, ports)
	}
	p.end()
	if queue(p, 0, engine.QueueTimeWait) != nil || queue(p, 0, engine.QueuePorts) != nil {
		t.Fatal("the entry and its port are still listed after their time")
	}
}
