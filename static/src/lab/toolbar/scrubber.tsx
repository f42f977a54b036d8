import { t } from '../../i18n';
import type { Mark } from '../../model/history';
import * as after from '../after';
import { eventTitle } from '../say';
import { follows } from '../share/state';
import { clock, data, hello, n, rev, tip } from '../state';
import { pause, seek } from '../sync';

const MARKS = 500;
const WIDE = 1000; // units of the picture

/** Every event of the run in a line, and a handle on the one that is shown. */
export function Scrubber() {
  void rev.value;
  const d = data.value;
  const max = Math.max(1, tip.value);
  const at = (n.value / max) * WIDE;
  const f = d?.frame(n.value);
  return (
    <div class="scrub">
      <svg viewBox={`0 0 ${WIDE} 40`} preserveAspectRatio="none" aria-hidden="true">
        <rect class="rail" x="0" y="18" width={WIDE} height="4" rx="2" />
        <rect class="gone" x="0" y="18" width={at} height="4" rx="2" />
        <Marks />
        <rect class="at" x={at - 1.6} y="3" width="3.2" height="34" />
      </svg>
      <input
        type="range"
        min={0}
        max={tip.value}
        value={n.value}
        aria-label={t('lab.scrub')}
        aria-valuetext={f && d ? t('lab.event-link', { n: n.value, what: eventTitle(f, d, hello.value?.hosts ?? []) }) : t('lab.event-none')}
        disabled={!d || tip.value === 0 || follows.value}
        onInput={(e) => {
          pause();
          clock.value = null;
          seek(Number(e.currentTarget.value));
        }}
      />
    </div>
  );
}

/** The marks of the events: they follow as soon as the step is drawn. */
function Marks() {
  void after.rev.value;
  const d = after.data.value;
  return (
    <>
      {paths(d?.history.marks ?? [], Math.max(1, d?.total ?? 0), after.n.value).map(([look, path]) => (
        <path key={look} class={look} d={path} />
      ))}
    </>
  );
}

/** The marks of a run, one path for each look: drawn as often as one steps, hundreds of elements would take too long. */
export function paths(all: readonly Mark[], max: number, n: number): [string, string][] {
  const every = Math.max(1, Math.ceil(all.length / MARKS));
  const by = new Map<string, string>();
  for (let i = 0; i < all.length; i += every) {
    const { look, n: k } = all[i];
    const low = look === 'call' || look === 'ack';
    const cls = `m-${look}${k > n ? ' ahead' : ''}`;
    const x = Math.round((k / max) * WIDE * 10 - 12) / 10;
    by.set(cls, `${by.get(cls) ?? ''}M${x} ${low ? 13 : 9}h2.4v${low ? 14 : 22}h-2.4z`);
  }
  return [...by];
}
