import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { t } from '../../i18n';

type Parts = typeof import('../../later');

const parts = signal<Parts | null>(null);
const failed = signal(false);
let asking = false;
let file = '';
let tries = 0;

/** Where the file is: the page knows its address with the hash of what it holds. */
export function laterIs(address: string): void {
  file = address;
}

/** Fetches what the first Step did not need. */
export async function fetchLater(): Promise<void> {
  if (parts.peek() || asking) return;
  asking = true;
  // Some browsers remember that an address failed, so each try has one of its own.
  const again = tries++ ? `${file.includes('?') ? '&' : '?'}try=${tries}` : '';
  try {
    parts.value = await import(file + again);
  } catch {
    failed.value = true;
  }
  asking = false;
}

/** What is fetched when it is first shown; null until it is there. */
export function later(): Parts | null {
  if (!parts.value && !failed.peek()) queueMicrotask(fetchLater);
  return parts.value;
}

export const laterFailed = () => failed.value;

/** A part of the page that is fetched when it is first shown. If that fails, it says so and offers to try again. */
export function Later({ children }: { children: (m: Parts) => ComponentChildren }) {
  const m = later();
  if (m) return <>{children(m)}</>;
  return laterFailed() ? <NotFetched /> : <p class="later ref">{t('lab.loading')}</p>;
}

export function NotFetched() {
  return (
    <div class="later" role="alert">
      <p class="wrong">{t('lab.later-failed')}</p>
      <button type="button" class="small" onClick={fetchLater}>
        {t('lab.try-again')}
      </button>
    </div>
  );
}
