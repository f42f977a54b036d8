import { instant } from '../../diagram/time';
import { t } from '../../i18n';
import type { Spot } from './drawn';
import { pick } from './useGestures';

const ROWS = 200;

/** What a chart shows now, each a way to choose it. */
export function SpotTable({ list, caption }: { list: Spot[]; caption: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached by keyboard
    <div class="ts-table" tabIndex={0} role="region" aria-label={t('chart.table')}>
      {list.length > ROWS && <p class="ref">{t('chart.cut', { n: ROWS, of: list.length })}</p>}
      <table>
        <caption class="sr">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t('lab.th-n')}</th>
            <th scope="col">{t('lab.th-time')}</th>
            <th scope="col">{t('chart.th-mark')}</th>
          </tr>
        </thead>
        <tbody>
          {list.slice(0, ROWS).map((s, i) => (
            <tr key={`${s.n}.${s.item.key}.${i}`}>
              <th scope="row">
                <button type="button" class="link" onClick={() => pick(s)}>
                  {s.n}
                </button>
              </th>
              <td class="mono">{instant(s.at)}</td>
              <td class="mono">{s.says}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
