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

export interface Step {
  id: string;
  title: string;
  body: Block[];
  do?: Move[];
  ask?: { kind: string; text: Block[]; options: { key: string; label: Span[]; why: Block[] }[] };
  goal?: { cond: string; text: Block[] };
  after?: Block[];
}

export interface LessonDoc {
  slug: string;
  lang: string;
  title: string;
  topic: string;
  minutes: number;
  level: Level;
  summary: Block[];
  steps: Step[];
}
