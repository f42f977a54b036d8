import { t } from '../i18n';
import { calendar, reviews } from './review';
import { begin, done, list } from './state';

/** After a sitting: what it showed, and when each comes back. */
export function Ended() {
  const known = reviews();
  const keys = Object.keys(done.value);
  const titleOf = (k: string) => list.value.find((l) => k.startsWith(`${l.slug}/`))?.title ?? k;
  const again = keys.filter((k) => done.value[k].right < done.value[k].of);
  return (
    <section class="card the-end" role="status">
      <h2>{t('drills.ended')}</h2>
      <ul class="drill-list">
        {keys.map((k) => (
          <li key={k} class="card">
            <b>
              {done.value[k].right === done.value[k].of ? '✓' : '↔'} {titleOf(k)} · {k.split('/')[1]}
            </b>
            <span>{t('drills.score', { right: done.value[k].right, of: done.value[k].of })}</span>
            <span class="ref">{t('drills.next', { date: known[k]?.due ?? '' })}</span>
          </li>
        ))}
      </ul>
      <p class="row wrap">
        {again.length > 0 && (
          <button type="button" onClick={() => begin(again)}>
            {t('drills.again')}
          </button>
        )}
        <button
          type="button"
          onClick={() =>
            save(
              'wirestep.ics',
              calendar(
                keys.map((k) => ({ title: `Wirestep: ${titleOf(k)}`, due: known[k]?.due ?? '' })).filter((x) => x.due),
                `${location.origin}/drills`,
              ),
            )
          }
        >
          {t('drills.calendar')}
        </button>
        <a class="button" href="/drills">
          {t('drills.all')}
        </a>
      </p>
      <p class="ref">{t('drills.kept')}</p>
    </section>
  );
}

function save(name: string, text: string): void {
  const a = document.createElement('a');
  a.href = URL.createObjectURL(new Blob([text], { type: 'text/calendar' }));
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 1000);
}
