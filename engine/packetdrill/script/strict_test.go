package script

import (
	"strings"
	"testing"
)

// What packetdrill cannot read is refused here too, and what it lacks is named.
func TestRefusals(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// calls
		{"0 close(3) = -1 EBADF", "expected what EBADF means in parentheses"},
		{"0 close(3) = -1 EBADF (can't)", "expected a note of plain words"},
		{"0 close(3) = -1 EBADF (fd closed)", "expected a note of plain words"},
		{"0 close(3) = 0 ()", "expected a note of plain words"},
		{"0 close((3)) = 0", "expected an argument"},
		{"0 send(3, ..., 1, MSG_MORE & 1) = 1", `expected "," or ")"`},
		{"0 send(3, ..., 1,) = 1", `something behind the ","`},
		{"0 bind(3, htonl(1), ...) = 0", "htonl(): expected a number"},
		{"0 setsockopt(3, SOL_SOCKET, SO_RCVTIMEO, [0.5], 16) = 0", "expected an argument"},
		{"0 setsockopt(3, SOL_SOCKET, SO_LINGER, {linger=1, onoff=1}, 8) = 0", "{linger, onoff}: expected the fields of one of these"},
		{"0 poll([{fd=3, revents=POLLIN}], 1, 0) = 1", "{fd, revents}: expected the fields of one of these"},
		// times
		{"* < . 1:1(0) win 9", "only a packet that goes out may have a range"},
		{"+0~+1 close(3) = 0", "only a packet that goes out may have a range"},
		{"+1~2 > . 1:1(0)", `expected "+"`},
		{"2~1 > . 1:1(0)", "a range that ends at 1, before it begins"},
		{"-1 close(3) = 0", "the time -1; expected none below 0"},
		{"0 close(3) = 0\n`true`\n`true`", "expected a time before a `command`"},
		{"`true`", "expected a line with a time"},
		{"# nothing", `expected a time, got "#"`},
		// packets
		{"0 < S 0:0(0) win 9 <mss 1000,sackOK>", "options of 6 bytes: expected a multiple of 4"},
		{"0 < S 0:0(0) win 9 <mss 1000,TS val 1 ecr 0,sack 1:2 3:4 5:6,nop,nop,nop,nop>", "expected at most 40"},
		{"0 < S 0:0(0) win 9 <mss 1000,>", "expected mss, wscale"},
		{"0 < S 0:0(0) win 9 <mss 65536>", "from 0 to 65535"},
		{"0 < S 0:0(0) win 9 <...>", "leaves open what arrives"},
		{"0 < S 0:0(0)", "expected win"},
		{"0 < S 0:0(0) win 65536", "expected a window from 0 to 65535"},
		{"0 < S 4294967295:0(1) win 9", "the difference of the numbers"},
		{"0 < S 0x0:0(0) win 9", "expected a sequence range"},
		{"0 < .F 1:1(0) win 9", "expected a sequence range"},
		{"0 < CF. 1:1(0) win 9", `'C' is no flag`},
		{"0 < SE.5 1:1(0) win 9", "expected one digit, or the letters"},
		{"0 < [ect0, ttl 5] . 1:1(0) win 9", `expected "flowlabel"`},
		{"0 < [tos 16] . 1:1(0) win 9", "a TOS as 0x"},
		{"0 < [1:1(0)] icmp unreachable", "expected noecn"},
		{"0 < icmp unreachable mtu 5 port_unreachable", "expected a time"},
		{"0 > . 1:1(0) urg 1 win 9", "expected a time"},
		// options of the script
		{"--tolerance_percent=12.5\n0 close(3) = 0", "expected a whole number"},
		{"--local_ip=192.0.2.1/24\n0 close(3) = 0", "expected a whole number"},
		{"--mtu=0x5dc\n0 close(3) = 0", "expected a whole number"},
		{"--define=N=3\n0 close(N) = 0", "as the value of N"},
		{"--frobnicate\n0 close(3) = 0", "expected an option that packetdrill has"},
		{"--mtu\n0 close(3) = 0", "expected = and a value for --mtu"},
		{"--verbose=1\n0 close(3) = 0", "expected no value for --verbose"},
		// headers around a segment
		{"0 > ipv4 192.0.2.1 > 192.0.2.2: . 1:1(0)", "ipv4: no headers around a segment are modelled"},
		{"0 < gre: . 1:1(0) win 9", "gre: no headers"},
		{"0 < mpls (label 0, tc 0, ttl 0): . 1:1(0) win 9", "mpls: no headers"},
		{"0 < encap psp spi 1 . 1:1(0) win 9", "encap: no headers"},
	} {
		if _, err := Parse("x", c.text+"\n", nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; expected %q", c.text, err, c.want)
		}
	}
}

// What packetdrill reads is read.
func TestTaken(t *testing.T) {
	for _, text := range []string{
		"0 < S 0:0(0) win 9 <mss 1000,TS val 1 ecr 0,sack 1:2 3:4 5:6>",
		"--ip_version=ipv6\n--local_ip=fd3d:a0b:17d6::1\n--tolerance_usecs=5000\n--strict_segments\n0 close(3) = 0",
		"--ip_version=\"ipv4-mapped-ipv6\"\n--define=CC=\"reno\"\n--define=W=`true`\n0 close(3) = 0",
		"`true`\n0 close(3) = 0\n`true`",
		"0 close(3) = -1 ENOTCONN (Transport endpoint is not connected) (again)", "0 fcntl(3, F_GETFL) = 2 (flags O_RDWR)",
		"0 < F . 1:1(0) ack 1 win 9", "0 < S.5 0:0(0) win 9", "0 < - 1:1(0) win 9", "0 < (tos 0x2) . 1:1(0) win 9", "0 > [ect01, flowlabel 0xfffff] . 1:1(0)",
		"0 < icmp unreachable frag_needed mtu 1400 [1:1001(1000)]", "0 > S 0:0(0) <ECN e1b 1 ceb 0 e0b 1,nop>", "0 > . 1:1(0) ack 1 win 9 urg 4 <...>",
		"0 sendmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 3}], msg_flags=0, msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=SO_TIMESTAMPING, cmsg_data=1}]}, 0) = 3",
		"0 bind(3, {sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr(\"0.0.0.0\")}, ...) = 0",
	} {
		if _, err := Parse("x", text+"\n", nil); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}
