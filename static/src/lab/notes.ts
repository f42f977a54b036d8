import { effect, signal } from '@preact/signals';
import { data, n } from './state';

/** What is said to the person for a moment. */
interface Note {
  text: string; // or the key of one
  tone: 'info' | 'wrong';
  holds?: () => boolean; // it goes when this is no longer so
}

export const note = signal<Note | null>(null);

const LONG = 9000; // ms

let fade: ReturnType<typeof setTimeout> | undefined;

/** Says something: until it no longer holds, else for a while. What was refused is said as long as one stays where it was. */
export function say(text: string, tone: Note['tone'] = 'info', holds = tone === 'wrong' ? stays() : undefined): void {
  note.value = { text, tone, holds };
  clearTimeout(fade);
  if (!holds) fade = setTimeout(hush, LONG);
}

export function hush(): void {
  note.value = null;
}

/** As long as the page stands where it stands now. */
export function stays(): () => boolean {
  const [b, k] = [data.peek(), n.peek()];
  return () => data.value === b && n.value === k;
}

/** As long as the page shows the branch that it shows now. */
export function onBranch(): () => boolean {
  const id = data.peek()?.id;
  return () => data.value?.id === id;
}

effect(() => {
  if (note.value?.holds?.() === false) hush();
});
