import type { Track, Turn } from '../model/history';
import type { Pt } from './geom';
import type { Sheet } from './layout';
import { MIN_TRIP } from './rows';

export type Look = 'syn' | 'syn-ack' | 'ack' | 'data' | 'fin' | 'rst' | 'icmp' | 'none';

/** A segment as it is drawn. */
export interface Arrow {
  id: number;
  track: Track;
  n: number;
  fate: 'flying' | 'held' | 'lost' | 'delivered' | 'dropped';
  look: Look;
  retx: boolean;
  bad: boolean;
  forged: boolean;
  edited: boolean;
  copy: boolean;
  dir: -1 | 1;
  pts: Pt[]; // the way it went and will go, top to bottom
  end: number; // index in pts of the last point that is more than a wish
  cross?: Pt;
  pause?: Pt;
  fork?: Pt;
  mark?: Pt; // where it was edited
  bend?: Pt; // where it was delayed
  ended: Turn | null; // what happened to it last, apart from arriving
}

/** The way of a segment as far as a place knows it, and as it is meant to go on. */
export function arrow(t: Track, s: Sheet, y0: number, due: number | null): Arrow {
  const { n, columns, arrive, axis, eventY, now } = s;
  const p = t.packet;
  const turns = t.turns.length && t.turns[t.turns.length - 1].n > n ? t.turns.filter((x) => x.n <= n) : t.turns;
  const { colOf } = s.flow.s;
  const from = columns[colOf[p.from]] ?? columns[0];
  const to = columns[colOf[p.to]] ?? columns[columns.length - 1];
  const dir = s.flow.side(t);
  const gap = 3;
  const x0 = from.x + dir * (from.half + gap);
  const x1 = from === to ? x0 + 46 : to.x - dir * (to.half + gap); // two hosts of one lifeline
  const yAt = (a: number) => arrive.get(p.id, a) ?? Math.max(axis.yOf(a), y0 + MIN_TRIP);
  const a: Arrow = {
    id: p.id,
    track: t,
    n: t.n,
    fate: due === null ? 'held' : 'flying',
    look: p.kind.toLowerCase() as Look,
    retx: p.retx > 0,
    bad: !!p.bad,
    forged: !!p.forged,
    edited: !!p.edited,
    copy: !!p.copyOf,
    dir,
    pts: [{ x: x0, y: y0 }],
    end: 0,
    ended: null,
  };
  // aim: the point on the way to the current goal at a given instant
  let goal: Pt | null = due === null ? null : { x: x1, y: yAt(due) };
  let at = a.pts[0];
  const along = (y: number, lo: number, hi: number): Pt => {
    if (!goal) return at;
    const k = goal.y === at.y ? 0.5 : Math.min(hi, Math.max(lo, (y - at.y) / (goal.y - at.y)));
    return { x: at.x + (goal.x - at.x) * k, y: at.y + (goal.y - at.y) * k };
  };
  if (!goal) {
    at = { x: x0 + (x1 - x0) * 0.3, y: y0 + 18 };
    a.pts.push(at);
    a.pause = at;
  }
  for (const turn of turns) {
    const ty = Math.max(eventY.get(turn.n) ?? axis.yOf(turn.at), y0);
    if (turn.what === 'delivered') {
      a.fate = 'delivered';
      goal = { x: x1, y: yAt(turn.at) };
    } else if (turn.what === 'dropped') {
      a.fate = 'dropped';
      a.ended = turn;
    } else if (turn.what === 'lost') {
      a.fate = 'lost';
      a.ended = turn;
      at = turn.n === t.n ? along(ty, 0.7, 0.7) : along(ty, 0.35, 0.85);
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
      const was = a.fate;
      a.fate = 'flying';
      a.ended = turn;
      if (was === 'held') {
        at = { x: at.x, y: Math.max(ty, at.y) };
      } else at = along(ty, 0.3, 0.7);
      a.pts.push(at);
      a.bend = at;
      if (turn.arrive !== null) goal = { x: x1, y: yAt(turn.arrive) };
    } else if (turn.what === 'edited') {
      a.edited = true;
      a.bad ||= !!turn.packet?.bad;
      a.mark = along(ty, 0.25, 0.8);
    }
  }
  if (goal) a.pts.push(goal);
  if (a.fate === 'held') a.pts.push({ x: at.x, y: Math.max(at.y + 12, axis.yOf(now)) });
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
    a.pts[0] = at;
  }
}
