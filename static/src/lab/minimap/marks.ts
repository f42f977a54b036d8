import type { History } from '../../model/history';
import { countIn } from './bins';

export type MarkKind = 'state' | 'again' | 'rto' | 'lost';

/** Something in a run that one looks for. */
export interface Mark {
  kind: MarkKind;
  at: number;
  n: number;
  packet?: number;
  says: string; // the state, or the number of a segment
}

/** The worst is the last. */
export const kinds: readonly MarkKind[] = ['state', 'again', 'rto', 'lost'];

const rank = (m: Mark) => kinds.indexOf(m.kind);

/** The marks of a run up to an event, in the order of time. */
export function marksOf(h: History, upTo = Number.POSITIVE_INFINITY): Mark[] {
  const out: Mark[] = [];
  for (const t of h.tracks) {
    if (t.n > upTo) break;
    const p = t.packet;
    const says = String(p.len > 0 || p.kind !== 'ACK' ? p.seq : p.ack);
    if (p.retx > 0 && !p.of && !p.copyOf) out.push({ kind: 'again', at: t.forkAt, n: t.n, packet: p.id, says });
    const end = t.turns.find((x) => x.n <= upTo && (x.what === 'lost' || (x.what === 'dropped' && p.bad)));
    if (end) out.push({ kind: 'lost', at: end.at, n: end.n, packet: p.id, says });
  }
  for (const f of h.frames) {
    if (f.n > upTo) break;
    if (f.kind === 'timer' && (f.name === 'RTO' || f.name === 'SYN-ACK')) out.push({ kind: 'rto', at: f.at, n: f.n, says: '' });
  }
  for (const { lane, change } of h.laneTurns) if (change.state && !lane.listener && change.n <= upTo) out.push({ kind: 'state', at: change.at, n: change.n, says: change.state });
  return out.sort((a, b) => a.at - b.at || a.n - b.n);
}

/** Marks that are drawn as one. */
export interface Merged {
  y: number;
  worst: Mark;
  all: Mark[];
}

/** Marks that lie closer than so many pixels become one, the worst on top. */
export function merge(marks: readonly Mark[], y: (t: number) => number, apart: number): Merged[] {
  const out: Merged[] = [];
  for (const m of marks) {
    const at = y(m.at);
    const last = out[out.length - 1];
    if (!last || at - last.y >= apart) out.push({ y: at, worst: m, all: [m] });
    else {
      last.all.push(m);
      if (rank(m) > rank(last.worst)) last.worst = m;
    }
  }
  return out;
}

export type ByKind = Record<MarkKind, Mark[]>;

export function byKind(marks: readonly Mark[]): ByKind {
  const out: ByKind = { state: [], again: [], rto: [], lost: [] };
  for (const m of marks) out[m.kind].push(m);
  return out;
}

/** How many of each kind lie between two instants. */
export function countKinds(of: ByKind, from: number, to: number): Record<MarkKind, number> {
  const count = (k: MarkKind) => countIn(of[k], from, to);
  return { state: count('state'), again: count('again'), rto: count('rto'), lost: count('lost') };
}

/** The next mark after an event, or the one before it. */
export function nextMark(marks: readonly Mark[], n: number, by: 1 | -1): Mark | undefined {
  if (by > 0) return marks.find((m) => m.n > n);
  return marks.filter((m) => m.n < n).pop();
}
