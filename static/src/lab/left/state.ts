import { signal } from '@preact/signals';
import { lang, t } from '../../i18n';
import type { MoveRef, Run } from '../../proto';
import { onBranch, say } from '../notes';
import { show } from '../phone/narrow';
import { branches, busy, data } from '../state';
import { here, order, pause } from '../sync';
import { type Act, actsOf } from './acts';

// The left column of the lab: what the scene is, what there is to try, its text, the moves.

/** What GET /api/sessions/ID/scene tells. */
export interface SceneDoc {
  title: string;
  about: string;
  own: boolean;
  tries: { id: string; title: string; text: Run[]; button: string }[];
  source: string;
  texts?: { b: number; text: string }[]; // of branches that run another text
  puzzle?: PuzzleDoc;
}

/** What a puzzle is; nothing in it answers it. */
export interface PuzzleDoc {
  id: string;
  title: string;
  story: Run[];
  goal: string;
  allowed: string[];
  calls: string[];
  settings: string[];
  par: number;
  ways: number;
  hints: number;
  next: string;
}

export const sceneDoc = signal<SceneDoc | null>(null);
export const leftTabs = ['about', 'text', 'moves'] as const;
export type LeftTab = (typeof leftTabs)[number];
export const leftTab = signal<LeftTab>('about');
/** What each thing tried came to, and on which branch. */
export const said = signal<Record<string, { says: Run[]; branch: number }>>({});

export async function loadScene(session: string): Promise<void> {
  const r = await fetch(`/api/sessions/${session}/scene?lang=${encodeURIComponent(lang.peek())}`);
  if (r.ok) sceneDoc.value = await r.json();
}

/** The text that the present branch runs. */
export function sourceHere(doc: SceneDoc): string {
  for (let id = data.value?.id ?? 0; id >= 0; ) {
    const own = doc.texts?.find((x) => x.b === id);
    if (own) return own.text;
    const b = branches.value.find((x) => x.id === id);
    if (!b?.step) break; // it began at the start: what its parent runs is not its own
    id = b.parent;
  }
  return doc.source;
}

/** Somebody asked to write: the text takes the focus, or else what is typed would be taken for the lab's keys. */
export const toWrite = signal(false);

/** Opens a tab of the column; a text wants the whole of a narrow page. */
export function openLeft(tab: LeftTab): void {
  leftTab.value = tab;
  toWrite.value = tab === 'text';
  show('lesson', tab === 'text' ? 3 : 2);
}

/** Makes one of the things to try. */
export async function tryIt(id: string): Promise<void> {
  await moving(async () => {
    const d = await order({ t: 'try', text: id });
    if (d) said.value = { ...said.peek(), [id]: { says: d.says ?? [], branch: data.peek()?.id ?? 0 } };
  });
}

/** The acts on the present branch, those that were left out of it among them. */
export function acts(): Act[] {
  const b = data.value;
  const off = branches.value.find((x) => x.id === b?.id)?.off ?? [];
  return b ? actsOf(b.before, b.frames, off) : [];
}

export async function leaveOut(a: Act): Promise<boolean> {
  const text = t('left.without', { what: a.steps.map((x) => x.op).join(', ') });
  return moving(async () => (await order({ t: 'moves', branch: here(), undo: a.steps.map((x) => x.n), text: label(text) })) !== null);
}

export async function makeAgain(a: Act): Promise<boolean> {
  const redo: MoveRef[] = a.steps.map((x) => ({ branch: x.branch ?? 0, n: x.n }));
  return moving(async () => (await order({ t: 'moves', branch: here(), redo })) !== null);
}

const label = (s: string) => (s.length > 80 ? `${s.slice(0, 79)}…` : s);

async function moving<T>(f: () => Promise<T>): Promise<T> {
  pause();
  busy.value = true;
  try {
    return await f();
  } finally {
    busy.value = false;
  }
}

/** Takes the latest act back, by replaying the branch without it. */
export async function undo(): Promise<void> {
  const last = acts()
    .filter((a) => a.on)
    .sort((x, y) => x.steps[0].n - y.steps[0].n)
    .pop();
  if (!last) return say(t('left.no-undo'));
  if (await leaveOut(last)) say(t('left.undone'), 'info', onBranch());
}

/** Makes the act again that was taken back last. */
export async function redo(): Promise<void> {
  const last = acts()
    .filter((a) => !a.on)
    .sort((x, y) => x.order - y.order)
    .pop();
  if (!last) return say(t('left.no-redo'));
  if (await makeAgain(last)) say(t('left.redone'), 'info', onBranch());
}
