import { t } from '../../i18n';

/** Something worth coming to: how it is said, and the condition. */
export interface Target {
  says: string;
  cond: string;
}

/** A host's name as a condition writes it. */
const name = (host: string) => host.replaceAll('-', '_');

const errnos = ['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EPIPE'];
const states = ['SYN_RECV', 'FIN_WAIT_2', 'CLOSE_WAIT', 'CLOSING', 'LAST_ACK', 'TIME_WAIT'];
const counts: [string, string][] = [
  ['lost', 'TcpExtTCPTimeouts'],
  ['spurious', 'TcpExtTCPDSACKRecv'],
  ['fast', 'TcpExtTCPFastRetrans'],
  ['probe', 'TcpExtTCPWinProbe'],
  ['paws', 'TcpExtPAWSEstab'],
  ['cookie', 'TcpExtSyncookiesSent'],
];

/** Targets that make sense on any two hosts, in groups. */
export function targets(hosts: string[]): [string, Target[]][] {
  const each = (make: (h: string) => Target[]) => hosts.flatMap(make);
  const pairs = hosts.flatMap((a) => hosts.filter((b) => b !== a).map((b) => [a, b] as const));
  return [
    ['errno', each((h) => errnos.map((e) => ({ says: t('way.t-errno', { host: h, errno: e }), cond: `${name(h)}.errno == ${e}` })))],
    ['state', each((h) => states.map((s) => ({ says: t('way.t-state', { host: h, state: s }), cond: `${name(h)}.states.${s} > 0` })))],
    [
      'wire',
      [
        { says: t('way.t-rst'), cond: 'event.segment == "RST"' },
        ...each((h) => counts.map(([k, c]) => ({ says: t(`way.t-${k}`, { host: h }), cond: `${name(h)}.counters["${c}"] > 0` }))),
      ],
    ],
    ['end', pairs.map(([a, b]) => ({ says: t('way.t-half', { a, b }), cond: `end ${name(a)}.states.ESTABLISHED > 0 && ${name(b)}.states.ESTABLISHED == 0` }))],
  ];
}
