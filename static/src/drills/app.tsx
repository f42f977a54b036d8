import { t } from '../i18n';
import { Ended } from './ended';
import { Question } from './question';
import { reviews } from './review';
import { begin, done, drawn, due, keyOf, list, queue, row, wrong } from './state';

export function App() {
  if (queue.value.length > 0) {
    return (
      <section class="drill" aria-label={t('drills.title')}>
        <p class="ref">
          {t('drills.left', { n: queue.value.length })} · {t('drills.row', { n: row.value })}
        </p>
        {wrong.value && !drawn.value && <p class="wrong">{wrong.value}</p>}
        {drawn.value ? <Question d={drawn.value} /> : !wrong.value && <p class="ref">{t('lab.loading')}</p>}
      </section>
    );
  }
  if (Object.keys(done.value).length > 0) return <Ended />;
  return <List />;
}

/** What is due today, then every lesson's drills. */
function List() {
  const now = due();
  const known = reviews();
  return (
    <>
      <section class="card due">
        <h2>{t('drills.due')}</h2>
        {now.length > 0 ? (
          <button type="button" class="primary" onClick={() => begin(now)}>
            {t('drills.begin', { n: now.length })}
          </button>
        ) : (
          <p class="ref">{t('drills.none-due')}</p>
        )}
      </section>
      <h2>{t('drills.by-lesson')}</h2>
      <ul class="drill-list">
        {list.value.map((l) => {
          const dates = l.drills.map((id) => known[keyOf(l, id)]?.due).filter((x) => x);
          return (
            <li key={l.slug} class="card">
              <a href={`/lessons/${l.slug}`}>{l.title}</a>
              <span class="ref">{dates.length ? t('drills.next', { date: dates.sort()[0] ?? '' }) : t('drills.count', { n: l.drills.length })}</span>
              <button type="button" class="small" onClick={() => begin(l.drills.map((id) => keyOf(l, id)))}>
                {t('drills.practise')}
              </button>
            </li>
          );
        })}
      </ul>
      {!list.value.length && <p class="ref">{t('drills.nothing')}</p>}
    </>
  );
}
