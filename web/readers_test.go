package web

import (
	"slices"
	"strings"
	"testing"

	"wirestep/engine/host"
	"wirestep/engine/trace"
	"wirestep/i18n"
)

// Which rule reads which setting is read off the source: what it finds are rules and
// settings that there are, and what everybody knows is among it.
func TestReaders(t *testing.T) {
	ids := map[string]bool{}
	for _, r := range trace.Rules() {
		ids[r.ID] = true
	}
	for rule, names := range readers() {
		if !ids[rule] {
			t.Errorf("%s is no rule", rule)
		}
		for _, name := range names {
			if i := host.FindSysctl(name); i < 0 || !host.Sysctls[i].Models() {
				t.Errorf("%s reads %s, which is not obeyed", rule, name)
			}
		}
	}
	for rule, name := range map[string]string{
		"syn-cookie.always": "net.ipv4.tcp_syncookies", "accept-queue.overflow": "net.ipv4.tcp_abort_on_overflow", "syn.give-up": "net.ipv4.tcp_syn_retries",
		"time-wait.rfc1337": "net.ipv4.tcp_rfc1337", "rto.linear": "net.ipv4.tcp_syn_linear_timeouts", "syn-ack.give-up": "net.ipv4.tcp_synack_retries",
		"sack.duplicate": "net.ipv4.tcp_dsack", "call.listen": "net.core.somaxconn", "port.exhausted": "net.ipv4.ip_local_port_range",
		"time-wait.overflow": "net.ipv4.tcp_max_tw_buckets", "challenge.limit": "net.ipv4.tcp_invalid_ratelimit",
	} {
		if !slices.Contains(readers()[rule], name) {
			t.Errorf("%s reads %v, expected %s among them", rule, readers()[rule], name)
		}
	}
}

// Every setting that is obeyed is read by some rule, but for those that only choose
// how large a burst is built, or a port, where no rule is noted.
func TestEverySettingIsReadByARule(t *testing.T) {
	silent := []string{"net.ipv4.ip_autobind_reuse", "net.ipv4.tcp_tso_win_divisor"}
	for i := range host.Sysctls {
		d := &host.Sysctls[i]
		if d.Models() == (len(readBy()[d.Name]) == 0) && !slices.Contains(silent, d.Name) {
			t.Errorf("%s: obeyed is %v, read by %v", d.Name, d.Models(), readBy()[d.Name])
		}
	}
}

// Each setting has a meaning, a unit, a moment and a scope in each language.
func TestEverySettingIsExplained(t *testing.T) {
	for _, lang := range i18n.Languages {
		for i := range host.Sysctls {
			d := &host.Sysctls[i]
			for _, key := range []string{"sysctl." + strings.TrimPrefix(d.Name, "net.ipv4."), "unit." + d.Facts().Unit, "effect." + string(d.Facts().Effect), "scope." + string(d.Scope())} {
				if i18n.Keys(lang)[key] == nil {
					t.Errorf("%s lacks %s", lang, key)
				}
			}
		}
	}
}
