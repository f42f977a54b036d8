import { effect, signal } from '@preact/signals';
import { asking, bar } from '../state';

// Below 900 pixels the diagram has the page, and everything else stands in one sheet under it.

const query = globalThis.matchMedia?.('(max-width: 899px)'); // unit tests have no window

/** The page is too narrow for columns. */
export const narrow = signal(query?.matches ?? false);
query?.addEventListener('change', (e) => {
  narrow.value = e.matches;
});

/** What the sheet shows when no segment is chosen. */
export type Pane = 'lesson' | 'inspect';
export const pane = signal<Pane>('lesson');

/** How high the sheet is: a strip, 30 %, 60 % of the page, or all of it. */
export const stops = [0, 30, 60, 100] as const;
export const stop = signal(1);

/** The sheet shows the segment that was chosen, until it is let go. */
export const segmentShown = () => narrow.value && bar.value !== null;

/** Opens a pane, and the sheet at least so far. */
export function show(to: Pane, least = 1): void {
  pane.value = to;
  stop.value = Math.max(stop.peek(), least);
}

// A question is never out of sight, and a chosen segment is not hidden by its own list.
effect(() => {
  if (asking.value) show('lesson');
});
effect(() => {
  if (bar.value && narrow.peek() && stop.peek() !== 1) stop.value = 1;
});
