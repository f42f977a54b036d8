import { signal } from '@preact/signals';
import { t } from '../../../i18n';
import type { Compared } from '../../../proto';
import { actHere, replayWith } from '../../act';
import { data, hello, staged } from '../../state';
import { Refused } from '../../stream';
import { ask } from '../../sync';
import { type Setting, short } from './facts';

// What a person is about to set: "host name" → value, in `staged`. Whatever is there
// has been found acceptable; what was refused stands in `refused` and is not kept.

export const refused = signal<Record<string, { value: string; why: string }>>({});
export const last = signal(''); // the one edited last: its preview is shown
export const working = signal(false);
export type Preview = { state: 'none' | 'waiting' | 'late' } | { state: 'here'; compared: Compared };
export const preview = signal<Preview>({ state: 'none' });

const QUIET = 300; // ms without typing before the look ahead begins
const PATIENCE = 1000; // ms after which it is given up

const without = <T>(all: Record<string, T>, key: string): Record<string, T> => {
  const { [key]: _, ...rest } = all;
  return rest;
};

export const opOf = (key: string, value: string): string => {
  const [host, name] = key.split(' ');
  return `sysctl ${host} ${name} = ${value}`;
};

/** What the range of a setting says of a value, before the server is asked. */
export function outside(s: Setting, value: string): string {
  const { low, high } = s;
  if (low === undefined || high === undefined || !/^[-\d\s]+$/.test(value)) return '';
  for (const v of value.trim().split(/\s+/).map(Number)) {
    if (v < low) return t('inspect.below', { value: v, low });
    if (v > high) return t('inspect.above', { value: v, high });
  }
  return '';
}

/** Takes what was typed; the old value takes its draft away. */
export function draft(s: Setting, key: string, value: string, now: string): void {
  refused.value = without(refused.peek(), key);
  const v = value.trim().replace(/\s+/g, ' ');
  if (v === now) {
    staged.value = without(staged.peek(), key);
    if (last.peek() === key) last.value = Object.keys(staged.peek()).pop() ?? '';
    lookAhead();
    return;
  }
  const why = v ? outside(s, v) : t('inspect.empty');
  if (why) {
    refuse(key, value, why);
    return;
  }
  staged.value = { ...staged.peek(), [key]: v };
  last.value = key;
  lookAhead();
}

function refuse(key: string, value: string, why: string): void {
  refused.value = { ...refused.peek(), [key]: { value, why } };
  staged.value = without(staged.peek(), key);
  if (last.peek() === key) last.value = Object.keys(staged.peek()).pop() ?? '';
  lookAhead();
}

/** Takes everything back. */
export function forgetDrafts(): void {
  staged.value = {};
  refused.value = {};
  last.value = '';
  lookAhead();
}

let timer: ReturnType<typeof setTimeout> | undefined;
let asked = 0;

/** Runs ahead on a fork, once nobody has typed for a moment. */
function lookAhead(): void {
  clearTimeout(timer);
  const mine = ++asked;
  const all = Object.entries(staged.peek());
  if (!all.length) {
    preview.value = { state: 'none' };
    return;
  }
  preview.value = { state: 'waiting' };
  timer = setTimeout(async () => {
    const late = setTimeout(() => {
      if (mine === asked) preview.value = { state: 'late' };
    }, PATIENCE);
    try {
      const d = await ask({ t: 'preview', branch: data.peek()?.id, ops: all.map(([k, v]) => opOf(k, v)) });
      if (mine === asked && preview.peek().state === 'waiting' && d.compare) preview.value = { state: 'here', compared: d.compare };
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      if (mine === asked) blame(e.message);
    } finally {
      clearTimeout(late);
    }
  }, QUIET);
}

/** Finds the field that a refusal is about. */
function blame(message: string): void {
  const keys = Object.keys(staged.peek());
  const key = keys.find((k) => message.includes(`${short(k.split(' ')[1])}:`)) ?? last.peek() ?? keys[0];
  if (!key) return;
  const why = message
    .slice(message.lastIndexOf(`${short(key.split(' ')[1])}:`) + 1 ? message.lastIndexOf(`${short(key.split(' ')[1])}:`) + short(key.split(' ')[1]).length + 1 : 0)
    .trim();
  refuse(key, staged.peek()[key] ?? '', why || message);
}

/** Changes the settings here and now, one intervention each. */
export async function keepFromNow(): Promise<void> {
  working.value = true;
  for (const [key, v] of Object.entries(staged.peek())) {
    try {
      await actHere(opOf(key, v));
      staged.value = without(staged.peek(), key);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      blame(e.message);
    }
  }
  last.value = '';
  lookAhead();
  working.value = false;
}

/** The same moves from the start with these settings, and both futures side by side. */
export async function replayStaged(): Promise<void> {
  const all = Object.entries(staged.peek());
  if (!all.length) return;
  working.value = true;
  const hosts = (hello.peek()?.hosts ?? []).length;
  const label = all.map(([k, v]) => `${hosts > 2 ? `${k.split(' ')[0]} ` : ''}${short(k.split(' ')[1])} = ${v}`).join(', ');
  try {
    await replayWith(
      all.map(([k, v]) => opOf(k, v)),
      label.slice(0, 60),
    );
    forgetDrafts();
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    blame(e.message);
  }
  working.value = false;
}
