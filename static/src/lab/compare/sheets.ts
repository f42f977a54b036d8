import { columnOf, gutterOf } from '../../diagram/columns';
import { easyScale, sheet } from '../../diagram/layout';
import { type RunIndex, runIndex } from '../../diagram/runindex';
import type { Input, Sheet } from '../../diagram/sheet';
import type { BranchData } from '../../model/branch';
import type { Link } from '../../proto';

// Where everything is: one axis for all sides, and a place for each on the page.

export const RAIL = 48; // pixels of the other side on a phone
export const JOIN = 104; // pixels between what is shared and what is not
const PILL = 44; // pixels made for the words where they part
const NEAR = 3; // so much nearer to each other are segments drawn that are far apart anyway
const none: ReadonlySet<number> = new Set();

export interface Place {
  left: number; // of its picture
  width: number;
}

/** Columns of equal width beside one gutter. Each picture has room for a gutter of its own, which stays empty. */
export function places(width: number, sides: number): Place[] {
  const gutter = gutterOf(width);
  const each = Math.floor((width - gutter) / sides);
  return Array.from({ length: sides }, (_, i) => ({ left: i * each, width: each + gutter }));
}

export interface Plan {
  sides: { inp: Input; sheet: Sheet }[];
  shared: { inp: Input; sheet: Sheet; place: Place } | null;
  places: Place[];
  split: number; // the instant up to which one picture is enough
  joinY: number; // where the shared picture ends
  apartY: number; // where the sides begin
  partY: number | null; // where they part
  height: number;
  gutter: number;
}

export interface Wanted {
  sides: readonly BranchData[];
  links: Link[];
  hosts: number;
  shown: readonly number[];
  width: number;
  minHeight: number;
  split: number;
  part: number | null;
  joined: boolean; // what is shared is drawn once
  beside?: readonly BranchData[]; // further branches on the same axis
}

/** Most of the time nothing happens: then more of it is seen at once. */
function waiting(sides: readonly BranchData[], runs: readonly RunIndex[]): boolean {
  return sides.every((d, i) => runs[i].demands([]).gaps.length >= d.history.tracks.length * 0.6);
}

/** Room made in the axis at an instant: for words, and for lines that lead apart. What is at the instant itself is above it. */
function room(t: number, h: number, like: RunIndex): RunIndex {
  const { start, end } = like.demands([]);
  return { demands: () => ({ start, end, gaps: [{ t0: start, t1: end, busy: false }], fans: [{ t, h }] }) } as unknown as RunIndex;
}

export function plan(w: Wanted): Plan {
  const colOf = columnOf(w.hosts, w.shown);
  const runs = w.sides.map((d) => runIndex({ history: d.history, start: d.baseTime, links: w.links, colOf, opened: none }));
  const others = (w.beside ?? []).filter((d) => !w.sides.includes(d)).map((d) => runIndex({ history: d.history, start: d.baseTime, links: w.links, colOf, opened: none }));
  const all = places(w.width, w.sides.length);
  const joined = w.joined && w.split > 0;
  const easy = easyScale(runs[0], all[0].width);
  const scale = waiting(w.sides, runs) ? easy / NEAR : easy;
  const made = (t: number, h: number) => room(t, (h * easy) / scale, runs[0]); // an axis shrinks what is drawn at one instant with its scale
  const pill = w.part !== null && (!joined || w.part !== w.split) ? [made(w.part - 1, PILL)] : [];
  // What happens at the instant of the split stands above it in what is shared, and below it on each side.
  const rooms = joined ? [made(w.split - 1, JOIN), ...pill] : pill;
  const input = (i: number, width: number, spare = rooms): Input => ({
    history: w.sides[i].history,
    n: w.sides[i].tip,
    start: w.sides[i].baseTime,
    next: [],
    hosts: w.hosts,
    shown: w.shown,
    links: w.links,
    width,
    linear: false,
    scale,
    hideFuture: true,
    minHeight: w.minHeight,
    beside: [...runs.filter((r) => r !== runs[i]), ...others, ...spare],
  });
  const sides = w.sides.map((_, i) => {
    const inp = input(i, all[i].width);
    return { inp, sheet: sheet(inp) };
  });
  const { axis, gutter } = sides[0].sheet;
  const shared = joined
    ? {
        ...sharedOf(input(0, all[0].width, [made(w.split, JOIN), ...pill])),
        place: { left: Math.round((w.width - gutter - (all[0].width - gutter)) / 2), width: all[0].width },
      }
    : null;
  const apartY = joined ? axis.y(w.split) - 16 : 0;
  return {
    sides,
    shared,
    places: all,
    split: w.split,
    joinY: joined ? apartY - JOIN + 24 : 0,
    apartY,
    partY: w.part === null ? null : joined && w.part === w.split ? apartY - JOIN / 2 + 8 : axis.y(w.part) - PILL / 2 - 4,
    height: Math.max(...sides.map((s) => s.sheet.height)),
    gutter,
  };
}

function sharedOf(inp: Input): { inp: Input; sheet: Sheet } {
  return { inp, sheet: sheet(inp) };
}
