import type { Seg } from './seg';
import type { Sheet } from './sheet';

export const TOP = 66; // room for the names of the hosts
export const LEAD = 18; // from there to the first instant
const SLOPE = 12; // pixels of a trip that is too short to be seen

/** Where an event is; what was there from the start is at the top. */
export function eventY(s: Pick<Sheet, 'run' | 'axis' | 'fan'>, n: number): number {
  if (n <= s.run.s.history.base) return s.axis.top - LEAD;
  return s.axis.y(s.run.timeOf(n)) + s.fan * s.run.offset(n);
}

/** Where a segment leaves. */
export function tailY(s: Pick<Sheet, 'axis' | 'fan'>, x: Seg): number {
  return s.axis.y(x.at) + s.fan * x.out;
}

/**
 * Where a segment arrives that is due at an instant. Tails stand on the axis;
 * where a trip would be flat, the head does not, so that its direction is seen.
 */
export function headY(s: Pick<Sheet, 'axis' | 'fan'>, x: Seg, due: number): number {
  const y = s.axis.y(due) + (due === x.due ? s.fan * x.in : 0);
  return Math.max(y, tailY(s, x) + SLOPE);
}
