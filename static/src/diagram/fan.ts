import type { Seg } from './seg';

const ROOMY = 22; // between two segments with words along their lines
const CLOSE = 10; // between many
const TIGHT = 4; // at most, where the instants before and after are near themselves
const ROOM = 0.25; // trips between instants of which each has room for words along the lines
const SHARE = 130; // pixels of a trip that instants so near may take: there, time is nearly to scale
const MOST = 130; // pixels of an instant at which hundreds happen
const OPENED = 12; // between those of a band that was opened
const ZERO = 14; // of a trip that takes no time

/** What happens at one instant: events in their order, with what each sent and received. */
export interface Instant {
  t: number;
  events: { n: number; arrived: Seg | null; sent: Seg[] }[];
  due: Seg[]; // segments that arrive here or should have
}

/**
 * Lays out one instant from the top down: causes before effects, and segments
 * that would coincide side by side. Gives each its distance from where the
 * instant begins, and returns the whole height.
 */
export function fan(at: Instant, ends: (s: Seg) => { from: number; to: number }, offset: (n: number, y: number) => void, how: { opened: boolean; gap: number }): number {
  const due = [...at.due].sort((a, b) => a.t.packet.id - b.t.packet.id);
  const step = stepOf(at, due, ends, how);
  const ranks = new Map<number, number>();
  for (const s of due) {
    const key = ends(s).to;
    s.in = (ranks.get(key) ?? 0) * step;
    ranks.set(key, (ranks.get(key) ?? 0) + 1);
  }
  let e = 0;
  let height = due.reduce((h, s) => Math.max(h, s.in), 0);
  const lowest = new Map<number, number>();
  for (const { n, arrived, sent } of at.events) {
    if (arrived) {
      if (arrived.at === at.t) arrived.in = Math.max(arrived.in, arrived.out + ZERO);
      e = Math.max(e, arrived.in);
    }
    offset(n, e);
    for (const s of sent) {
      const key = ends(s).from;
      const above = lowest.get(key);
      s.out = above === undefined ? e : Math.max(e, above + step);
      lowest.set(key, s.out);
      height = Math.max(height, s.out);
    }
    height = Math.max(height, e);
  }
  return height;
}

/** How far apart: by the most that leave or reach one side of a lifeline. */
function stepOf(at: Instant, due: Seg[], ends: (s: Seg) => { from: number; to: number }, how: { opened: boolean; gap: number }): number {
  const counts = new Map<number, number>();
  let most = 0;
  const count = (key: number) => {
    const k = (counts.get(key) ?? 0) + 1;
    counts.set(key, k);
    most = Math.max(most, k);
  };
  for (const s of due) count(ends(s).to * 2);
  for (const e of at.events) for (const s of e.sent) count(ends(s).from * 2 + 1);
  if (how.opened) return OPENED;
  if (how.gap <= ROOM && most <= 6) return Math.min(TIGHT, how.gap * SHARE);
  return most <= 3 ? ROOMY : Math.min(CLOSE, MOST / (most - 1));
}
