import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { lang, t } from '../../i18n';
import { progress } from '../../progress';
import { lessonDoc } from '../state';
import { Icon } from '../ui/Icon';
import type { LessonDoc } from './doc';
import { Blocks } from './text';

/** A lesson as lists have it. */
export interface Listed {
  slug: string;
  title: string;
  chapter: string;
  minutes: number;
  needs: string[];
  drills: number;
}

const all = signal<Listed[] | null>(null);

/** Every lesson, in the order in which they are read; fetched once. */
function useLessons(): Listed[] {
  useEffect(() => {
    if (all.peek()) return;
    fetch(`/api/lessons?lang=${lang.peek()}`)
      .then((r) => (r.ok ? r.json() : []))
      .then((list) => {
        all.value = list;
      })
      .catch(() => undefined);
  }, []);
  return all.value ?? [];
}

/** Before the first step: what to know, what is said about it, what one can say afterwards. */
export function Begin({ doc }: { doc: LessonDoc }) {
  const list = useLessons();
  const known = progress();
  const needs = (doc.needs ?? []).filter((s) => !known[s]?.done).map((s) => list.find((l) => l.slug === s));
  return (
    <>
      {needs.some((x) => x) && (
        <p class="card needs">
          {t('lesson.needs')}{' '}
          {needs
            .filter((l) => l !== undefined)
            .map((l, i) => [i ? ' · ' : '', <a key={l.slug} href={`/lessons/${l.slug}`}>{`${l.title} (${t('home.minutes', { n: l.minutes })})`}</a>])}
        </p>
      )}
      {doc.belief && (
        <section class="card belief">
          <h3>{t('lesson.belief')}</h3>
          <blockquote>
            <Blocks list={doc.belief} />
          </blockquote>
        </section>
      )}
    </>
  );
}

/** After the last step: the belief again, what one can say now, drills, and the lesson to go on with. */
export function End({ doc }: { doc: LessonDoc }) {
  const list = useLessons();
  const known = progress();
  const i = list.findIndex((l) => l.slug === doc.slug);
  const next = list.slice(i + 1).find((l) => !known[l.slug]?.done) ?? list[i + 1];
  return (
    <section class="card the-end" role="status">
      <h3>
        <Icon name="check" /> {t('lab.lesson-end')}
      </h3>
      {doc.belief && (
        <>
          <h4>{t('lesson.belief')}</h4>
          <blockquote class="struck">
            <Blocks list={doc.belief} />
          </blockquote>
        </>
      )}
      {doc.afterwards && (
        <>
          <h4>{t('lesson.afterwards')}</h4>
          <Blocks list={doc.afterwards} />
        </>
      )}
      {(doc.drills?.length ?? 0) > 0 && (
        <p>
          <a class="button primary" href={`/drills?lesson=${doc.slug}`}>
            {t('lesson.drills', { n: doc.drills?.length ?? 0 })}
          </a>
        </p>
      )}
      {next && next.slug !== lessonDoc.value?.slug && (
        <p>
          <a class="button" href={`/lessons/${next.slug}`}>
            {t('lesson.next', { title: next.title })}
          </a>
        </p>
      )}
    </section>
  );
}
