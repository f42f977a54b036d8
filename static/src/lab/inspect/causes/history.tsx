import { useEffect, useState } from 'preact/hooks';
import { instant } from '../../../diagram/time';
import { t } from '../../../i18n';
import type { History as Told } from '../../../proto';
import { data, shown } from '../../state';
import { ask } from '../../sync';
import { lengthText } from './length';
import { current, place, type Ref, read, watch, watched } from './number';
import { causeText, goTo } from './words';

interface Props {
  of: Ref;
  name: string;
  n?: number;
  close: () => void;
  under?: 'h2'; // the level of its heading, where it stands under no other
}

/** Which events set a number, the latest first, each a way to why it did. */
export function History({ of, name, n, close, under }: Props) {
  const Head = under ?? 'h4';
  const entry = of.fields?.length === 0; // a place in a queue: it has no value
  const [told, setTold] = useState<Told | null>(null);
  useEffect(() => {
    let here = true;
    ask({ t: 'history', branch: data.peek()?.id, n: n ?? shown.peek(), number: of })
      .then((d) => here && setTold(d.history ?? null))
      .catch(() => here && close());
    return () => {
      here = false;
    };
  }, []);
  return (
    <>
      <Head class="history-of" tabIndex={-1}>
        {name} <span class="ref">{place(of)}</span>
      </Head>
      {told?.changes.length === 0 && (
        <p class="history-none">{entry ? t('why.history-no-entry') : t(of.sysctl ? 'why.history-none-sysctl' : 'why.history-none', { value: current(of) })}</p>
      )}
      {told && told.changes.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t('why.history-when')}</th>
              <th scope="col">{t('why.history-change')}</th>
              <th scope="col">{t('why.history-by')}</th>
            </tr>
          </thead>
          <tbody>
            {told.changes.map((c) => (
              <tr key={`${c.cause.n}.${c.field}`}>
                <td class="mono">{instant(c.cause.at)}</td>
                <td class="mono">
                  {of.sysctl ? `${c.was} → ` : c.made ? '' : `${read(of, c.old, c.field, c.cause.at)} → `}
                  <b class="chg">{of.sysctl ? c.is : entry ? t('why.history-entered') : read(of, c.new, c.field, c.cause.at)}</b>
                </td>
                <td>
                  <button
                    type="button"
                    class="link"
                    onClick={() => {
                      close();
                      goTo(c.cause.n);
                    }}
                  >
                    <b>{c.cause.n}</b> {causeText(c.cause)}
                  </button>
                  {c.length && <p class="ref">{lengthText(c.length)}</p>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {told?.more && <p class="ref">{t('why.history-more')}</p>}
      {!entry && (
        <button type="button" class="small pin" aria-pressed={watched(of)} onClick={() => watch(of, name)}>
          {t(watched(of) ? 'why.pinned' : 'why.pin')} <kbd>P</kbd>
        </button>
      )}
    </>
  );
}
