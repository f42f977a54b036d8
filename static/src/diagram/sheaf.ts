import { arrowOf } from './arrow';
import { dimmed, type Filter } from './filter';
import { headY, tailY } from './places';
import type { Seg } from './seg';
import type { Band, Sheet } from './sheet';

const NEAR = 3; // pixels: closer neighbours cannot be told apart
const FEW = 4; // so many are drawn one by one, if they do not coincide
const SAME = 0.6; // pixels: these coincide
const GREY = 40; // pixels between filtered segments of one band
const CROWDED = 15; // pixels: less has no room for words along the line
const MOST = 170; // segments drawn one by one in so many pixels; beyond that, bands begin earlier
const VIEW = 1400;

interface Placed {
  seg: Seg;
  y0: number;
  y1: number;
  dim: boolean;
  key: number;
  alone: boolean;
}

/** Which segments of a view are drawn one by one, and which together as one band. */
export function sheaves(s: Sheet, filter: Filter, t0: number, t1: number, from: number, to: number): { single: { seg: Seg; crowded: boolean }[]; groups: Band[] } {
  const all: Placed[] = [];
  for (const seg of s.run.between(t0, t1)) {
    if (seg.t.n > s.n) break;
    const due = seg.end <= s.n ? seg.due : s.run.dueAt(seg, s.n);
    const y0 = tailY(s, seg);
    const y1 = due === null ? Number.POSITIVE_INFINITY : headY(s, seg, due);
    if (y0 > to || y1 < from) continue;
    const dim = dimmed(filter, seg.t);
    all.push({ seg, y0, y1, dim, key: dim ? -1 - (seg.t.packet.from * 64 + seg.t.packet.to) : seg.kind, alone: !dim && (special(seg, s.n) || s.keep.has(seg.t.packet.id)) });
  }
  const most = MOST * Math.max(1, (Math.min(to, s.height) - Math.max(0, from)) / VIEW);
  for (let near = NEAR; ; near *= 1.6) {
    const { single, runs } = group(all, near, s.opened);
    if (single.length > most && near < 30) continue;
    return { single: crowd(single), groups: runs.map((r) => band(r, s)) };
  }
}

/** Runs of like segments of which neighbours are too close to be told apart. */
function group(all: Placed[], near: number, opened: ReadonlySet<number>): { single: Placed[]; runs: Placed[][] } {
  const open = new Map<number, Placed[]>();
  const single: Placed[] = [];
  const runs: Placed[][] = [];
  const close = (run: Placed[]) => {
    const [a, b] = [run[0], run[run.length - 1]];
    const same = run.length > 1 && b.y0 - a.y0 < SAME && Math.abs(b.y1 - a.y1) < SAME;
    if (a.dim || ((run.length >= FEW || same) && !run.some((x) => opened.has(x.seg.t.packet.id)))) runs.push(run);
    else single.push(...run);
  };
  for (const x of all) {
    if (x.alone) {
      single.push(x);
      continue;
    }
    const run = open.get(x.key);
    const last = run?.[run.length - 1];
    const apart = x.dim ? GREY : near;
    if (run && last && x.y0 - last.y0 < apart && Math.abs(x.y1 - last.y1) < apart) {
      run.push(x);
      continue;
    }
    if (run) close(run);
    open.set(x.key, [x]);
  }
  for (const run of open.values()) close(run);
  single.sort((a, b) => a.seg.i - b.seg.i);
  return { single, runs };
}

/** Notes which have a neighbour too near for words along their lines. */
function crowd(single: Placed[]): { seg: Seg; crowded: boolean }[] {
  const byEnd = new Map<string, Placed[]>();
  for (const x of single) {
    const p = x.seg.t.packet;
    const key = `${p.from} ${p.to}`;
    const list = byEnd.get(key);
    if (list) list.push(x);
    else byEnd.set(key, [x]);
  }
  const out: { seg: Seg; crowded: boolean }[] = [];
  for (const list of byEnd.values()) {
    for (const [i, x] of list.entries()) {
      const tight = (y?: Placed) => !!y && Math.abs(x.y0 - y.y0) < CROWDED && (Math.abs(x.y1 - y.y1) < CROWDED || Math.abs(x.y0 - y.y0) < 5);
      out.push({ seg: x.seg, crowded: tight(list[i - 1]) || tight(list[i + 1]) });
    }
  }
  return out.sort((a, b) => a.seg.i - b.seg.i);
}

/** Something befell it that its like were spared: it has a line of its own. */
function special(x: Seg, n: number): boolean {
  for (const k of x.t.turns) {
    if (k.n > n) break;
    if (k.what === 'held' || k.what === 'moved' || k.what === 'edited' || (k.what === 'lost' && (k.n !== x.t.n || k.by !== ''))) return true;
  }
  return false;
}

const WAYS = 14;

function band(run: Placed[], s: Sheet): Band {
  const first = arrowOf(s, run[0].seg);
  const last = arrowOf(s, run[run.length - 1].seg);
  const between: Band['between'] = [];
  const step = Math.max(1, (run.length - 1) / Math.min(WAYS, run.length));
  for (let i = step; Math.round(i) < run.length - 1; i += step) {
    const a = arrowOf(s, run[Math.round(i)].seg);
    between.push(a.pts.slice(0, a.end + 1));
  }
  let lost = 0;
  let dropped = 0;
  for (const x of run) {
    for (const turn of x.seg.t.turns) {
      if (turn.n > s.n) break;
      if (turn.what === 'lost') lost++;
      if (turn.what === 'dropped') dropped++;
    }
  }
  return {
    id: first.id,
    n: first.n,
    lastN: last.n,
    segs: run.map((x) => x.seg),
    count: run.length,
    lost,
    dropped,
    rule: lost ? (run[0].seg.t.turns[0]?.rule ?? '') : '',
    look: first.look,
    dim: run[0].dim,
    retx: first.retx,
    forged: first.forged,
    dir: first.dir,
    first: first.pts.slice(0, first.end + 1),
    last: last.pts.slice(0, last.end + 1),
    between,
  };
}
