import type { History, Lane } from '../model/history';
import type { Axis } from './axis';
import type { Column } from './columns';
import type { Layout } from './layout';

/** A stretch of a lifeline in one state. */
export interface BandBox {
  host: number;
  flow: number;
  state: string;
  subject: number;
  n: number;
  x: number;
  w: number;
  y0: number;
  y1: number;
  future: boolean; // the part after the play head
}

/** A timer from where it was armed to where it ended or will fire. */
export interface Bracket {
  host: number;
  subject: number;
  field: number;
  label: string;
  kind: string;
  side: -1 | 1;
  x0: number; // at the lifeline
  x1: number; // the upright
  y0: number;
  y1: number;
  notches: number[]; // where it was armed anew
  end: 'fired' | 'cancelled' | 'pending';
  n: number; // the event that armed it last
  first: number; // the event that armed it first
  endN: number;
  armedAt: number;
  deadline: number;
  open: boolean; // it will end below what is shown
}

/** State bands: each connection of a host has a lane, a listener the first one while it is free. */
export function bands(h: History, n: number, columns: Column[], axis: Axis, eventY: Map<number, number>, restY: number, height: number): BandBox[] {
  const out: BandBox[] = [];
  const yOf = (at: { n: number; at: number }) => (at.n <= h.base ? axis.top - 18 : (eventY.get(at.n) ?? axis.yOf(at.at)));
  for (const c of columns) {
    const flows: { lane: Lane; from: number; to: number; slot: number }[] = [];
    for (const lane of h.lanes) {
      if (lane.host !== c.host || lane.listener) continue;
      const seen = lane.changes.filter((x) => x.n <= n);
      if (!seen.length) continue;
      const last = seen[seen.length - 1];
      const from = yOf(seen[0]);
      const to = last.state === '' ? yOf(last) : Number.POSITIVE_INFINITY;
      const used = new Set(flows.filter((f) => f.to > from).map((f) => f.slot));
      let slot = 0;
      while (used.has(slot)) slot++;
      flows.push({ lane, from, to, slot });
    }
    const slots = Math.max(1, ...flows.map((f) => f.slot + 1));
    const w = (c.half * 2) / slots;
    const x = (slot: number) => c.x - c.half + slot * w;
    const free: { from: number; to: number }[] = [];
    let y = axis.top - 18;
    for (const f of flows.filter((f) => f.slot === 0).sort((a, b) => a.from - b.from)) {
      if (f.from > y) free.push({ from: y, to: f.from });
      y = Math.max(y, f.to);
    }
    if (y < height) free.push({ from: y, to: height });
    for (const lane of h.lanes) {
      if (lane.host === c.host && lane.listener) {
        for (const b of boxes(lane, n, yOf, height)) {
          for (const g of free) {
            const y0 = Math.max(b.y0, g.from);
            const y1 = Math.min(b.y1, g.to);
            if (y1 > y0) out.push(...split({ ...b, x: x(0), w: slots > 1 ? w - 1 : w, y0, y1 }, restY));
          }
        }
      }
    }
    for (const f of flows) for (const b of boxes(f.lane, n, yOf, height)) out.push(...split({ ...b, x: x(f.slot), w: slots > 1 ? w - 1 : w }, restY));
  }
  return out;
}

function boxes(lane: Lane, n: number, yOf: (c: { n: number; at: number }) => number, height: number): Omit<BandBox, 'x' | 'w'>[] {
  const out: Omit<BandBox, 'x' | 'w'>[] = [];
  const seen = lane.changes.filter((c) => c.n <= n);
  for (const [i, c] of seen.entries()) {
    if (c.state === '') continue;
    const end = seen[i + 1];
    out.push({ host: lane.host, flow: lane.flow, state: c.state, subject: c.subject, n: c.n, y0: yOf(c), y1: end ? yOf(end) : height, future: false });
  }
  return out;
}

function split(b: BandBox, restY: number): BandBox[] {
  if (b.y1 <= restY + 1) return [b];
  if (b.y0 >= restY) return [{ ...b, future: true }];
  return [
    { ...b, y1: restY },
    { ...b, y0: restY, future: true },
  ];
}

/** Timer brackets, each in a lane of its own beside the lifeline. */
export function brackets(
  h: History,
  n: number,
  columns: Column[],
  axis: Axis,
  eventY: Map<number, number>,
  restY: number,
  height: number,
  hide: boolean,
  rings: Layout['rings'],
): Bracket[] {
  const out: Bracket[] = [];
  const yOf = (t: { n: number; at: number }) => (t.n <= h.base ? axis.top : (eventY.get(t.n) ?? axis.yOf(t.at)));
  for (const t of h.timers) {
    const c = columns[t.host];
    if (!c) continue;
    let cur: Bracket | null = null;
    for (const turn of t.turns) {
      if (turn.n > n) break;
      const y = yOf(turn);
      if (turn.deadline !== null) {
        if (cur && !turn.fired) {
          if (y - cur.y1 > 3) cur.notches.push(y);
          cur.y1 = y;
          cur.n = turn.n;
          cur.armedAt = turn.at;
          cur.deadline = turn.deadline;
          cur.kind = turn.kind || cur.kind;
          continue;
        }
        if (cur) close(cur, y, 'fired', turn.n, out);
        cur = {
          host: t.host,
          subject: t.subject,
          field: t.field,
          label: t.label,
          kind: turn.kind,
          side: c.side,
          x0: c.x + c.side * (c.half + 3),
          x1: 0,
          y0: y,
          y1: y,
          notches: [],
          end: 'pending',
          n: turn.n,
          first: turn.n,
          endN: 0,
          armedAt: turn.at,
          deadline: turn.deadline,
          open: false,
        };
      } else if (cur) {
        close(cur, y, turn.fired ? 'fired' : 'cancelled', turn.n, out);
        cur = null;
      }
    }
    if (cur) {
      const open: Bracket = cur;
      const ring = rings.find((r) => r.host === t.host && r.p.subject === t.subject && r.p.at === open.deadline);
      open.open = !ring;
      open.y1 = ring ? ring.y : hide ? restY + 26 : height - 24;
      out.push(open);
    }
  }
  return lanes(out, columns);
}

function close(b: Bracket, y: number, end: Bracket['end'], n: number, out: Bracket[]): void {
  b.y1 = y;
  b.end = end;
  b.endN = n;
  if (b.y1 - b.y0 >= 6) out.push(b);
}

function lanes(list: Bracket[], columns: Column[]): Bracket[] {
  const out: Bracket[] = [];
  const busy = new Map<string, number>();
  for (const b of list.sort((p, q) => p.y0 - q.y0 || q.y1 - p.y1)) {
    const c = columns[b.host];
    const w = c.laneW;
    for (let i = 0; i < Math.max(1, c.lanes); i++) {
      const key = `${b.host}.${i}`;
      if ((busy.get(key) ?? -1) > b.y0 + 1) continue;
      busy.set(key, b.y1);
      b.x1 = c.x + c.side * (c.half + w * (i + 1) - 4);
      out.push(b);
      break;
    }
  }
  return out;
}
