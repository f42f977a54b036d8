package host

import (
	"strings"

	"wirestep/engine/tcp"
)

// Effect says from when on a changed setting holds.
type Effect string

// The moments at which a setting is looked at.
const (
	EffectNow     Effect = "now"     // whenever a rule asks
	EffectTimer   Effect = "timer"   // when a timer is armed or fires
	EffectConnect Effect = "connect" // when a connection begins, on either side
	EffectSocket  Effect = "socket"  // when a socket is made
	EffectListen  Effect = "listen"  // at listen()
	EffectPort    Effect = "port"    // when connect() or bind() looks for a port
	EffectCall    Effect = "call"    // at the call that asks for it
	EffectClose   Effect = "close"   // when a connection ends
	EffectNever   Effect = "never"   // it is kept and changes nothing here
)

// Scope says what a setting is a setting of.
type Scope string

// The scopes.
const (
	ScopeHost   Scope = "host"   // every socket of the host
	ScopeSocket Scope = "socket" // copied into each socket: those that exist keep what they have
	ScopeSystem Scope = "system" // the whole machine: a host can only read it
)

// Facts are what one has to know to use a setting. What it does stands in the
// catalogues of package i18n, under its name.
type Facts struct {
	Unit   string // of its numbers: a key of the catalogue, "unit.bytes"
	Effect Effect
	RFC    string  // where the mechanism is specified; "": it is the system's own
	Linux  string  // the function that looks at it; "": none does any more
	Idle   Version // the first release of Linux that itself ignores it; 0: it does not
}

// Facts tells what one has to know to use a setting.
func (d *Sysctl) Facts() Facts { return facts[strings.TrimPrefix(d.Name, "net.ipv4.")] }

// Scope says what the setting is a setting of.
func (d *Sysctl) Scope() Scope {
	switch e := d.Facts().Effect; {
	case d.ReadOnly:
		return ScopeSystem
	case e == EffectConnect || e == EffectSocket || e == EffectListen:
		return ScopeSocket
	}
	return ScopeHost
}

// Range is what a number of the setting may be; ok is false for one that takes
// words, and for one that nobody can set here.
func (d *Sysctl) Range() (low, high int64, ok bool) {
	switch d.Kind {
	case kindInt, kindTriple:
		return d.Min, d.Max, !d.ReadOnly
	case kindRange:
		return minPort, 65535, true
	case kindPorts: // a list may name 0, which nobody chooses
		return 0, 65535, true
	}
	return 0, 0, false
}

// minPort is where a range of ports may begin.
const minPort = 1

// Choices are the words that the setting takes, if it takes only certain ones.
func (d *Sysctl) Choices() []string {
	if d.Kind == kindCC {
		return tcp.CongestionNames
	}
	return nil
}

// facts are kept by name, without "net.ipv4.".
var facts = map[string]Facts{
	"icmp_ratelimit":                                        {Unit: "ms", Effect: EffectNow, RFC: "RFC 1812 §4.3.2.8", Linux: "icmpv4_xrlim_allow"},
	"icmp_ratemask":                                         {Unit: "bits", Effect: EffectNow, RFC: "RFC 1812 §4.3.2.8", Linux: "icmpv4_mask_allow"},
	"neigh.default.base_reachable_time_ms":                  {Unit: "ms", Effect: EffectNow, RFC: "RFC 4861 §6.3.2", Linux: "neigh_timer_handler"},
	"neigh.default.delay_first_probe_time":                  {Unit: "s", Effect: EffectTimer, RFC: "RFC 4861 §10", Linux: "__neigh_event_send"},
	"neigh.default.mcast_solicit":                           {Unit: "times", Effect: EffectNow, RFC: "RFC 4861 §10", Linux: "neigh_max_probes"},
	"neigh.default.retrans_time_ms":                         {Unit: "ms", Effect: EffectTimer, RFC: "RFC 4861 §10", Linux: "neigh_timer_handler"},
	"neigh.default.ucast_solicit":                           {Unit: "times", Effect: EffectNow, RFC: "RFC 4861 §10", Linux: "neigh_max_probes"},
	"net.netfilter.nf_conntrack_max":                        {Unit: "entries", Effect: EffectNow, Linux: "__nf_conntrack_alloc"},
	"net.netfilter.nf_conntrack_tcp_be_liberal":             {Unit: "switch", Effect: EffectNow, Linux: "nf_tcp_log_invalid"},
	"net.netfilter.nf_conntrack_tcp_ignore_invalid_rst":     {Unit: "switch", Effect: EffectNow, Linux: "nf_conntrack_tcp_packet"},
	"net.netfilter.nf_conntrack_tcp_loose":                  {Unit: "switch", Effect: EffectNow, Linux: "tcp_new"},
	"net.netfilter.nf_conntrack_tcp_timeout_close":          {Unit: "s", Effect: EffectTimer, Linux: "nf_conntrack_tcp_packet"},
	"net.netfilter.nf_conntrack_tcp_timeout_close_wait":     {Unit: "s", Effect: EffectTimer, Linux: "nf_conntrack_tcp_packet"},
	"net.netfilter.nf_conntrack_tcp_timeout_established":    {Unit: "s", Effect: EffectTimer, RFC: "RFC 5382 §5", Linux: "nf_conntrack_tcp_packet"},
	"net.netfilter.nf_conntrack_tcp_timeout_fin_wait":       {Unit: "s", Effect: EffectTimer, Linux: "nf_conntrack_tcp_packet"},
	"net.netfilter.nf_conntrack_tcp_timeout_last_ack":       {Unit: "s", Effect: EffectTimer, Linux: "nf_conntrack_tcp_packet"},
	"net.netfilter.nf_conntrack_tcp_timeout_syn_recv":       {Unit: "s", Effect: EffectTimer, Linux: "nf_conntrack_tcp_packet"},
	"net.netfilter.nf_conntrack_tcp_timeout_syn_sent":       {Unit: "s", Effect: EffectTimer, Linux: "nf_conntrack_tcp_packet"},
	"net.netfilter.nf_conntrack_tcp_timeout_time_wait":      {Unit: "s", Effect: EffectTimer, Linux: "nf_conntrack_tcp_packet"},
	"net.netfilter.nf_conntrack_tcp_timeout_unacknowledged": {Unit: "s", Effect: EffectTimer, Linux: "nf_conntrack_tcp_packet"},
	"net.core.default_qdisc":                                {Unit: "name", Effect: EffectNever, Linux: "dev_activate"},
	"net.core.netdev_max_backlog":                           {Unit: "packets", Effect: EffectNever, Linux: "enqueue_to_backlog"},
	"net.core.rmem_default":                                 {Unit: "bytes", Effect: EffectNever, Linux: "sock_init_data"},
	"net.core.rmem_max":                                     {Unit: "bytes", Effect: EffectCall, Linux: "sk_setsockopt"},
	"net.core.somaxconn":                                    {Unit: "connections", Effect: EffectListen, Linux: "__sys_listen"},
	"net.core.wmem_default":                                 {Unit: "bytes", Effect: EffectNever, Linux: "sock_init_data"},
	"net.core.wmem_max":                                     {Unit: "bytes", Effect: EffectCall, Linux: "sk_setsockopt"},
	"ip_autobind_reuse":                                     {Unit: "switch", Effect: EffectPort, Linux: "inet_csk_find_open_port"},
	"ip_local_port_range":                                   {Unit: "ports", Effect: EffectPort, RFC: "RFC 6056 §3.3", Linux: "inet_sk_get_local_port_range"},
	"ip_local_reserved_ports":                               {Unit: "ports", Effect: EffectPort, RFC: "RFC 6056 §3.3", Linux: "inet_is_local_reserved_port"},
	"ip_nonlocal_bind":                                      {Unit: "switch", Effect: EffectCall, Linux: "__inet_bind"},
	"tcp_abort_on_overflow":                                 {Unit: "switch", Effect: EffectNow, Linux: "tcp_check_req"},
	"tcp_adv_win_scale":                                     {Unit: "shift", Effect: EffectNever, Idle: V(6, 6, 0)},
	"tcp_allowed_congestion_control":                        {Unit: "name", Effect: EffectNever, Linux: "tcp_set_congestion_control"},
	"tcp_app_win":                                           {Unit: "shift", Effect: EffectConnect, Linux: "tcp_init_buffer_space"},
	"tcp_autocorking":                                       {Unit: "switch", Effect: EffectNever, Linux: "tcp_should_autocork"},
	"tcp_available_congestion_control":                      {Unit: "name", Effect: EffectNever, Linux: "tcp_get_available_congestion_control"},
	"tcp_available_ulp":                                     {Unit: "name", Effect: EffectNever, Linux: "tcp_get_available_ulp"},
	"tcp_backlog_ack_defer":                                 {Unit: "switch", Effect: EffectNever, Linux: "__tcp_ack_snd_check"},
	"tcp_base_mss":                                          {Unit: "bytes", Effect: EffectConnect, RFC: "RFC 4821 §7.2", Linux: "tcp_mtup_init"},
	"tcp_challenge_ack_limit":                               {Unit: "per-second", Effect: EffectNow, RFC: "RFC 5961 §7", Linux: "tcp_send_challenge_ack"},
	"tcp_child_ehash_entries":                               {Unit: "entries", Effect: EffectNever, Linux: "tcp_set_hashinfo"},
	"tcp_comp_sack_delay_ns":                                {Unit: "ns", Effect: EffectNow, RFC: "RFC 5681 §4.2", Linux: "__tcp_ack_snd_check"},
	"tcp_comp_sack_nr":                                      {Unit: "acks", Effect: EffectNow, RFC: "RFC 5681 §4.2", Linux: "__tcp_ack_snd_check"},
	"tcp_comp_sack_slack_ns":                                {Unit: "ns", Effect: EffectNow, RFC: "RFC 5681 §4.2", Linux: "__tcp_ack_snd_check"},
	"tcp_congestion_control":                                {Unit: "name", Effect: EffectSocket, RFC: "RFC 5681 §3", Linux: "tcp_assign_congestion_control"},
	"tcp_dsack":                                             {Unit: "switch", Effect: EffectNow, RFC: "RFC 2883 §4", Linux: "tcp_dsack_set"},
	"tcp_early_demux":                                       {Unit: "switch", Effect: EffectNever, Linux: "ip_rcv_finish_core"},
	"tcp_early_retrans":                                     {Unit: "choice", Effect: EffectTimer, RFC: "RFC 8985 §7.2", Linux: "tcp_schedule_loss_probe"},
	"tcp_ecn":                                               {Unit: "choice", Effect: EffectConnect, RFC: "RFC 3168 §6.1.1", Linux: "tcp_ecn_send_syn"},
	"tcp_ecn_fallback":                                      {Unit: "switch", Effect: EffectTimer, RFC: "RFC 3168 §6.1.1", Linux: "tcp_ecn_clear_syn"},
	"tcp_ecn_option":                                        {Unit: "choice", Effect: EffectConnect, RFC: "RFC 9768 §3.2.3", Linux: "tcp_established_options"},
	"tcp_ecn_option_beacon":                                 {Unit: "per-rtt", Effect: EffectConnect, RFC: "RFC 9768 §3.2.3", Linux: "tcp_accecn_option_beacon_check"},
	"tcp_ehash_entries":                                     {Unit: "entries", Effect: EffectNever, Linux: "tcp_init"},
	"tcp_fack":                                              {Unit: "switch", Effect: EffectNever, Idle: V(4, 15, 0)},
	"tcp_fastopen":                                          {Unit: "bits", Effect: EffectConnect, RFC: "RFC 7413 §4.2", Linux: "tcp_try_fastopen"},
	"tcp_fastopen_blackhole_timeout_sec":                    {Unit: "s", Effect: EffectConnect, RFC: "RFC 7413 §7.1", Linux: "tcp_fastopen_active_should_disable"},
	"tcp_fastopen_key":                                      {Unit: "key", Effect: EffectNow, RFC: "RFC 7413 §4.1.2", Linux: "tcp_fastopen_cookie_gen"},
	"tcp_fin_timeout":                                       {Unit: "s", Effect: EffectClose, RFC: "RFC 9293 §3.6", Linux: "tcp_fin_time"},
	"tcp_frto":                                              {Unit: "choice", Effect: EffectTimer, RFC: "RFC 5682 §3.1", Linux: "tcp_enter_loss"},
	"tcp_fwmark_accept":                                     {Unit: "switch", Effect: EffectNever, Linux: "inet_request_mark"},
	"tcp_invalid_ratelimit":                                 {Unit: "ms", Effect: EffectNow, RFC: "RFC 5961 §7", Linux: "__tcp_oow_rate_limited"},
	"tcp_keepalive_intvl":                                   {Unit: "s", Effect: EffectTimer, RFC: "RFC 9293 §3.8.4", Linux: "tcp_keepalive_timer"},
	"tcp_keepalive_probes":                                  {Unit: "times", Effect: EffectTimer, RFC: "RFC 9293 §3.8.4", Linux: "tcp_keepalive_timer"},
	"tcp_keepalive_time":                                    {Unit: "s", Effect: EffectTimer, RFC: "RFC 9293 §3.8.4", Linux: "tcp_keepalive_timer"},
	"tcp_l3mdev_accept":                                     {Unit: "switch", Effect: EffectNever, Linux: "inet_request_bound_dev_if"},
	"tcp_limit_output_bytes":                                {Unit: "bytes", Effect: EffectNever, Linux: "tcp_small_queue_check"},
	"tcp_low_latency":                                       {Unit: "switch", Effect: EffectNever, Idle: V(4, 14, 0)},
	"tcp_max_orphans":                                       {Unit: "connections", Effect: EffectNever, Linux: "tcp_too_many_orphans"},
	"tcp_max_reordering":                                    {Unit: "segments", Effect: EffectNow, RFC: "RFC 5681 §3.2", Linux: "tcp_check_sack_reordering"},
	"tcp_max_syn_backlog":                                   {Unit: "requests", Effect: EffectNow, RFC: "RFC 4987 §3.3", Linux: "tcp_conn_request"},
	"tcp_max_tw_buckets":                                    {Unit: "connections", Effect: EffectNow, RFC: "RFC 9293 §3.6.1", Linux: "inet_twsk_alloc"},
	"tcp_mem":                                               {Unit: "pages", Effect: EffectNever, Linux: "__sk_mem_raise_allocated"},
	"tcp_migrate_req":                                       {Unit: "switch", Effect: EffectClose, Linux: "inet_csk_listen_stop"},
	"tcp_min_rtt_wlen":                                      {Unit: "s", Effect: EffectNow, Linux: "tcp_update_rtt_min"},
	"tcp_min_snd_mss":                                       {Unit: "bytes", Effect: EffectNow, Linux: "__tcp_mtu_to_mss"},
	"tcp_min_tso_segs":                                      {Unit: "segments", Effect: EffectNow, Linux: "tcp_tso_segs"},
	"tcp_moderate_rcvbuf":                                   {Unit: "switch", Effect: EffectNow, Linux: "tcp_rcv_space_adjust"},
	"tcp_mtu_probe_floor":                                   {Unit: "bytes", Effect: EffectTimer, RFC: "RFC 4821 §7.7", Linux: "tcp_mtu_probing"},
	"tcp_mtu_probing":                                       {Unit: "choice", Effect: EffectTimer, RFC: "RFC 4821 §7.7", Linux: "tcp_mtu_probing"},
	"tcp_no_metrics_save":                                   {Unit: "switch", Effect: EffectClose, RFC: "RFC 9040 §4", Linux: "tcp_update_metrics"},
	"tcp_no_ssthresh_metrics_save":                          {Unit: "switch", Effect: EffectClose, RFC: "RFC 9040 §4", Linux: "tcp_update_metrics"},
	"tcp_notsent_lowat":                                     {Unit: "bytes", Effect: EffectNow, Linux: "tcp_stream_memory_free"},
	"tcp_orphan_retries":                                    {Unit: "doublings", Effect: EffectTimer, Linux: "tcp_orphan_retries"},
	"tcp_pacing_ca_ratio":                                   {Unit: "percent", Effect: EffectNow, Linux: "tcp_update_pacing_rate"},
	"tcp_pacing_ss_ratio":                                   {Unit: "percent", Effect: EffectNow, Linux: "tcp_update_pacing_rate"},
	"tcp_pingpong_thresh":                                   {Unit: "times", Effect: EffectNow, RFC: "RFC 9293 §3.8.6.3", Linux: "inet_csk_in_pingpong_mode"},
	"tcp_plb_cong_thresh":                                   {Unit: "of-256", Effect: EffectNever, Linux: "tcp_plb_update_state"},
	"tcp_plb_enabled":                                       {Unit: "switch", Effect: EffectNever, Linux: "tcp_plb_update_state"},
	"tcp_plb_idle_rehash_rounds":                            {Unit: "rounds", Effect: EffectNever, Linux: "tcp_plb_check_rehash"},
	"tcp_plb_rehash_rounds":                                 {Unit: "rounds", Effect: EffectNever, Linux: "tcp_plb_check_rehash"},
	"tcp_plb_suspend_rto_sec":                               {Unit: "s", Effect: EffectNever, Linux: "tcp_plb_update_state_upon_rto"},
	"tcp_probe_interval":                                    {Unit: "s", Effect: EffectNow, RFC: "RFC 4821 §7.7", Linux: "tcp_mtu_check_reprobe"},
	"tcp_probe_threshold":                                   {Unit: "bytes", Effect: EffectNow, RFC: "RFC 4821 §7.7", Linux: "tcp_mtu_probe"},
	"tcp_recovery":                                          {Unit: "bits", Effect: EffectNow, RFC: "RFC 8985 §6.2", Linux: "tcp_rack_reo_wnd"},
	"tcp_reflect_tos":                                       {Unit: "switch", Effect: EffectConnect, Linux: "tcp_v4_send_synack"},
	"tcp_reordering":                                        {Unit: "segments", Effect: EffectConnect, RFC: "RFC 5681 §3.2", Linux: "tcp_init_transfer"},
	"tcp_retrans_collapse":                                  {Unit: "switch", Effect: EffectNow, Linux: "tcp_retrans_try_collapse"},
	"tcp_retries1":                                          {Unit: "doublings", Effect: EffectTimer, RFC: "RFC 1122 §4.2.3.5", Linux: "tcp_write_timeout"},
	"tcp_retries2":                                          {Unit: "doublings", Effect: EffectTimer, RFC: "RFC 1122 §4.2.3.5", Linux: "tcp_write_timeout"},
	"tcp_rfc1337":                                           {Unit: "switch", Effect: EffectNow, RFC: "RFC 1337 §3", Linux: "tcp_timewait_state_process"},
	"tcp_rmem":                                              {Unit: "bytes", Effect: EffectSocket, Linux: "tcp_init_sock"},
	"tcp_rto_max_ms":                                        {Unit: "ms", Effect: EffectTimer, RFC: "RFC 6298 §2.5", Linux: "tcp_init_sock"},
	"tcp_rto_min_us":                                        {Unit: "us", Effect: EffectTimer, RFC: "RFC 6298 §2.4", Linux: "tcp_init_sock"},
	"tcp_sack":                                              {Unit: "switch", Effect: EffectConnect, RFC: "RFC 2018 §2", Linux: "tcp_syn_options"},
	"tcp_shrink_window":                                     {Unit: "switch", Effect: EffectNow, RFC: "RFC 7323 §2.4", Linux: "__tcp_select_window"},
	"tcp_slow_start_after_idle":                             {Unit: "switch", Effect: EffectNow, RFC: "RFC 5681 §4.1", Linux: "tcp_slow_start_after_idle_check"},
	"tcp_stdurg":                                            {Unit: "switch", Effect: EffectNow, RFC: "RFC 6093 §3", Linux: "tcp_check_urg"},
	"tcp_syn_linear_timeouts":                               {Unit: "times", Effect: EffectTimer, RFC: "RFC 6298 §5.5", Linux: "tcp_retransmit_timer"},
	"tcp_syn_retries":                                       {Unit: "times", Effect: EffectTimer, RFC: "RFC 1122 §4.2.3.5", Linux: "tcp_write_timeout"},
	"tcp_synack_retries":                                    {Unit: "times", Effect: EffectTimer, RFC: "RFC 1122 §4.2.3.5", Linux: "reqsk_timer_handler"},
	"tcp_syncookies":                                        {Unit: "choice", Effect: EffectNow, RFC: "RFC 4987 §3.6", Linux: "tcp_syn_flood_action"},
	"tcp_thin_linear_timeouts":                              {Unit: "switch", Effect: EffectTimer, RFC: "RFC 6298 §5.5", Linux: "tcp_retransmit_timer"},
	"tcp_timestamps":                                        {Unit: "choice", Effect: EffectConnect, RFC: "RFC 7323 §3.2", Linux: "tcp_syn_options"},
	"tcp_tso_rtt_log":                                       {Unit: "shift", Effect: EffectNow, Linux: "tcp_tso_autosize"},
	"tcp_tso_win_divisor":                                   {Unit: "divisor", Effect: EffectNow, Linux: "tcp_tso_should_defer"},
	"tcp_tw_recycle":                                        {Unit: "switch", Effect: EffectNow, Linux: "tcp_time_wait"},
	"tcp_tw_reuse":                                          {Unit: "choice", Effect: EffectPort, RFC: "RFC 6191 §2", Linux: "tcp_twsk_unique"},
	"tcp_tw_reuse_delay":                                    {Unit: "ms", Effect: EffectPort, RFC: "RFC 6191 §2", Linux: "tcp_twsk_unique"},
	"tcp_window_scaling":                                    {Unit: "switch", Effect: EffectConnect, RFC: "RFC 7323 §2.2", Linux: "tcp_syn_options"},
	"tcp_wmem":                                              {Unit: "bytes", Effect: EffectSocket, Linux: "tcp_init_sock"},
	"tcp_workaround_signed_windows":                         {Unit: "switch", Effect: EffectConnect, RFC: "RFC 7323 §2.2", Linux: "tcp_select_initial_window"},
}
