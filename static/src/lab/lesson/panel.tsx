import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import type { Lesson } from '../../proto';
import { setLevel } from '../inspect/causes/levels';
import { asking, busy, lesson, lessonDoc, level } from '../state';
import { until } from '../sync';
import { Icon } from '../ui/Icon';
import { shut } from '../veil/veil';
import type { LessonDoc, Step } from './doc';
import { catchFocus, go } from './go';
import { Moves } from './moves';
import { Question, reset } from './question';
import { Blocks } from './text';

const shownStep = signal(-1);

export function LessonPanel() {
  const doc = lessonDoc.value;
  const at = lesson.value;
  const title = useRef<HTMLHeadingElement>(null);
  const stood = useRef(at?.step);
  useEffect(() => {
    if (stood.current !== undefined && stood.current !== at?.step) catchFocus(title.current, true);
    stood.current = at?.step;
  }, [at?.step]);
  if (!doc || !at) return <p class="ref">{t('lab.loading')}</p>;
  const step = doc.steps[at.step];
  if (shownStep.value !== at.step) {
    shownStep.value = at.step;
    reset(at.choice ?? '');
  }
  if (!step) return null;
  const last = at.step === at.steps - 1;
  const free = !step.goal && !step.do && !step.ask; // nothing is asked of the reader
  return (
    <div class="lesson">
      <h2 class="sr">{t('lab.lesson')}</h2>
      <Top doc={doc} at={at} />
      <h2 ref={title} tabIndex={-1}>
        {step.title}
      </h2>
      {at.away && (
        <div class="away card" role="status">
          <p>{t('lab.away')}</p>
          <button type="button" onClick={() => go('return')}>
            {t('lab.return')}
          </button>
        </div>
      )}
      {at.step === 0 && <Blocks list={doc.summary} />}
      <Blocks list={step.body} />
      {step.do && <Moves list={step.do} done={at.done} />}
      {step.ask && <Question step={step} />}
      {step.goal && !asking.value && <Goal goal={step.goal} done={at.done} />}
      {at.done && <Blocks list={step.after} />}
      {last && (at.done || free) && (
        <p class="card goal done the-end" role="status">
          <Icon name="check" /> {t('lab.lesson-end')}
        </p>
      )}
      <Nav at={at} on={at.done || free} last={last} />
    </div>
  );
}

/** How far one is, and in how much detail it is told. */
function Top({ doc, at }: { doc: LessonDoc; at: Lesson }) {
  return (
    <>
      <div class="steps" role="img" aria-label={t('lab.step-of', { n: at.step + 1, of: at.steps })}>
        {doc.steps.map((s, i) => (
          <i key={s.id} class={i < at.step ? 'on' : i === at.step ? 'now' : ''} />
        ))}
      </div>
      <div class="lesson-top">
        <h3>{t('lab.step-of', { n: at.step + 1, of: at.steps })}</h3>
        <LevelDial />
      </div>
    </>
  );
}

function Goal({ goal, done }: { goal: NonNullable<Step['goal']>; done: boolean }) {
  return (
    <div class={`card goal${done ? ' done' : ''}`}>
      <h3 tabIndex={-1}>
        {done && <Icon name="check" />}
        {done ? t('lab.goal-done') : t('lab.goal')}
      </h3>
      <Blocks list={goal.text} />
      {!done && (
        <>
          <button type="button" disabled={busy.value || !!shut.value} onClick={() => reach(goal.cond)}>
            {t('lab.goal-run')}
          </button>
          {shut.value && <p class="ref">{shut.value}</p>}
        </>
      )}
    </div>
  );
}

function Nav({ at, on, last }: { at: Lesson; on: boolean; last: boolean }) {
  return (
    <div class="lesson-nav">
      <button type="button" disabled={at.step === 0} onClick={() => go('prev')}>
        <Icon name="left" />
        {t('lab.prev-step')}
      </button>
      {!last ? (
        <button type="button" class={on ? 'primary' : ''} title={on ? undefined : t('lesson.next-does')} onClick={() => go('next')}>
          {t(on ? 'lab.next-step' : 'lesson.do-and-next')}
          <Icon name="right" />
        </button>
      ) : (
        <a class="button primary" href="/">
          {t('lab.more-lessons')}
        </a>
      )}
    </div>
  );
}

async function reach(cond: string): Promise<void> {
  await until(cond);
  requestAnimationFrame(() => catchFocus(document.querySelector<HTMLElement>('.goal h3')));
}

function LevelDial() {
  return (
    <fieldset class="dial">
      <legend class="sr">{t('lab.level')}</legend>
      {(['story', 'student', 'engineer'] as const).map((l) => (
        <label key={l} class={level.value === l ? 'on' : ''}>
          <input
            type="radio"
            name="level"
            class="sr"
            checked={level.value === l}
            onChange={() => {
              setLevel(l);
            }}
          />
          {t(`level.${l}`)}
        </label>
      ))}
    </fieldset>
  );
}
