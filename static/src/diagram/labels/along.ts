import { type Pt, type Quad, textQuad } from '../geom';
import type { Arrow, ArrowLabel, Part, Words } from '../sheet';
import { wordsBefore } from './runs';

const ASC = 10;
const DESC = 3.5;
const ABOVE = 5.5;
const BELOW = 14.5;

/** Words along the line of a segment, where there is room: a quiet diagram. */
export function alongLabel(a: Arrow, words: Words, clear: (q: Quad) => boolean): ArrowLabel | null {
  const variants = words.arrow(a, wordsBefore(a));
  const pieces: [Pt, Pt][] = [];
  for (let i = 1; i <= Math.max(1, a.end) && i < a.pts.length; i++) {
    const [p, q] = [a.pts[i - 1], a.pts[i]];
    if (Math.abs(q.x - p.x) > 20) pieces.push([p, q]);
  }
  if (a.cross && a.pts[a.end + 1]) pieces.push([a.pts[a.end], a.pts[a.end + 1]]);
  // Where the shortest has no room, the others have none.
  if (variants.length > 1 && !onPieces(a, variants[variants.length - 1], pieces, words, clear)) return null;
  for (const parts of variants) {
    const got = onPieces(a, parts, pieces, words, clear);
    if (got) return got;
  }
  return null;
}

function onPieces(a: Arrow, parts: Part[], pieces: [Pt, Pt][], words: Words, clear: (q: Quad) => boolean): ArrowLabel | null {
  const w = words.measure(parts.map((p) => p.text).join(' '), 'mono');
  for (const [tail, head] of pieces) {
    const slack = Math.hypot(head.x - tail.x, head.y - tail.y) - w;
    if (slack < 8) continue;
    const right = head.x > tail.x;
    const [p, q] = right ? [tail, head] : [head, tail];
    const angle = Math.atan2(q.y - p.y, q.x - p.x);
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const wide = a.bad ? 3 : a.forged ? 1.5 : 0;
    const offs = right ? [ABOVE + wide, -BELOW - wide] : [-BELOW - wide, ABOVE + wide];
    for (const d of distances(slack)) {
      const start = right ? d : slack - d;
      for (const off of offs) {
        const x = p.x + c * start + s * off;
        const y = p.y + s * start - c * off;
        const quad = textQuad(x, y, w, ASC, DESC, angle);
        if (clear(quad)) return { id: a.id, parts, x, y, angle, quad };
      }
    }
  }
  return null;
}

function distances(slack: number): number[] {
  const out = [Math.min(30, slack / 2), 12];
  for (let d = 50; d < slack - 6; d += 22) out.push(d);
  out.push(slack - 8);
  return out.filter((d) => d >= 2 && d <= slack - 2);
}
