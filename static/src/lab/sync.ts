import { batch } from '@preact/signals';
import { BranchData } from '../model/branch';
import { Schemas } from '../model/schema';
import type { Done, Message } from '../proto';
import { say } from './notes';
import { asSeenHere, follows, noteMove, people } from './share/state';
import { atEnd, branches, busy, clock, comparing, data, hello, lesson, n, pinned, playing, rev, schemas } from './state';
import { type Order, Refused, Stream } from './stream';

// What the server sends, and moving in time: where the page stands and where the server does.

let stream: Stream;
let pendingSeeks = 0;
let lastCursor: { branch: number; n: number } | null = null;
const known = new Map<number, BranchData>();

export function connect(url: string): Stream {
  stream = new Stream(url, () => (data.peek() ? { branch: data.peek()?.id ?? 0, n: data.peek()?.tip ?? 0 } : null), receive);
  return stream;
}

function receive(m: Message): void {
  batch(() => {
    switch (m.t) {
      case 'hello':
        hello.value = m;
        schemas.value = new Schemas(m.schemas ?? []);
        break;
      case 'snapshot': {
        // What the page holds from further back is kept: the past of a branch does not change.
        asSeenHere(m.frames ?? []);
        noteMove(m);
        const old = known.get(m.branch);
        const b =
          old && old.base <= m.base
            ? old
            : new BranchData(
                m,
                schemas.peek(),
                (hello.peek()?.hosts ?? []).map((h) => h.name),
              );
        known.set(b.id, b);
        if (b === old) {
          b.reaches(m.tip, m.end);
          if (b.tip >= m.base) b.append(m.frames ?? []);
        }
        data.value = b;
        n.value = Math.min(m.n, b.tip);
        b.seek(n.value);
        clock.value = null;
        lastCursor = { branch: m.branch, n: m.n };
        branches.value = m.branches ?? [];
        if (m.lesson !== undefined) lesson.value = m.lesson;
        rev.value++;
        if (b.tip < b.total) void fill(b).then(() => lastCursor && pendingSeeks === 0 && seekTo < 0 && settle(lastCursor.branch, lastCursor.n));
        break;
      }
      case 'frames': {
        asSeenHere(m.frames ?? []);
        const b = known.get(m.branch) ?? beside(m.branch);
        if (!b?.append(m.frames ?? [])) {
          known.delete(m.branch);
          if (b && b === data.peek()) send({ t: 'snapshot' });
          break;
        }
        b.reaches(b.tip, m.end);
        rev.value++;
        break;
      }
      case 'cursor':
        if (m.lesson !== undefined) lesson.value = m.lesson;
        lastCursor = m;
        noteMove(m);
        if (pendingSeeks === 0 && seekTo < 0) settle(m.branch, m.n);
        break;
      case 'branches':
        branches.value = m.branches ?? [];
        break;
      case 'people':
        people.value = m;
        break;
    }
  });
}

/** Fetches what a snapshot of a long branch left out. */
async function fill(b: BranchData): Promise<void> {
  while (b.tip < b.total && known.get(b.id) === b) {
    const before = b.tip;
    const d = await send({ t: 'frames', branch: b.id, n: before + 1, to: Math.min(b.total, before + 2000) }, true);
    if (!d || b.tip === before) return;
  }
  rev.value++;
}

/** A branch that is fetched to be looked at beside the present one: it begins where that begins. */
function beside(id: number): BranchData | undefined {
  const b = data.peek();
  const c = comparing.peek();
  if (!b || c?.branch !== id) return undefined;
  const other = b.sibling(id, schemas.peek());
  known.set(id, other);
  return other;
}

export function branchData(id: number): BranchData | undefined {
  return known.get(id);
}

/** Stands where the server says. */
function settle(branch: number, k: number): void {
  const b = known.get(branch);
  if (!b) return; // its snapshot follows
  if (data.peek() !== b) data.value = b;
  if (k > b.tip) return;
  go(k);
}

function go(k: number): void {
  const b = data.peek();
  if (!b) return;
  b.seek(k);
  if (n.peek() !== k) {
    n.value = k;
    clock.value = null;
    pinned.value = false;
  }
  rev.value++;
}

/** Sends a command; a refusal is shown, and answered with null. */
export async function send(cmd: Order, quiet = false): Promise<Done | null> {
  try {
    return await stream.send(cmd);
  } catch (e) {
    if (e instanceof Refused) {
      if (!quiet) say(e.message, 'wrong');
      return null;
    }
    throw e;
  }
}

/** Sends a command whose refusal the caller shows itself. */
export async function ask(cmd: Order): Promise<Done> {
  return stream.send(cmd);
}

let seekTimer: ReturnType<typeof setTimeout> | undefined;
let seekTo = -1;

/** Goes to a place that the page holds, at once; the server hears of it. */
export function seek(k: number): void {
  const b = data.peek();
  if (!b) return;
  if (follows.peek()) {
    say('lab.follows');
    return;
  }
  const to = Math.max(0, Math.min(k, b.total));
  batch(() => go(Math.max(b.base, Math.min(to, b.tip))));
  seekTo = to;
  if (to < b.base) {
    tellSeek();
    return;
  }
  seekTimer ??= setTimeout(tellSeek, 70);
}

async function tellSeek(): Promise<void> {
  clearTimeout(seekTimer);
  seekTimer = undefined;
  const b = data.peek();
  if (!b || seekTo < 0) return;
  const k = seekTo;
  seekTo = -1;
  if (lastCursor?.branch === b.id && lastCursor.n === k) return;
  lastCursor = { branch: b.id, n: k };
  pendingSeeks++;
  await send({ t: 'seek', branch: b.id, n: k }, true);
  pendingSeeks--;
  if (pendingSeeks === 0 && seekTo < 0 && lastCursor) settle(lastCursor.branch, lastCursor.n);
}

/** The server has heard where the page stands. */
export async function settled(): Promise<void> {
  if (seekTo >= 0) await tellSeek();
}

let stepping = 0; // steps asked for and not answered yet: what they bring is not where the next one goes

export async function step(): Promise<boolean> {
  const b = data.peek();
  if (!b) return false;
  if (n.peek() < b.total && stepping === 0) {
    seek(n.peek() + 1);
    return true;
  }
  if (b.end) return false;
  await settled();
  stepping++;
  const done = await send({ t: 'step', branch: b.id });
  stepping--;
  return done !== null;
}

export function back(): void {
  pause();
  if (clock.peek() !== null) {
    clock.value = null;
    return;
  }
  if (n.peek() > 0) seek(n.peek() - 1);
}

export async function until(cond: string): Promise<void> {
  pause();
  busy.value = true;
  await settled();
  const d = await send({ t: 'until', branch: data.peek()?.id, cond });
  busy.value = false;
  if (d && d.found === false && cond !== 'false') say('lab.until-not');
}

export function toEnd(): Promise<void> {
  const b = data.peek();
  if (b && n.peek() < b.total) {
    seek(b.total);
    return Promise.resolve();
  }
  return until('false');
}

export function play(on = !playing.peek()): void {
  playing.value = on && !atEnd.peek() && !follows.peek();
  if (on && follows.peek()) say('lab.follows');
}

export function pause(): void {
  playing.value = false;
}
