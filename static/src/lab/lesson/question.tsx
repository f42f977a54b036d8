import type { ComponentChildren } from 'preact';
import { t } from '../../i18n';
import { busy, lesson, n } from '../state';
import { Later } from '../ui/later';
import { missing, plain } from '../veil/veil';
import type { Step } from './doc';
import { made } from './moves';
import { lock, outcome, picked, ready, runTo } from './predict';
import { Blocks, Spans } from './text';

/** A prediction: picked, locked in, and then compared with what the engine did. */
export function Question({ step }: { step: Step }) {
  const at = lesson.value;
  const q = step.ask;
  if (!q || !at) return null;
  if (q.as !== 'choose') return <Later>{(m) => <m.Ask step={step} ask={q} />}</Later>;
  const answered = at.asked;
  const choice = answered ? (at.choice ?? '') : picked.value;
  const right = at.right ?? outcome.value?.right;
  const mark = (key: string) => (!answered ? (key === choice ? 'sel' : '') : key === right ? 'right' : key === choice ? 'other' : '');
  const why = (key: string): ComponentChildren => {
    const o = q.options.find((x) => x.key === key);
    return o ? <Blocks list={o.why ?? []} /> : null;
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
        <button type="button" class="primary" disabled={!ready.value} onClick={lock}>
          {t('lab.lock-in')}
        </button>
      )}
      {answered && (
        <div class="reasons" role="status">
          {choice !== right && <div class="reason">{why(choice)}</div>}
          <div class="reason">{why(right ?? '')}</div>
          {outcome.value && (outcome.value.why > n.value || step.do?.some((_, i) => !made(i))) && (
            <button type="button" class="small" disabled={busy.value} onClick={() => runTo(step, outcome.peek()?.why ?? 0)}>
              {t('lab.see-it')}
            </button>
          )}
        </div>
      )}
    </fieldset>
  );
}
