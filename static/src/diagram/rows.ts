const DEPART = 21; // between two segments leaving side by side
const ARRIVE = 18;
const TURN = 11; // between an arrival and an unrelated departure
export const NOTE = 19;
export const MIN_TRIP = 26;
const NEVER = -1e9;

/** The heights of one kind of thing at one place, each with its event, in order. */
interface Trail {
  n: number[];
  y: number[];
}

/**
 * The rows that each lifeline has used, by side: what keeps things apart. They
 * are kept with their events, so that one can ask what was there at an earlier place.
 */
export class Rows {
  private trails = new Map<number, Trail>();
  constructor(private spread: number) {}

  /** The same rows as they were after event n, to go on from without changing these. */
  branch(n: number): Rows {
    const r = new Rows(this.spread);
    for (const [k, t] of this.trails) {
      let i = -1;
      for (let hi = t.n.length; hi - i > 1; ) {
        const mid = (i + hi) >> 1;
        if (t.n[mid] <= n) i = mid;
        else hi = mid;
      }
      if (i >= 0) r.trails.set(k, { n: [t.n[i]], y: [t.y[i]] });
    }
    return r;
  }

  private last(kind: number, col: number, side: number): { n: number; y: number } {
    const t = this.trails.get(slot(kind, col, side));
    const i = (t?.n.length ?? 0) - 1;
    return t && i >= 0 ? { n: t.n[i], y: t.y[i] } : { n: -1, y: NEVER };
  }
  private put(kind: number, col: number, side: number, n: number, y: number): void {
    const k = slot(kind, col, side);
    const t = this.trails.get(k);
    if (!t) this.trails.set(k, { n: [n], y: [y] });
    else if (t.n[t.n.length - 1] === n) t.y[t.y.length - 1] = y;
    else {
      t.n.push(n);
      t.y.push(y);
    }
  }

  arrive(col: number, side: number): number {
    return Math.max(this.last(0, col, side).y + ARRIVE + this.spread, this.last(1, col, side).y + TURN);
  }
  arrived(col: number, side: number, y: number, n: number, own = true): void {
    this.put(0, col, side, n, y);
    if (own) this.put(4, col, side, n, y);
  }
  depart(col: number, side: number, n: number): number {
    const a = this.last(0, col, side);
    const own = this.last(4, col, side).n === n && a.n === n ? 0 : TURN;
    return Math.max(this.last(1, col, side).y + DEPART + this.spread, a.y + own);
  }
  departed(col: number, side: number, y: number, n: number): void {
    this.put(1, col, side, n, y);
  }
  note(col: number): number {
    return this.last(2, col, 1).y + NOTE;
  }
  noted(col: number, y: number, n: number): void {
    this.put(2, col, 1, n, y);
  }
  ring(col: number): number {
    return this.last(3, col, 1).y + 12;
  }
  ringed(col: number, y: number, n: number): void {
    this.put(3, col, 1, n, y);
  }
}

const slot = (kind: number, col: number, side: number) => (kind * 64 + col) * 2 + (side > 0 ? 1 : 0);

/** Where segments reach their hosts, by segment and instant. */
export class Arrivals {
  private all = new Map<number, number[]>();
  constructor(private under?: Arrivals) {}
  set(id: number, t: number, y: number): void {
    const list = this.all.get(id);
    if (list) list.push(t, y);
    else this.all.set(id, [t, y]);
  }
  get(id: number, t: number): number | undefined {
    const list = this.all.get(id);
    if (list) for (let i = list.length - 2; i >= 0; i -= 2) if (list[i] === t) return list[i + 1];
    return this.under?.get(id, t);
  }
}
