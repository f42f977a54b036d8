import { instant } from '../../diagram/time';
import { t } from '../../i18n';
import { narrow } from '../phone/narrow';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import { back, go, nextDifference, play, stepOnce, toParting, toStart } from './move';
import { type Comparison, head, letter, running, times } from './state';

/** One play head for all sides. */
export function Transport({ c }: { c: Comparison }) {
  const all = times.value;
  const last = all[all.length - 1] ?? 0;
  const at = head.value;
  return (
    <footer class="transport">
      <div class="t">
        <button type="button" class="to-start" aria-label={t('lab.to-start')} title={t('lab.to-start')} disabled={at === 0} onClick={toStart}>
          <Icon name="start" />
        </button>
        <button type="button" aria-label={t('lab.back')} disabled={at <= 0} onClick={back}>
          <Icon name="left" />
          <span class="wide">{t('lab.back')}</span>
        </button>
        <button type="button" class="primary play" title={`${t('compare.play')} (␣)`} disabled={at >= last} aria-pressed={running.value} onClick={play}>
          <Icon name={running.value ? 'pause' : 'play'} />
          {t(running.value ? 'lab.pause' : narrow.value ? 'lab.play' : 'compare.play')}
        </button>
        <button type="button" disabled={at >= last} onClick={stepOnce}>
          {t('lab.step')}
          <Icon name="right" />
        </button>
        <Menu label={t(narrow.value ? 'compare.until-short' : 'compare.until')} name={t('compare.until')}>
          {(close) => (
            <>
              <button
                type="button"
                disabled={c.answer.part === null}
                onClick={() => {
                  close();
                  toParting();
                }}
              >
                {t('compare.until-part')} <kbd>Home</kbd>
              </button>
              <button
                type="button"
                onClick={() => {
                  close();
                  nextDifference();
                }}
              >
                {t('compare.until-next')} <kbd>N</kbd>
              </button>
            </>
          )}
        </Menu>
      </div>
      <Scrubber c={c} all={all} />
      <div class="where mono" role="status" aria-live="off">
        {t('compare.where', { at: instant(at), of: instant(last) })}
        <br />
        <span class="quiet">{at === c.answer.at ? t('compare.first') : at === c.answer.part ? t('compare.they-part') : ''}</span>
      </div>
    </footer>
  );
}

const MARKS = 300;

/** The instants of all sides in a row: what happens in A above the line, in B below. */
function Scrubber({ c, all }: { c: Comparison; all: number[] }) {
  const most = Math.max(1, all.length - 1);
  const place = new Map(all.map((x, i) => [x, (i / most) * 1000]));
  const x = (at: number) => place.get(at) ?? 0;
  const i = all.findLastIndex((k) => k <= head.value);
  return (
    <div class="scrub">
      <svg viewBox="0 0 1000 40" preserveAspectRatio="none" aria-hidden="true">
        <rect class="rail" x="0" y="18" width="1000" height="4" rx="2" />
        <rect class="gone" x="0" y="18" width={x(all[Math.max(0, i)])} height="4" rx="2" />
        {c.futures.map((f) => {
          const marks = f.data.history.marks;
          const every = Math.max(1, Math.ceil(marks.length / MARKS));
          return marks.map((m, k) => (k % every ? null : <rect key={`${f.i}.${m.n}`} class={`m-${m.look}`} x={x(m.at) - 1.2} y={f.i ? 24 : 6} width="2.4" height="10" />));
        })}
        {c.answer.part !== null && <rect class="part" x={x(c.answer.part) - 1.4} y="2" width="2.8" height="36" />}
        <rect class="at" x={x(all[Math.max(0, i)]) - 1.6} y="3" width="3.2" height="34" />
      </svg>
      <input
        type="range"
        min={0}
        max={all.length - 1}
        value={Math.max(0, i)}
        aria-label={t('lab.scrub')}
        aria-valuetext={`${instant(head.value)}, ${c.futures.map((f) => letter(f.i)).join(' ')}`}
        onInput={(e) => {
          running.value = false;
          go(all[Number(e.currentTarget.value)] ?? 0);
        }}
      />
    </div>
  );
}
