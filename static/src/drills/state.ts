import { signal } from '@preact/signals';
import { lang } from '../i18n';
import type { Ask, Block } from '../lab/lesson/doc';
import { BranchData } from '../model/branch';
import { Schemas } from '../model/schema';
import type { Hello, Snapshot } from '../proto';
import { isDue, ROUND, rememberReview, reviews } from './review';

export interface Listed {
  slug: string;
  title: string;
  chapter: string;
  drills: string[];
}

export interface Drawn {
  lesson: string;
  title: string;
  seed: number;
  ask: Ask;
  values: { name: string; value: string }[];
  run: { hello: Hello; data: BranchData };
}

export interface Judged {
  verdict: 'right' | 'near' | 'belief' | 'other';
  right: string;
  unit?: string;
  reply?: Block[];
  end?: Block[];
  why: number;
  step: string;
  scene: string;
}

export const list = signal<Listed[]>([]);
/** Drills that are still to be asked in this sitting, the present one first. */
export const queue = signal<string[]>([]);
export const drawn = signal<Drawn | null>(null);
export const answer = signal('');
export const judged = signal<Judged | null>(null);
export const wrong = signal('');
export const row = signal(0); // right in a row
/** What came of each drill of this sitting. */
export const done = signal<Record<string, { right: number; of: number }>>({});

export const keyOf = (l: Listed, id: string) => `${l.slug}/${id}`;

export async function fetchList(lang: string): Promise<void> {
  const r = await fetch(`/api/lessons?lang=${lang}`);
  if (r.ok) list.value = ((await r.json()) as Listed[]).filter((l) => l.drills.length > 0);
}

/** Drills that are due today. */
export function due(): string[] {
  const all = reviews();
  const today = new Date();
  return list.value.flatMap((l) => l.drills.map((id) => keyOf(l, id))).filter((k) => isDue(all[k], today));
}

/** Begins a sitting: a drill that is new comes three times, one that was known once. */
export function begin(keys: string[]): void {
  const known = reviews();
  const out: string[] = [];
  for (let i = 0; i < ROUND; i++) for (const k of keys) if (i === 0 || !known[k]) out.push(k);
  queue.value = out;
  done.value = {};
  void next();
}

/** Draws the numbers of the next question; the seed stands in the link. */
export async function next(seed = Math.floor(Math.random() * 2 ** 24)): Promise<void> {
  const key = queue.peek()[0];
  drawn.value = null;
  judged.value = null;
  answer.value = '';
  wrong.value = '';
  if (!key) {
    history.replaceState(null, '', location.pathname + location.search);
    return;
  }
  history.replaceState(null, '', `#${key}/${seed}`);
  const r = await fetch(`/api/drills/${key}?seed=${seed}&lang=${lang.peek()}`).catch(() => null);
  const got = await r?.json().catch(() => null);
  if (!r?.ok) {
    wrong.value = got?.text ?? '…';
    return;
  }
  const { hello, snapshot } = got.run as { hello: Hello; snapshot: Snapshot };
  const data = new BranchData(snapshot, new Schemas(hello.schemas ?? []));
  data.seek(data.tip);
  drawn.value = { ...got, run: { hello, data } };
}

export async function check(): Promise<void> {
  const key = queue.peek()[0];
  const d = drawn.peek();
  if (!key || !d || !answer.peek() || judged.peek()) return;
  const r = await fetch(`/api/drills/${key}?lang=${lang.peek()}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ seed: d.seed, answer: answer.peek() }),
  });
  const got = await r.json();
  if (!r.ok) {
    wrong.value = got.text;
    return;
  }
  wrong.value = '';
  judged.value = got;
  const right = got.verdict === 'right';
  row.value = right ? row.peek() + 1 : 0;
  const was = done.peek()[key] ?? { right: 0, of: 0 };
  done.value = { ...done.peek(), [key]: { right: was.right + (right ? 1 : 0), of: was.of + 1 } };
}

/** On to the next question; a drill that is through gets its date. */
export function goOn(): void {
  const [key, ...rest] = queue.peek();
  queue.value = rest;
  const d = done.peek()[key];
  if (d && !rest.includes(key)) rememberReview(key, d.right, d.of);
  void next();
}

/** Opens the lab on the drill's run, at the event that decides. */
export async function showWhy(): Promise<void> {
  const j = judged.peek();
  if (!j) return;
  const r = await fetch('/api/sessions', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ scene: j.scene, n: j.why }) });
  const got = await r.json();
  if (!r.ok) {
    wrong.value = got.text;
    return;
  }
  const key = new URL(got.stream, location.href).searchParams.get('key');
  location.href = `${got.url}#own=${key}`;
}
