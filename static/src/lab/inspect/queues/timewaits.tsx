import { duration } from '../../../diagram/time';
import { t } from '../../../i18n';
import { Hidden } from '../../veil/veil';
import { Answering, type Drawn, entry, Head, ROWS, Twin } from './parts';

const W = 340;
const RING = 34;
const MANY = 60;
const LENGTH = 60e9; // TCP_TIMEWAIT_LEN

/** The TIME_WAIT table: a clock for each entry that runs down. */
export function TimeWaits({ q, now }: Drawn) {
  const items = q.items ?? [];
  const perRow = Math.floor(W / RING);
  const few = items.slice(0, MANY);
  const rows = Math.ceil(few.length / perRow);
  const soonest = Math.min(...items.map((i) => i.until ?? Number.POSITIVE_INFINITY));
  const label = t('lab.tw-aria', { n: items.length, time: soonest < Number.POSITIVE_INFINITY ? duration(Math.max(0, soonest - now)) : t('veil.short') });
  return (
    <div class="queue">
      <Head q={q} held={items.length} />
      <Answering q={q} spots={few.map((item, k) => ({ item, x: ((k % perRow) * RING) / W, y: Math.floor(k / perRow) / rows, w: RING / W, h: 1 / rows }))}>
        <svg class="rings" viewBox={`0 0 ${W} ${rows * RING}`} role="img" aria-label={label}>
          {few.map((i, k) => {
            const [x, y] = [(k % perRow) * RING + RING / 2, Math.floor(k / perRow) * RING + RING / 2];
            const left = Math.max(0, Math.min(1, ((i.until ?? now) - now) / LENGTH));
            const a = left * 2 * Math.PI;
            const r = RING / 2 - 4;
            const end = `${x + r * Math.sin(a)} ${y - r * Math.cos(a)}`;
            return (
              <g key={i.subject}>
                <circle cx={x} cy={y} r={r} />
                {left >= 0.999 ? <circle class="left" cx={x} cy={y} r={r} /> : <path class="left" d={`M${x} ${y - r}A${r} ${r} 0 ${left > 0.5 ? 1 : 0} 1 ${end}`} />}
                <text x={x} y={y + 3.5} text-anchor="middle">
                  {i.until === null ? '?' : Math.ceil((i.until - now) / 1e9)}
                </text>
                <title>{`:${i.port} ↔ ${i.peer} · ${i.until === null ? t('veil.short') : t('lab.in', { time: duration(i.until - now) })}`}</title>
              </g>
            );
          })}
        </svg>
      </Answering>
      {soonest < Number.POSITIVE_INFINITY ? <p class="ref">{t('lab.tw-lead', { time: duration(Math.max(0, soonest - now)) })}</p> : <Hidden why="veil.why.timer" />}
      <Twin
        heads={[t('lab.th-port'), t('lab.th-peer'), t('lab.th-left')]}
        rows={items.slice(0, ROWS).map((i) => [entry(q, i, String(i.port ?? '')), i.peer ?? '', i.until === null ? t('veil.short') : duration(i.until - now)])}
        more={items.length - ROWS}
      />
    </div>
  );
}
