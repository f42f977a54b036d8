import { useEffect } from 'preact/hooks';
import { t } from '../../../i18n';
import { busy, lesson } from '../../state';
import { missing, plain } from '../../veil/veil';
import type { Ask as Doc, Step } from '../doc';
import { lockIn } from '../predict';
import { Blocks } from '../text';
import { AxisField } from './axisfield';
import { CauseList } from './cause';
import { guess } from './guess';
import { Hints } from './hints';
import { NumberField } from './number';
import { OrderList } from './order';
import { SegmentList } from './segmentlist';
import { Decided, Tried } from './verdict';

/** A question whose answer is made, not chosen. */
export function Ask({ step, ask }: { step: Step; ask: Doc }) {
  const at = lesson.value;
  useLock(ask);
  if (!at) return null;
  if (at.asked) return <Decided step={step} ask={ask} />;
  const left = ask.tries - (at.tried?.length ?? 0);
  return (
    <section class="card ask built" aria-label={t('lab.predict')}>
      <h3 tabIndex={-1}>{t('lab.predict')}</h3>
      <Blocks list={ask.text} />
      <Field ask={ask} />
      <Tried ask={ask} />
      {missing.value && <p class="ref">{t('veil.first', { what: plain(missing.value) })}</p>}
      <div class="row wrap">
        {ask.as !== 'cause' && (
          <button type="button" class="primary" disabled={!guess.value || !!missing.value || busy.value} onClick={() => lockIn(guess.peek())}>
            {t('lab.lock-in')}
          </button>
        )}
        {left > 1 && <span class="ref">{t('lesson.tries', { n: left })}</span>}
      </div>
      <Hints step={step} />
    </section>
  );
}

function Field({ ask }: { ask: Doc }) {
  switch (ask.as) {
    case 'number':
      return <NumberField ask={ask} />;
    case 'axis':
      return <AxisField ask={ask} />;
    case 'order':
      return <OrderList ask={ask} />;
    case 'segment':
      return <SegmentList />;
    case 'cause':
      return <CauseList list={lesson.value?.candidates ?? []} pick={(n) => lockIn(String(n))} />;
  }
  return null;
}

/** Enter locks in, from anywhere but another button. */
function useLock(ask: Doc): void {
  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      const el = e.target as HTMLElement;
      if (e.key !== 'Enter' || e.defaultPrevented || !el.closest('.ask.built, .ghost') || el.closest('button')) return;
      if (!guess.peek() || missing.peek() || lesson.peek()?.asked) return;
      e.preventDefault();
      void lockIn(guess.peek());
    };
    addEventListener('keydown', on);
    return () => removeEventListener('keydown', on);
  }, [ask]);
}
