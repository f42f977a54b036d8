import { t } from '../../../i18n';
import { n, rev } from '../../after';
import { Icon } from '../../ui/Icon';
import { Value, Values } from '../../ui/Value';
import { current, place, watch, watches } from './number';

/** The numbers that somebody pinned, above every tab. */
export function Watches() {
  void rev.value;
  void n.value;
  if (!watches.value.length) return null;
  return (
    <Values class="watches">
      <h3 class="sr">{t('why.watches')}</h3>
      <ul>
        {watches.value.map((w) => (
          <li key={JSON.stringify(w.of)}>
            <span>
              {place(w.of)} <span class="mono">{w.name}</span>
            </span>
            <Value of={w.of} name={w.name} text={current(w.of) || t('why.gone')} />
            <button type="button" class="icon" onClick={() => watch(w.of, w.name)} aria-label={t('why.unpin', { name: w.name })}>
              <Icon name="x" />
            </button>
          </li>
        ))}
      </ul>
    </Values>
  );
}
