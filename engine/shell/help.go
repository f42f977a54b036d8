package shell

// helpLines say what this shell understands.
var helpLines = []string{
	"ss [-tanolip46HmsOK] [state STATE] [FILTER]    sockets; -K closes those that match",
	"netstat [-tanls]                               the same in the old way",
	"nstat [-azs] [PATTERN…]                        counters",
	"sysctl [-anNw] [-r REGEX] [NAME[=VALUE]…]      settings",
	"ip [-s] link | addr | route | tcp_metrics      interfaces, addresses, routes, what is remembered of peers",
	"ip link set dev eth0 down | up                 unplug a cable, plug it in",
	"tcpdump [-nS] [-i DEV] [-c N] [FILTER]         what an interface has seen so far",
	"conntrack -L | -C                              the flows of a NAT, a firewall or a balancer",
	"iptables -A | -I | -D | -F | -L | -S …         rules of a host (INPUT) or a firewall (FORWARD)",
	"cat /proc/net/{netstat,snmp,sockstat}          and /proc/sys/…",
	"dmesg · ps · hostname [-I] · uname [-a]        the kernel's log, processes, names",
	"nc HOST PORT · nc -l PORT · kill PID           start a process, end one",
	"reboot · poweroff                              of this host",
}

const ssUsage = `Usage: ss [ OPTIONS ] [ FILTER ]
   -t -4 -6   TCP sockets, of IPv4, of IPv6        -a -l   all, or only listening ones
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
