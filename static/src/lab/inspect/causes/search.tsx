import { useState } from 'preact/hooks';
import { instant } from '../../../diagram/time';
import { t } from '../../../i18n';
import type { Search as Found, Place } from '../../../proto';
import { branches, data, dialog } from '../../state';
import { Refused } from '../../stream';
import { ask, order } from '../../sync';
import { Modal } from '../../ui/Modal';
import { causeText, goTo } from './words';

const examples = ['client.cwnd < client.ssthresh and client.limited == "rwnd"', 'server.state == CLOSE_WAIT', 'client.retransmits > 0', 'drop'];

/** Finds where something was the case, in the past and on every branch. */
export function Search() {
  const [cond, setCond] = useState('');
  const [found, setFound] = useState<Found | null>(null);
  const [wrong, setWrong] = useState('');
  const run = async (text: string) => {
    setCond(text);
    setWrong('');
    try {
      setFound((await ask({ t: 'search', cond: text })).search ?? null);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      setFound(null);
      setWrong(e.message);
    }
  };
  return (
    <Modal title={t('find.title')}>
      <form
        class="search"
        onSubmit={(e) => {
          e.preventDefault();
          void run(cond);
        }}
      >
        <p>{t('find.lead')}</p>
        <p class="row">
          <input class="mono" autofocus value={cond} aria-label={t('find.cond')} aria-invalid={wrong !== ''} onInput={(e) => setCond(e.currentTarget.value)} />
          <button type="submit" class="primary" disabled={!cond.trim()}>
            {t('find.run')}
          </button>
        </p>
        {!found && (
          <ul class="examples">
            {examples.map((x) => (
              <li key={x}>
                <button type="button" class="link mono" onClick={() => void run(x)}>
                  {x}
                </button>
              </li>
            ))}
          </ul>
        )}
        <div role="status">
          {wrong && <p class="wrong">{wrong}</p>}
          {found && <p class="ref">{t(found.places.length ? 'find.found' : 'find.none', { n: found.places.length, events: found.searched })}</p>}
          {found?.more && <p class="ref">{t('find.more')}</p>}
        </div>
        <Places list={found?.places ?? []} />
      </form>
    </Modal>
  );
}

/** Each place a way there, on whatever branch it is. */
function Places({ list }: { list: Place[] }) {
  const label = (id: number) => branches.value.find((b) => b.id === id)?.label || t('find.branch', { n: id });
  const go = async (p: Place) => {
    dialog.value = '';
    if (p.branch !== data.peek()?.id) await order({ t: 'branch', branch: p.branch, n: p.cause.n });
    goTo(p.cause.n);
  };
  return (
    <ol class="chain">
      {list.map((p) => (
        <li key={`${p.branch}.${p.cause.n}`}>
          <button type="button" class="link" onClick={() => void go(p)}>
            <b>{p.cause.n}</b>
            <span>
              {branches.value.length > 1 && <span class="ref">{label(p.branch)} · </span>}
              {causeText(p.cause)}
            </span>
          </button>
          <span class="mono at">{instant(p.cause.at)}</span>
        </li>
      ))}
    </ol>
  );
}
