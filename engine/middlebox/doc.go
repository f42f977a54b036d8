// Package middlebox is what stands between two hosts and does more than pass
// packets on: a NAT, a stateful firewall, a load balancer, a box that strips
// options, one that loses large packets, and a plain router.
//
//	packet ─▶ known flow? ─▶ new destination ─▶ mine? ─▶ hops ─▶ rules ─▶ size ─▶ options ─▶ new source ─▶ onwards
//	          (conntrack)    (DNAT)             (INPUT)         (FORWARD)                    (SNAT)
//
// The order is that of Linux' netfilter hooks, and the table of flows is its
// conntrack: the states, their timeouts and every transition were measured on
// Linux 6.18. A box sees segments and knows nothing of the sockets at either end;
// that is what makes it worth looking at.
package middlebox
