import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../../i18n';
import type { Param } from '../doc';
import { Found } from './found';
import { at, cells, edges, expected, go, revealed, short } from './state';

/** A row of results under one slider. Where the edge is to be found first, a marker is put before the numbers are shown. */
export function Strip({ p }: { p: Param }) {
  const list = cells.value;
  const box = useRef<HTMLOListElement>(null);
  const asks = !revealed.value;
  useEffect(() => {
    box.current?.children[at.value]?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [at.value]);
  return (
    <div class="cells">
      <input
        type="range"
        min={0}
        max={list.length - 1}
        value={at.value}
        aria-label={p.name}
        aria-valuetext={`${list[at.value]?.value}${asks ? '' : `: ${short(list[at.value]?.answer)}`}`}
        onInput={(e) => go(Number(e.currentTarget.value))}
      />
      <ol ref={box}>
        {list.map((c, i) => (
          <li key={c.value} class={`${i === at.value ? 'at' : ''}${!asks && edges.value.includes(i) ? ' edge' : ''}${expected.value === i ? ' expected' : ''}`}>
            <button type="button" tabIndex={-1} aria-pressed={i === at.value} onClick={() => go(i)} title={c.error}>
              <b>{asks ? '?' : c.error ? '–' : short(c.answer)}</b>
              <span>{c.value}</span>
            </button>
          </li>
        ))}
      </ol>
      {asks ? <Expect p={p} /> : <Found />}
    </div>
  );
}

/** Where do you expect the answer to change? Said before the numbers are shown. */
function Expect({ p }: { p: Param }) {
  const list = cells.value;
  return (
    <div class="row wrap expect">
      <label>
        {t('lesson.edge-ask', { name: p.name })}{' '}
        <select
          value={String(expected.value)}
          onChange={(e) => {
            expected.value = Number(e.currentTarget.value);
          }}
        >
          <option value="-1">…</option>
          {list.slice(1).map((c, i) => (
            <option key={c.value} value={String(i + 1)}>
              {t('lesson.edge-between', { a: list[i].value, b: c.value })}
            </option>
          ))}
          <option value="0">{t('lesson.edge-nowhere')}</option>
        </select>
      </label>
      <button
        type="button"
        class="primary"
        disabled={expected.value < 0}
        onClick={() => {
          revealed.value = true;
        }}
      >
        {t('lab.lock-in')}
      </button>
    </div>
  );
}
