import { type Pt, type Quad, textQuad } from '../geom';
import type { Band, Labels, Words } from '../sheet';

const SCREEN = 620;
const THICK = 20; // pixels: a band has room for its words inside

type BandLabel = Labels['groups'][number];

/** The words of a band: inside it, or along its edges; once every screen of a long one. */
export function bandLabels(b: Band, words: Words, clear: (q: Quad) => boolean, used: (q: Quad) => void): BandLabel[] {
  const texts = words.group(b);
  const out: BandLabel[] = [];
  const put = (m: readonly [Pt, Pt], offs: number[]) => {
    const [p, q] = m[1].x > m[0].x ? m : [m[1], m[0]];
    const angle = Math.atan2(q.y - p.y, q.x - p.x);
    const len = Math.hypot(q.x - p.x, q.y - p.y);
    const parts = Math.max(1, Math.min(40, Math.round(len / SCREEN)));
    for (let i = 0; i < parts; i++) {
      for (const text of texts) {
        const label = onLine(b.id, text, words.measure(text, 'bold') + 12, p, angle, (len * i) / parts, (len * (i + 1)) / parts, offs, clear);
        if (!label) continue;
        used(label.quad);
        out.push(label);
        break;
      }
    }
  };
  const [a0, a1] = [b.first[0], b.first[b.first.length - 1]];
  const [z0, z1] = [b.last[0], b.last[b.last.length - 1]];
  const half = (p: Pt, q: Pt): Pt => ({ x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 });
  if (Math.min(z0.y - a0.y, z1.y - a1.y) >= THICK) {
    // Of a tall band, the words stand at its upper edge too: its middle may be far below.
    if (z0.y - a0.y > SCREEN) put([a0, a1], [20, 34]);
    put([half(a0, z0), half(a1, z1)], [4, 0, 8]);
  }
  if (!out.length) put([a0, a1], [-6, -7]);
  if (!out.length) put([z0, z1], [15, 17]);
  return out;
}

function onLine(id: number, text: string, w: number, p: Pt, angle: number, from: number, to: number, offs: number[], clear: (q: Quad) => boolean): BandLabel | null {
  for (const k of [0.5, 0.35, 0.65, 0.25, 0.75]) {
    const s = from + (to - from) * k - w / 2;
    if (s < from + 4 || s + w > to - 4) continue;
    for (const off of offs) {
      const x = p.x + Math.cos(angle) * s - Math.sin(angle) * off;
      const y = p.y + Math.sin(angle) * s + Math.cos(angle) * off;
      const quad = textQuad(x, y, w, 10, 4, angle);
      if (clear(quad)) return { id, text, x, y, angle, quad };
    }
  }
  return null;
}
