import { countAt } from './dense';
import { look, type Sheet } from './layout';

/** Something on the diagram that can be chosen. */
export interface Item {
  key: string; // "p7" a segment, "e3" an event, "g7" a band that begins with segment 7
  n: number; // the event that it shows
  packet?: number;
  group?: number;
}

interface Placed extends Item {
  y: number;
}

export function itemOf(s: Sheet, key: string): Item | undefined {
  const id = Number(key.slice(1));
  if (key[0] === 'e') return { key, n: id };
  const x = s.flow.segOf.get(id);
  if (!x) return undefined;
  if (key[0] === 'p') return { key, n: x.t.n, packet: id };
  const k = x.group ? countAt(x.group, s.n) : 1;
  return { key, n: x.group?.segs[k - 1].t.n ?? x.t.n, group: id };
}

const orders = new WeakMap<Sheet, Placed[]>();

/** Everything on the diagram from top to bottom, also what is not in view. */
export function order(s: Sheet): Placed[] {
  const known = orders.get(s);
  if (known) return known;
  const l = look(s);
  const out: Placed[] = [];
  for (const a of l.arrows) out.push({ key: `p${a.id}`, n: a.n, packet: a.id, y: a.pts[0].y });
  for (const g of l.groups) out.push({ key: `g${g.id}`, n: g.n, group: g.id, y: g.shape[0].y });
  const seen = new Set<number>();
  for (const b of l.notes) {
    if (b.planned || seen.has(b.note.n)) continue;
    seen.add(b.note.n);
    out.push({ key: `e${b.note.n}`, n: b.note.n, y: b.y - 1 });
  }
  out.sort((p, q) => p.y - q.y || p.n - q.n);
  orders.set(s, out);
  return out;
}
