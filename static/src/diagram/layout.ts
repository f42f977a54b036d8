import type { History, Note } from '../model/history';
import type { Link, Planned } from '../proto';
import { type Arrow, arrow } from './arrow';
import type { Axis, Fold } from './axis';
import { type Band, band } from './band';
import { type Column, columnOf, gutterChars, gutterOf, place } from './columns';
import { countAt, type Seg } from './dense';
import { everything, type Filter } from './filter';
import { Flow, type Written, wishRow } from './flow';
import type { Pt } from './geom';
import { type BandBox, type Bracket, bands, brackets } from './lifeline';
import { Arrivals, NOTE } from './rows';
import { ticksIn } from './ticks';
import { busyFolds } from './trips';

/** What the layout is made from. */
export interface Input {
  history: History;
  n: number; // the cursor
  start: number; // the instant of the place before the first event
  next: Planned[];
  hosts: number;
  shown: readonly number[]; // hosts with a lifeline of their own, from left to right
  links: Link[];
  width: number;
  linear: boolean;
  hideFuture: boolean;
  filter?: Filter;
  opened?: ReadonlySet<number>; // bands that are shown one by one
  extra?: ReadonlyMap<number, number>; // packet → pixels of room made for its label
  minHeight?: number; // how far down the lifelines go at least
  spread?: number; // pixels added between segments that leave side by side
}

export interface NoteBox {
  note: Note;
  col: number;
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

/** The whole diagram at one place: where things are, before anything is drawn. */
export interface Sheet {
  flow: Flow;
  n: number;
  width: number;
  height: number;
  gutter: number;
  columns: Column[];
  axis: Axis; // with what is still to come
  arrive: Arrivals;
  rings: { host: number; x: number; y: number; p: Planned }[];
  planned: { note: Note; y: number }[];
  eventY: { get(n: number): number | undefined }; // the row of an event
  restY: number; // the play head after the last event
  now: number;
  hideFuture: boolean;
}

/** The part of a sheet between two heights, as it is drawn. */
export interface Layout extends Sheet {
  from: number;
  to: number;
  ticks: TickBox[];
  folds: (Fold & { busy: boolean })[];
  arrows: Arrow[];
  groups: Band[];
  notes: NoteBox[];
  bands: BandBox[];
  brackets: Bracket[];
}

export const TOP = 66; // room for the names of the hosts
const nothing: ReadonlyMap<number, number> = new Map();
const none: ReadonlySet<number> = new Set();

export function flowOf(inp: Input): Flow {
  return new Flow(
    {
      history: inp.history,
      start: inp.start,
      links: inp.links,
      linear: inp.linear,
      colOf: columnOf(inp.hosts, inp.shown),
      filter: inp.filter ?? everything,
      opened: inp.opened ?? none,
      extra: inp.extra ?? nothing,
      spread: inp.spread ?? 0,
    },
    TOP,
  );
}

/** The diagram at a place: what has happened, and what is scheduled below it. */
export function sheet(inp: Input, flow: Flow): Sheet {
  const { history: h, n } = inp;
  flow.extend(n);
  const columns = flow.columns(place(inp));
  const { colOf } = flow.s;
  const frame = n > h.base ? h.frames[n - h.base - 1] : undefined;
  const now = frame?.at ?? inp.start;
  const axis = flow.axis.branch(flow.extentAt(n));
  const rows = flow.rows.branch(n);
  const arrive = new Arrivals(flow.arrive);
  const restY = axis.y;
  const wishes = flow.expectedAt(n);
  let w = 0;
  const wish = (until: number) => {
    for (; w < wishes.length && wishes[w].t <= until; w++) {
      const { t, track } = wishes[w];
      const s = flow.segOf.get(track.packet.id);
      if (!s) continue;
      arrive.set(track.packet.id, t, wishRow(axis, rows, colOf, flow.side(track), s, t, n, !!s.group && !s.group.open));
    }
  };
  wish(now);
  const rings: Sheet['rings'] = [];
  const planned: Sheet['planned'] = [];
  let acts = 0;
  for (const p of inp.hideFuture ? [] : inp.next.filter((x) => x.at >= now).slice(0, 12)) {
    if (p.kind === 'arrive' || (p.kind === 'act' && acts++ > 2)) continue;
    wish(p.at);
    const col = colOf[p.host] ?? 0;
    if (p.kind === 'call' || p.kind === 'act') {
      const y = axis.row(p.at, Math.max(rows.note(col), restY + NOTE));
      rows.noted(col, y, n);
      planned.push({ note: { n: n + 1, at: p.at, host: Math.max(0, p.host), what: p.kind === 'act' ? 'act' : 'call', text: p.name }, y });
      continue;
    }
    const y = axis.row(p.at, Math.max(rows.ring(col), restY + NOTE));
    rows.ringed(col, y, n);
    if (p.kind === 'timer' && p.host >= 0) rings.push({ host: p.host, x: columns[col]?.x ?? 0, y, p });
  }
  wish(Number.POSITIVE_INFINITY);
  return {
    flow,
    n,
    width: inp.width,
    height: Math.max(axis.y + 120, inp.minHeight ?? 0),
    gutter: gutterOf(inp.width),
    columns,
    axis,
    arrive,
    rings,
    planned,
    eventY: { get: (k) => (k > n ? undefined : flow.eventY(k)) },
    restY,
    now,
    hideFuture: inp.hideFuture,
  };
}

/** What is to be drawn between two heights. Segments in `keep` are drawn by themselves even inside a band. */
export function look(s: Sheet, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, keep?: (id: number) => boolean): Layout {
  const { flow, n } = s;
  const h = flow.s.history;
  const arrows: Arrow[] = [];
  const groups: Band[] = [];
  const small = new Set<unknown>();
  for (const g of flow.dense.groups) {
    if (g.open || !g.segs.length) continue;
    if (g.segs[0].t.n > n) break;
    const k = countAt(g, n);
    if (k < 3 && !g.dim) {
      small.add(g);
      continue;
    }
    if (g.segs[0].y0 > to || lowest(g.segs, k, s) < from) continue;
    groups.push(band(g, k, s));
  }
  for (const x of flow.segs) {
    if (x.t.n > n) break;
    const own = !x.group || x.group.open || small.has(x.group) || (!x.group.dim && special(x, n)) || keep?.(x.t.packet.id);
    if (own && x.y0 <= to && (x.end > n || x.y1 >= from)) arrows.push(arrowOf(s, x));
  }
  const notes: NoteBox[] = [];
  for (const w of flow.notes) {
    if (w.note.n > n) break;
    if (w.y >= from - 20 && w.y <= to + 20) notes.push(noteBox(joined(w, n), w.y, s, flow.eventY(w.note.n) ?? w.y, false));
  }
  for (const p of s.planned) if (p.y >= from - 20 && p.y <= to + 20) notes.push(noteBox(p.note, p.y, s, p.y, true));
  return {
    ...s,
    from,
    to,
    ticks: ticksIn(s.axis, s.restY, gutterChars(s.gutter), from, to),
    folds: busyFolds(s.axis.foldsIn(from, to), h.tracks, n),
    arrows,
    groups,
    notes,
    bands: bands(s, from, to),
    brackets: brackets(s, from, to, s.hideFuture, s.rings),
  };
}

export function layout(inp: Input): Layout {
  return look(sheet(inp, flowOf(inp)));
}

/** How a segment is drawn at this place. One that has arrived is drawn as before. */
export function arrowOf(s: Sheet, x: Seg): Arrow {
  const { turns } = x.t;
  const over = x.end <= s.n && turns.length > 0 && turns[turns.length - 1].n <= s.n;
  if (over && x.drawn?.columns === s.columns) return x.drawn.arrow;
  const a = arrow(x.t, s, x.y0, s.flow.due(x.t));
  if (over) x.drawn = { columns: s.columns, arrow: a };
  return a;
}

/** A note with those joined to it: a queue from its first length to its last, a call with how often it returned. */
function joined(w: Written, n: number): Note {
  const k = w.more.findLastIndex((x) => x.n <= n);
  if (k < 0) return w.note;
  if (w.note.what !== 'queue') return { ...w.note, text: `${w.note.text} ×${k + 2}` };
  return { ...w.note, text: w.note.text.replace(/→.*$/, w.more[k].text.replace(/^.*→/, '…→')) };
}

function lowest(segs: Seg[], k: number, s: Sheet): number {
  const last = segs[k - 1];
  return last.end > s.n ? s.height : Math.max(last.y1, segs[0].y1);
}

/** Something befell it on its way that its like were spared. */
function special(x: Seg, n: number): boolean {
  return x.t.turns.some((k) => k.n <= n && k.n !== x.t.n && (k.what === 'lost' || k.what === 'held' || k.what === 'moved' || k.what === 'edited'));
}

function noteBox(note: Note, y: number, s: Sheet, anchorY: number, planned: boolean): NoteBox {
  const col = s.flow.s.colOf[Math.max(0, note.host)] ?? 0;
  const c = s.columns[col];
  const lead = c.x + c.side * (c.half + c.lanes * c.laneW + 6);
  return { note, col, y, x: lead + c.side * 5, side: c.side, anchor: { x: c.x + c.side * c.half, y: anchorY }, lead, room: (c.notes - 8) * (c.laneW < 20 ? 12 / 11 : 1), planned }; // letters are smaller where it is narrow
}
