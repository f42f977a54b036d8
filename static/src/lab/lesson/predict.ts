import { computed, signal } from '@preact/signals';
import type { Predicted } from '../../proto';
import { data } from '../state';
import { pause, seek, send, until } from '../sync';
import { missing } from '../veil/veil';
import { guess, question } from './ask/guess';
import type { Step } from './doc';
import { catchFocus } from './go';
import { made, perform } from './moves';

// A question: what is picked, and what comes of locking it in.

/** What the reader would answer, as long as it is not locked in. */
export const picked = signal('');
export const outcome = signal<Predicted | null>(null);

/** There is an answer, and nothing has to be done before it is locked in. */
export const ready = computed(() => (question()?.as === 'choose' ? picked.value : guess.value) !== '' && !missing.value);

/** Another step: nothing is picked yet, or what was. */
export function reset(choice: string): void {
  picked.value = choice;
  outcome.value = null;
}

/** Locks in what is picked. */
export const lock = () => lockIn(question()?.as === 'choose' ? picked.peek() : guess.peek());

export async function lockIn(answer: string): Promise<void> {
  pause();
  const d = await send({ t: 'predict', answer });
  if (d?.predict) outcome.value = d.predict;
  requestAnimationFrame(() => catchFocus(document.querySelector<HTMLElement>('.ask h3')));
}

/** Goes to the event that decides, on the run as the lesson means it: with the step's moves made. */
export async function runTo(step: Step, k: number): Promise<void> {
  for (const [i, m] of (step.do ?? []).entries()) if (!made(i)) await perform(m);
  const b = data.peek();
  if (!b) return;
  if (k <= b.tip) {
    seek(k);
    return;
  }
  seek(b.tip);
  await until(`step >= ${k}`, 4); // an order to step makes but some hundreds
}
