import { t } from '../../i18n';
import type { Plan } from './sheets';
import { RAIL } from './sheets';
import { type Comparison, focus, letter } from './state';

/** The other side on a phone: its segments at the same heights, without words. A tap or a swipe goes there. */
export function Rail({ c, plan }: { c: Comparison; plan: Plan }) {
  const i = (focus.value + 1) % c.futures.length;
  const f = c.futures[i];
  const { axis } = plan.sides[0].sheet;
  const end = axis.y(f.data.timeOf(f.data.tip));
  const failed = f.data.history.notes.filter((x) => x.what === 'error');
  return (
    <button
      type="button"
      class="cmp-rail"
      style={{ width: `${RAIL}px`, height: `${plan.height}px` }}
      aria-label={t('compare.switch', { side: letter(i) })}
      onClick={() => {
        focus.value = i;
      }}
      onTouchStart={(e) => swipe(e, i)}
    >
      <svg width={RAIL} height={plan.height} aria-hidden="true">
        <path class="cmp-rail-life" d={`M10 ${axis.top}V${end}`} />
        {f.data.history.tracks.map((x) => {
          const y = axis.y(x.packet.sent);
          const lost = x.turns.some((k) => k.what === 'lost' || k.what === 'dropped');
          return (
            <g key={x.packet.id} class={`${x.packet.retx ? 'retx' : ''}${lost ? ' lost' : ''}`}>
              <path d={`M14 ${y}L34 ${y + 6}`} />
              {lost && <path class="cross" d={`M30 ${y + 2}l8 8m0-8l-8 8`} />}
            </g>
          );
        })}
        {failed.map((x) => (
          <text key={`${x.n}${x.text}`} transform={`translate(6 ${axis.y(x.at) + 10}) rotate(90)`}>
            {x.text.replace(/^.*→ /, '')}
          </text>
        ))}
      </svg>
    </button>
  );
}

function swipe(e: TouchEvent, to: number): void {
  const x0 = e.touches[0].clientX;
  const stop = new AbortController();
  addEventListener(
    'touchmove',
    (m) => {
      if (x0 - m.touches[0].clientX > 30) {
        focus.value = to;
        stop.abort();
      }
    },
    { signal: stop.signal, passive: true },
  );
  for (const k of ['touchend', 'touchcancel']) addEventListener(k, () => stop.abort(), { signal: stop.signal });
}
