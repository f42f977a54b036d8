import type { Track } from '../model/history';
import type { Link } from '../proto';
import type { Fold } from './axis';

/** A typical one-way trip: the shortest delay of a cable. */
export function unitOf(links: Link[]): number {
  const d = links.map((l) => l.delay).filter((x) => x > 0);
  return Math.max(100_000, d.length ? Math.min(...d) : 10_000_000);
}

/** When a segment that was taken at once would have arrived: it has no instant of its own. */
export function expected(links: Link[]): (t: Track) => number | null {
  const delay = new Map(links.map((l) => [`${l.from}.${l.to}`, l.delay]));
  return (t) => {
    if (t.packet.arrive !== null || t.turns[0]?.what !== 'lost') return t.packet.arrive;
    return t.packet.depart + (delay.get(`${t.packet.from}.${t.packet.to}`) ?? unitOf(links));
  };
}

/** Folds in which a segment was on its way all the time are not idle. */
export function busyFolds(folds: Fold[], tracks: Track[], n: number): (Fold & { busy: boolean })[] {
  return folds.map((f) => {
    // A fold begins after everything before it: only what was sent shortly before can span it.
    let busy = false;
    for (let i = upTo(tracks, f.t0) - 1, k = 0; i >= 0 && k < 400 && !busy; i--, k++) busy = spans(tracks[i], f, n);
    return { ...f, busy };
  });
}

function upTo(tracks: Track[], t: number): number {
  let lo = 0;
  let hi = tracks.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (tracks[mid].packet.sent <= t) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

function spans(t: Track, f: Fold, n: number): boolean {
  if (t.packet.sent >= f.t1) return false;
  const over = t.turns.find((x) => x.n <= n && (x.what === 'delivered' || x.what === 'lost'));
  const until = over ? over.at : lastArrive(t, n);
  return until !== null && until > f.t0 && until > t.packet.sent && !(over?.what === 'lost');
}

function lastArrive(t: Track, n: number): number | null {
  let a = t.packet.arrive;
  for (const x of t.turns) if (x.n <= n && (x.what === 'moved' || x.what === 'held')) a = x.arrive;
  return a;
}
