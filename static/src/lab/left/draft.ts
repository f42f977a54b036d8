import type { Editor, Setup } from '../../editor/editor';
import type { Mistake, Words } from '../../editor/words';
import { lang, t } from '../../i18n';
import { keep, kept } from '../../kept';
import { say } from '../notes';
import { Refused } from '../stream';
import { here, move, pause } from '../sync';
import { loadScene } from './state';

// A text that somebody writes: kept in this browser until it runs, looked at by the server.

const name = (session: string) => `wirestep.text.${session}`;
const RESUME = 'wirestep.resume';

/** Whether a form brought the text here: the address says so until the page has taken it over. */
export const brought = new URLSearchParams(globalThis.location?.hash.slice(1)).has('text');

/** What was typed and has not run. */
export function draft(session: string): string | null {
  return kept(name(session));
}

export function keepDraft(session: string, text: string, source: string): void {
  keep(name(session), text === source ? null : text);
}

export function forgetDraft(session: string): void {
  keepDraft(session, '', '');
}

interface Resume {
  session: string;
  at: number;
}

/** Where the cursor stood when the text was run: the page of the new run goes on there. */
export function resume(session: string): Resume | null {
  try {
    const r: Resume | null = JSON.parse(sessionStorage.getItem(RESUME) ?? 'null');
    if (r?.session !== session) return null;
    sessionStorage.removeItem(RESUME);
    return r;
  } catch {
    return null;
  }
}

/** Whether this page goes on where another one ran its text. */
export function resumes(session: string): boolean {
  try {
    return JSON.parse(sessionStorage.getItem(RESUME) ?? 'null')?.session === session;
  } catch {
    return false;
  }
}

async function post(url: string, body: object): Promise<{ ok: boolean; got: { mistakes?: Mistake[]; text?: string; id?: string; url?: string; stream?: string } }> {
  const r = await fetch(`${url}?lang=${encodeURIComponent(lang.peek())}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  return { ok: r.ok, got: await r.json() };
}

/** What is wrong with a text. */
export async function check(text: string): Promise<Mistake[]> {
  const { ok, got } = await post('/api/check', { scene: text });
  if (!ok) throw new Error(got.text);
  return got.mistakes ?? [];
}

/**
 * Runs a text as a branch beside the run at hand, with the moves made so far. One with other hosts or links has to have
 * a session of its own: that takes the place of this page, which stays one step back. What is wrong comes back.
 */
export async function run(text: string, session: string, at: number): Promise<Mistake[] | null> {
  const list = await check(text).catch(() => []);
  if (list.length) return list;
  if (await asBranch(text)) {
    await loadScene(session);
    forgetDraft(session);
    return [];
  }
  return alone(text, session, at);
}

/** false: it cannot stand beside what is there. */
async function asBranch(text: string): Promise<boolean> {
  pause();
  try {
    await move({ t: 'replay', branch: here(), ops: [], scene: text, text: t('left.branch') });
    return true;
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    return false;
  }
}

async function alone(text: string, session: string, at: number): Promise<Mistake[] | null> {
  const { ok, got } = await post('/api/sessions', { scene: text }).catch((e) => ({
    ok: false,
    got: { text: String(e) } as { mistakes?: Mistake[]; text?: string } & Record<string, string>,
  }));
  if (!ok || !got.id) {
    if (got.mistakes?.length) return got.mistakes;
    say(got.text ?? t('lab.failed'), 'wrong');
    return null;
  }
  forgetDraft(session);
  try {
    sessionStorage.setItem(RESUME, JSON.stringify({ session: got.id, at }));
  } catch {
    // the editor opens at its top there
  }
  const key = new URL(got.stream ?? '', location.href).searchParams.get('key');
  location.assign(`/lab/${got.id}${key ? `#own=${encodeURIComponent(key)}` : ''}`);
  return null;
}

let known: Promise<Words> | null = null;
export function words(): Promise<Words> {
  known ??= fetch(`/api/scene-words?lang=${encodeURIComponent(lang.peek())}`).then((r) => (r.ok ? r.json() : Promise.reject(new Error(r.statusText))));
  return known;
}

/** Fetches the editor: most visits never open it. */
export function loadEditor(): Promise<{ mount: (host: HTMLElement, o: Setup) => Editor }> {
  const file = './editor.js'; // beside this script
  return import(file);
}
