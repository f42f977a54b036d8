import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { t } from '../../i18n';
import type { Predicted } from '../../proto';
import { busy, data, lesson, n } from '../state';
import { order, pause, seek, send } from '../sync';
import { missing, plain } from '../veil/veil';
import type { Step } from './doc';
import { catchFocus } from './go';
import { made, perform } from './moves';
import { Blocks, Spans } from './text';

/** What the reader would answer, as long as it is not locked in. */
export const picked = signal('');
const outcome = signal<Predicted | null>(null);

/** Another step: nothing is picked yet, or what was. */
export function reset(choice: string): void {
  picked.value = choice;
  outcome.value = null;
}

/** A prediction: picked, locked in, and then compared with what the engine did. */
export function Question({ step }: { step: Step }) {
  const at = lesson.value;
  const q = step.ask;
  if (!q || !at) return null;
  const answered = at.asked;
  const choice = answered ? (at.choice ?? '') : picked.value;
  const right = at.right ?? outcome.value?.right;
  const mark = (key: string) => (!answered ? (key === choice ? 'sel' : '') : key === right ? 'right' : key === choice ? 'other' : '');
  const why = (key: string): ComponentChildren => {
    const o = q.options.find((x) => x.key === key);
    return o ? <Blocks list={o.why} /> : null;
  };
  return (
    <fieldset class="card ask">
      <legend class="sr">{t('lab.predict')}</legend>
      <h3 tabIndex={-1}>{answered ? t(choice === right ? 'lab.predicted' : 'lab.predicted-other') : t('lab.predict')}</h3>
      <Blocks list={q.text} />
      {q.options.map((o) => (
        <label key={o.key} class={`opt ${mark(o.key)}`}>
          <input
            type="radio"
            name={`ask-${step.id}`}
            checked={choice === o.key}
            disabled={answered}
            onChange={() => {
              picked.value = o.key;
            }}
          />
          <span>
            <Spans list={o.label} />
            {answered && o.key === right && <span class="tag">{t('lab.answer-engine')}</span>}
            {answered && o.key === choice && o.key !== right && <span class="tag">{t('lab.answer-yours')}</span>}
          </span>
        </label>
      ))}
      {!answered && missing.value && <p class="ref">{t('veil.first', { what: plain(missing.value) })}</p>}
      {!answered && (
        <button type="button" class="primary" disabled={!choice || !!missing.value} onClick={lock}>
          {t('lab.lock-in')}
        </button>
      )}
      {answered && (
        <div class="reasons" role="status">
          {choice !== right && <div class="reason">{why(choice)}</div>}
          <div class="reason">{why(right ?? '')}</div>
          {outcome.value && (outcome.value.why > n.value || step.do?.some((m) => !made(m))) && (
            <button type="button" class="small" disabled={busy.value} onClick={() => runTo(step, outcome.peek()?.why ?? 0)}>
              {t('lab.see-it')}
            </button>
          )}
        </div>
      )}
    </fieldset>
  );
}

/** Locks in what is picked. */
export async function lock(): Promise<void> {
  pause();
  const d = await send({ t: 'predict', answer: picked.peek() });
  if (d?.predict) outcome.value = d.predict;
  requestAnimationFrame(() => catchFocus(document.querySelector<HTMLElement>('.ask h3')));
}

/** Goes to the event that decides, on the run as the lesson means it: with the step's moves made. */
async function runTo(step: Step, k: number): Promise<void> {
  for (const m of step.do ?? []) if (!made(m)) await perform(m);
  const b = data.peek();
  if (!b) return;
  if (k <= b.tip) {
    seek(k);
    return;
  }
  seek(b.tip);
  await order({ t: 'step', branch: b.id, n: k - b.tip });
}
