import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import { remember } from '../../progress';
import type { Lesson } from '../../proto';
import { compareAll } from '../compare/open';
import { setLevel } from '../inspect/causes/levels';
import { asking, busy, lesson, lessonDoc, level } from '../state';
import { order, until } from '../sync';
import { Icon } from '../ui/Icon';
import { Later } from '../ui/later';
import { shut } from '../veil/veil';
import type { LessonDoc, Step } from './doc';
import { catchFocus, go } from './go';
import { Moves } from './moves';
import { reset } from './predict';
import { Question } from './question';
import { compared } from './steer';
import { Blocks } from './text';

const shownStep = signal(-1);

export function LessonPanel() {
  const doc = lessonDoc.value;
  const at = lesson.value;
  const title = useRef<HTMLHeadingElement>(null);
  const stood = useRef(at?.step);
  useEffect(() => {
    if (stood.current !== undefined && stood.current !== at?.step) {
      catchFocus(title.current, true);
      title.current?.closest('.left')?.scrollTo({ top: 0 }); // a step begins at its top
    }
    stood.current = at?.step;
  }, [at?.step]);
  const over = at?.step === (at?.steps ?? 0) - 1 && at?.done;
  useEffect(() => {
    if (at && doc) remember(at.slug, at.step, at.steps, !!over);
  }, [at?.step, over]);
  if (!doc || !at) return <p class="ref">{t('lab.loading')}</p>;
  const step = doc.steps[at.step];
  if (shownStep.value !== at.step) {
    shownStep.value = at.step;
    reset(at.choice ?? '');
  }
  if (!step) return null;
  const last = !doc.steps.some((s, i) => i > at.step && has(s, at.level));
  const first = !doc.steps.some((s, i) => i < at.step && has(s, at.level));
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
      {first && <Blocks list={doc.summary} />}
      {first && (doc.belief || doc.needs) && <Later>{(m) => <m.Begin doc={doc} />}</Later>}
      <Blocks list={step.body} />
      {step.do && <Moves list={step.do} done={at.done} />}
      {step.ask && <Question step={step} />}
      {step.param && <Later>{(m) => <m.ParamOpener step={step} />}</Later>}
      {compared.value.length > 0 && !asking.value && (
        <button type="button" onClick={() => compareAll(compared.peek())}>
          {t('lesson.compare')}
        </button>
      )}
      {step.goal && !asking.value && <Goal goal={step.goal} done={at.done} />}
      {at.done && <Blocks list={step.after} />}
      {last && (at.done || free) && <Later>{(m) => <m.End doc={doc} />}</Later>}
      <Nav on={at.done || free} first={first} last={last} />
    </div>
  );
}

/** How far one is, and in how much detail it is told. */
function Top({ doc, at }: { doc: LessonDoc; at: Lesson }) {
  const list = doc.steps.map((s, i) => ({ s, i })).filter(({ s, i }) => has(s, at.level) || i === at.step);
  const count = { n: list.findIndex((x) => x.i === at.step) + 1, of: list.length };
  return (
    <>
      <div class="steps" role="img" aria-label={t('lab.step-of', count)}>
        {list.map(({ s, i }) => (
          <i key={s.id} class={i < at.step ? 'on' : i === at.step ? 'now' : ''} />
        ))}
      </div>
      <div class="lesson-top">
        <h3>{t('lab.step-of', count)}</h3>
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

/** Whether a step is there at a level. */
const has = (s: Step, l: string) => !s.levels?.length || s.levels.some((x) => x === l);

function Nav({ on, first, last }: { on: boolean; first: boolean; last: boolean }) {
  return (
    <div class="lesson-nav">
      <button type="button" disabled={first} onClick={() => go('prev')}>
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
  await until(cond, 4);
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
              if (lesson.peek()?.level) void order({ t: 'lesson', text: 'level', answer: l });
            }}
          />
          {t(`level.${l}`)}
        </label>
      ))}
    </fieldset>
  );
}
