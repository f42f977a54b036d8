/** What this browser keeps from one visit to the next; null: nothing, or it may not. */
export function kept(key: string): string | null {
  try {
    return globalThis.localStorage?.getItem(key) ?? null;
  } catch {
    return null; // storage is denied, as in a frame of another site
  }
}

/** Keeps a text, or forgets it, where that is allowed. */
export function keep(key: string, text: string | null): void {
  try {
    if (text === null) globalThis.localStorage?.removeItem(key);
    else globalThis.localStorage?.setItem(key, text);
  } catch {
    // It is good for this visit.
  }
}
