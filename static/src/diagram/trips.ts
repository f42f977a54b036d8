import type { Track } from '../model/history';
import type { Link } from '../proto';

/** A typical one-way trip: the shortest delay of a cable, or a third of the longest where they differ much. */
export function unitOf(links: Link[]): number {
  const d = links.map((l) => l.delay).filter((x) => x > 0);
  return Math.max(100_000, d.length ? Math.max(Math.min(...d), Math.max(...d) / 3) : 10_000_000);
}

const GAP = 1.5; // trips
const FOLDED = 96; // pixels

/** How long a gap seems to whoever watches it being played: idle time is short. */
export function seeming(dt: number, unit: number): number {
  const trips = dt / unit;
  return trips > GAP ? FOLDED : trips * 64;
}

/** When a segment that was taken at once would have arrived: it has no instant of its own. */
export function expected(links: Link[]): (t: Track) => number | null {
  const delay = new Map(links.map((l) => [`${l.from}.${l.to}`, l.delay]));
  return (t) => {
    if (t.packet.arrive !== null || t.turns[0]?.what !== 'lost') return t.packet.arrive;
    return t.packet.depart + (delay.get(`${t.packet.from}.${t.packet.to}`) ?? unitOf(links));
  };
}
