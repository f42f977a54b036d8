import { signal } from '@preact/signals';
import { t } from '../../i18n';
import type { MoveSet, Solution, Ways } from '../../proto';
import { onBranch, say } from '../notes';
import { busy, data, dialog, n } from '../state';
import { Refused } from '../stream';
import { ask, here, move, pause } from '../sync';

// What is looked for is kept while the page is open: who has played one way comes back for the next.

export const cond = signal('');
export const kinds = signal(['drop', 'delay', 'dup', 'hold', 'call']);
export const way = signal(''); // "client->server"; "": every segment
export const settings = signal('');
export const most = signal('2');
export const start = signal('here'); // or 'begin'
export const found = signal<Ways | null>(null);
export const looking = signal(false);
export const wrong = signal('');
const foundCond = signal('');

const PAUSE = 25; // ms between two slices: the server takes 40 commands a second

let turn = 0;

/** Ends the search: it goes on only as long as somebody asks. */
export function stop(): void {
  turn++;
  looking.value = false;
}

function theSet(): MoveSet {
  const set = settings.value
    .split('\n')
    .map((s) => s.trim())
    .filter(Boolean);
  return {
    kinds: kinds.value.concat(set.length ? 'sysctl' : []),
    on: way.value ? [way.value] : undefined,
    settings: set.length ? set : undefined,
    most: Number(most.value),
  };
}

/** Looks for ways, a slice at a time. */
export async function look(): Promise<void> {
  const mine = ++turn;
  pause();
  wrong.value = '';
  found.value = null;
  looking.value = true;
  foundCond.value = cond.value.trim();
  const q = { t: 'find' as const, branch: here(), n: start.value === 'here' ? n.peek() : 0, cond: foundCond.value, moves: theSet() };
  try {
    for (;;) {
      const ways = (await ask(q)).ways;
      if (mine !== turn || !ways) return;
      found.value = ways;
      if (ways.done) break;
      await new Promise((r) => setTimeout(r, PAUSE));
      if (mine !== turn) return;
    }
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    if (mine === turn) {
      found.value = null;
      wrong.value = e.message;
    }
  }
  if (mine === turn) looking.value = false;
}

/** Plays a way on a branch of its own, up to where it leads. */
export async function playWay(s: Solution): Promise<void> {
  const from = found.peek();
  if (!from) return;
  busy.value = true;
  dialog.value = '';
  try {
    const d = await move({ t: 'reach', branch: from.branch, n: from.n, ops: s.ops, cond: foundCond.peek(), text: label(s) });
    if (data.peek()) say(d.found ? 'lab.way-played' : 'lab.way-not-reached', 'info', onBranch());
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    say(e.message, 'wrong');
  } finally {
    busy.value = false;
  }
}

const LONG = 60;

/** A branch is called as what was done on it. */
function label(s: Solution): string {
  const text = s.ops.join('; ') || t('way.nothing');
  return text.length > LONG ? `${text.slice(0, LONG - 1)}…` : text;
}
