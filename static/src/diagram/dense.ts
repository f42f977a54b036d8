import type { Track } from '../model/history';
import type { Arrow } from './arrow';

/** So many alike are drawn one by one; what follows them within one trip is drawn as one. */
const ALIKE = 24;
const NOTES = 8; // the same, of notes alike; four times as many within any time, if nothing idle comes between
const IDLE = 1.5; // trips

/** A flight of like segments between the same two, drawn as one band. */
export interface Group {
  id: number; // of its first segment
  key: string;
  dim: boolean;
  open: boolean; // the person wants to see each
  segs: Seg[]; // in the order they were sent
}

/** What the layout knows of a segment. */
export interface Seg {
  t: Track;
  y0: number; // where it leaves
  y1: number; // the lowest point that is known of it
  end: number; // the event that ended its way
  group: Group | null;
  drawn?: { columns: unknown; arrow: Arrow }; // once nothing can happen to it any more
}

interface Run {
  times: number[]; // of the last ALIKE, a ring
  count: number;
  last: number;
}

/** Decides, segment by segment, which are drawn one by one and which as part of a band. */
export class Density {
  private runs = new Map<string, Run>();
  private current = new Map<string, Group>();
  readonly groups: Group[] = [];

  constructor(
    private unit: number,
    private opened: ReadonlySet<number>,
  ) {}

  /** Something else happens at this lifeline: bands that leave it begin anew after it. */
  split(col: number): void {
    for (const [key, g] of this.current) if (!g.open && key.startsWith(`${col}.`)) this.current.delete(key);
  }

  /** What a segment has in common with its like, if it is one of a dense flight; else ''. */
  flight(t: Track, from: number, to: number, dim: boolean): string {
    const p = t.packet;
    if (dim) return `${from}.${to}.dim`;
    const taken = t.turns[0]?.what === 'lost' && t.turns[0].n === t.n; // its fate was decided as it left
    const key = `${from}.${to}.${p.kind}.${p.retx > 0}.${p.copyOf ? 'copy' : ''}.${taken ? t.turns[0].rule : ''}`;
    if (this.dense(key, p.sent)) return key;
    this.current.delete(key);
    return '';
  }

  /** Whether the segment will be shown one by one: the person opened its band. */
  open(key: string, id: number): boolean {
    return this.current.get(key)?.open ?? this.opened.has(id);
  }

  join(key: string, t: Track): Group {
    let g = this.current.get(key);
    if (!g) {
      g = { id: t.packet.id, key, dim: key.endsWith('.dim'), open: this.opened.has(t.packet.id), segs: [] };
      this.current.set(key, g);
      this.groups.push(g);
    }
    return g;
  }

  /** Whether a note is one of many alike: it joins the one before it. */
  note(key: string, at: number): boolean {
    return this.dense(key, at, NOTES);
  }

  private dense(key: string, at: number, alike = ALIKE): boolean {
    let r = this.runs.get(key);
    if (!r || at - r.last > IDLE * this.unit) {
      r = { times: [], count: 0, last: at };
      this.runs.set(key, r);
    }
    const i = r.count % alike;
    const before = r.times[i];
    r.times[i] = at;
    r.last = at;
    r.count++;
    return r.count > 4 * alike || (before !== undefined && at - before < this.unit);
  }
}

/** The height of a band of k segments: room for the first few, then ever less for each. */
export function bandHeight(k: number): number {
  return k <= 0 ? 0 : 14 + 13 * Math.log2(k + 1);
}

/** How many of a group had left after event n. */
export function countAt(g: Group, n: number): number {
  let lo = 0;
  let hi = g.segs.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (g.segs[mid].t.n <= n) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
