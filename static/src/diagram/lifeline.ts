import type { Connection, History } from '../model/history';
import { eventY } from './places';
import type { BandBox, Bracket, Column, Layout, Sheet } from './sheet';
import { type Armed, type Over, SLOTS, type Stretch } from './spans';

const NAME_EVERY = 640; // pixels: a long band says its name again

/** State bands: each connection of a host has a place, a listener the first one while it is free. */
export function bands(s: Sheet, from: number, to: number): BandBox[] {
  const out: BandBox[] = [];
  const { spans } = s.run;
  const near = (b: Stretch) => b.n <= s.n && top(b, s) <= to && bottom(b, s) >= from;
  const place = s.columns.map((c) => slotter(c, s));
  const put = (b: Stretch, y0: number, y1: number, slot: number) => {
    if (y1 < from || y0 > to) return;
    const { x, w } = place[b.col](slot);
    // What is far out of view is left out, by whole names.
    const skip = Math.max(0, Math.floor((from - NAME_EVERY - y0) / NAME_EVERY)) * NAME_EVERY;
    const box: BandBox = {
      host: b.lane.host,
      flow: b.lane.flow,
      state: b.state,
      count: 1,
      subject: b.subject,
      n: b.n,
      x,
      w,
      y0: y0 + (Number.isFinite(skip) ? skip : 0),
      y1: Math.max(y0 + 2, Math.min(y1, to + NAME_EVERY)), // a state of one instant is seen, too
      future: false,
      connection: b.slot < 0 ? undefined : connectionOf(b, s.run.s.history),
      first: b.lane.changes[0]?.n === b.n && !(skip > 0 && Number.isFinite(skip)),
    };
    out.push(...split(box, s.restY));
  };
  for (const b of spans.stretches) if (near(b)) put(b, top(b, s), bottom(b, s), b.slot);
  for (const b of spans.listeners) {
    if (!near(b)) continue;
    let y = top(b, s);
    const end = Math.min(bottom(b, s), to + 1000);
    for (const k of spans.stretches) {
      if (k.col !== b.col || k.slot !== 0 || k.n > s.n || bottom(k, s) <= y || top(k, s) >= end) continue;
      if (top(k, s) > y) put(b, y, top(k, s), 0);
      y = Math.max(y, bottom(k, s));
    }
    if (y < end || y === top(b, s)) put(b, y, end, 0); // a state of one instant, too
  }
  for (const [col, list] of spans.over.entries()) over(s, col, list ?? [], place, out, from, to);
  return out;
}

const top = (b: Stretch, s: Sheet) => eventY(s, b.n);
const bottom = (b: Stretch, s: Sheet) => (b.end <= s.n ? eventY(s, b.end) : s.height);

/** Connections without a place of their own are one stretch with their number. */
function over(s: Sheet, col: number, list: Over[], place: ((slot: number) => { x: number; w: number })[], out: BandBox[], from: number, to: number): void {
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
    if (!most) y0 = eventY(s, o.n);
    most = Math.max(most, o.count);
    last = o.count;
    if (!last) end(eventY(s, o.n));
  }
  if (last) end(s.height);
}

function slotter(c: Column, s: Sheet): (slot: number) => { x: number; w: number } {
  const most = s.run.s.history.most;
  let k = 1;
  for (const [host, col] of s.run.s.colOf.entries()) if (col === c.at) k = Math.max(k, Math.min(SLOTS + 1, most[host] ?? 1));
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
  for (const a of s.run.spans.timers) {
    if (a.arms[0].n > s.n) break;
    const c = s.columns[a.col];
    if (!c || a.at >= c.lanes) continue;
    if (a.end <= s.n && eventY(s, a.end) < from) continue;
    if (armY(s, a.arms[0]) > to) continue;
    const b = bracket(a, c, s, from, hide, rings);
    if (b && b.y1 >= from) out.push(b);
  }
  return out;
}

const armY = (s: Sheet, arm: { n: number }) => (arm.n <= s.run.s.history.base ? s.axis.top : eventY(s, arm.n));

function bracket(a: Armed, c: Column, s: Sheet, from: number, hide: boolean, rings: Layout['rings']): Bracket | null {
  const over = a.end <= s.n;
  const y0 = armY(s, a.arms[0]);
  const y1 = over ? eventY(s, a.end) : 0;
  if (over && y1 - y0 < 6) return null;
  const i = lastArm(a, s.n);
  const arm = a.arms[i];
  const notches: number[] = [];
  for (let k = i, y = Number.POSITIVE_INFINITY; k > 0 && notches.length < 60; k--) {
    const at = armY(s, a.arms[k]);
    if (at < from) break;
    if (y - at <= 3) continue;
    y = at;
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
    y0,
    y1: over ? y1 : ring ? ring.y : hide ? s.restY + 26 : Math.max(s.restY + 26, Math.min(s.height - 24, s.axis.y(arm.deadline))),
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

/** The last arming up to event n. */
function lastArm(a: Armed, n: number): number {
  let lo = 0;
  let hi = a.arms.length;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (a.arms[mid].n <= n) lo = mid;
    else hi = mid;
  }
  return lo;
}
