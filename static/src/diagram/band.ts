import type { Look } from './arrow';
import { countAt, type Group } from './dense';
import type { Pt } from './geom';
import { arrowOf, type Sheet } from './layout';

/** Many segments drawn as one. */
export interface Band {
  id: number; // of its first segment
  n: number; // the event that sent it
  group: Group;
  count: number;
  lost: number;
  dropped: number; // by the host that received them
  rule: string; // that took the lost ones
  look: Look;
  dim: boolean;
  retx: boolean;
  forged: boolean;
  dir: -1 | 1;
  shape: Pt[]; // first way down, last way up
  ways: Pt[][]; // of some of them
  mid: [Pt, Pt]; // where its words go
}

const WAYS = 14;

/** A band of the first k segments of a group. */
export function band(g: Group, k: number, s: Sheet): Band {
  const first = arrowOf(s, g.segs[0]);
  const last = arrowOf(s, g.segs[k - 1]);
  const step = Math.max(1, (k - 1) / (Math.min(WAYS, k) - 1 || 1));
  const ways: Pt[][] = [];
  for (let i = 0; Math.round(i) < k; i += step) {
    const a = arrowOf(s, g.segs[Math.round(i)]);
    ways.push(a.pts.slice(0, a.end + 1));
  }
  let lost = 0;
  let dropped = 0;
  for (let i = 0; i < k; i++) {
    for (const x of g.segs[i].t.turns) {
      if (x.n > s.n) break;
      if (x.what === 'lost') lost++;
      if (x.what === 'dropped') dropped++;
    }
  }
  const [a, b] = [first.pts.slice(0, first.end + 1), last.pts.slice(0, last.end + 1)];
  const half = (p: Pt, q: Pt): Pt => ({ x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 });
  return {
    id: g.id,
    n: g.segs[0].t.n,
    group: g,
    count: k,
    lost,
    dropped,
    rule: lost ? (g.segs[0].t.turns[0]?.rule ?? '') : '',
    look: first.look,
    dim: g.dim,
    retx: first.retx,
    forged: first.forged,
    dir: first.dir,
    shape: [...a, ...b.reverse()],
    ways,
    mid: [half(a[0], b[b.length - 1]), half(a[a.length - 1], b[0])],
  };
}

export { countAt };
