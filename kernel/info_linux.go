package kernel

import (
	"encoding/binary"
	"reflect"
	"strings"

	"golang.org/x/sys/unix"

	"wirestep/engine/tcp"
)

// infoFields names what TCP_INFO holds. The two bytes of bit fields behind
// tcpi_options are not in the struct that describes it.
func infoFields(i *unix.TCPInfo, raw []byte) []tcp.InfoField {
	out := []tcp.InfoField{
		{Name: "tcpi_snd_wscale", Value: int64(raw[6] & 15)}, {Name: "tcpi_rcv_wscale", Value: int64(raw[6] >> 4)},
		{Name: "tcpi_delivery_rate_app_limited", Value: int64(raw[7] & 1)}, {Name: "tcpi_fastopen_client_fail", Value: int64(raw[7] >> 1 & 3)},
	}
	v := reflect.ValueOf(i).Elem()
	for n := range v.NumField() {
		f := v.Type().Field(n)
		if f.Name != "_" {
			out = append(out, tcp.InfoField{Name: "tcpi_" + strings.ToLower(f.Name), Value: int64(v.Field(n).Uint())})
		}
	}
	return out
}

// memInfo asks SO_MEMINFO.
func memInfo(fd int) (out []tcp.InfoField) {
	names := [...]string{"RMEM_ALLOC", "RCVBUF", "WMEM_ALLOC", "SNDBUF", "FWD_ALLOC", "WMEM_QUEUED", "OPTMEM", "BACKLOG", "DROPS"}
	b := make([]byte, 4*len(names))
	size := int64(len(b))
	if sockopt(unix.SYS_GETSOCKOPT, fd, [2]int{unix.SOL_SOCKET, unix.SO_MEMINFO}, b, &size) != nil {
		return nil
	}
	for i, name := range names {
		out = append(out, tcp.InfoField{Name: "SK_MEMINFO_" + name, Value: int64(binary.NativeEndian.Uint32(b[4*i:]))})
	}
	return out
}
