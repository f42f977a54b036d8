/** Something that wants to be said beside a lifeline. */
export interface Claim<T> {
  y: number; // where it would be best
  lines: number;
  own: boolean; // it is always said
  what: T;
}

export interface Said<T> {
  y: number; // the middle of its first line
  what: T | null; // null: so many found no room
  left: T[];
}

export const LINE = 16;
const DRIFT = 150; // pixels: a label further away is looked for in vain

/**
 * Solved from the top down: each as near as possible to its place and one line
 * apart. What would stand too far away is left out and counted.
 */
export function solve<T>(claims: Claim<T>[]): Said<T>[] {
  const sorted = [...claims].sort((a, b) => a.y - b.y);
  const out: Said<T>[] = [];
  let free = Number.NEGATIVE_INFINITY;
  let left: T[] = [];
  const count = () => {
    if (!left.length) return;
    out.push({ y: free, what: null, left });
    free += LINE;
    left = [];
  };
  for (const c of sorted) {
    if (left.length && c.y > free + LINE) count();
    const y = Math.max(c.y, free);
    if (!c.own && (y - c.y > DRIFT || (left.length > 0 && y > c.y))) {
      left.push(c.what);
      continue;
    }
    if (left.length) {
      count();
      out.push({ y: Math.max(c.y, free), what: c.what, left: [] });
      free = Math.max(c.y, free) + c.lines * LINE;
      continue;
    }
    out.push({ y, what: c.what, left: [] });
    free = y + c.lines * LINE;
  }
  count();
  return out;
}
