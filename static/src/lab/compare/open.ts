import { BranchData } from '../../model/branch';
import type { CompareAlone, Compared, CompareSide, Frame, Snapshot, World } from '../../proto';
import { branches, data, hello, n, schemas } from '../state';
import { order, pause, send } from '../sync';
import { comparing, eventAt, everyHost, type Future, focus, head, picked, pointed, running, said, whole, why } from './state';

// Beginning and ending a comparison, and what can be done in one.

const AT_ONCE = 2000; // frames that one answer may hold

/** Looks at another branch beside the present one: the older of the two is A. */
export function compare(id: number): Promise<void> {
  const here = data.peek()?.id;
  if (here === undefined || here === id) return Promise.resolve();
  return compareAll([here, id].sort((a, b) => a - b));
}

/** Runs branches ahead on the server and shows them beside each other. */
export async function compareAll(ids: readonly number[]): Promise<void> {
  pause();
  comparing.value = 'loading';
  const d = await send({ t: 'compare', branches: [...ids] });
  const futures: Future[] = [];
  for (const [i, side] of (d?.compare?.sides ?? []).entries()) {
    const b = await fetchAhead(side, d?.compare?.world);
    if (b) futures.push({ i, side, data: b });
  }
  if (comparing.peek() !== 'loading') return; // it was ended meanwhile
  if (!d?.compare || futures.length < ids.length) {
    comparing.value = null;
    return;
  }
  begin(d.compare, futures);
}

function begin(answer: Compared, futures: Future[]): void {
  running.value = whole.value = everyHost.value = false;
  picked.value = pointed.value = why.value = null;
  head.value = answer.at;
  const first = answer.rows.find((r) => r.short && !r.same);
  const ends = futures.map((f) => (first?.values[f.i]?.event ? f.data.timeOf(first.values[f.i].event) : Number.POSITIVE_INFINITY));
  focus.value = Math.max(0, ends.indexOf(Math.min(...ends)));
  said.value = answer.verdict;
  comparing.value = { answer, futures };
}

/** A branch as the server ran it ahead, whole. */
async function fetchAhead(side: CompareSide, world: World | undefined): Promise<BranchData | null> {
  if (!world) return null;
  const frames: Frame[] = [];
  while (frames.length < side.n) {
    const d = await send({ t: 'frames', branch: side.branch, n: frames.length + 1, to: Math.min(side.n, frames.length + AT_ONCE), ahead: true });
    if (!d?.frames?.length) return null;
    frames.push(...d.frames);
  }
  const snap: Snapshot = { t: 'snapshot', branch: side.branch, n: 0, base: 0, tip: side.n, end: side.end, world, frames: [], branches: [], next: [] };
  const b = new BranchData(
    snap,
    schemas.peek(),
    (hello.peek()?.hosts ?? []).map((h) => h.name),
  );
  b.append(frames);
  b.seek(side.n);
  return b;
}

export function endComparing(): void {
  comparing.value = null;
  running.value = false;
}

/** The same the other way round. */
export function swap(): Promise<void> {
  const c = comparing.peek();
  if (!c || c === 'loading') return Promise.resolve();
  return compareAll(c.futures.map((f) => f.side.branch).reverse());
}

/** One of several changes by itself, beside the branch that it changes. */
export async function alone(x: CompareAlone): Promise<void> {
  const d = await order({ t: 'replay', branch: x.of, ops: x.ops, text: x.text });
  const made = data.peek()?.id;
  if (d && made !== undefined && made !== x.of) await compareAll([x.of, made]);
}

/** Makes a side the branch that the session is in; gives back how to undo it. */
export async function makeMine(f: Future): Promise<(() => Promise<unknown>) | null> {
  const was = { branch: data.peek()?.id ?? 0, n: n.peek() };
  const tip = branches.peek().find((b) => b.id === f.side.branch)?.tip ?? 0;
  const d = await order({ t: 'branch', branch: f.side.branch, n: Math.min(tip, eventAt(f, head.peek())) });
  return d && (() => order({ t: 'branch', ...was }));
}
