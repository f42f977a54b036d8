import { useEffect, useRef } from 'preact/hooks';
import { instant } from '../diagram/time';
import { t } from '../i18n';
import { readNumber, readTime } from '../lab/lesson/ask/guess';
import { Pad } from '../lab/lesson/ask/pad';
import { Blocks, Spans } from '../lab/lesson/text';
import { Figure } from './figure';
import { answer, check, type Drawn, goOn, type Judged, judged, showWhy, wrong } from './state';

/** A question with its numbers; afterwards what is so, and why. */
export function Question({ d }: { d: Drawn }) {
  const j = judged.value;
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), [d]);
  return (
    <div class="drill-cols">
      <div>
        <h2 ref={head} tabIndex={-1}>
          {d.title}
        </h2>
        <Blocks list={d.ask.text} />
        {d.values.length > 0 && (
          <dl class="kv card">
            {d.values.map((v) => (
              <div key={v.name}>
                <dt class="mono">{v.name}</dt>
                <dd class="mono">{v.value}</dd>
              </div>
            ))}
          </dl>
        )}
        {j ? <Verdict d={d} j={j} /> : <Field d={d} />}
        {wrong.value && (
          <p class="wrong" role="alert">
            {wrong.value}
          </p>
        )}
      </div>
      <Figure d={d} />
    </div>
  );
}

function Field({ d }: { d: Drawn }) {
  const q = d.ask;
  const input = useRef<HTMLInputElement>(null);
  const typed = q.as === 'number' || q.as === 'axis';
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        void check();
      }}
    >
      {q.as === 'choose' &&
        q.options.map((o) => (
          <label key={o.key} class={`opt${answer.value === o.key ? ' sel' : ''}`}>
            <input
              type="radio"
              name="answer"
              checked={answer.value === o.key}
              onChange={() => {
                answer.value = o.key;
              }}
            />
            <span>
              <Spans list={o.label} />
            </span>
          </label>
        ))}
      {typed && (
        <div class="number">
          <label class="row">
            <span class="sr">{t('lesson.your-number')}</span>
            <input
              ref={input}
              class="mono big"
              inputMode="none"
              autocomplete="off"
              maxLength={17}
              value={answer.value}
              onInput={(e) => {
                answer.value = e.currentTarget.value;
              }}
            />
            <span>{t(`lesson.unit-${q.unit || 's'}`)}</span>
          </label>
          <Pad
            value={answer.value}
            set={(x) => {
              answer.value = x;
            }}
          />
        </div>
      )}
      <button type="submit" class="primary" disabled={!good(d, answer.value)}>
        {t('drills.check')}
      </button>
      <p class="ref">{t('drills.seed', { seed: d.seed.toString(16).toUpperCase() })}</p>
    </form>
  );
}

const good = (d: Drawn, a: string) => (d.ask.as === 'number' ? readNumber(a) !== null : d.ask.as === 'axis' ? readTime(a) !== null : a !== '');

function Verdict({ d, j }: { d: Drawn; j: Judged }) {
  const next = useRef<HTMLButtonElement>(null);
  useEffect(() => next.current?.focus(), [j]);
  const say = (x: string) => {
    if (d.ask.as === 'choose') return <Spans list={d.ask.options.find((o) => o.key === x)?.label ?? [{ t: x }]} />;
    const ns = /[a-z]$/.test(x) ? readTime(x) : null;
    return ns !== null ? instant(ns) : `${x} ${d.ask.unit ? t(`lesson.unit-${d.ask.unit}`, { n: Number(x) }) : ''}`;
  };
  return (
    <div class={`reason v-${j.verdict}`} role="status">
      <p>
        <b>{t(`drills.${j.verdict}`)}</b>
      </p>
      <dl class="guess">
        <div>
          <dt>{t('lesson.you')}</dt>
          <dd class="mono">{say(answer.value)}</dd>
        </div>
        <div class="truth">
          <dt>{t('lesson.run')}</dt>
          <dd class="mono">{say(j.right)}</dd>
        </div>
      </dl>
      <Blocks list={j.reply} />
      <Blocks list={j.end} />
      <div class="row wrap">
        <button ref={next} type="button" class="primary" onClick={goOn}>
          {t('drills.next-one')}
        </button>
        <button type="button" onClick={showWhy}>
          {t('drills.why')}
        </button>
        {j.verdict !== 'right' && j.step && <a href={`/lessons/${d.lesson}`}>{t('drills.lesson')}</a>}
      </div>
    </div>
  );
}
