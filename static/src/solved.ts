import { keep, kept } from './kept';

// Which puzzles this browser has solved, and with how many moves.

const KEY = 'puzzles';

/** Moves by puzzle. */
export function solved(): Record<string, number> {
  try {
    const all: unknown = JSON.parse(kept(KEY) ?? '{}');
    return all && typeof all === 'object' ? (all as Record<string, number>) : {};
  } catch {
    return {};
  }
}

/** Keeps a solution, if none was better. */
export function keepSolved(id: string, moves: number): void {
  const all = solved();
  if (all[id] !== undefined && all[id] <= moves) return;
  keep(KEY, JSON.stringify({ ...all, [id]: moves }));
}

/** Marks those solved in a list of puzzles. */
export function markSolved(list: Iterable<HTMLElement>): void {
  const all = solved();
  for (const li of list) {
    const moves = all[li.dataset.puzzle ?? ''];
    const mark = li.querySelector<HTMLElement>('[data-solved]');
    if (moves === undefined || !mark) continue;
    mark.textContent = `✓ ${(mark.dataset.solved ?? '').replace('{n}', String(moves))}`;
    mark.hidden = false;
  }
}
