import { Axis, type Break, type Demands } from '../../diagram/axis';

/** Something that was at an instant. */
export interface Timed {
  at: number;
}

/** The first of a list, ordered by time, that is not before an instant. */
export function firstAt(list: readonly Timed[], t: number): number {
  let lo = -1;
  let hi = list.length;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (list[mid].at < t) lo = mid;
    else hi = mid;
  }
  return hi;
}

/** How many of a list, ordered by time, lie between two instants, both included. */
export function countIn(list: readonly Timed[], from: number, to: number): number {
  let end = firstAt(list, to);
  while (end < list.length && list[end].at === to) end++;
  return Math.max(0, end - firstAt(list, from));
}

const FOLD = 12; // pixels of a gap that was cut, at most

/** The axis of a whole run on so many pixels: as the diagram's, linear, or with its gaps cut. */
export function wholeAxis(d: Demands, height: number, linear: boolean): Axis {
  const span = Math.max(1, d.end - d.start);
  let scale = height / span;
  if (linear) return new Axis(0, d.start, d.end, scale, []);
  let cut: Demands['gaps'] = [];
  for (;;) {
    const fold = Math.min(FOLD, height / 2 / Math.max(1, cut.length));
    const next = d.gaps.filter((g) => (g.t1 - g.t0) * scale > fold);
    if (next.length === cut.length && cut.length) {
      const breaks = cut.map((g): Break => ({ t0: g.t0, t1: g.t1, h: fold, busy: g.busy }));
      return new Axis(0, d.start, d.end, scale, breaks);
    }
    if (!next.length) return new Axis(0, d.start, d.end, scale, []);
    cut = next;
    const idle = cut.reduce((sum, g) => sum + g.t1 - g.t0, 0);
    const h = Math.min(FOLD, height / 2 / cut.length);
    scale = (height - h * cut.length) / Math.max(1, span - idle);
  }
}

/** How many of a list lie on each row of pixels. */
export function rowsOf(list: readonly Timed[], axis: Axis, height: number): Uint32Array {
  const rows = new Uint32Array(Math.max(1, Math.ceil(height)));
  for (const x of list) rows[rowOf(axis.y(x.at), rows.length)]++;
  return rows;
}

const rowOf = (y: number, rows: number) => Math.max(0, Math.min(rows - 1, Math.floor(y)));

/** The greatest value on each row of something that changes in steps; NaN before it begins. */
export function levels(points: readonly { at: number; v: number }[], axis: Axis, height: number): Float32Array {
  const rows = new Float32Array(Math.max(1, Math.ceil(height))).fill(Number.NaN);
  let row = -1;
  let v = Number.NaN;
  for (const p of points) {
    const r = rowOf(axis.y(p.at), rows.length);
    for (let k = Math.max(0, row + 1); k <= r; k++) rows[k] = v; // it stays until it changes
    row = r;
    v = p.v;
    rows[r] = Number.isNaN(rows[r]) ? v : Math.max(rows[r], v);
  }
  if (row >= 0) rows.fill(v, row + 1);
  return rows;
}

/** Gaps in which nothing is on the wire, where they can be seen. */
export function idle(d: Demands, axis: Axis): { y0: number; y1: number }[] {
  return d.gaps
    .filter((g) => !g.busy)
    .map((g) => ({ y0: axis.y(g.t0), y1: axis.y(g.t1) }))
    .filter((g) => g.y1 - g.y0 >= 6);
}

/** Round instants to be written beside the axis, at least so many pixels apart. */
export function ticksOf(axis: Axis, height: number, apart: number): { t: number; y: number }[] {
  const step = nice(apart / axis.scale);
  const out: { t: number; y: number }[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let k = Math.ceil(axis.start / step); out.length < height / apart + 2; k++) {
    const t = k * step;
    const y = axis.y(t);
    if (t > axis.end || y > height - 6) break;
    const gap = axis.breaks.find((b) => b.t0 < t && t < b.t1);
    if (gap) {
      k = Math.max(k, Math.ceil(gap.t1 / step) - 1);
      continue;
    }
    if (y - last < apart) continue;
    out.push({ t, y });
    last = y;
  }
  return out;
}

/** The next of 1, 2, 5, 10, … */
export function nice(v: number): number {
  const k = 10 ** Math.floor(Math.log10(Math.max(1, v)));
  return k * ([1, 2, 5].find((m) => m * k >= v) ?? 10);
}
