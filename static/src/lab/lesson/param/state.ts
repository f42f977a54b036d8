import { computed, signal } from '@preact/signals';
import { lang } from '../../../i18n';
import { BranchData } from '../../../model/branch';
import { Schemas } from '../../../model/schema';
import type { Hello, Snapshot } from '../../../proto';
import { lesson, lessonDoc } from '../../state';
import type { Param, Step } from '../doc';
import { turned } from '../steer';

// A parameter of a step: what its question comes to with each value, and the run of the value chosen.

export interface Cell {
  value: string;
  second?: string;
  answer?: string;
  error?: string;
}

export interface Run {
  hello: Hello;
  data: BranchData;
}

/** The step whose strip is open. */
export const turning = signal<Step | null>(null);
turning.subscribe((s) => {
  turned.value = s !== null;
});
export const cells = signal<Cell[]>([]);
export const failed = signal('');
export const at = signal(0); // which cell is looked at
export const run = signal<Run | null>(null);
/** Where the reader expects the edge: after so many cells; -1: not said yet. */
export const expected = signal(-1);
export const revealed = signal(false);

export const param = computed<Param | null>(() => turning.value?.param ?? null);

/** Cells after which the answer is another one. */
export const edges = computed(() => {
  const list = cells.value;
  return list.flatMap((c, i) => (i > 0 && !c.second && c.answer !== list[i - 1].answer ? [i] : []));
});

/** Another step, or another lesson: what is open belongs to the one before. */
lesson.subscribe((l) => {
  if (turning.peek() && lessonDoc.peek()?.steps[l?.step ?? -1]?.id !== turning.peek()?.id) turning.value = null;
});

const runs = new Map<string, Run>();
const MOST = 32; // runs that are kept

const address = (step: Step) => `/api/strips/${lesson.peek()?.slug}/${step.id}`;

/** Opens the strip of a step. */
export async function turn(step: Step): Promise<void> {
  turning.value = step;
  cells.value = [];
  failed.value = '';
  run.value = null;
  expected.value = -1;
  revealed.value = !step.param?.findEdge;
  try {
    const r = await fetch(`${address(step)}?lang=${lang.peek()}`);
    const got = await r.json();
    if (!r.ok) throw new Error(got.text);
    if (turning.peek() !== step) return;
    cells.value = got.cells;
    const start = cells.peek().findIndex((c) => c.value === step.param?.start);
    go(Math.max(0, start));
  } catch (e) {
    failed.value = e instanceof Error ? e.message : String(e);
  }
}

/** Looks at a cell; its run follows as soon as it is there. */
export function go(i: number): void {
  const c = cells.peek()[i];
  const step = turning.peek();
  if (!c || !step) return;
  at.value = i;
  const key = `${address(step)}/run?value=${encodeURIComponent(c.value)}&second=${encodeURIComponent(c.second ?? '')}`;
  const known = runs.get(key);
  if (known) {
    run.value = known;
    return;
  }
  setTimeout(() => {
    if (at.peek() === i && turning.peek() === step) void fetchRun(key, i, step); // one drags on: only where one rests is fetched
  }, 60);
}

async function fetchRun(key: string, i: number, step: Step): Promise<void> {
  const r = await fetch(key).catch(() => null);
  if (!r?.ok) return;
  const { hello, snapshot } = (await r.json()) as { hello: Hello; snapshot: Snapshot };
  const data = new BranchData(snapshot, new Schemas(hello.schemas ?? []));
  data.seek(data.tip);
  runs.set(key, { hello, data });
  for (const k of runs.keys()) if (runs.size > MOST) runs.delete(k);
  if (at.peek() === i && turning.peek() === step) run.value = { hello, data };
}

/** An answer of the engine as one reads it in a narrow cell. */
export function short(answer: string | undefined): string {
  if (answer === undefined || answer === '') return '–';
  const m = /^(\d+)ns$/.exec(answer);
  return m ? `${Number((Number(m[1]) / 1e9).toPrecision(4))} s` : answer.replace(/^([\d.]+)(ms|s)$/, '$1 $2');
}
