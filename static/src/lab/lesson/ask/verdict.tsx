import { useEffect, useRef } from 'preact/hooks';
import { instant } from '../../../diagram/time';
import { t } from '../../../i18n';
import { replay } from '../../act';
import { eventTitle } from '../../say';
import { busy, data, hello, lesson, n } from '../../state';
import type { Ask, Block, Step } from '../doc';
import { lockIn, outcome, runTo } from '../predict';
import { Blocks, Spans } from '../text';
import { CauseList } from './cause';
import { readTime } from './guess';

const sign: Record<string, string> = { right: '✓', near: '≈', belief: '↔', other: '↔' };

/**
 * What is said to a wrong answer while a try is left: the belief that it belongs to. Why
 * it is not so would give the answer away, and comes when the question is decided.
 */
export function Tried({ ask }: { ask: Ask }) {
  const at = lesson.value;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.scrollIntoView({ block: 'nearest' }), [at?.tried?.length]);
  const last = at?.tried?.[at.tried.length - 1];
  if (!at || last === undefined) return null;
  const reply = replyOf(ask, at.belief);
  return (
    <div ref={box} class={`reason v-${at.verdict || 'other'}`} role="status">
      <p>
        <b>
          {sign[at.verdict ?? 'other']} {said(ask, last)}: {t(`lesson.verdict-${at.verdict === 'near' ? 'near' : 'not'}`)}
        </b>
      </p>
      {reply ? <Blocks list={reply.slice(0, 1)} /> : <p>{t('lesson.again')}</p>}
    </div>
  );
}

/** A decided question: what was said, what is so, why, and the question after it. */
export function Decided({ step, ask }: { step: Step; ask: Ask }) {
  const at = lesson.value;
  if (!at) return null;
  const right = at.verdict === 'right' || at.choice === at.right;
  const reply = replyOf(ask, at.belief);
  return (
    <section class="card ask built" aria-label={t('lab.predict')}>
      <h3 tabIndex={-1} class={right ? 'good' : 'said-so'}>
        {right ? `✓ ${t('lab.predicted')}` : gap(at.choice, at.right) || t('lab.predicted-other')}
      </h3>
      <Blocks list={ask.text} />
      <dl class="guess">
        <div>
          <dt>{t('lesson.you')}</dt>
          <dd class="mono">
            <Said ask={ask} answer={at.choice ?? ''} />
          </dd>
        </div>
        <div class="truth">
          <dt>{t('lesson.run')}</dt>
          <dd class="mono">
            <Said ask={ask} answer={at.right ?? ''} />
          </dd>
        </div>
      </dl>
      <div class="reasons" role="status">
        {!right && reply && (
          <div class="reason v-belief">
            <Blocks list={reply} />
          </div>
        )}
        {ask.right && (
          <div class="reason v-right">
            <Blocks list={ask.right} />
          </div>
        )}
        <div class="row wrap">
          {outcome.value && outcome.value.why > n.value && (
            <button type="button" class="small" disabled={busy.value} onClick={() => runTo(step, outcome.peek()?.why ?? 0)}>
              {t('lab.see-it')}
            </button>
          )}
          <World ask={ask} />
        </div>
      </div>
      <Cause />
    </section>
  );
}

/** The world in which the answer is right, beside this one. */
function World({ ask }: { ask: Ask }) {
  const at = lesson.value;
  const ops = ask.replies?.find((r) => r.key === at?.belief)?.replay;
  if (!at || !ops?.length || at.choice === at.right) return null;
  return (
    <button type="button" class="small" disabled={busy.value} onClick={() => void replay(ops)}>
      {t('lesson.world', { answer: said(ask, at.choice ?? '') })}
    </button>
  );
}

/** Which event caused it? Found among real events of the run. */
function Cause() {
  const at = lesson.value;
  const c = at?.cause;
  if (!c) return null;
  const done = (c.right ?? []).length > 0;
  const right = done && c.right?.includes(c.choice ?? 0);
  return (
    <div class="cause" role="group" aria-label={t('lesson.cause')}>
      <h3>{done ? t(right ? 'lesson.cause-found' : 'lesson.cause-was') : t('lesson.cause')}</h3>
      <CauseList list={c.candidates ?? []} pick={(k) => !done && lockIn(String(k))} tried={c.choice ? [c.choice] : []} right={c.right ?? []} />
      {!done && (
        <p class="ref">
          <kbd>1</kbd>–<kbd>{(c.candidates ?? []).length}</kbd>
        </p>
      )}
    </div>
  );
}

/** A segment or an event, by its number. */
function named(ask: Ask, k: number): string {
  const d = data.peek();
  if (ask.as === 'segment') {
    const p = d?.history.byPacket.get(k)?.packet;
    return p ? `${p.kind}, ${instant(p.sent)}` : String(k);
  }
  const f = d?.frame(k);
  return f && d ? `${instant(f.at)} ${eventTitle(f, d, hello.peek()?.hosts ?? [])}` : String(k);
}

function replyOf(ask: Ask, belief = ''): Block[] | undefined {
  return belief ? ask.replies?.find((r) => r.key === belief)?.text : undefined;
}

/** How much too early or too late a place on the axis is. */
function gap(choice = '', right = ''): string {
  const [a, b] = [readTime(choice), readTime(right)];
  if (a === null || b === null || a === b || !/[a-z]$/.test(choice)) return '';
  return t(a < b ? 'lesson.early' : 'lesson.late', { time: instant(Math.abs(a - b)) });
}

/** An answer as one reads it; an order, line by line. */
function Said({ ask, answer }: { ask: Ask; answer: string }) {
  if (ask.as !== 'order') return <>{said(ask, answer)}</>;
  return (
    <>
      {answer.split(',').map((k, i) => (
        <span key={k} class="said">
          {i + 1}. <Spans list={ask.options.find((o) => o.key === k)?.label ?? [{ t: k }]} />
        </span>
      ))}
    </>
  );
}

/** An answer in words. */
function said(ask: Ask, answer: string): string {
  if (answer === 'never') return t('lesson.never');
  if (ask.as === 'order') return t('lesson.your-order');
  if (ask.as === 'segment' || ask.as === 'cause') return named(ask, Number(answer));
  const ns = /[a-z]$/.test(answer) ? readTime(answer) : null;
  if (ns !== null) return instant(ns);
  return ask.unit ? `${answer} ${t(`lesson.unit-${ask.unit}`, { n: Number(answer) })}` : answer;
}
