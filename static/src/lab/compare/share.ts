import type { BranchData } from '../../model/branch';
import type { Track } from '../../model/history';
import type { Frame } from '../../proto';

/**
 * Up to which instant all sides are drawn as one: at most where they part, and
 * never through a segment that is on its way. What arrives where they part is
 * not shared; what arrives where the drawing is split is.
 */
export function sharedUntil(sides: readonly BranchData[], part: number | null, end: number): number {
  let t = part ?? end;
  const ways = sides.flatMap((d) => d.history.tracks.map(wayOf));
  for (const [from, to] of ways) if (part !== null && from < t && to === part) t = from;
  for (let again = true; again; ) {
    again = false;
    for (const [from, to] of ways) {
      if (from < t && to > t) {
        t = from;
        again = true;
      }
    }
  }
  return t;
}

/** From when to when a segment is seen: one that was lost is drawn up to where it should have come. */
function wayOf(t: Track): [number, number] {
  let to = t.packet.arrive ?? t.packet.sent;
  for (const x of t.turns) to = Math.max(to, x.at, x.arrive ?? 0);
  return [t.packet.sent, to];
}

/** What an event did to a host, in a form that can be compared. */
function trace(f: Frame, host: number): string {
  const effects = (f.effects ?? []).map((e) => {
    const p = e.packet;
    return p ? `${e.kind} ${p.flags} ${p.seq} ${p.ack} ${p.len} ${p.from} ${p.to}` : `${e.kind} ${e.result ?? ''}${e.errno ?? ''}`;
  });
  const mine = f.host === host || (f.effects ?? []).some((e) => e.packet && (e.packet.from === host || e.packet.to === host));
  return mine ? `${f.kind} ${f.at} ${f.name ?? ''} ${effects.join(' ')}` : '';
}

/** The hosts to which the same happens on every side. */
export function sameFate(sides: readonly BranchData[], hosts: number): number[] {
  const out: number[] = [];
  for (let h = 0; h < hosts; h++) {
    const lives = sides.map((d) =>
      d.frames
        .filter((f) => f.kind !== 'act')
        .map((f) => trace(f, h))
        .filter(Boolean)
        .join('\n'),
    );
    if (lives.every((x) => x === lives[0])) out.push(h);
  }
  return out;
}

/** The hosts that get lifelines of their own: all of a few, else those that fare differently. */
export function lifelines(hosts: number, same: readonly number[], cables: readonly { from: number; to: number }[], all: boolean): number[] {
  const every = Array.from({ length: hosts }, (_, i) => i);
  if (hosts <= 3) return every;
  if (all) return every.slice(0, 6);
  const rank = (h: number) => (same.includes(h) ? 1000 : 0) - cables.filter((l) => l.from === h).length;
  return [...every]
    .sort((a, b) => rank(a) - rank(b) || a - b)
    .slice(0, 2)
    .sort((a, b) => a - b);
}
