import type { Axis } from '../../diagram/axis';
import type { Layout } from '../../diagram/sheet';
import type { TimeView } from '../../diagram/timeview';

const LEAST = 12; // pixels: a frame that can be taken hold of
const EDGE = 5; // pixels within which one takes its edge

/** The frame on a map: what is in view, made high enough to be taken. */
export interface Frame {
  y0: number;
  y1: number;
}

export function frameOf(axis: Axis, height: number, from: number, to: number): Frame {
  const y0 = Math.max(0, axis.y(Math.max(axis.start, from)));
  const y1 = Math.min(height, axis.y(Math.min(axis.end, Math.max(from, to))));
  const spare = Math.max(0, LEAST - (y1 - y0));
  const top = Math.max(0, Math.min(height - Math.max(LEAST, y1 - y0), y0 - spare / 2));
  return { y0: top, y1: top + Math.max(LEAST, y1 - y0) };
}

export type Grip = 'top' | 'bottom' | 'frame' | 'outside';

/** What of a frame is taken at a height. */
export function gripAt(f: Frame, y: number): Grip {
  const small = f.y1 - f.y0 < 5 * EDGE; // then its edges are taken from outside
  const near = (edge: number, out: -1 | 1) => Math.abs(y - edge) <= EDGE && (!small || (y - edge) * out > 0);
  if (near(f.y0, -1)) return 'top';
  if (near(f.y1, 1)) return 'bottom';
  return y > f.y0 && y < f.y1 ? 'frame' : 'outside';
}

/** Zooms so that a view from one instant to another fills the diagram; the other edge stays. */
export function zoomTo(l: Layout, time: TimeView, from: number, to: number, keep: 'from' | 'to', top: number): void {
  const { scale, height, from: a, to: b } = time.range.peek();
  const now = l.axis.y(b) - l.axis.y(a);
  const want = l.axis.y(to) - l.axis.y(from);
  if (!(want > 1) || !(now > 0)) return;
  time.to((scale * now) / want, keep === 'from' ? { t: from, y: top } : { t: to, y: height });
}

/** The instant so much of the view further down: 0.1 is a tenth of it. */
export function further(l: Layout, time: TimeView, share: number): number {
  const { from, to } = time.range.peek();
  const [a, b] = [l.axis.y(from), l.axis.y(to)];
  return l.axis.t(a + (b - a) * share);
}
