import { t } from '../i18n';
import { duration } from './time';
import type { TimeView } from './timeview';

const STEPS = 200; // of the slider: the scale is a power

/** Folded or linear, and how much of the run is in view. */
export function ZoomBar({ time, range = time.range }: { time: TimeView; range?: TimeView['range'] }) {
  const { from, to, scale } = range.value;
  const { least, most } = time.limits;
  const at = most > least ? Math.round((Math.log(scale / least) / Math.log(most / least)) * STEPS) : 0;
  const span = approx(to - from);
  const px = approx(1 / scale);
  return (
    <div class="zoombar" role="group" aria-label={t('lab.zoom')}>
      <span class="segmented">
        {([false, true] as const).map((x) => (
          <button
            key={String(x)}
            type="button"
            class="small"
            aria-pressed={time.linear.value === x}
            title={`${t(x ? 'lab.linear-tip' : 'lab.folded-tip')} (A)`}
            onClick={() => {
              time.linear.value = x;
            }}
          >
            {t(x ? 'lab.linear' : 'lab.folded')}
          </button>
        ))}
      </span>
      <button type="button" class="small square" title={`${t('lab.zoom-out')} (−)`} aria-label={t('lab.zoom-out')} onClick={() => time.zoom(1 / 1.5)}>
        −
      </button>
      <input
        type="range"
        min={0}
        max={STEPS}
        value={Math.max(0, Math.min(STEPS, at))}
        aria-label={t('lab.zoom')}
        aria-valuetext={t('lab.zoom-says', { span, px })}
        onInput={(e) => time.to(least * (most / least) ** (Number(e.currentTarget.value) / STEPS))}
      />
      <button type="button" class="small square" title={`${t('lab.zoom-in')} (+)`} aria-label={t('lab.zoom-in')} onClick={() => time.zoom(1.5)}>
        +
      </button>
      <span class="zoom-says">
        <b>{span}</b> <span class="quiet px">{t('lab.zoom-px', { px })}</span>
      </span>
      <span class="segmented">
        <button type="button" class="small" title={`${t('lab.zoom-flight-tip')} (F)`} onClick={() => time.flight()}>
          {t('lab.zoom-flight')}
        </button>
        <button type="button" class="small" title={`${t('lab.zoom-whole-tip')} (0)`} onClick={() => time.whole()}>
          {t('lab.zoom-whole')}
        </button>
      </span>
    </div>
  );
}

/** Two or three digits are enough. */
function approx(ns: number): string {
  if (!(ns > 0)) return duration(0);
  const k = 10 ** (Math.floor(Math.log10(ns)) - 1);
  return duration(Math.round(ns / k) * k);
}
