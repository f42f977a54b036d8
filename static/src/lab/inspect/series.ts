import type { BranchData } from '../../model/branch';
import type { Track } from '../../model/history';
import type { Schemas } from '../../model/schema';
import { type Frame, type Packet, type Subject, Veiled } from '../../proto';

/** A value that holds from an event on. */
export interface Point {
  n: number;
  at: number;
  v: number;
}

/** The variables that are drawn over time. */
const drawn = ['Cwnd', 'Ssthresh', 'SndNxt', 'SndUna', 'SndWnd', 'RTO', 'SRTT'] as const;
export type Drawn = (typeof drawn)[number];

/** A segment that arrived, and what it says has arrived out of order. */
export interface Heard {
  n: number;
  at: number;
  packet: Packet;
  blocks: [number, number][];
}

/** The values that one socket's variables took, and what it sent. */
export interface Series {
  subject: Subject;
  points: Record<Drawn, Point[]>;
  sends: { n: number; at: number; track: Track }[];
  heard: Heard[]; // what arrived for it
}

/** The SACK blocks among options as tcpdump spells them: "sack 1001:2001 3001:4001". */
export function sackBlocks(opts: string): [number, number][] {
  const list = /sack ((?:\d+:\d+ ?)+)/.exec(opts)?.[1] ?? '';
  return [...list.matchAll(/(\d+):(\d+)/g)].map((m) => [Number(m[1]), Number(m[2])]);
}

/** Those of every socket of a branch, read on as frames come. */
class All {
  readonly of = new Map<number, Series>();
  private flows = new Map<string, Series>(); // by host and flow: both ends have the same flow
  private seen = 0;
  private fields: Map<number, Drawn>;

  constructor(
    private d: BranchData,
    schemas: Schemas,
  ) {
    this.fields = new Map(drawn.map((f) => [schemas.find('tcb', f), f]));
    const born = new Set<number>();
    for (const f of d.frames) for (const e of f.effects ?? []) if (e.kind === 'created' && e.subject) born.add(e.subject.id);
    // One that was there before the first event held began with these values.
    for (const s of d.history.subjects.values()) if (!born.has(s.id)) this.add(s, d.base, d.baseTime);
  }

  extend(): void {
    const { frames } = this.d;
    for (; this.seen < frames.length; this.seen++) this.read(frames[this.seen]);
  }

  private read(f: Frame): void {
    for (const e of f.effects ?? []) if (e.kind === 'created' && e.subject) this.add(e.subject, f.n, f.at);
    for (const e of f.effects ?? []) {
      if (e.kind === 'named' && e.subject) this.flow(e.subject);
      const track = e.kind === 'sent' ? this.d.history.byPacket.get(e.packet?.id ?? 0) : undefined;
      if (track) this.flows.get(`${track.packet.from}.${track.packet.flow}`)?.sends.push({ n: f.n, at: f.at, track });
    }
    for (const c of f.changes ?? []) {
      const name = this.fields.get(c.f);
      if (name && c.new !== Veiled) this.of.get(c.s)?.points[name].push({ n: f.n, at: f.at, v: c.new ?? 0 });
    }
    const track = f.kind === 'arrive' ? this.d.history.byPacket.get(f.packet ?? 0) : undefined;
    const to = this.of.get(f.subject ?? 0);
    if (!track || !to) return;
    const packet = track.turns.findLast((x) => x.packet)?.packet ?? track.packet; // as it was edited
    const blocks = sackBlocks(packet.opts);
    to.heard.push({ n: f.n, at: f.at, packet, blocks });
  }

  private add(s: Subject, n: number, at: number): void {
    if (s.schema !== 'tcb') return;
    const points = Object.fromEntries(drawn.map((f) => [f, []])) as unknown as Series['points'];
    for (const [i, name] of this.fields) if (s.values[i] !== Veiled) points[name].push({ n, at, v: s.values[i] ?? 0 });
    this.of.set(s.id, { subject: s, points, sends: [], heard: [] });
    this.flow(s);
  }

  private flow(s: Subject): void {
    const own = this.of.get(s.id);
    if (own && s.flow > 0) this.flows.set(`${s.host}.${s.flow}`, own);
  }
}

const kept = new WeakMap<BranchData, All>();

export function allSeries(d: BranchData, schemas: Schemas): Map<number, Series> {
  let all = kept.get(d);
  if (!all) {
    all = new All(d, schemas);
    kept.set(d, all);
  }
  all.extend();
  return all.of;
}

/** The one that sent the most bytes. */
export function mostSent(list: Series[]): Series | undefined {
  const bytes = (s: Series) => s.sends.reduce((sum, x) => sum + x.track.packet.len, 0);
  return list.map((s) => ({ s, b: bytes(s) })).sort((x, y) => y.b - x.b)[0]?.s;
}

/** The first sequence number of what it sends. */
export function issOf(s: Series): number {
  const p = s.sends[0].track.packet;
  return (p.absSeq - p.seq + 2 ** 32) % 2 ** 32;
}

/** The part of a list, ordered by event, up to event n. */
export function upTo<T extends { n: number }>(list: T[], n: number): T[] {
  let lo = 0;
  let hi = list.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (list[mid].n <= n) lo = mid + 1;
    else hi = mid;
  }
  return lo === list.length ? list : list.slice(0, lo);
}

/** Several stepped lines over the instants at which any of them changes. */
export function merge(lines: Point[][]): { n: number[]; at: number[]; values: (number | null)[][] } {
  const n: number[] = [];
  const at: number[] = [];
  const values: (number | null)[][] = lines.map(() => []);
  const i = lines.map(() => 0);
  for (;;) {
    let next = Number.POSITIVE_INFINITY;
    for (const [k, l] of lines.entries()) if (i[k] < l.length) next = Math.min(next, l[i[k]].n);
    if (next === Number.POSITIVE_INFINITY) break;
    for (const [k, l] of lines.entries()) {
      while (i[k] < l.length && l[i[k]].n === next) {
        at[n.length] = l[i[k]].at;
        i[k]++;
      }
      values[k].push(i[k] ? l[i[k] - 1].v : null);
    }
    n.push(next);
  }
  return { n, at, values };
}
