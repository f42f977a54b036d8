import { signal } from '@preact/signals';
import { duration } from '../../diagram/time';
import { t } from '../../i18n';
import type { Subject } from '../../proto';
import { data, n, rev } from '../after';
import { hello, schemas } from '../state';
import { fieldRef } from './causes/number';
import { AsTable, type Chart, Legend, Plot } from './plot';
import { allSeries, issOf, merge, mostSent, type Point, type Series, upTo } from './series';
import { timeSequence } from './timeseq';

const picked = signal(0);
const INFINITE = 2147483647;
const MOST = 200; // connections to choose from

/** How a connection's windows and clocks went, each also as a table. */
export function Charts() {
  void rev.value;
  const d = data.value;
  if (!d) return null;
  const sc = schemas.value;
  const hosts = hello.value?.hosts ?? [];
  const socks = [...allSeries(d, sc).values()].filter((x) => x.sends.length && x.sends[0].n <= n.value).slice(0, MOST);
  const s = socks.find((x) => x.subject.id === picked.value) ?? mostSent(socks);
  if (!s) {
    return (
      <section>
        <p class="ref">{t('lab.charts-none')}</p>
      </section>
    );
  }
  const name = (x: Subject) => `${hosts[x.host]?.name ?? ''} · ${d.state.subjects.get(x.id)?.name || x.name}`;
  const charts = draw(s, n.value, issOf(s)).map((c) => (d.state.subjects.has(s.subject.id) ? upToNow(c, n.value, d.timeOf(n.value)) : c));
  return (
    <>
      {socks.length > 1 && (
        <div class="sysctl-search">
          <label>
            <span class="sr">{t('lab.charts-of')}</span>
            <select
              value={String(s.subject.id)}
              onChange={(e) => {
                picked.value = Number(e.currentTarget.value);
              }}
            >
              {socks.map((x) => (
                <option key={x.subject.id} value={String(x.subject.id)}>
                  {name(x.subject)}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      {charts.map((c) => (
        <section key={c.title} class="chart">
          <h3>{c.title}</h3>
          <Plot c={c} label={`${c.title}. ${t('lab.chart-aria', { n: c.n.length })}`} />
          <Legend c={c} />
          <AsTable c={c} />
        </section>
      ))}
    </>
  );
}

const count = (v: number) => String(v);
const bytes = (v: number) => (v >= 1e6 ? `${Math.round(v / 1e4) / 100} MB` : v >= 1e4 ? `${Math.round(v / 100) / 10} kB` : `${v} B`);
const time = (v: number) => duration(Math.round(v / 1000) * 1000);

/** The variables of a socket that a line is drawn from. */
const from = (s: Series, ...fields: string[]) => fieldRef(s.subject.id, ...fields.map((f) => schemas.peek().find('tcb', f)));

const draw = (s: Series, k: number, iss: number): Chart[] => [cwndChart(s, k), flightChart(s, k), rttChart(s, k, iss), timeSequence(s, k, iss, bytes)];

export function cwndChart(s: Series, k: number): Chart {
  const finite = upTo(s.points.Ssthresh, k).filter((p) => p.v !== INFINITE);
  return {
    title: t('lab.chart-cwnd'),
    lines: [
      { name: 'cwnd', color: '--data', unit: count, of: from(s, 'Cwnd') },
      { name: 'ssthresh', color: '--fin', dash: [5, 3], unit: count, of: from(s, 'Ssthresh') },
    ],
    ...merge([upTo(s.points.Cwnd, k), finite]),
  };
}

function flightChart(s: Series, k: number): Chart {
  return {
    title: t('lab.chart-flight'),
    lines: [
      { name: t('lab.chart-inflight'), color: '--data', unit: bytes, of: from(s, 'SndNxt', 'SndUna') },
      { name: 'SND.WND', color: '--fin', dash: [5, 3], unit: bytes, of: from(s, 'SndWnd') },
    ],
    ...merge([difference(upTo(s.points.SndNxt, k), upTo(s.points.SndUna, k)), upTo(s.points.SndWnd, k)]),
  };
}

export function rttChart(s: Series, k: number, iss: number): Chart {
  const srtt = upTo(s.points.SRTT, k)
    .filter((p) => p.v > 0)
    .map((p) => ({ ...p, v: p.v * 125 })); // kept as 8 × µs
  const rtt = samples(s, k, iss);
  const rto = upTo(s.points.RTO, k).filter((p) => p.v > 0);
  return {
    title: t('lab.chart-rto'),
    lines: [
      { name: 'SRTT', color: '--data', unit: time, of: from(s, 'SRTT') },
      { name: 'RTO', color: '--rtx', dash: [5, 3], unit: time, of: from(s, 'RTO') },
      { name: t('lab.chart-samples'), color: '--syn', points: true, unit: time },
    ],
    ...withSamples(merge([srtt, rto, rtt]), rtt),
  };
}

/** Every line goes on to the play head. */
function upToNow(c: Chart, k: number, at: number): Chart {
  if (!c.n.length || c.n[c.n.length - 1] >= k) return c;
  return { ...c, n: [...c.n, k], at: [...c.at, at], values: c.values.map((v, i) => [...v, c.lines[i].points ? null : v[v.length - 1]]) };
}

/** Round trips as a capture would measure them: from the last sending of a byte to the ACK that covers it, never of what was sent twice. */
function samples(s: Series, k: number, iss: number): Point[] {
  const out: Point[] = [];
  const sends = upTo(s.sends, k).filter((x) => x.track.packet.len > 0 || x.track.packet.kind === 'SYN');
  let i = 0;
  for (const a of upTo(s.points.SndUna, k)) {
    const una = (a.v - iss + 2 ** 32) % 2 ** 32;
    let best: (typeof sends)[number] | undefined;
    for (; i < sends.length && sends[i].track.packet.seq + Math.max(1, sends[i].track.packet.len) <= una && sends[i].n < a.n; i++) if (!sends[i].track.packet.retx) best = sends[i];
    if (best) out.push({ n: a.n, at: a.at, v: a.at - best.at });
  }
  return out;
}

/** A sample holds at its instant only. */
function withSamples(m: ReturnType<typeof merge>, rtt: Point[]): ReturnType<typeof merge> {
  const at = new Set(rtt.map((p) => p.n));
  m.values[2] = m.values[2].map((v, i) => (at.has(m.n[i]) ? v : null));
  return m;
}

/** a − b at every change of either; sequence numbers wrap. */
function difference(a: Point[], b: Point[]): Point[] {
  const m = merge([a, b]);
  return m.n.map((n, i) => ({ n, at: m.at[i], v: ((m.values[0][i] ?? 0) - (m.values[1][i] ?? 0) + 2 ** 32) % 2 ** 32 })).filter((p) => p.v < 2 ** 31);
}
