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

/** How long an axis was at some place: what is above it does not change when it grows. */
export interface Extent {
  ticks: number;
  folds: number;
  y: number;
}

/**
 * The time axis: a monotone map from instants to pixels, built downwards.
 * Short gaps are to scale, long ones are folded to one height. One may go on
 * from a place of another, which stays as it is.
 */
export class Axis {
  private own: Tick[] = [];
  private ownFolds: Fold[] = [];
  private from: Axis | null = null;
  private cut = 0; // ticks of the other that count, without the last, which is copied
  private cutFolds = 0;

  constructor(
    readonly top: number,
    t: number,
    private unit: number,
    private linear: boolean,
  ) {
    this.own.push({ t, y0: top, y1: top });
  }

  /** An axis that goes on from here, or from an earlier extent. */
  branch(at: Extent): Axis {
    const last = this.own[at.ticks - 1];
    const a = new Axis(this.top, last.t, this.unit, this.linear);
    a.own[0] = { ...last, y1: at.y };
    a.from = this;
    a.cut = at.ticks - 1;
    a.cutFolds = at.folds;
    return a;
  }

  get extent(): Extent {
    return { ticks: this.own.length, folds: this.ownFolds.length, y: this.last.y1 };
  }

  private get last(): Tick {
    return this.own[this.own.length - 1];
  }

  get size(): number {
    return this.cut + this.own.length;
  }

  tick(i: number): Tick {
    return i < this.cut && this.from ? this.from.own[i] : this.own[i - this.cut];
  }

  /** The folds between two heights. */
  foldsIn(from: number, to: number): Fold[] {
    const seen = (f: Fold) => f.y1 >= from && f.y0 <= to;
    return [...(this.from?.ownFolds.slice(0, this.cutFolds).filter(seen) ?? []), ...this.ownFolds.filter(seen)];
  }

  /** The lowest row so far. */
  get y(): number {
    return this.last.y1;
  }

  /** The instant of the lowest row. */
  get t(): number {
    return this.last.t;
  }

  /** A row for something that happens at t, not above min. Instants come in order. tight: at most so many pixels lower. */
  row(t: number, min = 0, tight = Number.POSITIVE_INFINITY): number {
    const last = this.last;
    if (t <= last.t) {
      last.y1 = Math.max(last.y1, min);
      return last.y1;
    }
    const { gap, folded } = this.gap(t - last.t);
    const y = Math.max(last.y1 + (this.linear ? gap : Math.min(gap, tight)), min);
    if (folded && gap <= tight) this.ownFolds.push({ y0: last.y1, y1: y, t0: last.t, t1: t });
    this.own.push({ t, y0: y, y1: y });
    return y;
  }

  private gap(dt: number): { gap: number; folded: boolean } {
    const trips = dt / this.unit;
    if (this.linear) return { gap: Math.min(trips * TRIP, LINEAR_MAX), folded: false };
    if (trips > FOLD_FROM) return { gap: FOLD + 4, folded: true };
    return { gap: Math.max(3, trips * TRIP), folded: false };
  }

  /** The last tick for which a test holds; the first one, if it holds for none. */
  private find(holds: (k: Tick) => boolean): number {
    let lo = 0;
    let hi = this.size;
    while (hi - lo > 1) {
      const mid = (lo + hi) >> 1;
      if (holds(this.tick(mid))) lo = mid;
      else hi = mid;
    }
    return lo;
  }

  /** The first tick that is not above a height. */
  firstAt(y: number): number {
    const i = this.find((k) => k.y0 < y);
    return this.tick(i).y0 < y ? i + 1 : i;
  }

  yOf(t: number): number {
    const last = this.last;
    if (t > last.t) return last.y1 + Math.min(FOLD, ((t - last.t) / this.unit) * TRIP);
    const i = this.find((k) => k.t <= t);
    const a = this.tick(i);
    if (t <= a.t) return a.y0;
    const b = this.tick(i + 1);
    return a.y1 + ((t - a.t) / (b.t - a.t)) * (b.y0 - a.y1);
  }

  /** The instant at a height: the inverse of yOf. */
  tOf(y: number): number {
    const i = this.find((k) => k.y0 <= y);
    const a = this.tick(i);
    if (y <= a.y1) return a.t;
    if (i + 1 >= this.size) return a.t + ((y - a.y1) / TRIP) * this.unit;
    const b = this.tick(i + 1);
    return a.t + ((y - a.y1) / (b.y0 - a.y1)) * (b.t - a.t);
  }
}

/** How far apart, in pixels, two instants are drawn when time is folded. */
export function foldedGap(dt: number, unit: number): number {
  const trips = dt / unit;
  return trips > FOLD_FROM ? FOLD + 4 : trips * TRIP;
}
