const DEEP = 5; // levels of plain values in what a part is drawn from

/** Whether two values say the same: plain ones by what is in them, all others by being the same. */
export function same(a: unknown, b: unknown, deep = DEEP): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || deep === 0) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i], deep - 1)) return false;
    return true;
  }
  if (Object.getPrototypeOf(a) !== Object.prototype || Object.getPrototypeOf(b) !== Object.prototype) return false;
  const [p, q] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const k in p) if (!same(p[k], q[k], deep - 1)) return false;
  for (const k in q) if (!(k in p)) return false;
  return true;
}
