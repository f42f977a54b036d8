import { t } from '../../../i18n';
import type { Queue } from '../../../proto';
import { Value } from '../../ui/Value';
import { queueRef } from '../causes/number';

/** What one queue is to those that draw it. */
export interface Drawn {
  q: Queue;
  now: number;
}

/** The head of a queue: its name, what it holds, and its limit. */
export function Head({ q, held, unit }: { q: Queue; held: number; unit?: string }) {
  const full = q.limit > 0 && held >= q.limit;
  return (
    <div class="queue-top">
      <span>{t(`lab.queue.${q.name}`)}</span>
      <span class={`mono${full ? ' chg' : ''}`}>
        <Value of={queueRef(q)} name={t(`lab.queue.${q.name}`)} text={String(held)} />
        {q.limit > 0 && <span class="quiet"> / {q.limit}</span>}
        {unit && <span class="quiet"> {unit}</span>}
        {full && <b> · {t('lab.queue-full')}</b>}
      </span>
    </div>
  );
}

/** The same as the picture, in words and numbers. */
export function Twin({ heads, rows, more }: { heads: string[]; rows: (string | number)[][]; more: number }) {
  if (!rows.length) return null;
  return (
    <details class="changes-more">
      <summary>{t('lab.as-table')}</summary>
      <table>
        <thead>
          <tr>
            {heads.map((h) => (
              <th key={h} scope="col">
                {h}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((r, i) => (
            <tr key={i}>
              {r.map((c, k) => (
                <td key={k} class="mono">
                  {c}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p class="ref">{t('lab.queue-more', { n: more })}</p>}
    </details>
  );
}

export const ROWS = 60; // of a table
