import { signal } from '@preact/signals';

/** What is said to the person for a moment: a text, or the key of one. */
export const note = signal<{ text: string; tone: 'info' | 'wrong' } | null>(null);

let fade: ReturnType<typeof setTimeout> | undefined;
export function say(text: string, tone: 'info' | 'wrong' = 'info'): void {
  note.value = { text, tone };
  clearTimeout(fade);
  fade = setTimeout(() => {
    note.value = null;
  }, 9000);
}
