import { signal } from '@preact/signals';
import { useId, useLayoutEffect } from 'preact/hooks';
import { t } from '../../../i18n';
import { narrow } from '../../phone/narrow';
import type { Ask } from '../doc';
import { guess, readNumber } from './guess';
import { Pad } from './pad';

const typed = signal('');

/** A number with its unit: what is wrong with it is said at once, where it stands. */
export function NumberField({ ask }: { ask: Ask }) {
  const id = useId();
  useLayoutEffect(() => {
    typed.value = guess.peek();
  }, [ask]);
  const set = (text: string) => {
    typed.value = text;
    guess.value = readNumber(text) === null ? '' : text.trim().replace(',', '.');
  };
  const wrong = typed.value.trim() !== '' && readNumber(typed.value) === null;
  return (
    <div class="number">
      <label for={id} class="sr">
        {t('lesson.your-number')}
      </label>
      <div class="row">
        <input
          id={id}
          class="mono big"
          inputMode={narrow.value ? 'none' : 'decimal'}
          autocomplete="off"
          maxLength={17}
          value={typed.value}
          aria-invalid={wrong}
          aria-describedby={wrong ? `${id}-wrong` : undefined}
          onInput={(e) => set(e.currentTarget.value)}
        />
        {ask.unit && <span>{t(`lesson.unit-${ask.unit}`)}</span>}
      </div>
      {wrong && (
        <p class="wrong" id={`${id}-wrong`}>
          {t('lesson.no-number', { text: typed.value })}
        </p>
      )}
      {narrow.value && <Pad value={typed.value} set={set} />}
    </div>
  );
}
