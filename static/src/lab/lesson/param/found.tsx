import { t } from '../../../i18n';
import { cells, edges, expected, revealed } from './state';

/** What was found, against what was expected. */
export function Found() {
  if (!revealed.value) return null;
  const list = cells.value;
  const one = edges.value.map((i) => list[i].value);
  return (
    <p class="found" role="status">
      {one.length === 0 && t('lesson.edge-none', { answer: list[0]?.answer ?? '', from: list[0]?.value ?? '', to: list[list.length - 1]?.value ?? '' })}
      {one.length > 0 && t('lesson.edge-at', { value: one.join(', ') })}
      {one.length > 0 &&
        expected.value > 0 &&
        ` ${edges.value.includes(expected.value) ? t('lesson.edge-right') : t('lesson.edge-yours', { value: list[expected.value]?.value ?? '' })}`}
    </p>
  );
}
