package kernel

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"wirestep/lessons"
)

// claims are the claims about Linux, each with scenes (@), scripts (%) and its own
// scene of lessons/claims (=) that show it on one machine. Those that take a minute
// or more are shortened by a setting of the script, or played for their first seconds.
// TestAdmissionTables has more of T40 and T43.
var claims = map[string][]string{
	"T01":  {"@fin-before-data-close", "%reassembly/fin-out-of-order"},
	"T02":  {"@fin-before-data-shutdown"},
	"T04":  {"%handshake-passive", "%handshake-active"},
	"T05":  {"@four-waves"},
	"T06":  {"@simultaneous-open", "%handshake/simultaneous-open"},
	"T07":  {"@connection-refused", "%connect-refused", "%icmp/port-unreachable-for-a-syn"},
	"T08":  {"@syn-flood-cookies"},
	"T09":  {"@syn-queue-half-full", "%listen/syncnt-limits-the-syn-ack"},
	"T10":  {"@syn-queue-proven-peer", "@syn-meets-full-accept-queue"},
	"T11":  {"@simultaneous-close", "@simultaneous-close-fin-lost"},
	"T12":  {"@three-waves", "%close/three-waves"},
	"T13":  {"@half-close", "@data-after-close"},
	"T14":  {"@four-waves", "@simultaneous-close"},
	"T15":  {"@last-ack-lost"},
	"T16":  {"@time-wait-buckets"},
	"T17":  {"@rst-in-close-wait", "%reset/close-wait"},
	"T19":  {"%bad-segments/established", "%timestamps/paws"},
	"T20":  {"@old-data-in-time-wait", "%timestamps/paws"},
	"T22":  {"@out-of-ports", "@bind-address-no-port"},
	"T24":  {"%rto/fallback-of-a-client"},
	"T26":  {"%close/new-syn-in-time-wait", "%time-wait/older-timestamp"},
	"T27":  {"@time-wait-reuse", "@time-wait-no-reuse", "@time-wait-reuse-loopback"},
	"T29":  {"@restart-without-reuseaddr", "@restart-with-reuseaddr", "%ports/two-bound-one-listens", "%ports/reuseport-listens"},
	"T30":  {"@time-wait-buckets"},
	"T31":  {"%bad-segments/closed-port", "%bad-segments/listen", "%bad-segments/syn-sent", "%bad-segments/syn-recv"},
	"T32":  {"@beyond-window", "@below-window", "%window/beyond", "%challenge/rate-limit"},
	"T33":  {"@rst-exact", "@rst-in-window", "@rst-outside-window"},
	"T34":  {"@time-wait-assassination"},
	"T35":  {"@rst-in-time-wait", "@rst-in-time-wait-rfc1337", "%reset/time-wait-protected"},
	"T36":  {"@time-wait-buckets", "@old-data-in-time-wait", "%bad-segments/established"},
	"T37":  {"@linger-zero", "@close-with-unread-data", "%linger/waits", "%linger/time-is-out"},
	"T38":  {"%ports/range-of-one"},
	"T39":  {"%listen/fin-before-accept", "%listen/rst-before-accept"},
	"T42":  {"@syn-flood-cookies-always", "@syn-cookie-guessed", "%syn-cookies/options-lost", "%syn-cookies/options-in-the-timestamp", "%syn-cookies/never-again"},
	"T44":  {"@accept-queue-abort", "@syn-meets-full-accept-queue"},
	"T45":  {"@accept-queue-full", "@syn-cookie-no-room"},
	"T46":  {"%handshake/connect-gives-up", "@syn-lost-always"},
	"T47":  {"T47-six-retries.pkt"},
	"T48":  {"@syn-retries-classic", "%handshake/connect-gives-up"},
	"T49":  {"%handshake/syn-ack-timer", "%handshake/syn-again"},
	"T50":  {"@third-ack-lost-data", "@third-ack-lost-wait"},
	"T51":  {"@fin-lost-always", "%orphans/give-up"},
	"T52":  {"@fin-ack-lost"},
	"T53":  {"@fin-wait-2-shutdown"},
	"T54":  {"%orphans/fin-timeout", "%linger/short-fin-wait-2"},
	"T55":  {"@fin-wait-2-shutdown"},
	"T56":  {"@second-fin-lost"},
	"T57":  {"%bad-segments/last-ack", "%orphans/give-up"},
	"T58":  {"@last-ack-lost"},
	"T60":  {"@corrupt", "@duplicate", "%out-of-order"},
	"T61":  {"@corrupt"},
	"T62":  {"@duplicate", "%reassembly/overlap", "%out-of-order"},
	"T63":  {"@delayed-ack", "%delayed-ack/quick-at-first"},
	"T64":  {"@rto-backoff", "%rto/gives-up"},
	"T67":  {"%window/beyond", "%window/small-buffer"},
	"T68":  {"%window/update-after-read", "%window/peer-takes-it-back", "%persist/probes"},
	"T69":  {"%persist/close"},
	"T79":  {"%challenge/syn-in-established"},
	"T80":  {"T80-same-four-tuple.pkt"},
	"T81":  {"%keepalive/dead-peer", "%keepalive/answered"},
	"T82":  {"%close/data-then-fin", "%offload/fin-joins-the-data"},
	"T83":  {"%handshake/last-ack-with-fin", "%bad-segments/listen"},
	"T18":  {"=T18"},
	"T21":  {"=T21"},
	"T40":  {"=T40"},
	"T41":  {"=T41"},
	"T43":  {"=T43", "=T123"},
	"T59":  {"=T59"},
	"T65":  {"=T65"},
	"T74":  {"=T74"},
	"T77":  {"=T77"},
	"T78":  {"=T78"},
	"T84":  {"%defer-accept/time-is-over", "%defer-accept/fin-completes", "%handshake/defer-accept"},
	"T86":  {"@syn-queue-proven-peer"},
	"T87":  {"=T87"},
	"T89":  {"=T89"},
	"T93":  {"=T93"},
	"T105": {"=T105"},
	"T106": {"@migrate-requests"},
	"T107": {"=T107"},
	"T108": {"=T108"},
	"T109": {"@user-timeout"},
	"T110": {"=T110"},
	"T111": {"=T111"},
	"T115": {"=T115"},
	"T116": {"=T116"},
	"T123": {"=T123"},
	"T124": {"=T124"},
	"T126": {"=T126"},
	"T128": {"=T128"},
}

// claimSource is a scene (@), an own script (%), the scene of a claim (=), or a file
// beside this test.
func claimSource(t *testing.T, name string) Source {
	t.Helper()
	file := filepath.Join("testdata", name)
	switch name[0] {
	case '@':
		file = filepath.Join("../engine/testdata/golden", name[1:]+".scene")
	case '%':
		file = filepath.Join("../engine/packetdrill/testdata", name[1:]+".pkt")
	case '=':
		all, err := lessons.Claims()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if c.ID == name[1:] {
				return Source{Name: c.ID + ".scene", Text: c.Scene}
			}
		}
		t.Fatalf("there is no claim %s", name[1:])
	}
	return Read([]string{file})[0]
}

// Every claim that one machine can show is shown on the kernel, by its name.
func TestClaimsOnTheKernel(t *testing.T) {
	t.Parallel()
	needsKernel(t)
	needed := map[string]Source{}
	for _, names := range claims {
		for _, name := range names {
			needed[name] = claimSource(t, name)
		}
	}
	order := slices.Sorted(maps.Keys(needed))
	var texts []Source
	for _, name := range order {
		texts = append(texts, needed[name])
	}
	verdicts := map[string]*Verdict{}
	Sources(briefly(texts), func(v *Verdict) { verdicts[order[len(verdicts)]] = v })
	for _, claim := range slices.Sorted(maps.Keys(claims)) {
		t.Run(claim, func(t *testing.T) {
			for _, name := range claims[claim] {
				t.Run(name, func(t *testing.T) { asExpected(t, verdicts[name]) })
			}
		})
	}
}
