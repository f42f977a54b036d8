// The text of a lesson, as docs/lessons.md says.

export interface Span {
  t?: string;
  kind?: string;
  code?: string;
  b?: string;
  i?: string;
  kbd?: string;
  a?: string;
  href?: string;
  /** A number of the run, by its name: its text is in `values` of the lesson's status once it is known. */
  v?: string;
}

export interface Block {
  p?: Span[];
  ul?: Span[][];
  ol?: Span[][];
  level?: Level;
}

export type Level = 'story' | 'student' | 'engineer';

export interface Target {
  kind: string;
  from?: string;
  nth: number;
}

export interface Move {
  act?: string;
  target?: Target;
  replay?: string[];
  afterNano?: number;
  text: Block[];
}

/** How an answer is given, and the shape of `answer` in `predict`: a key; "7"; "3.2s" or "never"; "a,b,c"; a packet's number; an event's number. */
export type As = 'choose' | 'number' | 'axis' | 'order' | 'segment' | 'cause';

export interface Answer {
  key: string;
  label: Span[];
  why?: Block[];
}

export interface Ask {
  kind: string;
  as: As;
  text: Block[];
  /** choose: the answers; order: what is to be put in order. */
  options: Answer[];
  /** To those who believe something else, by the key in `belief` of the status. */
  replies?: { key: string; text: Block[]; replay?: string[] }[];
  /** Said in the end, to everybody. */
  right?: Block[];
  unit?: string;
  tolerance?: string;
  endNano?: number;
  tickNano?: number;
  tries: number;
  /** Which event caused it? is asked afterwards. */
  why?: boolean;
}

/** A view that a step opens, shows alone, or hides. */
export type View = 'diagram' | 'state' | 'timers' | 'window' | 'queues' | 'sysctl' | 'header' | 'shell' | 'why' | 'chart' | 'capture';

export interface Show {
  open?: View;
  only?: View[];
  hide?: View[];
  highlight?: string[];
  /** Ids of steps; their branches stand in `branches` of the status. */
  compare?: string[];
}

export interface Param {
  name: string;
  cells: string[];
  start: string;
  findEdge?: boolean;
  second?: { name: string; cells: string[] };
  text: Block[];
}

export interface Step {
  id: string;
  /** Who has it; absent: everybody. */
  levels?: Level[];
  title: string;
  claims?: string[];
  on?: string;
  show?: Show;
  body: Block[];
  do?: Move[];
  ask?: Ask;
  hints?: Span[][];
  param?: Param;
  goal?: { cond: string; text: Block[] };
  after?: Block[];
}

export interface LessonDoc {
  slug: string;
  lang: string;
  title: string;
  chapter: string;
  minutes: number;
  level: Level;
  claims?: string[];
  needs?: string[];
  summary: Block[];
  belief?: Block[];
  afterwards?: Block[];
  steps: Step[];
  drills?: { id: string; step: string }[];
}
