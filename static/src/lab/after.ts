import { batch, type ReadonlySignal, signal } from '@preact/signals';
import * as state from './state';

// An event is drawn first where it happens, and told about a frame later: what
// stands beside the diagram reads the place from here.

const LONG = 100; // ms: a page that nobody sees gets no frames

let due = false;
const copies: (() => void)[] = [];

const idle: (f: () => void) => unknown = globalThis.requestIdleCallback ?? setTimeout;

/** Calls back when the next frame has been drawn, and nothing that is more urgent waits. */
export function drawn(f: () => void): void {
  const once = () => {
    clearTimeout(late);
    f();
    f = () => {};
  };
  const late = setTimeout(once, LONG);
  requestAnimationFrame(() => idle(once));
}

function follow(): void {
  due = false;
  batch(() => {
    for (const copy of copies) copy();
  });
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
    else if (!due) {
      due = true;
      drawn(follow);
    }
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
