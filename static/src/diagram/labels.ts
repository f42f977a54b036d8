import { type Arrow, forks } from './arrow';
import type { Band } from './band';
import type { Flow } from './flow';
import { bounds, boxQuad, crosses, overlap, type Pt, type Quad, textQuad } from './geom';
import { flowOf, type Input, type Layout, look, type NoteBox, type Sheet, sheet } from './layout';
import type { Bracket } from './lifeline';
import { duration } from './time';

/** A piece of a label with its class. */
export interface Part {
  text: string;
  cls: string; // '' 'quiet' 'strong', or a connection's
}

/** What the words depend on: the language, the fonts, how much is asked for. */
export interface Words {
  /** Labels of a segment, the fullest first. */
  arrow(a: Arrow): Part[][];
  /** A band of many, the fullest first. */
  group(b: Band): string[];
  /** What became of it, said at the place where it ended; '' for nothing. */
  fate(a: Arrow): string;
  bracket(b: Bracket): string[];
  fold(ns: number, busy: boolean): string;
  left(ns: number): string;
  /** Width in pixels. */
  measure(text: string, font: 'mono' | 'text' | 'bold'): number;
}

export interface ArrowLabel {
  id: number;
  parts: Part[];
  x: number;
  y: number;
  angle: number; // radians
  quad: Quad;
  full: boolean;
}

export interface FateLabel {
  id: number;
  text: string;
  x: number;
  y: number;
  quad: Quad;
}

export interface BracketLabel {
  b: Bracket;
  text: string;
  x: number;
  y: number;
  angle: number;
  quad: Quad;
}

export interface Pill {
  x: number;
  y: number;
  w: number;
  text: string;
  gap: string; // how long it is, written in the gutter when the pill found no room
  shown: boolean;
}

export interface Labels {
  arrows: ArrowLabel[];
  fates: FateLabel[];
  groups: (FateLabel & { angle: number })[];
  brackets: BracketLabel[];
  pills: Pill[];
  notes: { box: NoteBox; text: string }[]; // without text: only a mark
  left: { x: number; y: number; side: -1 | 1; at: number }[]; // time that timers have left
  poor: number[]; // segments whose label found no good place
}

const ASC = 10;
const DESC = 3.5;
const ABOVE = 5.5;
const BELOW = 14.5;
const CELL = 48;
const WIDE = 96;
const ROW = 4096; // cells in a row

interface Shape {
  pts: readonly Pt[];
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** Keeps what is already drawn, to find out where there is room. */
export class Room {
  private cells = new Map<number, Shape[]>();

  line(pts: readonly Pt[]): void {
    for (let i = 1; i < pts.length; i++) {
      // A long line is kept in pieces, so that few labels are near each.
      const [p, q] = [pts[i - 1], pts[i]];
      const k = Math.max(1, Math.ceil(Math.max(Math.abs(q.y - p.y) / CELL, Math.abs(q.x - p.x) / WIDE)));
      for (let j = 0; j < k; j++) this.add([at(p, q, j / k), at(p, q, (j + 1) / k)]);
    }
  }

  add(pts: readonly Pt[]): void {
    const shape: Shape = { pts, ...bounds(pts) };
    for (let r = Math.floor(shape.y0 / CELL); r <= Math.floor(shape.y1 / CELL); r++) {
      for (let c = Math.floor(shape.x0 / WIDE); c <= Math.floor(shape.x1 / WIDE); c++) {
        const list = this.cells.get(r * ROW + c);
        if (list) list.push(shape);
        else this.cells.set(r * ROW + c, [shape]);
      }
    }
  }

  free(q: Quad): boolean {
    const b = bounds(q);
    for (let r = Math.floor(b.y0 / CELL); r <= Math.floor(b.y1 / CELL); r++) {
      for (let c = Math.floor(b.x0 / WIDE); c <= Math.floor(b.x1 / WIDE); c++) {
        const list = this.cells.get(r * ROW + c);
        if (!list) continue;
        for (const s of list) {
          if (s.x1 < b.x0 || s.x0 > b.x1 || s.y1 < b.y0 || s.y0 > b.y1) continue;
          if (s.pts.length === 2 ? crosses(q, s.pts[0], s.pts[1]) : overlap(q, s.pts)) return false;
        }
      }
    }
    return true;
  }
}

const at = (p: Pt, q: Pt, k: number): Pt => ({ x: p.x + (q.x - p.x) * k, y: p.y + (q.y - p.y) * k });

/** Finds a place for every label of a layout: measured, then moved until it is free. */
export function placeLabels(l: Layout, words: Words): Labels {
  const room = new Room();
  const out: Labels = { arrows: [], fates: [], groups: [], brackets: [], pills: [], notes: [], left: [], poor: [] };
  const near = l.arrows;
  for (const a of near) {
    room.line(a.pts);
    if (a.cross) room.add(around(a.cross, 10));
    if (a.pause) room.add(around(a.pause, 9));
    if (a.mark) room.add(around(a.mark, 7));
  }
  for (const b of l.brackets) {
    if (b.col > 0 && b.col < l.columns.length - 1)
      room.line([
        { x: b.x1, y: b.y0 },
        { x: b.x1, y: b.y1 },
      ]);
  }
  const clear = (q: Quad) => {
    const b = bounds(q);
    return b.x0 >= 2 && b.x1 <= l.width - 2 && !onBand(l, b) && room.free(q);
  };
  const inner: NoteBox[] = [];
  const cut: NoteBox[] = [];
  for (const box of l.notes) {
    if (l.columns[box.col]?.inner) {
      inner.push(box);
      continue;
    }
    const { text, q } = noteAt(box, box.x, box.y, box.side, words);
    if (text.endsWith('…')) {
      cut.push(box);
      continue;
    }
    room.add(q);
    out.notes.push({ box, text });
  }
  // What is cut at the outer side may have room at the inner one.
  for (const box of cut) {
    const c = l.columns[box.col];
    const side = box.side < 0 ? 1 : -1;
    const x = c.x + side * (c.half + 12);
    const turned: NoteBox = { ...box, side, x, lead: x - 5 * side, anchor: { ...box.anchor, x: c.x + side * c.half }, room: l.width * 0.4 };
    const roomy = noteAt(turned, x, box.y, side, words);
    const there = !roomy.text.endsWith('…') && clear(roomy.q);
    const got = there ? { box: turned, ...roomy } : { box, ...noteAt(box, box.x, box.y, box.side, words) };
    room.add(got.q);
    out.notes.push({ box: got.box, text: got.text });
  }
  for (const g of l.groups) placeGroup(g, words, room, clear, out);
  for (const a of near) {
    const t = words.fate(a);
    const at = a.cross ?? (a.fate === 'held' ? a.pause : a.bend) ?? (a.fate === 'dropped' ? a.pts[a.pts.length - 1] : undefined);
    if (!t || !at) continue;
    const w = words.measure(t, 'bold');
    const spots: Pt[] = [
      { x: at.x - w - 15, y: at.y + 4 },
      { x: at.x + 15, y: at.y + 4 },
      { x: at.x - w - 15, y: at.y - 8 },
      { x: at.x + 15, y: at.y + 16 },
      { x: at.x - w - 15, y: at.y + 16 },
      { x: at.x + 15, y: at.y - 8 },
      { x: at.x - w / 2, y: at.y + 24 },
      { x: at.x - w / 2, y: at.y - 14 },
      { x: at.x - w / 2, y: at.y + 36 },
    ];
    if (a.dir > 0) spots.unshift(spots[1]);
    for (const p of spots) {
      const q = boxQuad(p.x - 1, p.y - 10, w + 2, 13);
      if (!clear(q)) continue;
      room.add(q);
      out.fates.push({ id: a.id, text: t, x: p.x, y: p.y, quad: q });
      break;
    }
  }
  const many = l.columns.length > 3;
  for (const a of near) {
    const got = placeOne(a, words, clear);
    if (got) {
      room.add(got.quad);
      out.arrows.push(got);
    }
    if (!got || (!got.full && !many)) out.poor.push(a.id);
  }
  for (const box of inner) out.notes.push(innerNote(box, l, words, room, clear));
  for (const r of l.rings) {
    if (r.y < l.from - 20 || r.y > l.to + 20) continue;
    const c = l.columns[l.flow.s.colOf[r.host] ?? 0];
    const side = c.side < 0 ? 1 : -1;
    const w = words.measure(words.left(r.p.at - l.now), 'mono') + 14;
    const x = r.x + side * (c.half + 9);
    const q = boxQuad(side > 0 ? x : x - w, r.y - 9, w, 15);
    if (!clear(q)) continue;
    room.add(q);
    out.left.push({ x, y: r.y + 4, side, at: r.p.at });
  }
  for (const f of l.folds) {
    const text = words.fold(f.t1 - f.t0, f.busy);
    const w = words.measure(text, 'text') + 24;
    const first = l.columns[0];
    const last = l.columns[l.columns.length - 1];
    const mid = (first.x + last.x) / 2;
    const pill: Pill = { x: mid - w / 2, y: (f.y0 + f.y1) / 2, w, text, gap: duration(f.t1 - f.t0), shown: false };
    for (const dy of [0, -22, 22, -34, 34]) {
      for (const dx of [0, -70, 70, -120, 120]) {
        const q = boxQuad(mid - w / 2 + dx, (f.y0 + f.y1) / 2 + dy - 11, w, 22);
        if (pill.shown || !clear(q)) continue;
        pill.x = mid - w / 2 + dx;
        pill.y = (f.y0 + f.y1) / 2 + dy;
        pill.shown = true;
        room.add(q);
      }
    }
    out.pills.push(pill);
  }
  for (const b of l.brackets) {
    const got = bracketLabel(b, l, words, room);
    if (got) out.brackets.push(got);
  }
  return out;
}

function placeOne(a: Arrow, words: Words, clear: (q: Quad) => boolean): ArrowLabel | null {
  const variants = words.arrow(a);
  const pieces: [Pt, Pt][] = [];
  for (let i = 1; i <= Math.max(1, a.end) && i < a.pts.length; i++) {
    const [p, q] = [a.pts[i - 1], a.pts[i]];
    if (Math.abs(q.x - p.x) > 20) pieces.push([p, q]);
  }
  if (a.cross && a.pts[a.end + 1]) pieces.push([a.pts[a.end], a.pts[a.end + 1]]);
  // Where the shortest has no room, the others have none.
  if (variants.length > 1 && !along(a, variants[variants.length - 1], variants.length - 1, pieces, words, clear)) return null;
  for (const [vi, parts] of variants.entries()) {
    const got = along(a, parts, vi, pieces, words, clear);
    if (got) return got;
  }
  return null;
}

/** A place for these words along the pieces of a segment's way. */
function along(a: Arrow, parts: Part[], vi: number, pieces: [Pt, Pt][], words: Words, clear: (q: Quad) => boolean): ArrowLabel | null {
  const w = words.measure(parts.map((p) => p.text).join(' '), 'mono');
  for (const [tail, head] of pieces) {
    const len = Math.hypot(head.x - tail.x, head.y - tail.y);
    const slack = len - w;
    if (slack < 8) continue;
    const right = head.x > tail.x;
    const [p, q] = right ? [tail, head] : [head, tail];
    const angle = Math.atan2(q.y - p.y, q.x - p.x);
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    const wide = a.bad ? 3 : a.forged ? 1.5 : 0;
    const offs = right ? [ABOVE + wide, -BELOW - wide] : [-BELOW - wide, ABOVE + wide];
    for (const d of distances(slack)) {
      const start = right ? d : slack - d;
      for (const off of offs) {
        const x = p.x + c * start + s * off;
        const y = p.y + s * start - c * off;
        const quad = textQuad(x, y, w, ASC, DESC, angle);
        if (clear(quad)) return { id: a.id, parts, x, y, angle, quad, full: vi <= 1 };
      }
    }
  }
  return null;
}

function distances(slack: number): number[] {
  const out = [Math.min(30, slack / 2), 12];
  for (let d = 50; d < slack - 6; d += 22) out.push(d);
  out.push(slack - 8);
  return out.filter((d) => d >= 2 && d <= slack - 2);
}

/** Whether a box lies on a lifeline where that is more than a thin line. */
function onBand(l: Layout, b: { x0: number; y0: number; x1: number; y1: number }): boolean {
  for (const c of l.columns) {
    if (b.x1 <= c.x - c.half - 3 || b.x0 >= c.x + c.half + 3) continue;
    if (!c.inner) return true;
    for (const k of l.bands) if (k.y1 > b.y0 && k.y0 < b.y1 && k.x < b.x1 && k.x + k.w > b.x0) return true;
  }
  return false;
}

function noteAt(box: NoteBox, x: number, y: number, side: -1 | 1, words: Words): { text: string; q: Quad } {
  const { note, room } = box;
  const text = shorten(note.what === 'error' && words.measure(note.text, 'mono') > room ? note.text.replace(/^.*→ /, '') : note.text, room, words);
  const w = words.measure(text, 'mono');
  return { text, q: boxQuad(side < 0 ? x - w : x, y - 9, w, 15) };
}

/** A note between two lifelines: beside its own where there is room, else only a mark. */
function innerNote(box: NoteBox, l: Layout, words: Words, room: Room, clear: (q: Quad) => boolean): { box: NoteBox; text: string } {
  const c = l.columns[box.col];
  for (const side of [1, -1] as const) {
    const x = side > 0 ? box.x : c.x - c.half - 11;
    for (const dy of [0, 8, -8, 14, -14]) {
      const { text, q } = noteAt(box, x, box.y + dy, side, words);
      if (text.length < 4 || text.endsWith('…') || !clear(q)) continue;
      room.add(q);
      return { box: { ...box, x, y: box.y + dy, side, lead: x - 5 * side, anchor: { ...box.anchor, x: c.x + side * c.half } }, text };
    }
  }
  return { box, text: '' };
}

/** The words of a band along its middle: once, or every screen's length of a long one. */
function placeGroup(g: Band, words: Words, room: Room, clear: (q: Quad) => boolean, out: Labels): void {
  const texts = words.group(g);
  const put = ([m0, m1]: readonly Pt[], parts: number, offs: number[]) => {
    const [p, q] = m1.x > m0.x ? [m0, m1] : [m1, m0];
    const angle = Math.atan2(q.y - p.y, q.x - p.x);
    const len = Math.hypot(q.x - p.x, q.y - p.y);
    for (let part = 0; part < parts; part++) {
      const [from, to] = [(len * part) / parts, (len * (part + 1)) / parts];
      for (const text of texts) {
        const label = groupLabel(g, text, words.measure(text, 'bold') + 12, p, angle, from, to, offs, clear);
        if (!label) continue;
        room.add(label.quad);
        out.groups.push(label);
        break;
      }
    }
  };
  const length = Math.hypot(g.mid[1].x - g.mid[0].x, g.mid[1].y - g.mid[0].y);
  // Of a tall band, the words stand at its upper edge too: its middle may be far below.
  const first = g.ways[0];
  if (first.length > 1 && g.mid[0].y - first[0].y > SCREEN / 2) put([first[0], first[first.length - 1]], 1, [20, 34, 50]);
  put(g.mid, Math.max(1, Math.min(40, Math.round(length / SCREEN))), [-4, 12, -18, 26]);
}

const SCREEN = 620;

function groupLabel(
  g: Band,
  text: string,
  w: number,
  p: Pt,
  angle: number,
  from: number,
  to: number,
  offs: number[],
  clear: (q: Quad) => boolean,
): Labels['groups'][number] | null {
  for (const k of [0.5, 0.35, 0.65, 0.25, 0.75]) {
    const s = from + (to - from) * k - w / 2;
    if (s < from + 4 || s + w > to - 4) continue;
    for (const off of offs) {
      const x = p.x + Math.cos(angle) * s - Math.sin(angle) * off;
      const y = p.y + Math.sin(angle) * s + Math.cos(angle) * off;
      const quad = textQuad(x, y, w, 11, 5, angle);
      if (clear(quad)) return { id: g.id, text, x, y, angle, quad };
    }
  }
  return null;
}

function bracketLabel(b: Bracket, l: Layout, words: Words, room: Room): BracketLabel | null {
  const c = l.columns[b.col];
  const narrow = (c?.laneW ?? 24) < 20;
  if (narrow) return null;
  for (const text of words.bracket(b)) {
    const w = words.measure(text, 'text');
    const free = b.y1 - b.y0 - w - 12;
    if (free < 0) continue;
    for (let d = Math.min(14, free / 2); d <= free + 6; d += 14) {
      // The left side reads upwards, the right one downwards; both between bracket and lifeline.
      const up = b.side < 0;
      const y = up ? b.y0 + d + w + 6 : b.y0 + d + 6;
      const x = up ? b.x1 + 12.5 : b.x1 - 12.5;
      const quad = textQuad(x, y, w, 9, 3, up ? -Math.PI / 2 : Math.PI / 2);
      const box = bounds(quad);
      const leads = l.notes.some((n) => n.col === b.col && ((n.y + 4 > box.y0 && n.y - 4 < box.y1) || (n.anchor.y + 3 > box.y0 && n.anchor.y - 3 < box.y1)));
      if (leads || !room.free(quad)) continue;
      room.add(quad);
      return { b, text, x, y, angle: up ? -Math.PI / 2 : Math.PI / 2, quad };
    }
  }
  return null;
}

function around(p: Pt, r: number): Quad {
  return boxQuad(p.x - r, p.y - r, 2 * r, 2 * r);
}

function shorten(text: string, room: number, words: Words): string {
  if (words.measure(text, 'mono') <= room) return text;
  const bare = text.replace(/^\w+ = /, '');
  if (words.measure(bare, 'mono') <= room) return bare;
  const short = bare.replace(/\(.*\)/s, '()');
  if (words.measure(short, 'mono') <= room) return short;
  const name = bare.replace(/\(.*\)/s, '');
  if (words.measure(name, 'mono') <= room) return name;
  const tight = name.replace(' → ', '→');
  if (words.measure(tight, 'mono') <= room) return tight;
  const queue = name.replace(/ queue /, ' ');
  if (words.measure(queue, 'mono') <= room) return queue;
  let cut = name;
  while (cut.length > 1 && words.measure(`${cut}…`, 'mono') > room) cut = cut.slice(0, -1);
  return `${cut}…`;
}

const WHOLE = 240; // segments up to which room is made for every label
const ROUNDS = 4;

/** What a diagram keeps from one place to the next: the layout goes on from there. */
export class Sheets {
  private flow: Flow | null = null;
  private key: unknown[] = [];
  private extra = new Map<number, number>();
  private spread = 0;
  private last: { sheet: Sheet; layout: Layout; labels: Labels } | null = null;

  /** The diagram at a place, with room made where a label of a short run found none. */
  at(inp: Input, words: Words): Sheet {
    const key = [inp.history, inp.links, inp.linear, inp.shown, inp.filter, inp.opened, inp.width, inp.start];
    if (!this.flow || key.some((x, i) => x !== this.key[i])) {
      this.key = key;
      this.extra = new Map(inp.extra ?? []);
      this.spread = inp.spread ?? 0;
      this.flow = null;
    }
    for (let round = 0; ; round++) {
      this.flow ??= flowOf({ ...inp, extra: this.extra, spread: this.spread });
      const s = sheet(inp, this.flow);
      if (this.flow.segs.length > WHOLE) return s;
      const l = look(s);
      this.last = { sheet: s, layout: l, labels: labelled(l, inp.n, words) };
      const { poor } = this.last.labels;
      if (!poor.length || round >= ROUNDS) return s;
      if (poor.length >= 4) this.spread += 5;
      else for (const id of poor) this.extra.set(id, (this.extra.get(id) ?? 0) + 14);
      this.flow = null;
    }
  }

  /** The whole of a sheet with its labels, if that was made to find room. */
  drawn(s: Sheet): [Layout, Labels] | null {
    return this.last?.sheet === s ? [this.last.layout, this.last.labels] : null;
  }
}

/** A layout's labels, after copies were made to begin at their originals. */
function labelled(l: Layout, n: number, words: Words): Labels {
  forks(l.arrows, n);
  return placeLabels(l, words);
}

/** Lays out, places the labels, and makes room where a label found none. */
export function compose(inp: Input, words: Words): { layout: Layout; labels: Labels } {
  const all = new Sheets();
  const s = all.at(inp, words);
  const [l, labels] = all.drawn(s) ?? draw(s, words);
  return { layout: l, labels };
}

/** A part of a sheet with its labels. */
export function draw(s: Sheet, words: Words, from?: number, to?: number, keep?: (id: number) => boolean): [Layout, Labels] {
  const l = look(s, from, to, keep);
  return [l, labelled(l, s.n, words)];
}
