import { keep, kept } from './kept';
import { type Sitting, sittings } from './sittings';

// The page of the inventory: how one did the first time, and how one does now.

function main(): void {
  // Who has said whether it is so is asked why.
  document.querySelector('ol.inventory')?.addEventListener('change', (e) => {
    const why = (e.target as HTMLElement).closest('.inventory-answers')?.parentElement?.querySelector('details');
    if (why) why.open = true;
  });
  const all = sittings(kept('inventory'));
  const result = document.querySelector<HTMLElement>('[data-inventory]');
  if (!result) {
    const before = document.querySelector<HTMLElement>('[data-before]');
    const last = all.at(-1);
    if (!before || !last) return;
    before.textContent = say(before.dataset.before ?? '', last);
    before.hidden = false;
    return;
  }
  const [right, of, reasoned] = (result.dataset.inventory ?? '').split('/').map(Number);
  const now: Sitting = { at: new Date().toISOString().slice(0, 10), right, of, reasoned };
  const first = all[0];
  keep('inventory', JSON.stringify([...all, now].slice(-20)));
  result.querySelector<HTMLElement>('h2')?.focus();
  const compare = result.querySelector<HTMLElement>('[data-compare]');
  if (!compare || !first) return;
  compare.textContent = say(compare.dataset.compare ?? '', first);
  compare.hidden = false;
}

const say = (text: string, s: Sitting) => text.replace('%date', s.at).replace('%right', String(s.right)).replace('%of', String(s.of));

main();
