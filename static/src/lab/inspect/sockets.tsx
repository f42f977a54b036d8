import { signal } from '@preact/signals';
import { t } from '../../i18n';
import type { Subject } from '../../proto';
import { data, n, now, rev } from '../after';
import { marked } from '../lesson/steer';
import { fieldDoc } from '../rules';
import { value } from '../say';
import { hello, schemas } from '../state';
import { Value } from '../ui/Value';
import { Hidden, isVeiled } from '../veil/veil';
import { fieldRef } from './causes/number';

const all = signal<Record<number, boolean>>({});
/** The variables that a student looks at first. */
export const important = new Set([
  'State',
  'SndUna',
  'SndNxt',
  'SndWnd',
  'RcvNxt',
  'RcvWnd',
  'Cwnd',
  'Ssthresh',
  'CA',
  'SRTT',
  'RTO',
  'Backoff',
  'Retries',
  'Timeouts',
  'PacketsOut',
  'SackedOut',
  'LostOut',
  'RetransOut',
  'XmitKind',
  'XmitAt',
  'DelackAt',
  'SynAckAt',
  'InQueue',
  'OfoBytes',
  'SynQ',
  'AcceptQ',
  'Limit',
  'Err',
  'Dead',
  'RcvFin',
  'Orphans',
  'TimeWait',
]);

/** Every connection of every host, each variable in its RFC or Linux spelling. */
export function Sockets() {
  void rev.value;
  const d = data.value;
  if (!d) return null;
  const hosts = hello.value?.hosts ?? [];
  const list = [...d.state.subjects.values()].filter((s) => s.host >= 0 && s.schema !== 'link' && s.schema !== 'host').sort((a, b) => a.host - b.host || b.id - a.id);
  return (
    <>
      {list.length === 0 && (
        <section>
          <p class="ref">{t('lab.sockets-none')}</p>
        </section>
      )}
      {list.slice(0, 40).map((s) => (
        <Socket key={s.id} s={s} host={hosts[s.host]?.name ?? ''} />
      ))}
      {list.length > 40 && (
        <section>
          <p class="ref">{t('lab.sockets-more', { n: list.length - 40 })}</p>
        </section>
      )}
    </>
  );
}

function Socket({ s, host }: { s: Subject; host: string }) {
  const sc = schemas.value;
  const f = data.value?.frame(n.value);
  const changes = new Map((f?.changes ?? []).filter((c) => c.s === s.id).map((c) => [c.f, c]));
  const full = all.value[s.id] ?? s.schema !== 'tcb';
  const fields = sc.fields(s.schema);
  const state = sc.state(s);
  const rows = fields
    .map((field, i) => ({ field, i }))
    .filter(({ field, i }) => full || marked(host, field.label, field.name) || changes.has(i) || (important.has(field.name) && s.values[i] !== null));
  const si = sc.find(s.schema, 'State');
  const was = changes.get(si);
  return (
    <section class="socket">
      <h3>
        {host} · <span class="mono">{s.name}</span>
      </h3>
      {s.schema === 'tcb' && state !== 'LISTEN' && <Machine state={state} was={was ? sc.stateName(s.schema, si, was.old) : ''} />}
      <dl class="kv">
        {rows.map(({ field, i }) => {
          const c = changes.get(i);
          return (
            <div key={field.name} class={`${c ? 'changed' : ''}${marked(host, field.label, field.name) ? ' marked' : ''}`} title={fieldDoc(s.schema, field.name, field.doc)}>
              <dt class="mono">{field.label}</dt>
              <dd class="mono">
                {c && <span class="old">{value(c.old, field, s, sc, now.value)} → </span>}
                {isVeiled(s.values[i], field.unit) ? (
                  <Hidden why="veil.short" />
                ) : (
                  <Value of={fieldRef(s.id, i)} n={n.value} name={field.label} text={value(s.values[i], field, s, sc, now.value)} class={c ? 'chg' : ''} />
                )}
              </dd>
            </div>
          );
        })}
      </dl>
      {s.schema === 'tcb' && (
        <button
          type="button"
          class="link"
          onClick={() => {
            all.value = { ...all.value, [s.id]: !full };
          }}
        >
          {full ? t('lab.fields-few') : t('lab.fields-all', { n: fields.length })}
        </button>
      )}
    </section>
  );
}

const at: Record<string, [number, number]> = {
  CLOSED: [150, 16],
  SYN_SENT: [50, 60],
  SYN_RECV: [250, 60],
  ESTABLISHED: [150, 104],
  FIN_WAIT_1: [50, 148],
  CLOSE_WAIT: [250, 148],
  FIN_WAIT_2: [50, 196],
  CLOSING: [150, 196],
  LAST_ACK: [250, 196],
  TIME_WAIT: [100, 240],
};
const edges: [string, string][] = [
  ['CLOSED', 'SYN_SENT'],
  ['CLOSED', 'SYN_RECV'],
  ['SYN_SENT', 'SYN_RECV'],
  ['SYN_SENT', 'ESTABLISHED'],
  ['SYN_RECV', 'ESTABLISHED'],
  ['ESTABLISHED', 'FIN_WAIT_1'],
  ['ESTABLISHED', 'CLOSE_WAIT'],
  ['FIN_WAIT_1', 'FIN_WAIT_2'],
  ['FIN_WAIT_1', 'CLOSING'],
  ['CLOSE_WAIT', 'LAST_ACK'],
  ['FIN_WAIT_2', 'TIME_WAIT'],
  ['CLOSING', 'TIME_WAIT'],
];

/** The state machine, with where the connection is and the edge just taken. */
function Machine({ state, was }: { state: string; was: string }) {
  const list = edges.some(([a, b]) => a === was && b === state) || !was || !at[was] || !at[state] ? edges : [...edges, [was, state] as [string, string]];
  return (
    <svg class="machine" viewBox="0 0 300 256" role="img" aria-label={was ? t('lab.machine-moved', { from: was, to: state }) : t('lab.machine', { state })}>
      {list.map(([a, b]) => {
        const [x0, y0] = at[a];
        const [x1, y1] = at[b];
        const taken = a === was && b === state;
        const len = Math.hypot(x1 - x0, y1 - y0) || 1;
        const k = Math.abs(y1 - y0) < 5 ? 46 : 13 / Math.max(0.3, Math.abs(y1 - y0) / len);
        const [ux, uy] = [(x1 - x0) / len, (y1 - y0) / len];
        return <path key={`${a}.${b}`} class={taken ? 'taken' : ''} d={`M${x0 + ux * k} ${y0 + uy * k}L${x1 - ux * (k + 2)} ${y1 - uy * (k + 2)}`} />;
      })}
      {Object.entries(at).map(([name, [x, y]]) => (
        <g key={name} class={name === state ? 'here' : name === was ? 'was' : ''}>
          <rect x={x - 46} y={y - 11} width={92} height={22} rx={11} />
          <text x={x} y={y + 4} text-anchor="middle">
            {name}
          </text>
        </g>
      ))}
    </svg>
  );
}
