import { bounds, boxQuad, type Pt, type Quad } from '../geom';
import { marginRoom, marginX } from '../notes';
import type { Arrow, Band, BandBox, Column, Labels, Layout, MarginLabel, NoteBox, Part, Words } from '../sheet';
import { alongLabel } from './along';
import { bandLabels } from './bands';
import { fateLabel } from './fates';
import { around, Grid } from './grid';
import { type Claim, LINE, solve } from './margin';
import { innerNote, noteText, otherSide } from './notes';
import { pills } from './pills';
import { ofItsOwn, runsOf } from './runs';
import { timerLabel } from './timers';

/** Finds a place for every label of a layout: measured, then moved until it is free. */
export function placeLabels(l: Layout, words: Words): Labels {
  const grid = drawn(l);
  const out: Labels = { arrows: [], fates: [], groups: [], brackets: [], pills: [], margin: [], marks: [], left: [] };
  const clear = (q: Quad) => {
    const b = bounds(q);
    return b.x0 >= 2 && b.x1 <= l.width - 2 && !onLifeline(l, b) && grid.free(q);
  };
  const use = (q: Quad) => grid.add(q);
  const silent = placeBetween(l, words, clear, use, (pts) => grid.line(pts), out);
  const outer = new Set([0, l.columns.length - 1]);
  for (const at of outer) placeMargin(l, at, silent, words, clear, use, out);
  for (const box of l.notes) {
    if (!l.columns[box.col]?.inner) continue;
    const got = innerNote(box, l, words, clear);
    if (!got) {
      out.marks.push(box);
      continue;
    }
    use(got.quad);
    out.margin.push(got.label);
  }
  for (const r of l.rings) placeRing(r, l, words, clear, use, out);
  out.pills = pills(l, words, clear, use);
  for (const b of l.brackets) {
    const got = timerLabel(b, l, words, grid);
    if (got) out.brackets.push(got);
  }
  return out;
}

/** What is there before any word is. */
function drawn(l: Layout): Grid {
  const grid = new Grid();
  for (const a of l.arrows) {
    grid.line(a.pts);
    if (a.cross) grid.add(around(a.cross, 10));
    if (a.pause) grid.add(around(a.pause, 9));
    if (a.mark) grid.add(around(a.mark, 7));
  }
  for (const b of l.groups) {
    grid.line(b.first);
    grid.line(b.last);
  }
  for (const b of l.brackets) {
    if (b.col > 0 && b.col < l.columns.length - 1)
      grid.line([
        { x: b.x1, y: b.y0 },
        { x: b.x1, y: b.y1 },
      ]);
  }
  return grid;
}

/** The words between the lifelines; returns those that found no place there. */
function placeBetween(l: Layout, words: Words, clear: (q: Quad) => boolean, use: (q: Quad) => void, lines: (pts: Pt[]) => void, out: Labels): { arrows: Arrow[]; bands: Band[] } {
  const silent: { arrows: Arrow[]; bands: Band[] } = { arrows: [], bands: [] };
  for (const a of l.arrows) {
    const got = fateLabel(a, words, clear);
    if (!got) continue;
    use(got.quad);
    out.fates.push(got);
  }
  for (const b of l.groups) {
    const got = bandLabels(b, words, clear, use);
    out.groups.push(...got);
    if (!got.length && !b.dim) silent.bands.push(b);
  }
  for (const b of l.groups) for (const way of b.between) lines(way);
  const first = (a: Arrow) => ofItsOwn(a, l.keep);
  for (const a of [...l.arrows.filter(first), ...l.arrows.filter((x) => !first(x))]) {
    const outer = !l.columns[l.run.s.colOf[a.track.packet.from]]?.inner;
    const got = a.crowded && outer ? null : alongLabel(a, words, clear);
    if (got) {
      use(got.quad);
      out.arrows.push(got);
    } else silent.arrows.push(a);
  }
  silent.arrows.sort((a, b) => a.seg.i - b.seg.i);
  return silent;
}

const MANY = 10; // segments of a band that is always named

/** What a label in the margin may be about. */
type Subject =
  | { what: 'note'; box: NoteBox }
  | { what: 'run'; arrows: Arrow[]; variants: Part[][][]; cls: string }
  | { what: 'band'; band: Band; text: string }
  | { what: 'state'; band: BandBox };

/** The margin beside an outer lifeline: notes, and the segments that have no words along their lines. */
function placeMargin(l: Layout, at: number, silent: { arrows: Arrow[]; bands: Band[] }, words: Words, clear: (q: Quad) => boolean, use: (q: Quad) => void, out: Labels): void {
  const c = l.columns[at];
  const { colOf } = l.run.s;
  const room = marginRoom(c);
  const claims: Claim<Subject>[] = [];
  for (const box of l.notes) {
    if (box.col !== at) continue;
    const turned = otherSide(box, l, words, clear);
    if (turned) {
      use(turned.quad);
      out.margin.push(turned.label);
    } else claims.push({ y: box.y, lines: 1, own: box.note.what !== 'queue', what: { what: 'note', box } });
  }
  const mine = silent.arrows.filter((a) => colOf[a.track.packet.from] === at);
  for (const r of runsOf(mine, l.keep)) {
    const variants = words.run(r.run, l.n).filter((v) => v.every((line) => widthOf(line, words) <= room));
    if (!variants.length) continue;
    const [y0, y1] = [r.arrows[0].pts[0].y, r.arrows[r.arrows.length - 1].pts[0].y];
    claims.push({ y: (y0 + y1) / 2, lines: variants[0].length, own: r.own, what: { what: 'run', arrows: r.arrows, variants, cls: runClass(r.arrows[0]) } });
  }
  for (const band of silent.bands) {
    const text = words.group(band).find((x) => words.measure(x, 'mono') <= room);
    if (text && colOf[band.segs[0].t.packet.from] === at)
      claims.push({ y: band.first[0].y, lines: 1, own: band.count >= MANY || band.lost > 0, what: { what: 'band', band, text } });
  }
  for (const b of l.bands)
    if (b.state && !b.future && colOf[b.host] === at && c.half * 2 - b.w < 2 && unnamed(b, words))
      claims.push({ y: (b.y0 + b.y1) / 2, lines: 1, own: false, what: { what: 'state', band: b } });
  for (const s of solve(claims)) {
    const label = s.what ? marginLabel(s.what, s.y, c, room, words) : moreLabel(s.left, s.y, c, words);
    if (!label) continue;
    const x = label.side < 0 ? label.x - label.w : label.x;
    use(boxQuad(x, label.y - 8, label.w, LINE * label.lines.length));
    out.margin.push(label);
  }
}

const widths = new WeakMap<Part[], number>();

/** How wide a line is: the words of a run are the same ones as long as they say the same. */
function widthOf(line: Part[], words: Words): number {
  const w = widths.get(line) ?? words.measure(line.map((p) => p.text).join(' '), 'mono');
  widths.set(line, w);
  return w;
}

function runClass(a: Arrow): string {
  return `run k-${a.look}${a.retx ? ' retx' : ''}${a.fate === 'lost' ? ' lost' : ''}`;
}

/** A band too short for its name. */
function unnamed(b: BandBox, words: Words): boolean {
  return b.y1 - b.y0 < words.measure(b.state, 'bold') + 14 && b.y1 - b.y0 >= 2;
}

function marginLabel(s: Subject, y: number, c: Column, room: number, words: Words): MarginLabel {
  const x = marginX(c);
  const edge = c.x + c.side * c.half;
  const base = { x, y, side: c.side, inner: false };
  const lead = (to: number): Pt[] => [
    { x: x - c.side * 3, y },
    { x: edge + c.side * 9, y: to },
    { x: edge + c.side * 5, y: to },
  ];
  if (s.what === 'note') {
    const text = noteText(s.box, room, words);
    const line = [{ text, cls: '' }];
    return {
      ...base,
      key: noteKey(s.box),
      what: 'note',
      cls: s.box.note.what,
      lines: [line],
      w: words.measure(text, 'mono'),
      lead: lead(s.box.y),
      y0: s.box.y,
      y1: s.box.y,
      ids: [],
      note: { ...s.box, x, y },
    };
  }
  if (s.what === 'run') {
    const lines = s.variants[0];
    const [y0, y1] = [s.arrows[0].pts[0].y, s.arrows[s.arrows.length - 1].pts[0].y];
    const w = Math.max(...lines.map((k) => widthOf(k, words)));
    return { ...base, key: `r${s.arrows[0].id}`, what: 'run', cls: s.cls, lines, w, lead: lead((y0 + y1) / 2), y0, y1, ids: s.arrows.map((a) => a.id) };
  }
  if (s.what === 'band') {
    const [y0, y1] = [s.band.first[0].y, s.band.last[0].y];
    return {
      ...base,
      key: `g${s.band.id}`,
      what: 'run',
      cls: `run k-${s.band.look}`,
      lines: [[{ text: s.text, cls: '' }]],
      w: words.measure(s.text, 'mono'),
      lead: lead((y0 + y1) / 2),
      y0,
      y1,
      ids: [],
    };
  }
  const { band: b } = s;
  return {
    ...base,
    key: `s${b.host}.${b.flow}.${b.n}`,
    what: 'run',
    cls: 'state',
    lines: [[{ text: b.state, cls: '' }]],
    w: words.measure(b.state, 'mono'),
    lead: lead((b.y0 + b.y1) / 2),
    y0: b.y0,
    y1: b.y1,
    ids: [],
  };
}

const noteKey = (b: NoteBox) => `n${b.note.n}.${b.note.text.replace(/ ×\d+$|…?→.*$/, '')}`;

/** So many found no room. */
function moreLabel(left: Subject[], y: number, c: Column, words: Words): MarginLabel | null {
  const k = left.reduce((sum, s) => sum + (s.what === 'run' ? s.arrows.length : s.what === 'band' ? s.band.count : s.what === 'state' ? 0 : 1), 0);
  if (!k) return null;
  const text = words.more(k);
  const ids = left.flatMap((s) => (s.what === 'run' ? s.arrows.map((a) => a.id) : []));
  return {
    key: `m${c.at}.${Math.round(y)}`,
    what: 'more',
    cls: 'more',
    lines: [[{ text, cls: 'quiet' }]],
    x: marginX(c),
    y,
    side: c.side,
    w: words.measure(text, 'mono'),
    lead: [],
    y0: y,
    y1: y,
    ids,
    inner: false,
  };
}

/** How long a timer has left, beside the place where it will fire. */
function placeRing(r: Layout['rings'][number], l: Layout, words: Words, clear: (q: Quad) => boolean, use: (q: Quad) => void, out: Labels): void {
  if (r.y < l.from - 20 || r.y > l.to + 20) return;
  const c = l.columns[l.run.s.colOf[r.host] ?? 0];
  const side = c.side < 0 ? 1 : -1;
  const w = words.measure(words.left(r.p.at - l.now), 'mono') + 14;
  const x = r.x + side * (c.half + 9);
  const q = boxQuad(side > 0 ? x : x - w, r.y - 9, w, 15);
  if (!clear(q)) return;
  use(q);
  out.left.push({ x, y: r.y + 4, side, at: r.p.at });
}

/** Whether a box lies on a lifeline where that is more than a thin line. */
function onLifeline(l: Layout, b: { x0: number; x1: number; y0: number; y1: number }): boolean {
  for (const c of l.columns) {
    if (b.x1 <= c.x - c.half - 3 || b.x0 >= c.x + c.half + 3) continue;
    if (!c.inner) return true;
    for (const k of l.bands) if (k.y1 > b.y0 && k.y0 < b.y1 && k.x < b.x1 && k.x + k.w > b.x0) return true;
  }
  return false;
}
