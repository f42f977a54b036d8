import type { Item } from '../diagram/items';
import { say } from './notes';
import { bar, branches, busy, chosen, clock, comparing, data, n, pinned, rev } from './state';
import { ask, branchData, pause, seek, send, settled } from './sync';

// What a person does, beside moving in time.

/** Intervenes here and now. */
export async function act(op: string): Promise<boolean> {
  await settled();
  const at = clock.peek();
  const b = data.peek();
  const tipBefore = b?.total ?? 0;
  const fork = n.peek() < tipBefore;
  const d = await send({ t: 'act', branch: b?.id, op, ...(at !== null ? { at: Math.round(at) } : {}) });
  if (d) clock.value = null;
  if (d && fork) say('lab.forked');
  return d !== null;
}

/** Intervenes at the moment after event k, whatever the cursor was. */
export async function actAt(k: number, op: string): Promise<boolean> {
  pause();
  clock.value = null;
  if (n.peek() !== k) {
    seek(k);
    await settled();
  }
  return act(op);
}

export async function replay(ops: string[], text = ''): Promise<boolean> {
  pause();
  busy.value = true;
  const d = await send({ t: 'replay', branch: data.peek()?.id, ops, text: text || undefined });
  busy.value = false;
  return d !== null;
}

export function choose(item: Item | null): void {
  chosen.value = item;
  pinned.value = item !== null;
  if (!item) bar.value = null;
}

/** Looks at another branch beside this one. */
export async function compare(id: number): Promise<void> {
  const b = data.peek();
  const info = branches.peek().find((x) => x.id === id);
  if (!b || !info) return;
  pause();
  comparing.value = { branch: id, diff: null };
  const d = await send({ t: 'diff', branch: b.id, to: id });
  for (let have = branchData(id)?.tip ?? b.base; have < info.tip; ) {
    await send({ t: 'frames', branch: id, n: have + 1, to: Math.min(info.tip, have + 2000) });
    const got = branchData(id)?.tip ?? 0;
    if (got <= have) break;
    have = got;
  }
  branchData(id)?.seek(info.tip);
  if (comparing.peek()?.branch === id) comparing.value = branchData(id) ? { branch: id, diff: d?.diff ?? null } : null;
  rev.value++;
}

/** An intervention at the play head; throws what was refused. */
export function actHere(op: string): Promise<unknown> {
  return ask({ t: 'act', branch: data.peek()?.id, op, ...(clock.peek() !== null ? { at: Math.round(clock.peek() ?? 0) } : {}) });
}
