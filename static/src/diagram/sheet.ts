import type { Connection, History, Note, Track, Turn } from '../model/history';
import type { Link, Planned } from '../proto';
import type { Axis, Break } from './axis';
import type { Filter } from './filter';
import type { Pt, Quad } from './geom';
import type { RunIndex } from './runindex';
import type { Seg } from './seg';

// The types of the diagram, and nothing else: every other file may read this one.

/** What the diagram is made from. */
export interface Input {
  history: History;
  n: number; // the cursor
  start: number; // the instant of the place before the first event
  next: Planned[];
  tipNext?: Planned[]; // what is scheduled after the last event held; absent: the same as next
  hosts: number;
  shown: readonly number[]; // hosts with a lifeline of their own, from left to right
  links: Link[];
  width: number;
  linear: boolean;
  scale?: number; // pixels per nanosecond; absent: one trip is easy to see
  hideFuture: boolean;
  until?: number; // the axis goes at least so far
  filter?: Filter;
  opened?: ReadonlySet<number>; // bands that are shown one by one, by their first segments
  keep?: ReadonlySet<number>; // segments that are always drawn by themselves
  minHeight?: number; // how far down the lifelines go at least
  beside?: readonly RunIndex[]; // other runs that share the axis
  base?: number; // pixels of a very long run that lie above the page
}

/** A lifeline: one host, or all those that have none of their own. */
export interface Column {
  host: number; // -1: the others
  at: number; // its place from the left
  x: number;
  side: -1 | 1; // where its outer side is
  half: number; // half of the width of its bands
  lanes: number; // of timers
  laneW: number; // width of one
  notes: number; // room for notes, in pixels
  inner: boolean; // between two others: what is beside it may be crossed by arrows
}

export type Category = 'syn' | 'syn-ack' | 'ack' | 'data' | 'fin' | 'rst' | 'icmp' | 'none';

/** A segment as it is drawn. */
export interface Arrow {
  id: number;
  seg: Seg;
  track: Track;
  n: number;
  fate: 'flying' | 'held' | 'lost' | 'delivered' | 'dropped';
  look: Category;
  retx: boolean;
  bad: boolean;
  forged: boolean;
  edited: boolean;
  copy: boolean;
  dir: -1 | 1;
  pts: Pt[]; // the way it went and will go, top to bottom
  end: number; // index in pts of the last point that is more than expected
  cross?: Pt;
  pause?: Pt;
  fork?: Pt;
  mark?: Pt; // where it was edited
  bend?: Pt; // where it was delayed
  ended: Turn | null; // what happened to it last, apart from arriving
  crowded: boolean; // too near to its neighbours for words along its line
}

/** Many segments drawn as one. */
export interface Band {
  id: number; // of its first segment
  n: number; // the event that sent it
  lastN: number; // the event that sent the last one
  segs: Seg[];
  count: number;
  lost: number;
  dropped: number; // by the host that received them
  rule: string; // that took the lost ones
  look: Category;
  dim: boolean;
  retx: boolean;
  forged: boolean;
  dir: -1 | 1;
  first: Pt[];
  last: Pt[];
  between: Pt[][]; // the ways of some of the others
}

export interface NoteBox {
  note: Note;
  col: number;
  x: number;
  y: number;
  side: -1 | 1;
  anchor: Pt;
  room: number;
  planned: boolean;
}

export interface TickBox {
  t: number;
  y: number;
  label: string;
  planned: boolean;
}

/** A gap of the axis that is drawn shorter than it is, or an instant that is drawn longer. */
export interface BreakBox extends Break {
  y0: number;
  y1: number;
}

/** A stretch of a lifeline in one state. */
export interface BandBox {
  host: number;
  flow: number;
  state: string; // '' : connections that have no place of their own
  count: number; // how many of those
  subject: number;
  n: number;
  x: number;
  w: number;
  y0: number;
  y1: number;
  future: boolean; // the part after the play head
  connection?: Connection;
  first: boolean; // the beginning of a connection
}

/** A timer from where it was armed to where it ended or will fire. */
export interface Bracket {
  host: number;
  col: number;
  subject: number;
  field: number;
  label: string;
  kind: string;
  side: -1 | 1;
  x0: number; // at the lifeline
  x1: number; // the upright
  y0: number;
  y1: number;
  notches: number[]; // where it was armed anew
  end: 'fired' | 'cancelled' | 'pending';
  n: number; // the event that armed it last
  first: number; // the event that armed it first
  endN: number;
  armedAt: number;
  deadline: number;
  open: boolean; // it will end below what is shown
}

/** The whole diagram at one place: where things are, before anything is drawn. */
export interface Sheet {
  run: RunIndex;
  n: number;
  width: number;
  height: number;
  gutter: number;
  columns: Column[];
  axis: Axis;
  linear: boolean;
  fan: number; // how much of their height the instants have that are drawn from the top down
  rings: { host: number; x: number; y: number; p: Planned }[];
  planned: { note: Note; y: number }[];
  restY: number; // the play head after the last event
  now: number;
  hideFuture: boolean;
  until?: number;
  opened: ReadonlySet<number>;
  keep: ReadonlySet<number>;
}

/** The part of a sheet between two heights, as it is drawn. */
export interface Layout extends Sheet {
  from: number;
  to: number;
  ticks: TickBox[];
  cuts: BreakBox[];
  fans: BreakBox[];
  arrows: Arrow[];
  groups: Band[];
  notes: NoteBox[];
  bands: BandBox[];
  brackets: Bracket[];
}

/** A piece of a label with its class. */
export interface Part {
  text: string;
  cls: string; // '' 'quiet' 'strong', or a connection's
}

/** Like segments that follow each other and share one label. */
export interface LabelRun {
  segs: Seg[];
  before: Seg | null; // the like segment before them, if they only go on from it
  by: number; // what each adds to the one before it
}

/** What the words depend on: the language, the fonts, how much is asked for. */
export interface Words {
  /** Labels along a segment, the fullest first: all fields, or what differs from the like one before it. */
  arrow(a: Arrow, before: Seg | null): Part[][];
  /** Labels of a run in the margin, the fullest first; each one line or two. */
  run(r: LabelRun, n: number): Part[][][];
  /** A band of many, the fullest first. */
  group(b: Band): string[];
  /** What became of it, said at the place where it ended; '' for nothing. */
  fate(a: Arrow): string;
  bracket(b: Bracket): string[];
  cut(ns: number, busy: boolean): string;
  left(ns: number): string;
  more(k: number): string;
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

/** A label in the margin of a lifeline: a note, or the words of a run of segments. */
export interface MarginLabel {
  key: string;
  what: 'note' | 'run' | 'more';
  cls: string;
  lines: Part[][];
  x: number;
  y: number; // the middle of its first line
  side: -1 | 1;
  w: number;
  lead: Pt[]; // from the label to its bracket
  y0: number; // the bracket: from the first tail to the last
  y1: number;
  ids: number[]; // the segments that it speaks of
  note?: NoteBox;
  inner: boolean; // it stands between two lifelines
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
  margin: MarginLabel[];
  marks: NoteBox[]; // notes of which there is room for a mark only
  left: { x: number; y: number; side: -1 | 1; at: number }[]; // time that timers have left
}

/** Something on the diagram that can be chosen. */
export interface Item {
  key: string; // "p7" a segment, "e3" an event, "g7" a band that begins with segment 7, "s…" a state, "t…" a timer
  n: number; // the event that it shows
  packet?: number;
  group?: number;
  number?: { subject: number; field: number }; // a value whose history can be asked; field -1: the state
}
