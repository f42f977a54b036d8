import { chosen, clock } from '../state';
import { order, pause } from '../sync';

/** Another step of the lesson, or back to it. */
export async function go(text: 'next' | 'prev' | 'reset' | 'return'): Promise<void> {
  pause();
  clock.value = null;
  chosen.value = null;
  await order({ t: 'lesson', text });
}

/** Focus that would be lost with the button that had it goes where reading goes on. */
export function catchFocus(el: HTMLElement | null | undefined, from = false): void {
  const has = document.activeElement;
  if (!has || has === document.body || (from && has.closest('.lesson'))) el?.focus({ preventScroll: !from });
}
