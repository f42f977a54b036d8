import { signal } from '@preact/signals';

type Later = typeof import('../../later');

const loaded = signal<Later | null>(null);
let asked = false;

/** What is fetched when it is first shown; null until it is there. */
export function later(): Later | null {
  if (!asked) {
    asked = true;
    import('../../later').then(
      (m) => {
        loaded.value = m;
      },
      () => {
        asked = false; // the next look asks again
      },
    );
  }
  return loaded.value;
}
