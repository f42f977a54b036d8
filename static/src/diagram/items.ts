import { look } from './layout';
import type { BandBox, Bracket, Input, Item, Layout, Sheet } from './sheet';

interface Placed extends Item {
  y: number;
}

const bandKey = (b: BandBox) => `s${b.subject}.${b.n}`;
const bracketKey = (b: Bracket) => `t${b.subject}.${b.field}.${b.first}`;

/** States and timers are values: they answer with what set them. What is yet to come does not. */
export const stateKey = (b: BandBox) => (b.subject > 0 && b.state && !b.future ? bandKey(b) : undefined);
export const timerKey = bracketKey;

function values(l: Layout): Placed[] {
  const out: Placed[] = [];
  const seen = new Set<string>();
  for (const b of l.bands) {
    const key = stateKey(b);
    if (!key || seen.has(key)) continue;
    seen.add(key);
    out.push({ key, n: b.n, number: { subject: b.subject, field: -1 }, y: b.y0 });
  }
  for (const b of l.brackets) out.push({ key: bracketKey(b), n: b.n, number: { subject: b.subject, field: b.field }, y: b.y0 });
  return out;
}

/** What can be chosen in a part of the diagram, from top to bottom. */
function items(l: Layout): Placed[] {
  const out: Placed[] = [];
  for (const a of l.arrows) out.push({ key: `p${a.id}`, n: a.n, packet: a.id, y: a.pts[0].y });
  for (const g of l.groups) out.push({ key: `g${g.id}`, n: g.lastN, group: g.id, y: g.first[0].y });
  const seen = new Set<number>();
  for (const b of l.notes) {
    if (b.planned || seen.has(b.note.n)) continue;
    seen.add(b.note.n);
    out.push({ key: `e${b.note.n}`, n: b.note.n, y: b.anchor.y - 1 });
  }
  return out.sort((p, q) => p.y - q.y || p.n - q.n);
}

/** The item of a key, as it is drawn. */
export function itemOf(l: Layout, key: string): Item | undefined {
  const id = Number(key.slice(1));
  if (!key) return undefined;
  if (key[0] === 'e') return { key, n: id };
  if (key[0] === 'g') {
    const g = l.groups.find((x) => x.id === id);
    return g && { key, n: g.lastN, group: id };
  }
  if (key[0] === 's' || key[0] === 't') return values(l).find((v) => v.key === key);
  const x = l.run.segOf.get(id);
  return x && { key, n: x.t.n, packet: id };
}

/** The next thing below or above what is chosen, also out of view. */
export function neighbour(s: Sheet, inp: Pick<Input, 'filter'>, key: string | undefined, step: 1 | -1, near: number): Placed | undefined {
  for (let reach = 1500; ; reach *= 8) {
    const whole = near - reach < 0 && near + reach > s.height;
    const seen = look(s, inp, near - reach, near + reach);
    const list = [...items(seen), ...values(seen)].sort((p, q) => p.y - q.y || p.n - q.n);
    const i = key ? list.findIndex((x) => x.key === key) : -1;
    if (i < 0) {
      if (!key || whole) return step > 0 ? (list.find((x) => x.y >= near) ?? list[list.length - 1]) : (list.findLast((x) => x.y <= near) ?? list[0]);
      continue;
    }
    const next = list[i + step];
    if (next || whole) return next ?? list[i];
  }
}

/** What Tab comes to: what is chosen, else the last thing that can be seen. */
export function tabStop(l: Layout, chosen = ''): string {
  const list = items(l);
  if (list.some((x) => x.key === chosen) || (/^[st]/.test(chosen) && values(l).some((x) => x.key === chosen))) return chosen;
  return list[list.length - 1]?.key ?? '';
}
