import { bounds, textQuad } from '../geom';
import type { Bracket, BracketLabel, Layout, Words } from '../sheet';
import type { Grid } from './grid';

const TRIES = 14;

/** The name of a timer along its bracket, where nothing else lies. */
export function timerLabel(b: Bracket, l: Layout, words: Words, grid: Grid): BracketLabel | null {
  const c = l.columns[b.col];
  const narrow = (c?.laneW ?? 24) < 20;
  if (narrow) return null;
  for (const text of words.bracket(b)) {
    const w = words.measure(text, 'text');
    const top = Math.max(b.y0, l.from);
    const free = Math.min(b.y1, l.to) - top - w - 12;
    if (free < 0) continue;
    for (let d = Math.min(14, free / 2), tries = 0; d <= free + 6 && tries < TRIES; d += Math.max(14, free / TRIES), tries++) {
      // The left side reads upwards, the right one downwards; both between bracket and lifeline.
      const up = b.side < 0;
      const y = up ? top + d + w + 6 : top + d + 6;
      const x = up ? b.x1 + 12.5 : b.x1 - 12.5;
      const quad = textQuad(x, y, w, 9, 3, up ? -Math.PI / 2 : Math.PI / 2);
      const box = bounds(quad);
      const leads = l.notes.some((n) => n.col === b.col && ((n.y + 4 > box.y0 && n.y - 4 < box.y1) || (n.anchor.y + 3 > box.y0 && n.anchor.y - 3 < box.y1)));
      if (leads || !grid.free(quad)) continue;
      grid.add(quad);
      return { b, text, x, y, angle: up ? -Math.PI / 2 : Math.PI / 2, quad };
    }
  }
  return null;
}
