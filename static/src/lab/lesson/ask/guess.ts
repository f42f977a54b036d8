import { effect, signal } from '@preact/signals';
import { lesson, lessonDoc } from '../../state';
import type { Ask } from '../doc';

// What the reader would answer, as long as it is not locked in, and afterwards beside the truth.

/** As `predict` takes it: a key, "7", "3.2s", "never", "a,b,c", a packet's or an event's number; '': nothing yet. */
export const guess = signal('');

/** The question of this step. */
export const question = (): Ask | undefined => {
  const at = lesson.value;
  return at ? lessonDoc.value?.steps[at.step]?.ask : undefined;
};

/** How far the axis of the diagram goes, because a mark is to be put on it; it says nothing of the answer. */
export function axisEnd(): number | undefined {
  const q = question();
  return q?.as === 'axis' ? q.endNano : undefined;
}

let of = '';
effect(() => {
  const at = lesson.value;
  const key = at ? `${at.slug}.${at.step}` : '';
  if (key === of) return;
  of = key;
  guess.value = at?.asked ? (at.choice ?? '') : '';
});

/** An instant as one writes it: 3.2s. */
export const spellTime = (ns: number): string => `${Number((ns / 1e9).toFixed(6))}s`;

const worth: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9 };

/** Reads what somebody typed as a time, in a unit of its own or else in this one; null: it is none. */
export function readTime(text: string, unit = 's'): number | null {
  const m = /^\s*(\d{1,9}(?:[.,]\d{1,9})?)\s*(ns|us|µs|ms|s|m)?\s*$/.exec(text);
  return m ? Math.round(Number(m[1].replace(',', '.')) * worth[m[2] || unit]) : null;
}

/** Reads a number as people type it: comma and point are the same. */
export function readNumber(text: string): number | null {
  const m = /^\s*-?\d{1,15}(?:[.,]\d{1,9})?\s*$/.exec(text);
  return m ? Number(text.replace(',', '.')) : null;
}

/** Moves an item of a list up or down. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const out = [...list];
  if (to < 0 || to >= out.length) return out;
  const [x] = out.splice(from, 1);
  out.splice(to, 0, x);
  return out;
}

/** The same order for everybody who reads, and not the one in which it was written. */
export function shuffled<T extends { key: string }>(list: readonly T[]): T[] {
  const hash = (s: string) => [...s].reduce((h, c) => (h * 33 + c.charCodeAt(0)) % 65521, 7);
  const out = [...list].sort((a, b) => hash(a.key) - hash(b.key));
  return out.every((x, i) => x === list[i]) ? out.reverse() : out;
}
