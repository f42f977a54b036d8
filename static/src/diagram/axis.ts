/** A piece of the axis with a height of its own: a cut (a gap in which nothing happens) or a fan (an instant at which much happens). */
export interface Break {
  t0: number;
  t1: number; // the same as t0: a fan
  h: number; // pixels; a cut is never higher than it would be to scale
  busy?: boolean; // a segment was on its way all the time
}

export const CUT = 64; // pixels of a gap that was cut
export const TRIP = 76; // pixels of a typical one-way trip at the scale chosen first

/**
 * The time axis: a piecewise-linear, monotone map from instants to pixels. It is
 * to scale everywhere but in its breaks; without breaks it is linear.
 */
export class Axis {
  private readonly ys: Float64Array; // where each break begins

  constructor(
    readonly top: number,
    readonly start: number,
    readonly end: number, // the last instant at which something is known to happen
    readonly scale: number, // pixels per nanosecond
    readonly breaks: readonly Break[], // in order; a fan before the cut that begins with it
  ) {
    this.ys = new Float64Array(breaks.length);
    let y = top;
    let t = start;
    for (let i = 0; i < breaks.length; i++) {
      const b = breaks[i];
      y += (b.t0 - t) * scale;
      this.ys[i] = y;
      y += b.h;
      t = b.t1;
    }
  }

  /** The height of an instant; of one with a fan, where that begins. */
  y(t: number): number {
    const i = this.last((k) => this.breaks[k].t0 < t);
    if (i < 0) return this.top + (t - this.start) * this.scale;
    const b = this.breaks[i];
    if (t < b.t1) return this.ys[i] + (b.h * (t - b.t0)) / (b.t1 - b.t0);
    return this.ys[i] + b.h + (t - b.t1) * this.scale;
  }

  /** The instant at a height: the inverse of y. */
  t(y: number): number {
    const i = this.last((k) => this.ys[k] <= y);
    if (i < 0) return this.start + (y - this.top) / this.scale;
    const b = this.breaks[i];
    const into = y - this.ys[i];
    if (into < b.h) return b.t0 + (b.t1 - b.t0) * (into / b.h);
    return b.t1 + (into - b.h) / this.scale;
  }

  /** Whether time is to scale at a height. */
  cutAt(y: number): boolean {
    const i = this.last((k) => this.ys[k] <= y);
    return i >= 0 && y < this.ys[i] + this.breaks[i].h;
  }

  /** The breaks between two heights, with their places. */
  breaksIn(from: number, to: number): (Break & { y0: number; y1: number })[] {
    const out: (Break & { y0: number; y1: number })[] = [];
    for (
      let i = Math.max(
        0,
        this.last((k) => this.ys[k] <= from),
      );
      i < this.breaks.length && this.ys[i] <= to;
      i++
    ) {
      const b = this.breaks[i];
      if (this.ys[i] + b.h >= from) out.push({ ...b, y0: this.ys[i], y1: this.ys[i] + b.h });
    }
    return out;
  }

  private last(holds: (i: number) => boolean): number {
    let lo = -1;
    let hi = this.breaks.length;
    while (hi - lo > 1) {
      const mid = (lo + hi) >> 1;
      if (holds(mid)) lo = mid;
      else hi = mid;
    }
    return lo;
  }
}

/** A gap in which nothing happens, and whether something was on its way. */
export interface Gap {
  t0: number;
  t1: number;
  busy: boolean;
}

/** An instant at which so much happens that it is drawn from the top down. */
export interface Fan {
  t: number;
  h: number;
}

/** What one run asks of an axis. */
export interface Demands {
  start: number;
  end: number;
  gaps: readonly Gap[]; // in order
  fans: readonly Fan[];
}

/** A folded axis, good for all of these runs: a gap is cut where each of them is idle. fan: how much of their height fans have. */
export function folded(runs: readonly Demands[], top: number, scale: number, fan = 1): Axis {
  const gaps = runs.map(idle).reduce(both);
  const fans = runs.map((r) => r.fans).reduce(highest);
  const breaks: Break[] = [];
  let f = 0;
  const until = (t: number) => {
    for (; f < fans.length && fans[f].t <= t; f++) breaks.push({ t0: fans[f].t, t1: fans[f].t, h: fans[f].h * fan });
  };
  for (const g of gaps) {
    until(g.t0);
    if ((g.t1 - g.t0) * scale > CUT && g.t1 < Number.POSITIVE_INFINITY) breaks.push({ t0: g.t0, t1: g.t1, h: CUT, busy: g.busy });
  }
  until(Number.POSITIVE_INFINITY);
  return new Axis(top, first(runs), last(runs), scale, breaks);
}

/** A linear axis: it has no breaks. */
export function linear(runs: readonly Demands[], top: number, scale: number): Axis {
  return new Axis(top, first(runs), last(runs), scale, []);
}

const first = (runs: readonly Demands[]) => Math.min(...runs.map((r) => r.start));
const last = (runs: readonly Demands[]) => Math.max(...runs.map((r) => r.end));

/** The gaps of a run, with the one after its end. */
function idle(r: Demands): readonly Gap[] {
  return [...r.gaps, { t0: r.end, t1: Number.POSITIVE_INFINITY, busy: false }];
}

/** Where both are idle. */
function both(a: readonly Gap[], b: readonly Gap[]): readonly Gap[] {
  const out: Gap[] = [];
  for (let i = 0, k = 0; i < a.length && k < b.length; ) {
    const t0 = Math.max(a[i].t0, b[k].t0);
    const t1 = Math.min(a[i].t1, b[k].t1);
    if (t0 < t1) out.push({ t0, t1, busy: a[i].busy || b[k].busy });
    if (a[i].t1 < b[k].t1) i++;
    else k++;
  }
  return out;
}

function highest(a: readonly Fan[], b: readonly Fan[]): readonly Fan[] {
  const out: Fan[] = [];
  for (let i = 0, k = 0; i < a.length || k < b.length; ) {
    const [p, q] = [a[i]?.t ?? Number.POSITIVE_INFINITY, b[k]?.t ?? Number.POSITIVE_INFINITY];
    const t = Math.min(p, q);
    out.push({ t, h: Math.max(p === t ? a[i].h : 0, q === t ? b[k].h : 0) });
    if (p === t) i++;
    if (q === t) k++;
  }
  return out;
}
