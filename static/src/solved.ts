import { keep, kept } from './kept';

// What this browser has solved, and at what price: puzzles in moves, stories in minutes.

type List = 'puzzles' | 'stories';

/** The price by what was solved. */
export function solved(list: List = 'puzzles'): Record<string, number> {
  try {
    const all: unknown = JSON.parse(kept(list) ?? '{}');
    return all && typeof all === 'object' ? (all as Record<string, number>) : {};
  } catch {
    return {};
  }
}

/** Keeps a solution, if none was better. */
export function keepSolved(id: string, price: number, list: List = 'puzzles'): void {
  const all = solved(list);
  if (all[id] !== undefined && all[id] <= price) return;
  keep(list, JSON.stringify({ ...all, [id]: price }));
}

/** Marks what is solved in a page's list. */
export function markSolved(page: ParentNode): void {
  for (const [list, what] of [
    ['puzzles', 'puzzle'],
    ['stories', 'story'],
  ] as const) {
    const all = solved(list);
    for (const li of page.querySelectorAll<HTMLElement>(`[data-${what}]`)) {
      const price = all[li.dataset[what] ?? ''];
      const mark = li.querySelector<HTMLElement>('[data-solved]');
      if (price === undefined || !mark) continue;
      mark.textContent = `✓ ${(mark.dataset.solved ?? '').replace('{n}', String(price))}`;
      mark.hidden = false;
    }
  }
}
