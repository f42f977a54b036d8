import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n';
import type { Track } from '../model/history';
import type { Predicted } from '../proto';
import type { Block, Move, Span, Step, Target } from './lessondoc';
import { act, actAt, busy, choose, chosen, clock, column, data, hello, lesson, lessonDoc, level, n, now, pause, replay, rev, seek, send, until } from './store';

const picked = signal('');
const outcome = signal<Predicted | null>(null);
const shownStep = signal(-1);

export function Spans({ list }: { list: Span[] }) {
  return (
    <>
      {(list ?? []).map((s, i) => {
        const key = i;
        if (s.t !== undefined) return s.t;
        if (s.kind) {
          return (
            <b key={key} class={`kind k-${s.kind.toLowerCase()}`}>
              {s.kind}
            </b>
          );
        }
        if (s.code !== undefined) return <code key={key}>{s.code}</code>;
        if (s.b !== undefined) return <b key={key}>{s.b}</b>;
        if (s.i !== undefined) return <i key={key}>{s.i}</i>;
        if (s.kbd !== undefined) return <kbd key={key}>{s.kbd}</kbd>;
        if (s.a !== undefined) {
          const out = /^https?:/.test(s.href ?? '');
          return (
            <a key={key} href={s.href} rel={out ? 'noreferrer' : undefined} target="_blank">
              {s.a}
            </a>
          );
        }
        return null;
      })}
    </>
  );
}

export function Blocks({ list }: { list?: Block[] }) {
  const show = (b: Block) => !b.level || b.level === level.value || (b.level === 'student' && level.value === 'engineer');
  return (
    <>
      {(list ?? []).filter(show).map((b, i) => {
        const items = (l: Span[][]) =>
          l.map((s, k) => (
            <li key={k}>
              <Spans list={s} />
            </li>
          ));
        if (b.ul) return <ul key={i}>{items(b.ul)}</ul>;
        if (b.ol) return <ol key={i}>{items(b.ol)}</ol>;
        return (
          <p key={i}>
            <Spans list={b.p ?? []} />
          </p>
        );
      })}
    </>
  );
}

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
    picked.value = at.choice ?? '';
    outcome.value = null;
  }
  if (!step) return null;
  const last = at.step === at.steps - 1;
  const free = !step.goal && !step.do && !step.ask; // nothing is asked of the reader
  return (
    <div class="lesson">
      <div class="steps" role="img" aria-label={t('lab.step-of', { n: at.step + 1, of: at.steps })}>
        {doc.steps.map((s, i) => (
          <i key={s.id} class={i < at.step ? 'on' : i === at.step ? 'now' : ''} />
        ))}
      </div>
      <div class="lesson-top">
        <h3>{t('lab.step-of', { n: at.step + 1, of: at.steps })}</h3>
        <LevelDial />
      </div>
      <h1 ref={title} tabIndex={-1}>
        {step.title}
      </h1>
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
      {step.goal && (
        <div class={`card goal${at.done ? ' done' : ''}`}>
          <h3 tabIndex={-1}>
            {at.done ? '✓ ' : ''}
            {at.done ? t('lab.goal-done') : t('lab.goal')}
          </h3>
          <Blocks list={step.goal.text} />
          {!at.done && (
            <button type="button" disabled={busy.value} onClick={() => reach(step.goal?.cond ?? 'false')}>
              {t('lab.goal-run')}
            </button>
          )}
        </div>
      )}
      {at.done && <Blocks list={step.after} />}
      {last && (at.done || free) && (
        <p class="card goal done the-end" role="status">
          ✓ {t('lab.lesson-end')}
        </p>
      )}
      <div class="lesson-nav">
        <button type="button" disabled={at.step === 0} onClick={() => go('prev')}>
          ◂ {t('lab.prev-step')}
        </button>
        {!last ? (
          <button type="button" class={at.done || free ? 'primary' : ''} onClick={() => go('next')}>
            {t('lab.next-step')} ▸
          </button>
        ) : (
          <a class="button primary" href="/">
            {t('lab.more-lessons')}
          </a>
        )}
      </div>
    </div>
  );
}

export async function go(text: 'next' | 'prev' | 'reset' | 'return'): Promise<void> {
  pause();
  clock.value = null;
  chosen.value = null;
  await send({ t: 'lesson', text });
}

/** Focus that would be lost with the button that had it goes where reading goes on. */
function catchFocus(el: HTMLElement | null | undefined, from = false): void {
  const has = document.activeElement;
  if (!has || has === document.body || (from && has.closest('.lesson'))) el?.focus({ preventScroll: !from });
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
              level.value = l;
            }}
          />
          {t(`level.${l}`)}
        </label>
      ))}
    </fieldset>
  );
}

/** The segment that a move means, on the branch as it is. */
export function target(x: Target): Track | undefined {
  const d = data.peek();
  if (!d) return undefined;
  const host = x.from;
  const i = host === undefined ? -1 : hostIndex(host);
  const fits = d.history.tracks
    .filter((tr) => (x.kind === 'segment' || tr.packet.kind === x.kind) && (i < 0 || tr.packet.from === i) && !tr.packet.copyOf)
    .sort((a, b) => a.packet.id - b.packet.id);
  return fits[x.nth - 1];
}

function hostIndex(name: string): number {
  return (hello.peek()?.hosts ?? []).findIndex((h) => h.name === name);
}

function Moves({ list, done }: { list: Move[]; done: boolean }) {
  void rev.value;
  void n.value;
  return (
    <div class="card do">
      <h3>{t('lab.do')}</h3>
      {list.map((m, i) => {
        const hit = m.target && target(m.target);
        return (
          <div class="move" key={i}>
            <Blocks list={m.text} />
            <div class="row">
              {hit && (
                <button type="button" class="small" onClick={() => point(hit)}>
                  {t('lab.point')}
                </button>
              )}
              {made(m) && <span class="made">✓ {t('lab.made')}</span>}
              {(m.act || m.replay) && !done && !made(m) && (
                <button type="button" class="small" disabled={busy.value || (!!m.target && !hit)} onClick={() => perform(m)}>
                  {t('lab.do-it')}
                </button>
              )}
            </div>
          </div>
        );
      })}
    </div>
  );
}

/** Whether a move was made on this branch, by whoever. */
function made(m: Move): boolean {
  const d = data.peek();
  if (!d || !m.act) return false;
  const hit = m.target && target(m.target);
  const op = m.act.replace(/\{[^}]*\}/g, hit ? `packet ${hit.packet.id}` : '');
  return d.frames.some((f) => f.kind === 'act' && f.n <= n.peek() && f.name === op);
}

function point(tr: Track): void {
  if (tr.n > n.peek()) seek(tr.n);
  column.value = 'diagram';
  choose({ key: `p${tr.packet.id}`, n: tr.n, packet: tr.packet.id });
}

async function perform(m: Move): Promise<void> {
  if (m.replay) {
    await replay(m.replay);
    return;
  }
  const hit = m.target && target(m.target);
  const op = (m.act ?? '').replace(/\{[^}]*\}/g, hit ? `packet ${hit.packet.id}` : '');
  if (m.afterNano) {
    clock.value = now.peek() + m.afterNano;
    await act(op);
    return;
  }
  if (!hit) {
    await act(op);
    return;
  }
  const gone = hit.turns.find((x) => (x.what === 'delivered' || x.what === 'lost') && x.n <= n.peek());
  await (gone || hit.n > n.peek() ? actAt(hit.n, op) : act(op));
}

function Question({ step }: { step: Step }) {
  const at = lesson.value;
  const q = step.ask;
  if (!q || !at) return null;
  const answered = at.asked;
  const choice = answered ? (at.choice ?? '') : picked.value;
  const lock = async () => {
    pause();
    const d = await send({ t: 'predict', answer: picked.peek() });
    if (d?.predict) outcome.value = d.predict;
    requestAnimationFrame(() => catchFocus(document.querySelector<HTMLElement>('.ask h3')));
  };
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
      {!answered && (
        <button type="button" class="primary" disabled={!choice} onClick={lock}>
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

/** Goes to the event that decides, on the run as the lesson means it: with the step's moves made. */
async function runTo(step: Step, k: number): Promise<void> {
  for (const m of step.do ?? []) if (!made(m)) await perform(m);
  const b = data.peek();
  if (!b) return;
  if (k <= b.tip) {
    seek(k);
    return;
  }
  await send({ t: 'step', branch: b.id, n: k - b.tip });
}
