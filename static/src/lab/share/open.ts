import { t } from '../../i18n';
import { forget, keep, keyOf } from './keys';

/** A session as a page has it: the stream carries the right to it. */
export interface Opened {
  id: string;
  stream: string;
  copied: boolean;
  beside?: boolean; // its two branches are to be looked at side by side // it is a copy that was made just now
}

interface Made {
  id: string;
  url: string;
  stream: string;
}

async function make(what: object): Promise<Made> {
  const r = await fetch('/api/sessions', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(what) });
  const got = await r.json();
  if (!r.ok) throw new Error(got.text ?? r.statusText);
  return got;
}

const keyIn = (stream: string) => new URL(stream, location.href).searchParams.get('key') ?? '';

/** The address of a session without what has been used up. */
function address(id: string): string {
  const q = new URLSearchParams(location.search);
  for (const used of ['scene', 'with', 'b', 'n']) q.delete(used);
  return `/lab/${id}${q.size ? `?${q}` : ''}`;
}

/**
 * The session of this page. Whoever made it has its key, whoever was given a
 * link to follow or to work together has that of the link; for all others a copy
 * is made, at the place that the link names.
 */
export async function open(told: DOMStringMap): Promise<Opened> {
  const { session: id, lesson, scene } = told;
  if (!id) {
    const m = await make(lesson ? { lesson } : { sandbox: scene, ...number('n', new URLSearchParams(location.search).get('n')) });
    keep(m.id, keyIn(m.stream), address(m.id));
    return { id: m.id, stream: m.stream, copied: false };
  }
  const handed = new URLSearchParams(location.hash.slice(1));
  const own = handed.get('own');
  const beside = handed.has('compare');
  if (own) keep(id, own, address(id), handed.get('back') ?? '');
  const q = new URLSearchParams(location.search);
  const key = keyOf(id) || q.get('with');
  if (key) return { id, stream: `/stream/${id}?key=${encodeURIComponent(key)}`, copied: false, beside };
  return copied(id, { ...number('branch', q.get('b')), ...number('n', q.get('n')) });
}

function number(name: string, text: string | null): object {
  return text && /^\d{1,7}$/.test(text) ? { [name]: Number(text) } : {};
}

async function copied(id: string, at: { branch?: number; n?: number }): Promise<Opened> {
  const m = await make({ copy: id, ...(at.n === undefined ? {} : at) });
  keep(m.id, keyIn(m.stream), address(m.id));
  return { id: m.id, stream: m.stream, copied: true };
}

/** The key did not hold: the link was taken back, or mistyped. What can be had is a copy. */
export function instead(id: string): void {
  forget(id);
  location.replace(address(id));
}

/** Leaves for a copy of one's own, from which one click comes back. */
export async function tryIt(id: string, at: { branch: number; n: number }): Promise<void> {
  const m = await make({ copy: id, ...at });
  const back = location.pathname + location.search;
  location.assign(`/lab/${m.id}#${new URLSearchParams({ own: keyIn(m.stream), back })}`);
}

/** A link that opens a copy at a place. */
export function copyLink(id: string, at: { branch: number; n: number }): string {
  return `${location.origin}/lab/${id}?${at.branch ? `b=${at.branch}&` : ''}n=${at.n}`;
}

/** Puts text where the person can paste it from; false where the page may not. */
export async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // pages that came over plain http have no clipboard
  }
}

export const copyNotice = (title: string) => t('share.copy-of', { title });
