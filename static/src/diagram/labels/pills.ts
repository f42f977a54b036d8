import { boxQuad, type Quad } from '../geom';
import type { Layout, Pill, Words } from '../sheet';
import { duration } from '../time';

/** The length of each cut of the axis, in a pill where there is room. */
export function pills(l: Layout, words: Words, clear: (q: Quad) => boolean, used: (q: Quad) => void): Pill[] {
  const first = l.columns[0];
  const last = l.columns[l.columns.length - 1];
  const mid = (first.x + last.x) / 2;
  return l.cuts.map((c) => {
    const y = (c.y0 + c.y1) / 2;
    const text = words.cut(c.t1 - c.t0, !!c.busy);
    const w = words.measure(text, 'text') + 24;
    const pill: Pill = { x: mid - w / 2, y, w, text, gap: duration(c.t1 - c.t0), shown: false };
    for (const dy of [0, -14, 14]) {
      for (const dx of [0, -70, 70, -120, 120]) {
        const q = boxQuad(mid - w / 2 + dx, y + dy - 11, w, 22);
        if (!clear(q)) continue;
        used(q);
        return { ...pill, x: mid - w / 2 + dx, y: y + dy, shown: true };
      }
    }
    return pill;
  });
}
