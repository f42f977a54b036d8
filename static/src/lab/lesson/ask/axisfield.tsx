import { signal } from '@preact/signals';
import { useId, useLayoutEffect } from 'preact/hooks';
import { t } from '../../../i18n';
import type { Ask } from '../doc';
import { guess, readTime, spellTime } from './guess';

const typed = signal('');

/** The place on the time axis as a number: the same value as the mark in the diagram. */
export function AxisField({ ask }: { ask: Ask }) {
  const id = useId();
  useLayoutEffect(() => {
    typed.value = guess.value === 'never' ? '' : guess.value.replace(/s$/, '');
  }, [guess.value]);
  const end = ask.endNano ?? 0;
  const at = readTime(typed.value);
  const wrong = typed.value.trim() !== '' && (at === null || at > end);
  return (
    <div class="number">
      <p class="ref">{t('lesson.axis-lead')}</p>
      <div class="row wrap">
        <label for={id} class="sr">
          {t('lesson.your-time')}
        </label>
        <input
          id={id}
          class="mono big"
          inputMode="decimal"
          autocomplete="off"
          maxLength={12}
          value={typed.value}
          aria-invalid={wrong}
          onInput={(e) => {
            typed.value = e.currentTarget.value;
            const ns = readTime(typed.value);
            guess.value = ns === null || ns > end ? '' : spellTime(ns);
          }}
          onKeyDown={(e) => {
            const by = { ArrowUp: -1, ArrowDown: 1 }[e.key];
            if (!by) return;
            e.preventDefault();
            nudge(ask, by * (e.shiftKey ? 10 : 1));
          }}
        />
        <span>{t('lesson.unit-s')}</span>
        <button
          type="button"
          class="small"
          aria-pressed={guess.value === 'never'}
          onClick={() => {
            guess.value = 'never';
          }}
        >
          {t('lesson.never')}
        </button>
      </div>
      {wrong && <p class="wrong">{at === null ? t('lesson.no-number', { text: typed.value }) : t('lesson.axis-ends', { end: spellTime(end) })}</p>}
      <p class="ref">
        <kbd>↑</kbd> <kbd>↓</kbd> {spellTime(tickOf(ask))} · <kbd>⇧</kbd> {spellTime(10 * tickOf(ask))} · <kbd>Enter</kbd> {t('lab.lock-in')}
      </p>
    </div>
  );
}

export const tickOf = (ask: Ask): number => ask.tickNano || (ask.endNano ?? 1e9) / 60;

/** Where the mark stands: in the middle of the axis, until it is moved. */
export function placeOf(ask: Ask): number {
  return readTime(guess.value) ?? (ask.endNano ?? 0) / 2;
}

/** Moves the mark by so many ticks. */
export function nudge(ask: Ask, ticks: number): void {
  put(ask, placeOf(ask) + ticks * tickOf(ask));
}

/** Puts the mark at an instant, on a tick. */
export function put(ask: Ask, ns: number): void {
  const tick = tickOf(ask);
  guess.value = spellTime(Math.max(0, Math.min(ask.endNano ?? ns, Math.round(ns / tick) * tick)));
}
