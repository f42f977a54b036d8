import { t } from '../../../i18n';

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '.', '0', '⌫'];

/** Keys of a size for thumbs. */
export function Pad({ value, set }: { value: string; set: (text: string) => void }) {
  return (
    <div class="pad" role="group" aria-label={t('lesson.pad')}>
      {keys.map((k) => (
        <button key={k} type="button" aria-label={k === '⌫' ? t('lesson.delete') : k} onClick={() => set(k === '⌫' ? value.slice(0, -1) : (value + k).slice(0, 17))}>
          {k}
        </button>
      ))}
    </div>
  );
}
