// Package shell answers the commands that an operator types on a host: what would
// `ss -tanoi` print at this instant, and what would `sysctl -w` do?
//
//	(world, host, line) ─ Run ─▶ text, and perhaps an engine.Op to be made
//
// It only reads the world. A command that acts says which intervention it stands
// for, and whoever asked makes it, so that acts have one spelling in a journal, a
// scene and a shell. Columns and words are those of iproute2, procps, net-tools,
// tcpdump and conntrack when their output goes into a pipe; a test holds them
// against recordings of the real ones. Help texts are its own.
package shell
