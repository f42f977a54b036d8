import { computed, signal } from '@preact/signals';
import { t } from '../../i18n';
import type { Frame, People, Person } from '../../proto';
import { hello } from '../state';

/** Who is here, and which links hold. */
export const people = signal<People>({ t: 'people', people: [], shared: [] });

/** How many are lost where the session stands: only the owner hears of it. */
export const lost = signal(0);

/** What somebody else did last: shown for a moment. */
export const moved = signal('');

export const role = computed(() => hello.value?.role ?? 'owner');
export const follows = computed(() => role.value === 'follower');

export const isMe = (p: { n: number }) => p.n === (hello.value?.person ?? 0);

/** What a person is called: the name given, else by the order in which they came. */
export function nameOf(n: number): string {
  const p = people.value.people.find((x) => x.n === n);
  return p?.name || (n === 0 ? t('who.owner') : t('share.guest', { n }));
}

export function roleName(p: Person): string {
  return t(`share.role-${p.role}`);
}

let fade: ReturnType<typeof setTimeout> | undefined;
let lastPlace = '';

/** Somebody moved the session; what this page did itself is not told. */
export function noteMove(m: { branch: number; n: number; by?: number; did?: string }): void {
  const place = `${m.branch}.${m.n}`;
  const before = lastPlace;
  lastPlace = place;
  if (!m.did || !before || before === place || isMe({ n: m.by ?? 0 })) return;
  moved.value = t(`share.did-${m.did}`, { who: nameOf(m.by ?? 0), n: m.n });
  clearTimeout(fade);
  fade = setTimeout(() => {
    moved.value = '';
  }, 6000);
}

/** Frames name the owner "you" and guests by number: here as this page sees them. */
export function asSeenHere(frames: Frame[]): Frame[] {
  const me = hello.peek()?.person ?? 0;
  for (const f of frames) {
    if (f.by === `guest ${me}`) f.by = 'you';
    else if (f.by === 'you' && role.peek() !== 'owner') f.by = 'owner';
  }
  return frames;
}
