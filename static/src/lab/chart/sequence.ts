import type { Item } from '../../diagram/sheet';
import { type Heard, issOf, type Point, type Series, upTo } from '../inspect/series';

export type BarKind = 'sent' | 'again' | 'ack' | 'dup' | 'sack' | 'dsack' | 'zero';

/** One mark of a time-sequence graph: bytes from one sequence number to another, at an instant. */
export interface Bar {
  kind: BarKind;
  at: number;
  n: number;
  from: number;
  to: number;
  lost: boolean;
  item: Item; // what it stands for on the diagram
}

/** The graph of tcptrace: what was sent between what is acknowledged and what may be sent. */
export interface Sequence {
  bars: Bar[]; // in the order of time
  una: Point[];
  edge: Point[]; // the end of the offered window
}

const MOD = 2 ** 32;

export function sequence(s: Series, k: number): Sequence {
  const iss = issOf(s);
  const rel = (p: Point) => ({ ...p, v: (p.v - iss + MOD) % MOD });
  const una = upTo(s.points.SndUna, k).map(rel);
  const bars = [...sentBars(s, k), ...heardBars(s, k)].sort((a, b) => a.at - b.at || a.n - b.n);
  return { bars, una, edge: edgeOf(una, upTo(s.points.SndWnd, k)) };
}

function sentBars(s: Series, k: number): Bar[] {
  const out: Bar[] = [];
  for (const { n, at, track } of upTo(s.sends, k)) {
    const p = track.packet;
    const size = p.len + (/[SF]/.test(p.flags) ? 1 : 0);
    if (!size) continue;
    const lost = track.turns.some((x) => x.what === 'lost' && x.n <= k);
    out.push({ kind: p.retx > 0 ? 'again' : 'sent', at, n, from: p.seq, to: p.seq + size, lost, item: { key: `p${p.id}`, n, packet: p.id } });
  }
  return out;
}

/** What the answers say: how far, that nothing is new, what came out of order, and that there is no room. */
function heardBars(s: Series, k: number): Bar[] {
  const out: Bar[] = [];
  const sends = upTo(s.sends, k);
  let last: Heard | null = null;
  let sent = 0; // how far it had sent by then
  let i = 0;
  for (const h of upTo(s.heard, k)) {
    const p = h.packet;
    for (; i < sends.length && sends[i].n < h.n; i++) sent = Math.max(sent, sends[i].track.packet.seq + sends[i].track.packet.len);
    if (!p.flags.includes('.') || p.flags.includes('R')) continue;
    const add = (kind: BarKind, from: number, to: number) => out.push({ kind, at: h.at, n: h.n, from, to, lost: false, item: { key: `p${p.id}`, n: h.n, packet: p.id } });
    const high = Math.max(last?.packet.ack ?? 0, p.ack);
    const pure = p.len === 0 && !/[SF]/.test(p.flags);
    if (!last || p.ack > last.packet.ack) add('ack', last?.packet.ack ?? p.ack, p.ack);
    else if (pure && p.ack === last.packet.ack && sent > p.ack && p.win === last.packet.win) add('dup', p.ack, p.ack);
    for (const [j, [from, to]] of h.blocks.entries()) add(j === 0 && repeated(h, high) ? 'dsack' : 'sack', from, to);
    if (p.win === 0 && !p.flags.includes('S')) add('zero', p.ack, p.ack);
    if (!last || p.ack >= last.packet.ack) last = h;
  }
  return out;
}

/** Whether the first block tells of bytes that had arrived before: RFC 2883. */
function repeated(h: Heard, una: number): boolean {
  const [[from, to], second] = h.blocks;
  return to <= una || (!!second && from >= second[0] && to <= second[1]);
}

/** The end of the window at every change of what is acknowledged or offered. */
function edgeOf(una: Point[], wnd: Point[]): Point[] {
  const out: Point[] = [];
  for (let i = 0, j = 0; i < una.length || j < wnd.length; ) {
    const n = Math.min(una[i]?.n ?? Number.POSITIVE_INFINITY, wnd[j]?.n ?? Number.POSITIVE_INFINITY);
    let at = 0;
    for (; una[i]?.n === n; i++) at = una[i].at;
    for (; wnd[j]?.n === n; j++) at = wnd[j].at;
    out.push({ n, at, v: (una[i - 1]?.v ?? 0) + (wnd[j - 1]?.v ?? 0) });
  }
  return out;
}
