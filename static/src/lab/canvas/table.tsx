import { instant } from '../../diagram/time';
import { t } from '../../i18n';
import { choose } from '../act';
import { headline } from '../inspect/causes/headline';
import { rules } from '../rules';
import { eventEffects, eventTitle } from '../say';
import { data, hello, n, rev, shown } from '../state';

const ROWS = 800;

/** The same events as the diagram, as a table. */
export function EventTable() {
  void rev.value;
  const d = data.value;
  if (!d) return null;
  const hosts = hello.value?.hosts ?? [];
  const all = d.frames.filter((f) => f.n <= n.value);
  const list = all.slice(-ROWS);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached by keyboard
    <div class="events-table" tabIndex={0} role="region" aria-label={t('lab.table')}>
      {all.length > ROWS && <p class="ref">{t('lab.table-cut', { n: all.length - ROWS })}</p>}
      <table>
        <caption class="sr">{t('lab.table')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('lab.th-n')}</th>
            <th scope="col">{t('lab.th-time')}</th>
            <th scope="col">{t('lab.th-what')}</th>
            <th scope="col">{t('lab.th-effect')}</th>
            <th scope="col">{t('lab.th-why')}</th>
          </tr>
        </thead>
        <tbody>
          {list.map((f) => (
            <tr key={f.n} class={f.n === shown.value ? 'now' : ''} aria-current={f.n === shown.value ? 'true' : undefined}>
              <th scope="row">
                <button
                  type="button"
                  class="link"
                  onClick={() => {
                    choose({ key: `e${f.n}`, n: f.n });
                  }}
                >
                  {f.n}
                </button>
              </th>
              <td class="mono">{instant(f.at)}</td>
              <td>{eventTitle(f, d, hosts)}</td>
              <td>{eventEffects(f, d).join(' · ')}</td>
              <td>{rules.value[f.spans?.[headline(f)]?.rule ?? '']?.says ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
