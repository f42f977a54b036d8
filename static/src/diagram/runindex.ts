import type { History, TimerTrack, TimerTurn, Track } from '../model/history';
import type { Frame, Link } from '../proto';
import type { Demands, Fan, Gap } from './axis';
import { fan, type Instant } from './fan';
import type { Seg } from './seg';
import { Spans } from './spans';
import { expected, unitOf } from './trips';

/** What decides how a run is laid out: the index goes on as long as this is the same. */
export interface Shape {
  history: History;
  start: number; // the instant of the place before the first event
  links: Link[];
  colOf: number[]; // the column of each host
  opened: ReadonlySet<number>; // bands that are shown one by one
}

const CUT_FROM = 1.5; // trips without anything on the wire
const CUT_BUSY = 12; // trips without any event, with something on the wire
const BLOCK = 64;

/**
 * Everything that has happened in a run, found by time. It is built event by
 * event and does not depend on the scale: a step costs what one event costs,
 * and a zoom lays nothing out anew but what is in view.
 */
export class RunIndex {
  readonly segs: Seg[] = [];
  readonly segOf = new Map<number, Seg>();
  readonly spans: Spans;
  readonly unit: number;
  readonly due: (t: Track) => number | null;
  version = 0; // counts up with everything that happens

  private gaps: Gap[] = [];
  private fans: Fan[] = [];
  private offsets: number[] = []; // of events, from the base on
  private instant: Instant;
  private before = Number.NEGATIVE_INFINITY; // the instant before it
  private pending: { t: number; seg: Seg }[] = []; // in the order of their instants
  private flying = 0;
  private kinds = new Map<string, number>();
  private likes = new Map<string, Seg>();
  private ends: number[] = []; // by block of segments: until when one of it may be seen
  private at = { track: 0, lane: 0, timer: 0 };
  private n: number;
  private asked: { key: string; demands: Demands } | null = null;

  constructor(readonly s: Shape) {
    const h = s.history;
    this.unit = unitOf(s.links);
    this.due = expected(s.links);
    this.n = h.base;
    this.spans = new Spans(s.colOf);
    this.instant = { t: s.start, events: [{ n: h.base, arrived: null, sent: this.sentUpTo(h.base) }], due: [] };
    this.lifelines(h.base);
  }

  /** Goes on with what was appended to the history. */
  extend(): void {
    const h = this.s.history;
    if (this.n >= h.base + h.frames.length) return;
    while (this.n < h.base + h.frames.length) {
      const f = h.frames[this.n - h.base];
      this.event(f);
      this.n = f.n;
    }
    this.lifelines(this.n);
    this.version++;
  }

  /** Pixels of an event below its instant. */
  offset(n: number): number {
    return this.offsets[n - this.s.history.base - 1] ?? 0;
  }

  /** When something of this event was: what was there from the start was at the start. */
  timeOf(n: number): number {
    return this.s.history.frames[n - this.s.history.base - 1]?.at ?? this.s.start;
  }

  side(t: Track): -1 | 1 {
    const [a, b] = [this.s.colOf[t.packet.from] ?? 0, this.s.colOf[t.packet.to] ?? 0];
    return b >= a ? 1 : -1;
  }

  /** When a segment should arrive, as event n knows it; null: it is held. */
  dueAt(s: Seg, n: number): number | null {
    let due = this.due(s.t);
    for (const x of s.t.turns) {
      if (x.n > n) break;
      if (x.what === 'moved' || x.what === 'held') due = x.arrive;
      if (x.what === 'delivered') due = x.at;
    }
    return due;
  }

  /** Segments of which something may be seen between two instants, in the order of sending. */
  *between(from: number, to: number): Generator<Seg> {
    const last = this.firstAfter(to);
    for (let b = 0; b * BLOCK < last; b++) {
      if (this.ends[b] < from) continue;
      const until = Math.min(last, (b + 1) * BLOCK);
      for (let i = b * BLOCK; i < until; i++) if (this.segs[i].until >= from) yield this.segs[i];
    }
  }

  /** The first segment that leaves after an instant. */
  firstAfter(t: number): number {
    let lo = -1;
    let hi = this.segs.length;
    while (hi - lo > 1) {
      const mid = (lo + hi) >> 1;
      if (this.segs[mid].at <= t) lo = mid;
      else hi = mid;
    }
    return hi;
  }

  /** What this run asks of its axis, with the instants of what is scheduled. */
  demands(scheduled: readonly number[]): Demands {
    const key = `${this.version} ${scheduled}`;
    if (this.asked?.key !== key) this.asked = { key, demands: this.ask(scheduled) };
    return this.asked.demands;
  }

  private ask(scheduled: readonly number[]): Demands {
    const gaps = [...this.gaps];
    const fans = [...this.fans];
    const add = (t: number, h: number) => h > 0 && fans.push({ t, h });
    const due = new Map<number, Seg[]>();
    for (const p of this.pending) due.set(p.t, [...(due.get(p.t) ?? []), p.seg]);
    let last = this.instant.t;
    const times = [...new Set([...due.keys(), ...scheduled].filter((t) => t > last))].sort((a, b) => a - b);
    add(last, this.lay({ ...this.instant, due: [...this.instant.due, ...(due.get(last) ?? [])] }, this.before, times[0]));
    let wire = this.flying;
    for (const [i, t] of times.entries()) {
      this.gap(gaps, last, t, wire > 0);
      const here = due.get(t) ?? [];
      wire -= here.filter((x) => x.wire).length;
      if (here.length > 1) add(t, this.lay({ t, events: [], due: here }, last, times[i + 1]));
      else for (const x of here) x.in = 0;
      last = t;
    }
    return { start: this.s.start, end: last, gaps, fans };
  }

  // ---- one event ----

  private event(f: Frame): void {
    while (this.pending.length && this.pending[0].t < f.at) {
      const { t, seg } = this.pending.shift() as { t: number; seg: Seg };
      this.visit(t);
      this.instant.due.push(seg); // it should have arrived
    }
    this.visit(f.at);
    const arrived = f.kind === 'arrive' ? (this.segOf.get(f.packet ?? 0) ?? null) : null;
    if (arrived) this.land(arrived, f.n);
    this.instant.events.push({ n: f.n, arrived, sent: this.sentUpTo(f.n) });
    this.offsets.push(0);
    for (const e of f.effects ?? []) {
      const s = this.segOf.get(e.n ?? 0);
      if (!s) continue;
      if (e.kind === 'dropped' && s.end === Number.POSITIVE_INFINITY) this.land(s, f.n);
      if (e.kind === 'moved') this.move(s, e.new ?? null, f.at);
      if (e.kind === 'lost') {
        s.end = Math.min(s.end, f.n);
        this.wire(s, false);
        this.see(s, Math.max(f.at, s.due ?? f.at));
      }
    }
  }

  private visit(t: number): void {
    if (t <= this.instant.t) return;
    const h = this.lay(this.instant, this.before, t);
    if (h > 0) this.fans.push({ t: this.instant.t, h });
    this.gap(this.gaps, this.instant.t, t, this.flying > 0);
    this.before = this.instant.t;
    this.instant = { t, events: [], due: [] };
  }

  private gap(gaps: Gap[], t0: number, t1: number, busy: boolean): void {
    if (t1 - t0 > (busy ? CUT_BUSY : CUT_FROM) * this.unit) gaps.push({ t0, t1, busy });
  }

  private lay(at: Instant, before: number, after = Number.POSITIVE_INFINITY): number {
    const { colOf, opened, history } = this.s;
    const ends = (s: Seg) => {
      const side = this.side(s.t) > 0 ? 1 : 0;
      return { from: colOf[s.t.packet.from] * 2 + side, to: colOf[s.t.packet.to] * 2 + 1 - side };
    };
    const wide = opened.size > 0 && (at.due.some((s) => opened.has(s.t.packet.id)) || at.events.some((e) => e.sent.some((s) => opened.has(s.t.packet.id))));
    return fan(
      at,
      ends,
      (n, y) => {
        if (n > history.base) this.offsets[n - history.base - 1] = y;
      },
      { opened: wide, gap: Math.min(at.t - before, after - at.t) / this.unit },
    );
  }

  private land(s: Seg, n: number): void {
    this.wire(s, false);
    s.end = Math.min(s.end, n);
    this.forget(s);
    s.due = this.instant.t;
    this.instant.due.push(s);
    this.see(s, this.instant.t);
  }

  private move(s: Seg, due: number | null, at: number): void {
    this.forget(s);
    this.wire(s, due !== null);
    s.due = due;
    if (due !== null) this.await(s, due);
    this.see(s, Math.max(at, due ?? Number.POSITIVE_INFINITY));
  }

  private wire(s: Seg, on: boolean): void {
    if (s.wire !== on) this.flying += on ? 1 : -1;
    s.wire = on;
  }

  private await(seg: Seg, t: number): void {
    let i = this.pending.length;
    while (i > 0 && this.pending[i - 1].t > t) i--;
    this.pending.splice(i, 0, { t, seg });
  }

  private forget(s: Seg): void {
    const i = this.pending.findIndex((p) => p.seg === s);
    if (i >= 0) this.pending.splice(i, 1);
  }

  /** Notes until when there is something to see of a segment. */
  private see(s: Seg, until: number): void {
    s.until = until;
    const b = Math.floor(s.i / BLOCK);
    let most = 0;
    for (let i = b * BLOCK; i < Math.min(this.segs.length, (b + 1) * BLOCK); i++) most = Math.max(most, this.segs[i].until);
    this.ends[b] = most;
  }

  private sentUpTo(n: number): Seg[] {
    const { tracks } = this.s.history;
    const out: Seg[] = [];
    for (; this.at.track < tracks.length && tracks[this.at.track].n <= n; this.at.track++) out.push(this.leave(tracks[this.at.track]));
    return out;
  }

  private leave(t: Track): Seg {
    const p = t.packet;
    const due = this.due(t);
    const same = `${p.from} ${t.connection.id} ${p.kind}`;
    const at = Math.max(this.s.start, t.forkAt);
    const s: Seg = {
      i: this.segs.length,
      t,
      at,
      due,
      out: 0,
      in: 0,
      end: Number.POSITIVE_INFINITY,
      kind: this.kindOf(t),
      like: this.likes.get(same) ?? null,
      until: 0,
      wire: false,
    };
    this.likes.set(same, s);
    this.segs.push(s);
    this.segOf.set(p.id, s);
    if (due !== null) {
      this.await(s, due);
      this.wire(s, true);
    }
    this.see(s, due ?? Number.POSITIVE_INFINITY);
    return s;
  }

  private kindOf(t: Track): number {
    const p = t.packet;
    const taken = t.turns[0]?.what === 'lost' && t.turns[0].n === t.n; // its fate was decided as it left
    const own = p.kind === 'DATA' || p.kind === 'ACK' ? t.connection.id : '';
    const key = `${p.from} ${p.to} ${own} ${p.kind} ${p.retx > 0} ${p.copyOf ? 'copy' : ''} ${taken ? t.turns[0].rule : ''}`;
    let k = this.kinds.get(key);
    if (k === undefined) {
      k = this.kinds.size;
      this.kinds.set(key, k);
    }
    return k;
  }

  /** State bands and timers go on. */
  private lifelines(upTo: number): void {
    const h = this.s.history;
    for (; this.at.lane < h.laneTurns.length && h.laneTurns[this.at.lane].change.n <= upTo; this.at.lane++) {
      const { lane, change } = h.laneTurns[this.at.lane];
      this.spans.lane(lane, change);
    }
    for (; this.at.timer < h.timerTurns.length && h.timerTurns[this.at.timer].turn.n <= upTo; this.at.timer++) {
      const { track, turn }: { track: TimerTrack; turn: TimerTurn } = h.timerTurns[this.at.timer];
      this.spans.timer(track, turn);
    }
  }
}

const known = new WeakMap<History, { key: unknown[]; run: RunIndex }[]>();

/** The index of a run: the same one as long as its shape is the same. */
export function runIndex(s: Shape): RunIndex {
  const key = [s.start, s.links, s.colOf.join(), s.opened];
  const list = known.get(s.history) ?? [];
  known.set(s.history, list);
  let had = list.find((x) => x.key.every((k, i) => k === key[i]));
  if (!had) {
    had = { key, run: new RunIndex(s) };
    list.unshift(had);
    list.length = Math.min(list.length, 3);
  }
  had.run.extend();
  return had.run;
}
