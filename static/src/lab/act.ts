import type { Item } from '../diagram/sheet';
import { compare } from './compare/open';
import { onBranch, say } from './notes';
import { asking, bar, busy, chosen, clock, data, n, pinned } from './state';
import { Refused } from './stream';
import { here, move, pause, seek } from './sync';

// What a person does, beside moving in time.

/** An intervention at the play head; throws what was refused. */
export async function actHere(op: string): Promise<void> {
  const at = clock.peek();
  const b = data.peek();
  const from = b?.id;
  const fork = n.peek() < (b?.total ?? 0);
  await move({ t: 'act', branch: here(), op, ...(at !== null ? { at: Math.round(at) } : {}) });
  clock.value = null;
  pinned.value = false; // what was done is what the inspector tells of
  if (fork && data.peek()?.id !== from) say('lab.forked', 'info', onBranch());
}

/** Intervenes here and now; says so when it cannot. */
export async function act(op: string): Promise<boolean> {
  try {
    await actHere(op);
    return true;
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    say(e.message, 'wrong');
    return false;
  }
}

/** Intervenes at the moment after event k, whatever the cursor was. */
export async function actAt(k: number, op: string): Promise<boolean> {
  pause();
  clock.value = null;
  if (n.peek() !== k) seek(k);
  return act(op);
}

/**
 * The same moves from the start with ops made first, on a branch of its own, and
 * that beside the branch it was made from. Throws what was refused.
 */
export async function replayWith(ops: string[], text = ''): Promise<void> {
  pause();
  const from = data.peek()?.id;
  await move({ t: 'replay', branch: here(), ops, text: text || undefined });
  // What a question asks is not shown before it is answered.
  if (from !== undefined && from !== data.peek()?.id && !asking.peek()) await compare(from);
  else say('lab.replayed', 'info', onBranch());
}

export async function replay(ops: string[], text = ''): Promise<boolean> {
  busy.value = true;
  try {
    await replayWith(ops, text);
    return true;
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    say(e.message, 'wrong');
    return false;
  } finally {
    busy.value = false;
  }
}

export function choose(item: Item | null): void {
  chosen.value = item;
  pinned.value = item !== null;
  if (!item) bar.value = null;
}
