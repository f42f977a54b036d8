import { signal } from '@preact/signals';
import { duration, instant } from '../diagram/time';
import { t } from '../i18n';
import type { BranchData } from '../model/branch';
import type { Subject } from '../proto';
import { data, hello, n, now, rev, schemas, seek } from './store';

/** A value that holds from an event on. */
export interface Point {
  n: number;
  at: number;
  v: number;
}

interface Series {
  name: string;
  cls: string;
  points: Point[];
}

const picked = signal(0);
const W = 340;
const H = 110;
const INFINITE = 2147483647;

/** The values that variables of one socket took, up to event upTo. */
export function history(d: BranchData, id: number, fields: number[], upTo: number): Map<number, Point[]> {
  const out = new Map<number, Point[]>(fields.map((f) => [f, []]));
  const first = d.history.subjects.get(id);
  const put = (f: number, p: Point) => out.get(f)?.push(p);
  // One that was there before the first event held began with these values.
  if (first && !d.frames.some((f) => (f.effects ?? []).some((e) => e.kind === 'created' && e.subject?.id === id)))
    for (const k of fields) put(k, { n: d.base, at: d.baseTime, v: first.values[k] ?? 0 });
  for (const f of d.frames) {
    if (f.n > upTo) break;
    for (const e of f.effects ?? []) {
      if (e.kind === 'created' && e.subject?.id === id) for (const k of fields) put(k, { n: f.n, at: f.at, v: e.subject.values[k] ?? 0 });
    }
    for (const c of f.changes ?? []) if (c.s === id && out.has(c.f)) put(c.f, { n: f.n, at: f.at, v: c.new ?? 0 });
  }
  return out;
}

/** How a connection's windows and clocks went, each also as a table. */
export function Charts() {
  void rev.value;
  const d = data.value;
  if (!d) return null;
  const sc = schemas.value;
  const hosts = hello.value?.hosts ?? [];
  const socks = [...d.history.subjects.values()].filter(
    (s) => s.schema === 'tcb' && s.flow > 0 && d.history.frames.some((f) => f.n <= n.value && (f.changes ?? []).some((c) => c.s === s.id)),
  );
  const s = socks.find((x) => x.id === picked.value) ?? socks[0];
  if (!s) {
    return (
      <section>
        <p class="ref">{t('lab.charts-none')}</p>
      </section>
    );
  }
  const name = (x: Subject) => `${hosts[x.host]?.name ?? ''} · ${d.state.subjects.get(x.id)?.name || x.name}`;
  const at = (f: string) => sc.find('tcb', f);
  const ids = ['Cwnd', 'Ssthresh', 'SndNxt', 'SndUna', 'SndWnd', 'RTO', 'SRTT'].map(at);
  const h = history(d, s.id, ids, n.value);
  const get = (f: string) => h.get(at(f)) ?? [];
  const flight = difference(get('SndNxt'), get('SndUna'));
  const srtt = get('SRTT').map((p) => ({ ...p, v: p.v * 125 })); // kept as 8 × µs
  const ms = (v: number) => duration(Math.round(v / 1000) * 1000);
  return (
    <>
      <section>
        <label class="block">
          <span class="sr">{t('lab.charts-of')}</span>
          <select
            value={String(s.id)}
            onChange={(e) => {
              picked.value = Number(e.currentTarget.value);
            }}
          >
            {socks.slice(0, 60).map((x) => (
              <option key={x.id} value={String(x.id)}>
                {name(x)}
              </option>
            ))}
          </select>
        </label>
      </section>
      <Chart
        title={t('lab.chart-cwnd')}
        unit={String}
        list={[
          { name: 'cwnd', cls: 'c1', points: get('Cwnd') },
          { name: 'ssthresh', cls: 'c2', points: get('Ssthresh').filter((p) => p.v < INFINITE) },
        ]}
      />
      <Chart
        title={t('lab.chart-flight')}
        unit={String}
        list={[
          { name: t('lab.chart-inflight'), cls: 'c1', points: flight },
          { name: 'SND.WND', cls: 'c2', points: get('SndWnd') },
        ]}
      />
      <Chart
        title={t('lab.chart-rto')}
        unit={ms}
        list={[
          { name: 'RTO', cls: 'c3', points: get('RTO') },
          { name: 'SRTT', cls: 'c1', points: srtt.filter((p) => p.v > 0) },
        ]}
      />
    </>
  );
}

/** a − b modulo 2³², at every point of either. */
export function difference(a: Point[], b: Point[]): Point[] {
  const out: Point[] = [];
  let [i, j] = [0, 0];
  let va: number | undefined;
  let vb: number | undefined;
  while (i < a.length || j < b.length) {
    const k = Math.min(a[i]?.n ?? Number.POSITIVE_INFINITY, b[j]?.n ?? Number.POSITIVE_INFINITY);
    let at = 0;
    while (a[i]?.n === k) [va, at] = [a[i].v, a[i++].at];
    while (b[j]?.n === k) [vb, at] = [b[j].v, b[j++].at];
    if (va === undefined || vb === undefined) continue;
    const v = (va - vb + 2 ** 32) % 2 ** 32;
    out.push({ n: k, at, v: v > 2 ** 31 ? 0 : v });
  }
  return out;
}

function Chart({ title, list, unit }: { title: string; list: Series[]; unit: (v: number) => string }) {
  const all = list.flatMap((x) => x.points);
  if (all.length === 0) return null;
  const t0 = Math.min(...list.map((x) => x.points[0]?.at ?? Number.POSITIVE_INFINITY));
  const last = Math.max(...list.map((x) => x.points[x.points.length - 1]?.at ?? 0));
  const t1 = Math.max(Math.min(now.value, last + (last - t0) * 0.05), t0 + 1); // what came after the last change is not drawn out
  let top = 1;
  for (const p of all) top = Math.max(top, p.v);
  const x = (at: number) => Math.round(((at - t0) / (t1 - t0)) * W * 10) / 10;
  const y = (v: number) => Math.round((H - (v / top) * (H - 8)) * 10) / 10;
  const line = (points: Point[]) => {
    let path = '';
    for (const [i, p] of points.entries()) path += i ? `H${x(p.at)}V${y(p.v)}` : `M${x(p.at)} ${y(p.v)}`;
    return points.length ? `${path}H${W}` : '';
  };
  const events = [...new Map(all.map((p) => [p.n, p.at])).entries()];
  return (
    <section class="chart">
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the table below leads to the same events */}
      <svg
        viewBox={`-2 -2 ${W + 4} ${H + 20}`}
        role="img"
        aria-label={`${title}: ${list.map((s) => `${s.name} ${unit(s.points[s.points.length - 1]?.v ?? 0)}`).join(', ')}`}
        onClick={(e) => {
          const r = e.currentTarget.getBoundingClientRect();
          const want = t0 + ((e.clientX - r.left) / r.width) * (t1 - t0);
          let best = events[0];
          for (const ev of events) if (Math.abs(ev[1] - want) < Math.abs(best[1] - want)) best = ev;
          seek(best[0]);
        }}
      >
        <path class="grid" d={`M0 ${H}H${W}M0 8H${W}M0 ${(H + 8) / 2}H${W}`} />
        <text x="0" y="6">
          {unit(top)}
        </text>
        <text x="0" y={H + 14}>
          {instant(t0)}
        </text>
        <text x={W} y={H + 14} text-anchor="end">
          {instant(t1)}
        </text>
        {list.map((s) => (
          <path key={s.name} class={s.cls} d={line(s.points)} />
        ))}
      </svg>
      <p class="legend">
        {list
          .filter((s) => s.points.length)
          .map((s) => (
            <span key={s.name} class={s.cls}>
              <i /> {s.name} <b class="mono">{unit(s.points[s.points.length - 1].v)}</b>
            </span>
          ))}
      </p>
      <details class="changes-more">
        <summary>{t('lab.as-table')}</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('lab.th-n')}</th>
              <th scope="col">{t('lab.th-time')}</th>
              {list.map((s) => (
                <th key={s.name} scope="col">
                  {s.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {events
              .sort((a, b) => a[0] - b[0])
              .slice(-80)
              .map(([k, at]) => (
                <tr key={k}>
                  <th scope="row">
                    <button type="button" class="link" onClick={() => seek(k)}>
                      {k}
                    </button>
                  </th>
                  <td class="mono">{instant(at)}</td>
                  {list.map((s) => {
                    const p = s.points.findLast((q) => q.n <= k);
                    return (
                      <td key={s.name} class="mono">
                        {p ? unit(p.v) : ''}
                      </td>
                    );
                  })}
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
