import type { History, Note, Track, Turn } from '../model/history';
import type { Link, Planned } from '../proto';
import { Axis, type Fold, type Tick } from './axis';
import type { Pt } from './geom';
import { type BandBox, type Bracket, bands, brackets } from './lifeline';
import { instant } from './time';

/** What the layout is made from. */
export interface Input {
  history: History;
  n: number; // the cursor
  start: number; // the instant of the place before the first event
  next: Planned[];
  hosts: number;
  links: Link[];
  width: number;
  linear: boolean;
  hideFuture: boolean;
  extra?: Map<number, number>; // packet → pixels of room made for its label
  minHeight?: number; // how far down the lifelines go at least
  spread?: number; // pixels added between segments that leave side by side
}

/** A host's lifeline. */
export interface Column {
  host: number;
  x: number;
  side: -1 | 1; // where its outer side is
  half: number; // half of the width of its bands
  lanes: number; // of timers
  laneW: number; // width of one
  notes: number; // room for notes, in pixels
}

export type Look = 'syn' | 'syn-ack' | 'ack' | 'data' | 'fin' | 'rst' | 'icmp' | 'none';

/** A segment as it is drawn. */
export interface Arrow {
  id: number;
  track: Track;
  n: number;
  fate: 'flying' | 'held' | 'lost' | 'delivered' | 'dropped';
  look: Look;
  retx: boolean;
  bad: boolean;
  forged: boolean;
  edited: boolean;
  copy: boolean;
  dir: -1 | 1;
  pts: Pt[]; // the way it went and will go, top to bottom
  end: number; // index in pts of the last point that is more than a wish
  cross?: Pt;
  pause?: Pt;
  fork?: Pt;
  mark?: Pt; // where it was edited
  bend?: Pt; // where it was delayed
  ended: Turn | null; // what happened to it last, apart from arriving
}

export interface NoteBox {
  note: Note;
  x: number;
  y: number;
  side: -1 | 1;
  anchor: Pt;
  lead: number; // x where the leader line ends
  room: number;
  planned: boolean;
}

export interface TickBox {
  t: number;
  y: number;
  label: string;
  planned: boolean;
}

export interface Layout {
  width: number;
  height: number;
  gutter: number;
  columns: Column[];
  axis: Axis;
  ticks: TickBox[];
  folds: (Fold & { busy: boolean })[];
  arrows: Arrow[];
  notes: NoteBox[];
  bands: BandBox[];
  brackets: Bracket[];
  rings: { host: number; x: number; y: number; p: Planned }[];
  eventY: Map<number, number>; // the row of an event
  restY: number; // the play head after the last event
  now: number;
}

export const TOP = 66; // room for the names of the hosts
const DEPART = 21; // between two segments leaving side by side
const ARRIVE = 18;
const TURN = 11; // between an arrival and an unrelated departure
const NOTE = 19;
const MIN_TRIP = 26;

export function layout(inp: Input): Layout {
  const { history: h, n } = inp;
  const frames = h.frames.slice(0, Math.max(0, n - h.base));
  const now = frames.length ? frames[frames.length - 1].at : inp.start;
  const tracks = visible(h.tracks, n);
  const next = inp.hideFuture ? [] : inp.next;
  const columns = place(inp, timerLanes(inp));
  const axis = new Axis(TOP + 18, inp.start, unitOf(inp.links), inp.linear);
  const eventY = new Map<number, number>();
  const depart = new Map<number, number>();
  const arrive = new Arrivals();
  const rows = new Rows(inp.spread ?? 0);

  // Instants at which a segment should have arrived keep their place on the axis.
  const due = expected(inp.links);
  const wishes = wishList(tracks, n, due);
  let w = 0;
  const wish = (until: number) => {
    for (; w < wishes.length && wishes[w].t <= until; w++) {
      const { t, track } = wishes[w];
      const side = sideOf(track);
      const y = axis.row(t, Math.max(rows.arrive(track.packet.to, -side), (depart.get(track.packet.id) ?? 0) + MIN_TRIP));
      rows.arrived(track.packet.to, -side, y);
      arrive.set(track.packet.id, t, y);
    }
  };

  const notesOf = group(h.notes, n);
  const noteRows = new Map<Note, number>();
  for (const t of tracks) if (t.n <= h.base) depart.set(t.packet.id, axis.row(inp.start));

  for (const f of frames) {
    wish(f.at - 1);
    let min = 0;
    const inbound = f.kind === 'arrive' ? h.byPacket.get(f.packet ?? 0) : undefined;
    if (inbound) {
      const p = inbound.packet;
      min = Math.max(rows.arrive(p.to, -sideOf(inbound)), (depart.get(p.id) ?? 0) + MIN_TRIP);
    }
    const notes = notesOf.get(f.n);
    for (const note of notes ?? []) min = Math.max(min, rows.note(note.host));
    const sent: number[] = [];
    for (const e of f.effects ?? []) if ((e.kind === 'sent' || e.kind === 'copied') && e.packet) sent.push(e.packet.id);
    const first = h.byPacket.get(sent[0] ?? 0);
    if (first) {
      min = Math.max(min, rows.depart(first.packet.from, sideOf(first), f.n) + (inp.extra?.get(first.packet.id) ?? 0));
    }
    let y = axis.row(f.at, min);
    eventY.set(f.n, y);
    if (inbound) {
      const p = inbound.packet;
      rows.arrived(p.to, -sideOf(inbound), y, f.n);
      arrive.set(p.id, f.at, y);
    }
    let ny = y;
    for (const note of notes ?? []) {
      ny = Math.max(ny, rows.note(note.host));
      noteRows.set(note, ny);
      rows.noted(note.host, ny);
    }
    for (const id of sent) {
      const t = h.byPacket.get(id);
      if (!t) continue;
      y = axis.row(f.at, Math.max(y, rows.depart(t.packet.from, sideOf(t), f.n) + (inp.extra?.get(id) ?? 0)));
      rows.departed(t.packet.from, sideOf(t), y);
      depart.set(id, y);
    }
  }
  const restY = axis.y;
  wish(now);
  const planned = next.filter((p) => p.at >= now).slice(0, 12);
  const rings: Layout['rings'] = [];
  const plannedNotes: { note: Note; y: number }[] = [];
  for (const p of planned) {
    if (p.kind === 'arrive') continue;
    wish(p.at);
    let y: number;
    if (p.kind === 'call' || p.kind === 'act') {
      y = axis.row(p.at, Math.max(rows.note(p.host), restY + NOTE));
      rows.noted(p.host, y);
      plannedNotes.push({ note: { n: n + 1, at: p.at, host: Math.max(0, p.host), what: p.kind === 'act' ? 'act' : 'call', text: p.name }, y });
    } else {
      y = axis.row(p.at, Math.max(rows.ring(p.host), restY + NOTE));
      rows.ringed(p.host, y);
    }
    if (p.kind === 'timer' && p.host >= 0) rings.push({ host: p.host, x: columns[p.host]?.x ?? 0, y, p });
  }
  wish(Number.POSITIVE_INFINITY);

  const arrows = tracks.map((t) => arrow(t, n, columns, depart, arrive, axis, eventY, now, due(t)));
  const height = Math.max(axis.y + 120, inp.minHeight ?? 0);
  const boxes = bands(h, n, columns, axis, eventY, restY, height);
  const bracket = brackets(h, n, columns, axis, eventY, restY, height, inp.hideFuture, rings);
  const notes: NoteBox[] = [];
  for (const [note, y] of noteRows) notes.push(noteBox(note, y, columns, eventY.get(note.n) ?? y, false));
  for (const p of plannedNotes) notes.push(noteBox(p.note, p.y, columns, p.y, true));
  return {
    width: inp.width,
    height,
    gutter: gutterOf(inp.width),
    columns,
    axis,
    ticks: ticks(axis, restY),
    folds: busyFolds(axis.folds, tracks, n),
    arrows,
    notes,
    bands: boxes,
    brackets: bracket,
    rings,
    eventY,
    restY,
    now,
  };
}

/** The part of a list, ordered by event, up to event n. */
export function visible<T extends { n: number }>(list: T[], n: number): T[] {
  let lo = 0;
  let hi = list.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (list[mid].n <= n) lo = mid + 1;
    else hi = mid;
  }
  return list.slice(0, lo);
}

/** A typical one-way trip: the shortest delay of a cable. */
export function unitOf(links: Link[]): number {
  const d = links.map((l) => l.delay).filter((x) => x > 0);
  return Math.max(100_000, d.length ? Math.min(...d) : 10_000_000);
}

function gutterOf(width: number): number {
  return width < 560 ? 56 : 76;
}

function place(inp: Input, lanes: number[]): Column[] {
  const { hosts, width } = inp;
  const gutter = gutterOf(width);
  const laneW = width < 560 ? 14 : 24;
  const room = width >= 1000 ? 168 : width >= 700 ? 146 : width >= 560 ? 96 : 60;
  const halves = slots(inp).map((k) => (width < 560 ? Math.min(14, 5 + 2 * k) : Math.max(10, Math.min(30, 6 * k))));
  const half = Math.max(...halves);
  const left = gutter + room + 10 + laneW * Math.max(1, lanes[0] ?? 0) + half;
  const right = width - room - 14 - laneW * Math.max(1, lanes[hosts - 1] ?? 0) - half;
  return Array.from({ length: hosts }, (_, i) => ({
    host: i,
    x: hosts === 1 ? (left + right) / 2 : left + ((right - left) * i) / (hosts - 1),
    side: i === 0 ? -1 : 1,
    half: halves[i],
    lanes: lanes[i] ?? 0,
    laneW,
    notes: i === 0 || i === hosts - 1 ? room : Math.min(room, Math.max(60, (right - left) / (hosts - 1) / 2 - 30)),
  }));
}

/** How many connections a host has at once, at most. */
function slots(inp: Input): number[] {
  const out: number[] = [];
  for (let host = 0; host < inp.hosts; host++) {
    const turns: [number, number][] = [];
    for (const lane of inp.history.lanes) {
      if (lane.host !== host || lane.listener || !lane.changes.length) continue;
      turns.push([lane.changes[0].n, 1]);
      const last = lane.changes[lane.changes.length - 1];
      if (last.state === '') turns.push([last.n, -1]);
    }
    let now = 0;
    let most = 1;
    for (const [, by] of turns.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
      now += by;
      most = Math.max(most, now);
    }
    out.push(most);
  }
  return out;
}

function timerLanes(inp: Input): number[] {
  const max = inp.width < 560 ? 1 : inp.width < 900 ? 2 : 3;
  const kinds = Array.from({ length: inp.hosts }, () => new Set<string>());
  for (const t of inp.history.timers) kinds[t.host]?.add(`${t.flow}.${t.label}`);
  return kinds.map((k) => Math.min(max, k.size));
}

interface Wish {
  t: number;
  track: Track;
}

/** When a segment that was taken at once would have arrived: it has no instant of its own. */
function expected(links: Link[]): (t: Track) => number | null {
  const delay = new Map(links.map((l) => [`${l.from}.${l.to}`, l.delay]));
  return (t) => {
    if (t.packet.arrive !== null || t.turns[0]?.what !== 'lost') return t.packet.arrive;
    return t.packet.depart + (delay.get(`${t.packet.from}.${t.packet.to}`) ?? unitOf(links));
  };
}

function wishList(tracks: Track[], n: number, due: (t: Track) => number | null): Wish[] {
  const out: Wish[] = [];
  for (const track of tracks) {
    let done = false;
    let last = due(track);
    for (const x of track.turns) {
      if (x.n > n) break;
      if (x.what === 'delivered') done = true;
      if (x.what !== 'moved') continue;
      if (last !== null) out.push({ t: last, track });
      last = x.arrive;
    }
    if (!done && last !== null) out.push({ t: last, track });
  }
  return out.sort((a, b) => a.t - b.t || a.track.packet.id - b.track.packet.id);
}

function sideOf(t: Track): -1 | 1 {
  return t.packet.to >= t.packet.from ? 1 : -1;
}

/** The rows that each host has used, by side: what keeps things apart. */
class Rows {
  private arrivals: number[] = [];
  private departures: number[] = [];
  private notes: number[] = [];
  private rings: number[] = [];
  private by: number[] = []; // the event of the last arrival
  constructor(private spread: number) {}
  arrive(host: number, side: number): number {
    const k = slot(host, side);
    return Math.max((this.arrivals[k] ?? NEVER) + ARRIVE + this.spread, (this.departures[k] ?? NEVER) + TURN);
  }
  arrived(host: number, side: number, y: number, n = -1): void {
    const k = slot(host, side);
    this.arrivals[k] = y;
    this.by[k] = n;
  }
  depart(host: number, side: number, n: number): number {
    const k = slot(host, side);
    const own = this.by[k] === n ? 0 : TURN;
    return Math.max((this.departures[k] ?? NEVER) + DEPART + this.spread, (this.arrivals[k] ?? NEVER) + own);
  }
  departed(host: number, side: number, y: number): void {
    this.departures[slot(host, side)] = y;
  }
  note(host: number): number {
    return (this.notes[host] ?? NEVER) + NOTE;
  }
  noted(host: number, y: number): void {
    this.notes[host] = y;
  }
  ring(host: number): number {
    return (this.rings[host] ?? NEVER) + 12;
  }
  ringed(host: number, y: number): void {
    this.rings[host] = y;
  }
}

const NEVER = -1e9;
const slot = (host: number, side: number) => host * 2 + (side > 0 ? 1 : 0);

/** Where segments reach their hosts, by segment and instant. */
class Arrivals {
  private all = new Map<number, number[]>();
  set(id: number, t: number, y: number): void {
    const list = this.all.get(id);
    if (list) list.push(t, y);
    else this.all.set(id, [t, y]);
  }
  get(id: number, t: number): number | undefined {
    const list = this.all.get(id);
    if (list) for (let i = list.length - 2; i >= 0; i -= 2) if (list[i] === t) return list[i + 1];
    return undefined;
  }
}

function group(notes: Note[], n: number): Map<number, Note[]> {
  const out = new Map<number, Note[]>();
  for (const note of notes) {
    if (note.n > n) break;
    const list = out.get(note.n);
    if (list) list.push(note);
    else out.set(note.n, [note]);
  }
  return out;
}

function noteBox(note: Note, y: number, columns: Column[], anchorY: number, planned: boolean): NoteBox {
  const c = columns[Math.max(0, note.host)] ?? columns[0];
  const lanes = c.lanes * c.laneW;
  const lead = c.x + c.side * (c.half + lanes + 6);
  return { note, y, x: lead + c.side * 5, side: c.side, anchor: { x: c.x + c.side * c.half, y: anchorY }, lead, room: c.notes - 8, planned };
}

function ticks(axis: Axis, restY: number): TickBox[] {
  const out: TickBox[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const t of axis.ticks as Tick[]) {
    const label = instant(t.t);
    if (t.y0 - last < 15 || (label === out[out.length - 1]?.label && t.y0 - last < 200)) continue;
    last = t.y0;
    out.push({ t: t.t, y: t.y0, label, planned: t.y0 > restY });
  }
  return out;
}

/** Folds in which a segment was on its way all the time are not idle. */
function busyFolds(folds: Fold[], tracks: Track[], n: number): Layout['folds'] {
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

function arrow(
  t: Track,
  n: number,
  columns: Column[],
  depart: Map<number, number>,
  arrive: Arrivals,
  axis: Axis,
  eventY: Map<number, number>,
  now: number,
  due: number | null,
): Arrow {
  const p = t.packet;
  const turns = t.turns.length && t.turns[t.turns.length - 1].n > n ? t.turns.filter((x) => x.n <= n) : t.turns;
  const from = columns[p.from] ?? columns[0];
  const to = columns[p.to] ?? columns[columns.length - 1];
  const dir = sideOf(t);
  const gap = 3;
  const x0 = from.x + dir * (from.half + gap);
  const x1 = to.x - dir * (to.half + gap);
  const y0 = depart.get(p.id) ?? axis.yOf(p.sent);
  const yAt = (a: number) => arrive.get(p.id, a) ?? Math.max(axis.yOf(a), y0 + MIN_TRIP);
  const a: Arrow = {
    id: p.id,
    track: t,
    n: t.n,
    fate: due === null ? 'held' : 'flying',
    look: p.kind.toLowerCase() as Look,
    retx: p.retx > 0,
    bad: !!p.bad,
    forged: !!p.forged,
    edited: !!p.edited,
    copy: !!p.copyOf,
    dir,
    pts: [{ x: x0, y: y0 }],
    end: 0,
    ended: null,
  };
  // aim: the point on the way to the current goal at a given instant
  let goal: Pt | null = due === null ? null : { x: x1, y: yAt(due) };
  let at = a.pts[0];
  const along = (y: number, lo: number, hi: number): Pt => {
    if (!goal) return at;
    const k = goal.y === at.y ? 0.5 : Math.min(hi, Math.max(lo, (y - at.y) / (goal.y - at.y)));
    return { x: at.x + (goal.x - at.x) * k, y: at.y + (goal.y - at.y) * k };
  };
  if (!goal) {
    at = { x: x0 + (x1 - x0) * 0.3, y: y0 + 18 };
    a.pts.push(at);
    a.pause = at;
  }
  for (const turn of turns) {
    const ty = Math.max(eventY.get(turn.n) ?? axis.yOf(turn.at), y0);
    if (turn.what === 'delivered') {
      a.fate = 'delivered';
      goal = { x: x1, y: yAt(turn.at) };
    } else if (turn.what === 'dropped') {
      a.fate = 'dropped';
      a.ended = turn;
    } else if (turn.what === 'lost') {
      a.fate = 'lost';
      a.ended = turn;
      at = turn.n === t.n ? along(ty, 0.7, 0.7) : along(ty, 0.35, 0.85);
      a.pts.push(at);
      a.cross = at;
      a.end = a.pts.length - 1;
    } else if (turn.what === 'held') {
      a.fate = 'held';
      a.ended = turn;
      at = along(ty, 0.3, 0.8);
      a.pts.push(at);
      a.pause = at;
      goal = null;
    } else if (turn.what === 'moved') {
      const was = a.fate;
      a.fate = 'flying';
      a.ended = turn;
      if (was === 'held') {
        at = { x: at.x, y: Math.max(ty, at.y) };
      } else at = along(ty, 0.3, 0.7);
      a.pts.push(at);
      a.bend = at;
      if (turn.arrive !== null) goal = { x: x1, y: yAt(turn.arrive) };
    } else if (turn.what === 'edited') {
      a.edited = true;
      a.bad ||= !!turn.packet?.bad;
      a.mark = along(ty, 0.25, 0.8);
    }
  }
  if (goal) a.pts.push(goal);
  if (a.fate === 'held') a.pts.push({ x: at.x, y: Math.max(at.y + 12, axis.yOf(now)) });
  if (a.fate !== 'lost') a.end = a.pts.length - 1;
  return a;
}

/** Copies begin on the line of what they are copies of. */
export function forks(arrows: Arrow[], n: number): void {
  const by = new Map(arrows.map((a) => [a.id, a]));
  for (const a of arrows) {
    const of = by.get(a.track.packet.copyOf ?? 0);
    if (!of || a.track.n > n || of.dir !== a.dir) continue;
    const [p, q] = [of.pts[0], of.pts[1]];
    if (!q) continue;
    const k = 0.32;
    const at = { x: p.x + (q.x - p.x) * k, y: p.y + (q.y - p.y) * k };
    a.fork = at;
    a.pts[0] = at;
  }
}
