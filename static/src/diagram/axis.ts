/** The pixels of one typical one-way trip, and where idle time begins to be folded. */
export const TRIP = 64;
const FOLD_FROM = 1.5;
export const FOLD = 92;
const LINEAR_MAX = 4_000_000;

/** An instant with the rows that it takes. */
export interface Tick {
  t: number;
  y0: number; // where the instant begins
  y1: number; // where it ends: several things at one instant take several rows
}

export interface Fold {
  y0: number;
  y1: number;
  t0: number;
  t1: number;
}

/**
 * The time axis: a monotone map from instants to pixels, built downwards.
 * Short gaps are to scale, long ones are folded to one height.
 */
export class Axis {
  readonly ticks: Tick[] = [];
  readonly folds: Fold[] = [];

  constructor(
    readonly top: number,
    t: number,
    private unit: number,
    private linear: boolean,
  ) {
    this.ticks.push({ t, y0: top, y1: top });
  }

  private get last(): Tick {
    return this.ticks[this.ticks.length - 1];
  }

  /** The lowest row so far. */
  get y(): number {
    return this.last.y1;
  }

  /** A row for something that happens at t, not above min. Instants come in order. */
  row(t: number, min = 0): number {
    const last = this.last;
    if (t <= last.t) {
      last.y1 = Math.max(last.y1, min);
      return last.y1;
    }
    const { gap, folded } = this.gap(t - last.t);
    const y = Math.max(last.y1 + gap, min);
    if (folded) this.folds.push({ y0: last.y1, y1: y, t0: last.t, t1: t });
    this.ticks.push({ t, y0: y, y1: y });
    return y;
  }

  private gap(dt: number): { gap: number; folded: boolean } {
    const trips = dt / this.unit;
    if (this.linear) return { gap: Math.min(trips * TRIP, LINEAR_MAX), folded: false };
    if (trips > FOLD_FROM) return { gap: FOLD + 4, folded: true };
    return { gap: Math.max(3, trips * TRIP), folded: false };
  }

  yOf(t: number): number {
    const k = this.ticks;
    if (t <= k[0].t) return k[0].y0;
    const last = k[k.length - 1];
    if (t >= last.t) return last.y1 + (t > last.t ? Math.min(FOLD, ((t - last.t) / this.unit) * TRIP) : 0);
    let lo = 0;
    let hi = k.length - 1;
    while (hi - lo > 1) {
      const mid = (lo + hi) >> 1;
      if (k[mid].t <= t) lo = mid;
      else hi = mid;
    }
    const a = k[lo];
    const b = k[hi];
    if (t === a.t) return a.y0;
    return a.y1 + ((t - a.t) / (b.t - a.t)) * (b.y0 - a.y1);
  }

  /** The instant at a height: the inverse of yOf. */
  tOf(y: number): number {
    const k = this.ticks;
    if (y <= k[0].y0) return k[0].t;
    for (let i = 0; i < k.length; i++) {
      const a = k[i];
      if (y <= a.y1) return a.t;
      const b = k[i + 1];
      if (b && y < b.y0) return a.t + ((y - a.y1) / (b.y0 - a.y1)) * (b.t - a.t);
    }
    const last = k[k.length - 1];
    return last.t + ((y - last.y1) / TRIP) * this.unit;
  }
}

/** How far apart, in pixels, two instants are drawn when time is folded. */
export function foldedGap(dt: number, unit: number): number {
  const trips = dt / unit;
  return trips > FOLD_FROM ? FOLD + 4 : trips * TRIP;
}
