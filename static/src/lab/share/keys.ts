// The keys of the sessions that this browser made. Where a page may store nothing,
// as in some frames, the key of its own session stays in the tab's history: it
// survives a reload and is in no address.

const NAME = 'wirestep.keys';
const MOST = 400; // the oldest go first

type Entry = [id: string, key: string];

function stored(): Entry[] {
  try {
    const all = JSON.parse(localStorage.getItem(NAME) ?? '[]');
    return Array.isArray(all) ? all.filter((e) => Array.isArray(e) && e.length === 2) : [];
  } catch {
    return [];
  }
}

interface Kept {
  id?: string;
  own?: string;
  back?: string;
}

const kept = (): Kept => (history.state as Kept | null) ?? {};

/** Puts an address into the bar that shows no key, and keeps the key. */
export function keep(id: string, key: string, address: string, back = ''): void {
  const state: Kept = back ? { id, back } : { id };
  try {
    const all = stored().filter((e) => e[0] !== id);
    localStorage.setItem(NAME, JSON.stringify([...all, [id, key]].slice(-MOST)));
  } catch {
    state.own = key;
  }
  history.replaceState(state, '', address);
}

/** The owner's key of a session, if this browser made it. */
export function keyOf(id: string): string {
  const { id: at, own } = kept();
  return stored().find((e) => e[0] === id)?.[1] ?? (at === id ? (own ?? '') : '');
}

export function forget(id: string): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(stored().filter((e) => e[0] !== id)));
  } catch {
    // nothing was stored
  }
  history.replaceState(null, '');
}

/** Where the page goes that was left to try something in a copy. */
export function backTo(): string {
  const { back } = kept();
  return back?.startsWith('/lab/') ? back : '';
}
