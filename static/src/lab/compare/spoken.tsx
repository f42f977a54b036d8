import { instant } from '../../diagram/time';
import { t } from '../../i18n';
import { rowAt } from './move';
import { type Comparison, said, times } from './state';

const MOST = 300;

/** The comparison row by row, for those who hear it, and what has just come. */
export function Spoken({ c }: { c: Comparison }) {
  const from = c.answer.part;
  const rows = from === null ? [] : times.value.filter((x) => x >= from);
  return (
    <>
      <section class="sr" aria-label={t('compare.rows')}>
        <p>{from === null ? t('compare.rows-none') : t('compare.rows-from', { time: instant(from) })}</p>
        <ol>
          {rows.slice(0, MOST).map((x) => (
            <li key={x}>
              {instant(x)}: {rowAt(x)}
            </li>
          ))}
        </ol>
        {rows.length > MOST && <p>{t('compare.rows-more', { n: rows.length - MOST })}</p>}
      </section>
      <div class="sr" role="status" aria-live="polite">
        {said.value}
      </div>
    </>
  );
}
