import { Sync } from '../model/sync';
import type { Done, Message, Order } from '../proto';
import { say, stays } from './notes';
import { asSeenHere, follows, lost, noteMove, people } from './share/state';
import * as state from './state';
import { Refused, Stream } from './stream';
import { guessArrivals } from './veil/veil';

// Moving in time, on the page's one session.

const { atEnd, busy, clock, data, n, pinned, playing } = state;

const SOON = 70; // ms: of a scrub the server hears the last place, not every one

class Session {
  stream: Stream | null = null;
  readonly sync = new Sync(
    {
      ...state,
      moved: () => {
        clock.value = null;
        pinned.value = false;
      },
    },
    {
      send: ask,
      later: (f) => setTimeout(f, SOON),
    },
  );
}

const session = new Session();
const { sync } = session;

export function connect(url: string): Stream {
  const have = () => {
    const d = data.peek();
    return d && { branch: d.id, n: d.tip };
  };
  session.stream = new Stream(url, have, (m) => {
    shared(m);
    guessArrivals(m, state.hello.peek()?.links ?? []);
    sync.receive(m);
  });
  return session.stream;
}

/** What a message tells of the people who are here. */
function shared(m: Message): void {
  if (m.t === 'people') people.value = m;
  if (m.t === 'hello') lost.value = 0;
  if (m.t === 'lost') lost.value = m.n;
  if (m.t === 'snapshot' || m.t === 'frames') asSeenHere(m.frames ?? []);
  if (m.t === 'snapshot' || m.t === 'cursor') noteMove(m);
}

/** Who follows is not asked where to: it is said instead. */
function led(): boolean {
  if (follows.peek()) say('lab.follows');
  return follows.peek();
}

/** Where the page stood on a branch when it left it. */
export const leftAt = (id: number) => sync.leftAt(id);

/** Sends a command that moves nothing; throws when it is refused. */
export function ask(cmd: Order): Promise<Done> {
  if (!session.stream) throw new Error('not connected');
  return session.stream.send(cmd);
}

/** Sends a command that moves nothing; a refusal is shown, and answered with null. */
export const send = (cmd: Order, quiet = false) => shown(ask(cmd), quiet);

/** Asks for something that moves the session; throws when it is refused. */
export const move = (cmd: Order) => sync.order(cmd);

/** Asks for something that moves the session; a refusal is shown, and answered with null. */
export const order = (cmd: Order) => shown(sync.order(cmd));

async function shown(answer: Promise<Done>, quiet = false): Promise<Done | null> {
  try {
    return await answer;
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    if (!quiet) say(e.message, 'wrong');
    return null;
  }
}

/** The branch that an order is about: the one shown, unless the page is on its way elsewhere. */
export const here = () => sync.branch;

export function seek(k: number): void {
  if (led()) return;
  clock.value = null;
  sync.seek(k);
}

export async function step(): Promise<boolean> {
  return !led() && sync.step();
}

export function back(): void {
  pause();
  if (clock.peek() !== null) clock.value = null;
  else if (!led()) sync.back();
}

/** Runs on until a condition holds; one order makes so many events at most, some ways take several. */
export async function until(cond: string, orders = 1): Promise<void> {
  pause();
  busy.value = true;
  let d = await order({ t: 'until', branch: here(), cond });
  for (let i = 1; i < orders && d?.found === false && !atEnd.peek(); i++) d = await order({ t: 'until', branch: here(), cond });
  busy.value = false;
  if (d && d.found === false && cond !== 'false') say('lab.until-not', 'info', stays());
}

export function toEnd(): Promise<void> {
  const b = data.peek();
  if (!b || n.peek() >= b.total) return until('false');
  seek(b.total);
  return Promise.resolve();
}

export function play(on = !playing.peek()): void {
  playing.value = on && !atEnd.peek() && !led();
}

export function pause(): void {
  playing.value = false;
}
