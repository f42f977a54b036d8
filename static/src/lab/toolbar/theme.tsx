import { signal } from '@preact/signals';
import { t } from '../../i18n';
import { keep } from '../../kept';
import { Icon } from '../ui/Icon';

const theme = signal(document.documentElement.dataset.theme ?? '');

/** Light, dark, or as the system has it. */
export function ThemeButton({ named }: { named?: boolean }) {
  const now = theme.value;
  const next = now === '' ? 'light' : now === 'light' ? 'dark' : '';
  const name = (v: string) => t(`lab.theme-${v || 'auto'}`);
  return (
    <button
      type="button"
      data-command="theme"
      aria-label={t('lab.theme', { now: name(now), next: name(next) })}
      title={t('lab.theme', { now: name(now), next: name(next) })}
      onClick={() => {
        theme.value = next;
        if (next) {
          document.documentElement.dataset.theme = next;
          keep('theme', next);
        } else {
          delete document.documentElement.dataset.theme;
          keep('theme', null);
        }
      }}
    >
      <Icon name={now === 'light' ? 'sun' : now === 'dark' ? 'moon' : 'contrast'} />
      {named && name(now)}
    </button>
  );
}
