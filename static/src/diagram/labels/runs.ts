import type { Packet } from '../../proto';
import type { Seg } from '../seg';
import type { Arrow, LabelRun } from '../sheet';

const TRIPS = 2.2; // a gap of more than a round trip begins anew

/** What a segment counts by: bytes sent, or bytes acknowledged. */
export const numberOf = (p: Packet): number => (p.kind === 'ACK' ? p.ack : p.seq);

const pushes = (p: Packet) => p.flags.includes('P');
const sacks = new WeakMap<Packet, boolean>();

function sack(p: Packet): boolean {
  const known = sacks.get(p) ?? /sack/i.test(p.opts.replace(/sackOK/gi, ''));
  sacks.set(p, known);
  return known;
}

/** Whether a label may leave out what it has in common with the like segment before it. */
function goesOn(a: Seg, b: Seg, trip: number): boolean {
  const [p, q] = [a.t.packet, b.t.packet];
  return b.at - a.at <= TRIPS * trip && !q.retx && !q.copyOf && !q.forged && !q.bad && sack(p) === sack(q);
}

/** Whether a segment differs from the one before it in nothing but its number. */
function same(p: Packet, q: Packet): boolean {
  return p.len === q.len && p.win === q.win && !pushes(p) && !pushes(q) && (p.kind === 'ACK' ? p.seq === q.seq : p.ack === q.ack);
}

/** The like segment that the words of this one may refer to. */
export function wordsBefore(a: Arrow): Seg | null {
  const b = a.seg.like;
  return b && goesOn(b, a.seg, trip(b, a.seg)) ? b : null;
}

/** One way, as long as the two took. */
function trip(a: Seg, b: Seg): number {
  return Math.max(a.due === null ? 0 : a.due - a.at, b.due === null ? 0 : b.due - b.at, 1);
}

/** Something about it is worth a label of its own. */
export function ofItsOwn(a: Arrow, keep: ReadonlySet<number>): boolean {
  return a.fate === 'lost' || a.fate === 'held' || a.retx || a.edited || a.bad || a.forged || a.copy || !!a.bend || keep.has(a.id);
}

/** Segments of one sender in the order of sending, put together where one label says it all. */
export function runsOf(arrows: Arrow[], keep: ReadonlySet<number>): { run: LabelRun; arrows: Arrow[]; own: boolean }[] {
  const out: { run: LabelRun; arrows: Arrow[]; own: boolean }[] = [];
  const latest = new Map<Seg, (typeof out)[number]>();
  for (const a of arrows) {
    const { seg } = a;
    const own = ofItsOwn(a, keep);
    const before = wordsBefore(a);
    const open = before && latest.get(before);
    if (open && !own && !open.own && before && open.run.before && same(before.t.packet, seg.t.packet)) {
      const by = numberOf(seg.t.packet) - numberOf(before.t.packet);
      const near = a.pts[0].y - open.arrows[open.arrows.length - 1].pts[0].y < 30;
      if (near && (open.run.segs.length === 1 ? by === numberOf(before.t.packet) - numberOf(open.run.before.t.packet) : by === open.run.by)) {
        open.run.by = by;
        open.run.segs.push(seg);
        open.arrows.push(a);
        latest.delete(before);
        latest.set(seg, open);
        continue;
      }
    }
    const fresh = { run: { segs: [seg], before, by: before ? numberOf(seg.t.packet) - numberOf(before.t.packet) : 0 }, arrows: [a], own };
    out.push(fresh);
    latest.set(seg, fresh);
  }
  return out;
}
