package shell

// helpLines say what this shell understands.
var helpLines = []string{
	"ss [-tuanolipe46HmsOK] [state STATE] [FILTER]  sockets; -K closes those that match",
	"netstat [-tuanlpoes]                           the same in the old way",
	"nstat [-azs] [PATTERN…]                        counters",
	"sysctl [-anNw] [-r REGEX] [NAME[=VALUE]…]      settings; also > /proc/sys/…",
	"ip [-s] [-br] link | addr | neigh | tcp_metrics  interfaces, addresses, neighbours, what is remembered of peers (flush, delete)",
	"ip route [show | get | add | change | replace | del]  routes, with initcwnd, rto_min, mtu …",
	"ip link set dev eth0 down | up                 unplug a cable, plug it in",
	"tc qdisc [show | add | change | replace | del] dev eth0 root netem | tbf | pfifo | codel | fq_codel | red …",
	"tcpdump [-nnSt] [-i DEV] [-c N] [FILTER]       what an interface has seen so far",
	"conntrack -L | -C | -D | -F                    the flows of a NAT, a firewall or a balancer",
	"iptables -A | -I | -D | -F | -P | -L | -S …    rules of a host (INPUT, OUTPUT) or of what is between (FORWARD)",
	"ethtool -k | -K eth0 tso on | off              segmentation offload",
	"cat /proc/net/{tcp,netstat,snmp,sockstat}      and /proc/sys/…",
	"dmesg · ps · hostname [-I] · uname [-a]        the kernel's log, processes, names",
	"nc [-z] HOST PORT · nc -l PORT · kill PID      start a process, end one",
	"reboot · poweroff                              of this host",
	"; && || | > and quotes, watch, grep head tail wc sort uniq awk cut tr column",
}

const ssUsage = `Usage: ss [ OPTIONS ] [ FILTER ]
   -t -4 -6   TCP sockets, of IPv4, of IPv6        -a -l   all, or only listening ones
   -u -x -w   there are no others                  -e      more: the number of the file
   -n -H -O   numbers, no header, one line each    -s      a summary
   -o -i -m -p   timers, TCP's own numbers, memory, processes
   -K         close the sockets that match
   FILTER := [ state STATE | exclude STATE ] [ EXPRESSION ]
   EXPRESSION := { src | dst } ADDR[/LEN][:PORT] | { sport | dport } { = | != | < | > | <= | >= } :PORT
                 | not EXPRESSION | EXPRESSION { and | or } EXPRESSION | ( EXPRESSION )
   STATE := all connected synchronized bucket big established syn-sent syn-recv fin-wait-1 fin-wait-2
            time-wait closed close-wait last-ack listening closing
`

const nstatUsage = `Usage: nstat [OPTION] [ PATTERN [ PATTERN ] ]
   -a   ignore history (here there is none)
   -s   do not update history
   -z   also entries that are 0
`

const sysctlUsage = `
Usage:
 sysctl [options] [variable[=value] ...]

Options:
  -a   all variables              -r EXPR   only those whose name matches
  -n   values without names       -N        names without values
  -e   ignore unknown variables   -q        do not echo what is set
  -w   values are written
`
