import { batch, type ReadonlySignal, signal } from '@preact/signals';
import * as state from './state';

// An event is drawn first where it happens, and told about a frame later: what
// stands beside the diagram reads the place from here.

const LONG = 100; // ms: a page that nobody sees gets no frames
const SOON = 20; // ms after the frame: while the view scrolls the browser is never idle, and the next key must not find this still to do
const MOST = 250; // ms: so long what stands beside may wait while one event follows another

let since = 0; // when the first of what is not told yet changed
let cancel = () => {};
const copies: (() => void)[] = [];

const idle = (f: () => void): unknown => ('requestIdleCallback' in globalThis ? requestIdleCallback(f, { timeout: SOON }) : setTimeout(f));

/** Calls back when the next frame has been drawn and nothing more urgent waits, soon in any case. Returns what takes that back. */
export function drawn(f: () => void): () => void {
  const stop = () => {
    clearTimeout(late);
    f = () => {};
  };
  const once = () => {
    const call = f;
    stop();
    call();
  };
  const late = setTimeout(once, LONG);
  requestAnimationFrame(() => idle(once));
  return stop;
}

function follow(): void {
  since = 0;
  batch(() => {
    for (const copy of copies) copy();
  });
}

/** What changes while an earlier change waits has to be drawn first, too. */
function ask(): void {
  const at = performance.now();
  since ||= at;
  if (at - since > MOST) return;
  cancel();
  cancel = drawn(follow);
}

/** A signal that follows another one as soon as the frame is drawn in which it changed. */
export function after<T>(s: ReadonlySignal<T>): ReadonlySignal<T> {
  const out = signal(s.peek());
  const copy = () => {
    out.value = s.peek();
  };
  copies.push(copy);
  s.subscribe((v) => {
    if (v === out.peek()) return;
    if (s === state.data)
      follow(); // another run, or what was kept back: nothing of the one before is shown beside it
    else ask();
  });
  return out;
}

export const data = after(state.data);
export const n = after(state.n);
export const rev = after(state.rev);
export const now = after(state.now);
export const next = after(state.next);
export const shown = after(state.shown);
export const range = after(state.time.range);
