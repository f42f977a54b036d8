import { effect, signal } from '@preact/signals';
import type { Why } from '../../../proto';
import { data, shown } from '../../after';
import { playing } from '../../state';
import { ask } from '../../sync';

/** How the event that the inspector shows came about; null while it is asked. */
export const told = signal<Why | null>(null);

const AGAIN = 12; // times that an answer with open ends is asked for once more

let asked = 0;

/** Asks as long as the panel is open; returns how to stop. */
export function follow(): () => void {
  return effect(() => {
    const branch = data.value?.id;
    const k = shown.value;
    if (branch === undefined || playing.value) return;
    void load(branch, k, ++asked);
  });
}

async function load(branch: number, k: number, mine: number): Promise<void> {
  if (told.peek()?.n !== k || told.peek()?.branch !== branch) told.value = null;
  try {
    for (let i = 0; i < AGAIN; i++) {
      const d = await ask({ t: 'why', branch, n: k });
      if (mine !== asked || !d.why) return;
      told.value = d.why;
      if (!d.why.unchecked) return;
    }
  } catch {
    // Refused, or the page is going: the panel shows what the frame says.
  }
}
