// What may stand where in a scene, as GET /api/scene-words tells it: the parser's own tables.

export interface Words {
  statements: string[];
  lines: string[];
  asks: string[]; // after "if" and "until"
  verbs: string[];
  expect: string[];
  which: string[];
  segments: string[];
  link: string[];
  boxes: string[];
  kernels: string[];
  forge: string[];
  edit: string[];
  constants: string[];
  calls: { name: string; args: string; gives?: boolean }[];
  settings: { name: string; default: string; takes: string; readOnly?: boolean; about?: string }[];
  options: { name: string; value: string; means: string }[];
  host: string[];
  event: string[];
  functions: string[];
  states: string[];
  errnos: string[];
  counters: string[];
}

/** One thing wrong with a text, as POST /api/check tells it. */
export interface Mistake {
  line: number;
  column: number; // in characters, from 1; 0: the whole line
  end: number;
  text: string;
  what: string;
  expected?: string;
  lang?: string; // of these texts, if not the page's
}

/** The hosts and boxes that a text names so far. */
export function hostsIn(text: string): string[] {
  return [...text.matchAll(/^[ \t]*(?:host|box)[ \t]+([A-Za-z][\w-]*)/gm)].map((m) => m[1]);
}
