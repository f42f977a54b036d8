import { computed, signal } from '@preact/signals';
import type { BranchData } from '../../model/branch';
import type { Compared, CompareSide } from '../../proto';

// Futures side by side: what the server answered, and where one looks.

/** One branch of a comparison, run ahead as far as it is looked at. */
export interface Future {
  i: number; // 0: A
  side: CompareSide;
  data: BranchData;
}

export interface Comparison {
  answer: Compared;
  futures: Future[];
}

/** What is compared; null: nothing is. 'loading' until it is there. */
export const comparing = signal<Comparison | 'loading' | null>(null);
export const compared = computed(() => (comparing.value === 'loading' ? null : comparing.value));

/** The instant of the one play head. */
export const head = signal(0);
/** The side that keys and the phone are in. */
export const focus = signal(0);
/** An event of one side whose cause is shown. */
export const why = signal<{ side: number; n: number } | null>(null);
/** What is chosen and pointed at, and on which side. */
export interface Picked {
  side: number;
  key: string;
  n: number;
}
export const picked = signal<Picked | null>(null);
export const pointed = signal<Picked | null>(null);
export const whole = signal(false); // the table has every row
export const everyHost = signal(false);
export const running = signal(false);
/** Something to be said to those who do not see it. */
export const said = signal('');

export function letter(i: number): string {
  return String.fromCharCode(65 + i);
}

/** Every instant at which something happens on some side. */
export const times = computed(() => {
  const all = new Set<number>([0]);
  for (const f of compared.value?.futures ?? []) for (const x of f.data.frames) all.add(x.at);
  return [...all].sort((a, b) => a - b);
});

/** The instants at which sides differ: where they part, and every value of a row that differs. */
export const differences = computed(() => {
  const c = compared.value;
  if (!c) return [];
  const all = new Set<number>(c.answer.part === null ? [] : [c.answer.part]);
  for (const r of c.answer.rows) {
    if (r.same || !r.short) continue;
    for (const [i, v] of r.values.entries()) if (v.event > 0) all.add(c.futures[i].data.timeOf(v.event));
  }
  return [...all].sort((a, b) => a - b);
});

/** The last event of a side up to an instant. */
export function eventAt(f: Future, t: number): number {
  let lo = 0;
  let hi = f.data.frames.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (f.data.frames[mid].at <= t) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
