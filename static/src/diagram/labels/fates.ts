import { boxQuad, type Pt, type Quad } from '../geom';
import type { Arrow, FateLabel, Words } from '../sheet';

/** What became of a segment, beside the place where it did. */
export function fateLabel(a: Arrow, words: Words, clear: (q: Quad) => boolean): FateLabel | null {
  const text = words.fate(a);
  const at = a.cross ?? (a.fate === 'held' ? a.pause : a.bend) ?? (a.fate === 'dropped' ? a.pts[a.pts.length - 1] : undefined);
  if (!text || !at) return null;
  const w = words.measure(text, 'bold');
  const spots: Pt[] = [
    { x: at.x - w - 15, y: at.y + 4 },
    { x: at.x + 15, y: at.y + 4 },
    { x: at.x - w - 15, y: at.y - 8 },
    { x: at.x + 15, y: at.y + 16 },
    { x: at.x - w - 15, y: at.y + 16 },
    { x: at.x + 15, y: at.y - 8 },
    { x: at.x - w / 2, y: at.y + 24 },
    { x: at.x - w / 2, y: at.y - 14 },
    { x: at.x - w / 2, y: at.y + 36 },
  ];
  if (a.dir > 0) spots.unshift(spots[1]);
  for (const p of spots) {
    const quad = boxQuad(p.x - 1, p.y - 10, w + 2, 13);
    if (clear(quad)) return { id: a.id, text, x: p.x, y: p.y, quad };
  }
  return null;
}
