import type { Note } from '../model/history';
import type { Planned } from '../proto';
import { arrowOf } from './arrow';
import { type Demands, folded, linear as straight, TRIP } from './axis';
import { columnOf, gutterChars, gutterOf, place } from './columns';
import { everything } from './filter';
import { bands, brackets } from './lifeline';
import { notesIn } from './notes';
import { eventY, LEAD, TOP } from './places';
import { type RunIndex, runIndex } from './runindex';
import { sheaves } from './sheaf';
import type { Arrow, Input, Layout, Sheet } from './sheet';
import { ticksIn } from './ticks';

const none: ReadonlySet<number> = new Set();

/** The index of what an input shows. */
export function runOf(inp: Input): RunIndex {
  return runIndex({ history: inp.history, start: inp.start, links: inp.links, colOf: columnOf(inp.hosts, inp.shown), opened: inp.opened ?? none });
}

/** Pixels per nanosecond at which a trip is easy to see. */
export function easyScale(run: RunIndex, width: number): number {
  return (width < 560 ? 64 : TRIP) / run.unit;
}

/** The scheduled things that are drawn: timers, and a few calls and acts. */
function scheduled(next: readonly Planned[], now: number): Planned[] {
  let acts = 0;
  return next.filter((x) => x.at >= now && x.kind !== 'arrive' && (x.kind !== 'act' || acts++ < 3)).slice(0, 12);
}

/** The diagram at a place: what has happened, and what is scheduled below it. */
export function sheet(inp: Input): Sheet {
  const { history: h, n } = inp;
  const run = runOf(inp);
  const now = n > h.base ? (h.frames[n - h.base - 1]?.at ?? inp.start) : inp.start;
  const next = inp.hideFuture ? [] : scheduled(inp.next, now);
  const tip = inp.hideFuture ? [] : scheduled(inp.tipNext ?? inp.next, now);
  const demands: Demands[] = [
    run.demands([...[...next, ...tip].map((p) => p.at), ...(inp.until === undefined ? [] : [inp.until])]),
    ...(inp.beside ?? []).map((r) => r.demands([])),
  ];
  const easy = easyScale(run, inp.width);
  const scale = inp.scale ?? easy;
  const top = TOP + LEAD - (inp.base ?? 0);
  const fan = inp.linear ? 0 : Math.min(1, scale / easy); // where a trip is small, so is what happens at one instant
  const axis = inp.linear ? straight(demands, top, scale) : folded(demands, top, scale, fan);
  const columns = placed(run, inp);
  const s: Sheet = {
    run,
    n,
    width: inp.width,
    height: 0,
    gutter: gutterOf(inp.width),
    columns,
    axis,
    linear: inp.linear,
    fan,
    rings: [],
    planned: [],
    restY: 0,
    now,
    hideFuture: inp.hideFuture,
    until: inp.until,
    opened: inp.opened ?? none,
    keep: inp.keep ?? none,
  };
  s.restY = n > h.base ? eventY(s, n) : axis.top;
  for (const p of next) {
    const y = axis.y(p.at);
    if (p.kind === 'call' || p.kind === 'act') {
      const note: Note = { n: n + 1, at: p.at, host: Math.max(0, p.host), what: p.kind === 'act' ? 'act' : 'call', text: p.name };
      s.planned.push({ note, y: Math.max(y, s.restY + 19) });
    } else if (p.kind === 'timer' && p.host >= 0) s.rings.push({ host: p.host, x: columns[run.s.colOf[p.host] ?? 0]?.x ?? 0, y, p });
  }
  s.height = Math.max(axis.y(Math.max(axis.end, now)) + 130, s.restY + 130, inp.minHeight ?? 0);
  return s;
}

const wholes = new WeakMap<Demands, { key: string; scale: number }>();

/** The scale at which the whole run is so many pixels high. */
export function wholeScale(s: Sheet, height: number): number {
  const d = s.run.demands([]);
  const key = `${s.linear} ${height} ${s.width}`;
  const known = wholes.get(d);
  if (known?.key === key) return known.scale;
  const scale = fitting(d, s.linear, easyScale(s.run, s.width), Math.max(100, height - TOP - LEAD - 60));
  wholes.set(d, { key, scale });
  return scale;
}

function fitting(d: Demands, isLinear: boolean, easy: number, room: number): number {
  const high = (k: number) => {
    const a = isLinear ? straight([d], 0, k) : folded([d], 0, k, Math.min(1, k / easy));
    return a.y(a.end);
  };
  if (high(easy) <= room) return easy;
  const linearly = room / Math.max(1, d.end - d.start);
  if (isLinear) return linearly;
  let [lo, hi] = [linearly / 4, easy];
  for (let i = 0; i < 24; i++) {
    const mid = Math.sqrt(lo * hi);
    if (high(mid) > room) hi = mid;
    else lo = mid;
  }
  return lo;
}

const columnsOf = new WeakMap<RunIndex, Sheet['columns']>();

/** The same columns as before, if they are at the same places. */
function placed(run: RunIndex, inp: Input): Sheet['columns'] {
  const next = place(inp);
  const was = columnsOf.get(run);
  if (was?.length === next.length && next.every((c, i) => c.x === was[i].x && c.half === was[i].half && c.lanes === was[i].lanes && c.notes === was[i].notes)) return was;
  columnsOf.set(run, next);
  return next;
}

/** What is to be drawn between two heights. */
export function look(s: Sheet, inp: Pick<Input, 'filter'> = {}, from = Number.NEGATIVE_INFINITY, to = s.height): Layout {
  const { axis, run, n } = s;
  const h = run.s.history;
  const [t0, t1] = [from === Number.NEGATIVE_INFINITY ? s.run.s.start : axis.t(from - 30), axis.t(to + 30)];
  const { single, groups } = sheaves(s, inp.filter ?? everything, t0, t1, from, to);
  const arrows = single.map((x) => arrowOf(s, x.seg, x.crowded));
  const instants = new Set<number>();
  for (let i = firstFrame(h.frames, t0); i < h.frames.length && h.frames[i].n <= n && h.frames[i].at <= t1; i++) instants.add(h.frames[i].at);
  if (t0 <= s.run.s.start) instants.add(s.run.s.start);
  for (const a of arrows) {
    const due = run.dueAt(a.seg, n);
    if (due !== null && a.fate !== 'delivered') instants.add(due);
  }
  for (const r of s.rings) instants.add(r.p.at);
  for (const p of s.planned) instants.add(p.note.at);
  const lowest = Math.max(lowestKnown(s, arrows), s.until === undefined ? 0 : axis.y(s.until) + 1);
  const breaks = axis.breaksIn(from === Number.NEGATIVE_INFINITY ? axis.top : from, to).filter((b) => b.y0 < lowest);
  return {
    ...s,
    from,
    to,
    ticks: ticksIn(
      axis,
      [...instants].sort((a, b) => a - b),
      s.linear,
      s.restY,
      gutterChars(s.gutter),
      from === Number.NEGATIVE_INFINITY ? axis.top - 18 : from,
      Math.min(to, lowest),
    ),
    cuts: breaks.filter((b) => b.t1 > b.t0),
    fans: breaks.filter((b) => b.t1 === b.t0 && b.t0 <= s.now && b.h > 30),
    arrows,
    groups,
    notes: notesIn(s, t0, t1, from, to),
    bands: bands(s, from, to),
    brackets: brackets(s, from, to, s.hideFuture, s.rings),
  };
}

/** How far down something is known at this place. */
function lowestKnown(s: Sheet, arrows: Arrow[]): number {
  let y = s.restY + 1;
  for (const a of arrows) y = Math.max(y, a.pts[a.pts.length - 1].y + 1);
  for (const r of s.rings) y = Math.max(y, r.y + 1);
  for (const p of s.planned) y = Math.max(y, p.y + 1);
  return y;
}

function firstFrame(frames: readonly { at: number }[], t: number): number {
  let lo = -1;
  let hi = frames.length;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (frames[mid].at < t) lo = mid;
    else hi = mid;
  }
  return hi;
}
