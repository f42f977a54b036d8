import { keep, kept } from './kept';

// What this browser remembers of what was learned. It is sent nowhere.

export interface Progress {
  step: number; // the furthest that was stood in
  steps: number;
  done: boolean;
  at: number; // when, in ms
}

const KEY = 'progress';
const KEYS = [KEY, 'drills', 'level'];
const MOST = 500;

export function progress(): Record<string, Progress> {
  try {
    const all = JSON.parse(kept(KEY) ?? '{}');
    const out: Record<string, Progress> = {};
    for (const [slug, p] of Object.entries(all as Record<string, Progress>).slice(0, MOST)) {
      if (p && Number.isFinite(p.step) && Number.isFinite(p.steps)) out[slug] = { step: p.step, steps: p.steps, done: !!p.done, at: Number(p.at) || 0 };
    }
    return out;
  } catch {
    return {}; // somebody else's, or broken
  }
}

export function remember(slug: string, step: number, steps: number, done: boolean, at = Date.now()): void {
  const all = progress();
  const was = all[slug];
  all[slug] = { step: Math.max(step, was?.step ?? 0), steps, done: done || !!was?.done, at };
  keep(KEY, JSON.stringify(all));
}
/** Everything that is kept, as one file. */
export function exported(): string {
  return JSON.stringify({ wirestep: 1, ...Object.fromEntries(KEYS.map((k) => [k, kept(k)])) }, null, 1);
}

/** Takes such a file; false: it is none. */
export function imported(text: string): boolean {
  try {
    const all = JSON.parse(text);
    if (all?.wirestep !== 1) return false;
    for (const k of KEYS) if (typeof all[k] === 'string' && all[k].length < 1e6) keep(k, all[k]);
    return true;
  } catch {
    return false;
  }
}

export function forget(): void {
  for (const k of KEYS) keep(k, null);
}
