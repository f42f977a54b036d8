import type { Pt } from './geom';
import { eventY, headY, tailY } from './places';
import { same } from './same';
import type { Seg } from './seg';
import type { Arrow, Category, Sheet } from './sheet';

const drawn = new WeakMap<Seg, { over: boolean; columns: unknown; axis: unknown; arrow: Arrow }>();

/** How a segment is drawn at this place: the same arrow as before if it says the same, so that what is made of it is the same too. */
export function arrowOf(s: Sheet, x: Seg, crowded = false): Arrow {
  const { turns } = x.t;
  const over = x.end <= s.n && turns.length > 0 && turns[turns.length - 1].n <= s.n;
  const had = drawn.get(x);
  if (over && had?.over && had.columns === s.columns && had.axis === s.axis && had.arrow.crowded === crowded) return had.arrow;
  let a = arrow(x, s);
  a.crowded = crowded;
  if (had && same(had.arrow, a)) a = had.arrow;
  drawn.set(x, { over, columns: s.columns, axis: s.axis, arrow: a });
  return a;
}

/** From where to where a segment goes, left to right. */
export function span(s: Sheet, x: Seg): { x0: number; x1: number; dir: -1 | 1 } {
  const { columns } = s;
  const { colOf } = s.run.s;
  const p = x.t.packet;
  const from = columns[colOf[p.from]] ?? columns[0];
  const to = columns[colOf[p.to]] ?? columns[columns.length - 1];
  const dir = s.run.side(x.t);
  const gap = 3;
  const x0 = from.x + dir * (from.half + gap);
  return { x0, x1: from === to ? x0 + 46 : to.x - dir * (to.half + gap), dir }; // from === to: two hosts of one lifeline
}

function blank(x: Seg, dir: -1 | 1, from: Pt): Arrow {
  const p = x.t.packet;
  return {
    id: p.id,
    seg: x,
    track: x.t,
    n: x.t.n,
    fate: 'flying',
    look: p.kind.toLowerCase() as Category,
    retx: p.retx > 0,
    bad: !!p.bad,
    forged: !!p.forged,
    edited: !!p.edited,
    copy: !!p.copyOf,
    dir,
    pts: [from],
    end: 0,
    ended: null,
    crowded: false,
  };
}

/** The way of a segment as far as a place knows it, and as it is meant to go on. */
function arrow(x: Seg, s: Sheet): Arrow {
  const { x0, x1, dir } = span(s, x);
  const y0 = tailY(s, x);
  const a = blank(x, dir, { x: x0, y: y0 });
  const due = s.run.due(x.t);
  const head = (t: number): Pt => ({ x: x1, y: headY(s, x, t) });
  let at = a.pts[0];
  // Where it is bound for, and where it is on the way there at a given height.
  let goal: Pt | null = due === null ? null : head(due);
  const along = (y: number, lo: number, hi: number): Pt => {
    if (!goal) return at;
    const k = goal.y === at.y ? 0.5 : Math.min(hi, Math.max(lo, (y - at.y) / (goal.y - at.y)));
    return { x: at.x + (goal.x - at.x) * k, y: at.y + (goal.y - at.y) * k };
  };
  if (!goal) {
    a.fate = 'held';
    at = { x: x0 + (x1 - x0) * 0.3, y: y0 + 18 };
    a.pts.push(at);
    a.pause = at;
  }
  for (const turn of x.t.turns) {
    if (turn.n > s.n) break;
    const ty = Math.max(eventY(s, turn.n), y0);
    if (turn.what === 'delivered') {
      a.fate = 'delivered';
      goal = head(turn.at);
    } else if (turn.what === 'dropped') {
      a.fate = 'dropped';
      a.ended = turn;
    } else if (turn.what === 'lost') {
      a.fate = 'lost';
      a.ended = turn;
      at = turn.n === x.t.n ? along(ty, 0.7, 0.7) : along(ty, 0.35, 0.85);
      a.pts.push(at);
      a.cross = at;
      a.end = a.pts.length - 1;
    } else if (turn.what === 'held') {
      a.fate = 'held';
      a.ended = turn;
      at = along(ty, 0.3, 0.8);
      a.pts.push(at);
      a.pause = at;
      goal = null;
    } else if (turn.what === 'moved') {
      at = a.fate === 'held' ? { x: at.x, y: Math.max(ty, at.y) } : along(ty, 0.3, 0.7);
      a.fate = 'flying';
      a.ended = turn;
      a.pts.push(at);
      a.bend = at;
      if (turn.arrive !== null) goal = head(turn.arrive);
    } else if (turn.what === 'edited') {
      a.edited = true;
      a.bad ||= !!turn.packet?.bad;
      a.mark = along(ty, 0.25, 0.8);
    }
  }
  if (goal) a.pts.push(goal);
  if (a.fate === 'held') a.pts.push({ x: at.x, y: Math.max(at.y + 12, s.axis.y(s.now)) });
  if (a.fate !== 'lost') a.end = a.pts.length - 1;
  return a;
}

/** Copies begin on the line of what they are copies of. */
export function forks(arrows: Arrow[], n: number): void {
  const by = new Map(arrows.map((a) => [a.id, a]));
  for (const a of arrows) {
    const of = by.get(a.track.packet.copyOf ?? 0);
    if (!of || a.track.n > n || of.dir !== a.dir) continue;
    const [p, q] = [of.pts[0], of.pts[1]];
    if (!q) continue;
    const k = 0.32;
    const at = { x: p.x + (q.x - p.x) * k, y: p.y + (q.y - p.y) * k };
    a.fork = at;
    a.pts = [at, ...a.pts.slice(1)];
  }
}
