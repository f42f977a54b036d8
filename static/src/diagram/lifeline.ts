import type { Connection, History } from '../model/history';
import { type Column, SLOTS } from './columns';
import type { Layout, Sheet } from './layout';
import type { Armed, Stretch } from './spans';

/** A stretch of a lifeline in one state. */
export interface BandBox {
  host: number;
  flow: number;
  state: string; // '' : connections that have no place of their own
  count: number; // how many of those
  subject: number;
  n: number;
  x: number;
  w: number;
  y0: number;
  y1: number;
  future: boolean; // the part after the play head
  connection?: Connection;
  first: boolean; // the beginning of a connection
}

/** A timer from where it was armed to where it ended or will fire. */
export interface Bracket {
  host: number;
  col: number;
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

/** State bands: each connection of a host has a place, a listener the first one while it is free. */
export function bands(s: Sheet, from: number, to: number): BandBox[] {
  const out: BandBox[] = [];
  const { spans } = s.flow;
  const seen = (b: Stretch) => b.n <= s.n && b.y0 <= to && bottom(b, s) >= from;
  const place = s.columns.map((c) => slotter(c, s));
  const put = (b: Stretch, y0: number, y1: number, slot: number) => {
    const { x, w } = place[b.col](slot);
    out.push(
      ...split(
        {
          host: b.lane.host,
          flow: b.lane.flow,
          state: b.state,
          count: 1,
          subject: b.subject,
          n: b.n,
          x,
          w,
          y0,
          y1,
          future: false,
          connection: b.slot < 0 ? undefined : connectionOf(b, s.flow.s.history),
          first: b === firstOf(b),
        },
        s.restY,
      ),
    );
  };
  for (const b of spans.stretches) if (seen(b)) put(b, b.y0, bottom(b, s), b.slot);
  for (const b of spans.listeners) {
    if (!seen(b)) continue;
    let y = Math.max(b.y0, from - 1000);
    const end = Math.min(bottom(b, s), to + 1000);
    for (const k of spans.stretches) {
      if (k.col !== b.col || k.slot !== 0 || k.n > s.n || bottom(k, s) <= y || k.y0 >= end) continue;
      if (k.y0 > y) put(b, y, k.y0, 0);
      y = Math.max(y, bottom(k, s));
    }
    if (y < end) put(b, y, end, 0);
  }
  for (const [col, list] of spans.over.entries()) over(s, col, list ?? [], place, out, from, to);
  return out;
}

function over(
  s: Sheet,
  col: number,
  list: { n: number; y: number; count: number }[],
  place: ((slot: number) => { x: number; w: number })[],
  out: BandBox[],
  from: number,
  to: number,
): void {
  let y0 = 0;
  let most = 0;
  let last = 0;
  const end = (y1: number) => {
    if (most > 0 && y1 >= from && y0 <= to) {
      const { x, w } = place[col](SLOTS);
      const b = { host: s.columns[col].host, flow: 0, state: '', count: most, subject: 0, n: 0, x, w, y0, y1, future: false, first: false };
      out.push(...split(b, s.restY));
    }
    most = 0;
  };
  for (const o of list) {
    if (o.n > s.n) break;
    if (!most) y0 = o.y;
    most = Math.max(most, o.count);
    last = o.count;
    if (!last) end(o.y);
  }
  if (last) end(s.height);
}

function slotter(c: Column, s: Sheet): (slot: number) => { x: number; w: number } {
  const most = s.flow.s.history.most;
  let k = 1;
  for (const [host, col] of s.flow.s.colOf.entries()) if (col === c.at) k = Math.max(k, Math.min(SLOTS + 1, most[host] ?? 1));
  const w = (c.half * 2) / k;
  return (slot) => ({ x: c.x - c.half + Math.min(slot, k - 1) * w, w: k > 1 ? w - 1 : w });
}

const connections = new WeakMap<object, Connection | null>();

function connectionOf(b: Stretch, h: History): Connection | undefined {
  const known = connections.get(b.lane);
  if (known) return known;
  const sub = h.subjects.get(b.subject);
  const c = h.connectionNamed(b.lane.name, b.lane.flow) ?? (sub ? h.connectionNamed(sub.name, b.lane.flow) : undefined);
  if (c) connections.set(b.lane, c);
  return c;
}

/** The first stretch of the same life: where its letter stands. */
function firstOf(b: Stretch): Stretch | null {
  return b.lane.changes[0]?.n === b.n ? b : null;
}

const bottom = (b: Stretch, s: Sheet) => (b.end <= s.n ? b.y1 : s.height);

function split(b: BandBox, restY: number): BandBox[] {
  if (b.y1 <= restY + 1) return [b];
  if (b.y0 >= restY) return [{ ...b, future: true }];
  return [
    { ...b, y1: restY },
    { ...b, y0: restY, future: true },
  ];
}

/** Timer brackets, each in a lane of its own beside the lifeline. */
export function brackets(s: Sheet, from: number, to: number, hide: boolean, rings: Layout['rings']): Bracket[] {
  const out: Bracket[] = [];
  for (const a of s.flow.spans.timers) {
    const c = s.columns[a.col];
    if (a.arms[0].n > s.n) break;
    if (!c || a.at >= c.lanes || a.arms[0].y > to) continue;
    const b = bracket(a, c, s, from, hide, rings);
    if (b && b.y1 >= from) out.push(b);
  }
  return out;
}

function bracket(a: Armed, c: Column, s: Sheet, from: number, hide: boolean, rings: Layout['rings']): Bracket | null {
  const over = a.end <= s.n;
  if (over && a.y1 - a.arms[0].y < 6) return null;
  let i = a.arms.length - 1;
  if (a.arms[i].n > s.n) {
    let lo = 0;
    while (i - lo > 1) {
      const mid = (lo + i) >> 1;
      if (a.arms[mid].n <= s.n) lo = mid;
      else i = mid;
    }
    i = lo;
  }
  const arm = a.arms[i];
  const notches: number[] = [];
  for (let k = i, y = Number.POSITIVE_INFINITY; k > 0 && notches.length < 60 && a.arms[k].y >= from; k--) {
    if (y - a.arms[k].y <= 3) continue;
    y = a.arms[k].y;
    notches.unshift(y);
  }
  const ring = over ? undefined : rings.find((r) => r.host === a.track.host && r.p.subject === a.track.subject && r.p.at === arm.deadline);
  return {
    host: a.track.host,
    col: a.col,
    subject: a.track.subject,
    field: a.track.field,
    label: a.track.label,
    kind: arm.kind,
    side: c.side,
    x0: c.x + c.side * (c.half + 3),
    x1: c.x + c.side * (c.half + c.laneW * (a.at + 1) - 4),
    y0: a.arms[0].y,
    y1: over ? a.y1 : ring ? ring.y : hide ? s.restY + 26 : s.height - 24,
    notches,
    end: over ? (a.fired ? 'fired' : 'cancelled') : 'pending',
    n: arm.n,
    first: a.arms[0].n,
    endN: over ? a.end : 0,
    armedAt: arm.at,
    deadline: arm.deadline,
    open: !over && !ring,
  };
}
