import { firstAt } from '../minimap/bins';

/** Something on a chart that can be pointed at. */
export interface Target {
  at: number;
  from: number; // values
  to: number;
}

/** Which instants a chart shows: a little more than the diagram, and of a long silence only its shores. */
export function windowOf(from: number, to: number, targets: readonly { at: number }[]): [number, number] {
  let [a, b] = [from, Math.max(to, from + 1000)];
  const i = firstAt(targets, a);
  const j = firstAt(targets, b) - 1;
  if (j > i) {
    const [first, last] = [targets[i].at, targets[j].at];
    if ((b - a) / 3 > last - first && last > first) [a, b] = [first, last];
  }
  return [a - (b - a) * 0.06, b + (b - a) * 0.2];
}

/** The values that are seen between two instants, with some room. */
export function heights(targets: readonly Target[], x0: number, x1: number, held: readonly number[], zero: boolean): [number, number] {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  for (const v of held) {
    lo = Math.min(lo, v);
    hi = Math.max(hi, v);
  }
  for (let i = firstAt(targets, x0); i < targets.length && targets[i].at <= x1; i++) {
    lo = Math.min(lo, targets[i].from);
    hi = Math.max(hi, targets[i].to);
  }
  if (lo > hi) return [0, 1];
  if (zero) lo = 0;
  const room = Math.max(zero ? 1 : 500, (hi - lo) * 0.08);
  return [zero ? 0 : lo - room, hi + room];
}

/** The nearest target, at most so many pixels away. */
export function nearest<T extends Target>(
  targets: readonly T[],
  px: (at: number) => number,
  py: (v: number) => number,
  x: number,
  y: number,
  most: number,
  from: number,
  to: number,
): T | null {
  let best: T | null = null;
  let least = most;
  for (let i = firstAt(targets, from); i < targets.length && targets[i].at <= to; i++) {
    const k = targets[i];
    const [top, low] = [py(k.to), py(k.from)];
    const d = Math.hypot(px(k.at) - x, y < top ? top - y : y > low ? y - low : 0);
    if (d > least) continue;
    least = d;
    best = k;
  }
  return best;
}
