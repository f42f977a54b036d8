import type { History, Note, TimerTrack, TimerTurn, Track } from '../model/history';
import type { Frame, Link } from '../proto';
import { Axis, type Extent } from './axis';
import type { Column } from './columns';
import { bandHeight, Density, type Seg } from './dense';
import { dimmed, type Filter } from './filter';
import { Arrivals, MIN_TRIP, Rows } from './rows';
import { Spans } from './spans';
import { expected, unitOf } from './trips';

/** What decides where the rows are: a layout goes on as long as this is the same. */
export interface Shape {
  history: History;
  start: number; // the instant of the place before the first event
  links: Link[];
  linear: boolean;
  colOf: number[]; // the column of each host
  filter: Filter;
  opened: ReadonlySet<number>; // groups that are shown one by one
  extra: ReadonlyMap<number, number>; // packet → pixels of room made for its label
  spread: number; // pixels added between segments that leave side by side
}

/** An instant at which a segment should arrive, from one event until another. */
interface Wish {
  t: number;
  id: number;
  from: number; // the event since which it stands
  until: number; // the event that fulfilled or passed it
}

/** A note with those that were joined to it. */
export interface Written {
  note: Note;
  y: number;
  more: Note[];
}

const LEAD = 18; // from the top of the axis to the first row

/**
 * Where everything is that has happened, built event by event. What is above
 * stays where it is when more happens, so the diagram at any place is the part
 * of this up to there, and a step costs what one event costs.
 */
export class Flow {
  readonly axis: Axis;
  readonly rows: Rows;
  readonly arrive = new Arrivals();
  readonly segs: Seg[] = [];
  readonly segOf = new Map<number, Seg>();
  readonly notes: Written[] = [];
  readonly dense: Density;
  readonly spans: Spans;
  n: number;

  private ys: number[] = []; // of events, from the base on
  private extents: Extent[] = []; // after each event, the base first
  private wishes: Wish[] = [];
  private pending: Wish[] = []; // in the order of their instants
  private wishOf = new Map<number, Wish>();
  readonly due: (t: Track) => number | null;
  private joins = new Map<string, Written>(); // the last note of each kind
  private latest = new Map<Note, string>();
  private placed: Column[] = [];
  private band = 0; // events in the present band
  private at = { note: 0, track: 0, lane: 0, timer: 0 };

  constructor(
    readonly s: Shape,
    top: number,
  ) {
    const h = s.history;
    this.axis = new Axis(top + LEAD, s.start, unitOf(s.links), s.linear);
    this.rows = new Rows(s.spread);
    this.dense = new Density(unitOf(s.links), s.opened);
    this.due = expected(s.links);
    this.n = h.base;
    this.spans = new Spans(s.colOf);
    this.notesUpTo(h.base);
    this.lifelines();
    for (; this.at.track < h.tracks.length && h.tracks[this.at.track].n <= h.base; this.at.track++) {
      this.leave(h.tracks[this.at.track], this.axis.row(s.start), h.base, null);
    }
    this.extents.push(this.axis.extent);
  }

  /** Goes on up to event n. */
  extend(n: number): void {
    const h = this.s.history;
    while (this.n < n) {
      const f = h.frames[this.n - h.base];
      if (!f) return;
      this.event(f);
      this.n = f.n;
      this.extents.push(this.axis.extent);
    }
  }

  /** The same columns as before, if they are at the same places. */
  columns(next: Column[]): Column[] {
    const same = this.placed.length === next.length && next.every((c, i) => c.x === this.placed[i].x && c.half === this.placed[i].half && c.lanes === this.placed[i].lanes);
    if (!same) this.placed = next;
    return this.placed;
  }

  eventY(n: number): number | undefined {
    return this.ys[n - this.s.history.base - 1];
  }

  extentAt(n: number): Extent {
    return this.extents[Math.max(0, Math.min(this.extents.length - 1, n - this.s.history.base))];
  }

  /** Where something of event n is; what was there from the start is at the top. */
  yOf(e: { n: number; at: number }): number {
    return e.n <= this.s.history.base ? this.axis.top - LEAD : (this.eventY(e.n) ?? this.axis.yOf(e.at));
  }

  side(t: Track): -1 | 1 {
    const [a, b] = [this.s.colOf[t.packet.from] ?? 0, this.s.colOf[t.packet.to] ?? 0];
    return b >= a ? 1 : -1;
  }

  /** The instants at which segments should still arrive, as event n knows it. */
  expectedAt(n: number): { t: number; track: Track }[] {
    const out: { t: number; track: Track }[] = [];
    for (const w of this.wishes) {
      const track = this.s.history.byPacket.get(w.id);
      if (w.from <= n && w.until > n && track) out.push({ t: w.t, track });
    }
    return out.sort((a, b) => a.t - b.t || a.track.packet.id - b.track.packet.id);
  }

  // ---- one event ----

  private event(f: Frame): void {
    const h = this.s.history;
    this.pass(f.at - 1, f.n);
    const notes = this.notesUpTo(f.n);
    const inbound = f.kind === 'arrive' ? this.segOf.get(f.packet ?? 0) : undefined;
    const sent: Track[] = [];
    for (; this.at.track < h.tracks.length && h.tracks[this.at.track].n <= f.n; this.at.track++) sent.push(h.tracks[this.at.track]);
    const col = this.s.colOf;
    const keys = sent.map((t) => this.dense.flight(t, col[t.packet.from], col[t.packet.to], dimmed(this.s.filter, t)));
    const dense = keys.every((k, i) => k && !this.dense.open(k, sent[i].packet.id));
    const shows = notes.length > 0 || !!inbound || sent.length > 0;
    const tight = dense && notes.length === 0 && (!inbound || this.folded(inbound)) && (shows || this.band > 0);
    if (!tight && shows) {
      this.band = 0;
      for (const note of notes) this.dense.split(col[note.host] ?? 0);
      for (const [i, t] of sent.entries()) if (!keys[i]) this.dense.split(col[t.packet.from]);
    }
    const groups = sent.map((t, i) => (keys[i] ? this.dense.join(keys[i], t) : null));
    const y = tight ? this.tightRow(f) : this.looseRow(f, inbound, notes, sent);
    this.ys.push(y);
    if (inbound) {
      const { t } = inbound;
      if (!tight) this.rows.arrived(col[t.packet.to], -this.side(t), y, f.n);
      this.arrive.set(t.packet.id, f.at, y);
      inbound.y1 = Math.max(inbound.y1, y);
    }
    let ny = y;
    for (const note of notes) {
      const c = col[note.host] ?? 0;
      ny = Math.max(ny, this.rows.note(c));
      this.write(note, ny);
      this.rows.noted(c, ny, f.n);
    }
    let sy = y;
    for (const [i, t] of sent.entries()) {
      const c = col[t.packet.from];
      const g = groups[i];
      if (g && !g.open) {
        if (!tight || i > 0) sy = this.axis.row(f.at, Math.max(sy, this.axis.y) + this.deeper());
      } else {
        sy = this.axis.row(f.at, Math.max(sy, this.rows.depart(c, this.side(t), f.n) + (this.s.extra.get(t.packet.id) ?? 0)));
        this.rows.departed(c, this.side(t), sy, f.n);
      }
      this.leave(t, sy, f.n, groups[i]);
    }
    this.turns(f);
    this.lifelines(f.n);
  }

  private folded(s: Seg): boolean {
    return !!s.group && !s.group.open;
  }

  /** One more in the present band: how much deeper that makes it. */
  private deeper(): number {
    this.band++;
    return bandHeight(this.band) - bandHeight(this.band - 1);
  }

  private tightRow(f: Frame): number {
    const by = this.deeper();
    return this.axis.row(f.at, this.axis.y + (this.s.linear ? 0 : by), by);
  }

  private looseRow(f: Frame, inbound: Seg | undefined, notes: Note[], sent: Track[]): number {
    let min = 0;
    if (inbound) {
      const { t } = inbound;
      min = Math.max(this.rows.arrive(this.s.colOf[t.packet.to], -this.side(t)), inbound.y0 + MIN_TRIP);
    }
    for (const note of notes) min = Math.max(min, this.rows.note(this.s.colOf[note.host] ?? 0));
    const first = sent[0];
    if (first) min = Math.max(min, this.rows.depart(this.s.colOf[first.packet.from], this.side(first), f.n) + (this.s.extra.get(first.packet.id) ?? 0));
    return this.axis.row(f.at, min);
  }

  private leave(t: Track, y: number, n: number, group: Seg['group']): void {
    const s: Seg = { t, y0: y, y1: y, end: Number.POSITIVE_INFINITY, group };
    group?.segs.push(s);
    this.segs.push(s);
    this.segOf.set(t.packet.id, s);
    const due = this.due(t);
    if (due !== null) this.wish(t.packet.id, due, n);
  }

  /** What happened to segments on their way. */
  private turns(f: Frame): void {
    if (f.kind === 'arrive') this.fulfil(f.packet ?? 0, f.n);
    for (const e of f.effects ?? []) {
      if (e.kind === 'dropped') this.fulfil(e.n ?? 0, f.n);
      if (e.kind === 'moved' && e.new !== null && e.new !== undefined) this.wish(e.n ?? 0, e.new, f.n);
      if (e.kind === 'lost') {
        const s = this.segOf.get(e.n ?? 0);
        if (!s) continue;
        s.y1 = Math.max(s.y1, this.axis.y);
        s.end = Math.min(s.end, f.n);
      }
    }
  }

  private wish(id: number, t: number, n: number): void {
    const w: Wish = { t, id, from: n, until: Number.POSITIVE_INFINITY };
    this.wishes.push(w);
    this.wishOf.set(id, w);
    let i = this.pending.length;
    while (i > 0 && (this.pending[i - 1].t > t || (this.pending[i - 1].t === t && this.pending[i - 1].id > id))) i--;
    this.pending.splice(i, 0, w);
  }

  private fulfil(id: number, n: number): void {
    const s = this.segOf.get(id);
    if (s) s.end = Math.min(s.end, n);
    const w = this.wishOf.get(id);
    if (!w || w.until <= n) return;
    w.until = n;
    const i = this.pending.indexOf(w);
    if (i >= 0) this.pending.splice(i, 1);
  }

  /** Instants at which a segment should have arrived keep their place on the axis. */
  private pass(t: number, n: number): void {
    let k = 0;
    for (; k < this.pending.length && this.pending[k].t <= t; k++) {
      const w = this.pending[k];
      w.until = n;
      const s = this.segOf.get(w.id);
      if (!s) continue;
      const y = wishRow(this.axis, this.rows, this.s.colOf, this.side(s.t), s, w.t, n, this.folded(s));
      this.arrive.set(w.id, w.t, y);
      s.y1 = Math.max(s.y1, y);
    }
    if (k) this.pending.splice(0, k);
  }

  private notesUpTo(n: number): Note[] {
    const h = this.s.history;
    const out: Note[] = [];
    for (; this.at.note < h.notes.length && h.notes[this.at.note].n <= n; this.at.note++) {
      const note = h.notes[this.at.note];
      if (this.s.filter.hosts.has(note.host)) continue;
      const key = `${note.host} ${note.what} ${note.text.replace(/(→| \d).*$/, '')}`;
      const joined = note.what !== 'call' && note.what !== 'sysctl' && this.dense.note(key, note.at) ? this.joins.get(key) : undefined;
      if (joined) joined.more.push(note);
      else {
        this.latest.set(note, key);
        out.push(note);
      }
    }
    return out;
  }

  private write(note: Note, y: number): void {
    const w: Written = { note, y, more: [] };
    this.notes.push(w);
    this.joins.set(this.latest.get(note) ?? '', w);
  }

  /** Bands and brackets go on with their states and timers. */
  private lifelines(upTo = this.s.history.base): void {
    const h = this.s.history;
    for (; this.at.lane < h.laneTurns.length && h.laneTurns[this.at.lane].change.n <= upTo; this.at.lane++) {
      const { lane, change } = h.laneTurns[this.at.lane];
      this.spans.lane(lane, change, this.yOf(change));
    }
    for (; this.at.timer < h.timerTurns.length && h.timerTurns[this.at.timer].turn.n <= upTo; this.at.timer++) {
      const { track, turn }: { track: TimerTrack; turn: TimerTurn } = h.timerTurns[this.at.timer];
      this.spans.timer(track, turn, turn.n <= h.base ? this.axis.top : this.yOf(turn));
    }
  }
}

/** The row of an instant at which a segment should arrive. */
export function wishRow(axis: Axis, rows: Rows, colOf: number[], side: -1 | 1, s: Seg, t: number, n: number, folded: boolean): number {
  if (folded) return axis.row(t, 0, 3);
  const col = colOf[s.t.packet.to];
  const y = axis.row(t, Math.max(rows.arrive(col, -side), s.y0 + MIN_TRIP));
  rows.arrived(col, -side, y, n, false);
  return y;
}
