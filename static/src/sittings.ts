/** One time that somebody answered the inventory. */
export interface Sitting {
  at: string; // 2026-12-01
  right: number;
  of: number;
  reasoned?: number; // right for the right reason
}

/** Those that were kept, the first one first; what cannot be read is left out. */
export function sittings(text: string | null): Sitting[] {
  try {
    const all: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(all)) return [];
    return all.filter((s): s is Sitting => typeof s?.at === 'string' && Number.isInteger(s.right) && Number.isInteger(s.of) && s.right <= s.of);
  } catch {
    return [];
  }
}
