import type { History, Note } from '../model/history';
import type { Link, Planned } from '../proto';
import { type Arrow, arrow } from './arrow';
import { Axis, type Fold, type Tick } from './axis';
import { type Column, gutterChars, gutterOf, place } from './columns';
import type { Pt } from './geom';
import { type BandBox, type Bracket, bands, brackets } from './lifeline';
import { Arrivals, MIN_TRIP, NOTE, Rows, sideOf } from './rows';
import { instantIn } from './time';
import { busyFolds, expected, unitOf, wishList } from './trips';

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

export function layout(inp: Input): Layout {
  const { history: h, n } = inp;
  const frames = h.frames.slice(0, Math.max(0, n - h.base));
  const now = frames.length ? frames[frames.length - 1].at : inp.start;
  const tracks = visible(h.tracks, n);
  const next = inp.hideFuture ? [] : inp.next;
  const columns = place(inp);
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
    ticks: ticks(axis, restY, gutterChars(gutterOf(inp.width))),
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
  return { note, y, x: lead + c.side * 5, side: c.side, anchor: { x: c.x + c.side * c.half, y: anchorY }, lead, room: (c.notes - 8) * (c.laneW < 20 ? 12 / 11 : 1), planned }; // letters are smaller where it is narrow
}

function ticks(axis: Axis, restY: number, chars: number): TickBox[] {
  const out: TickBox[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const t of axis.ticks as Tick[]) {
    const label = instantIn(t.t, chars);
    if (t.y0 - last < 15 || (label === out[out.length - 1]?.label && t.y0 - last < 200)) continue;
    last = t.y0;
    out.push({ t: t.t, y: t.y0, label, planned: t.y0 > restY });
  }
  return out;
}
