import { HUES, letter } from '../../../diagram/filter';
import { duration } from '../../../diagram/time';
import { t } from '../../../i18n';
import type { Connection } from '../../../model/history';
import type { Queue, QueueItem } from '../../../proto';
import { data } from '../../state';
import { Answering, type Drawn, entry, Head, ROWS, Twin } from './parts';

const W = 340;
const ROW = 24;
const MANY = 64; // slots drawn one by one; a longer queue is drawn as a tank

/** A listener's queue as places that fill, up to the line of its limit. */
export function Slots({ q, now }: Drawn) {
  const items = q.items ?? [];
  const label = t('lab.queue-aria', { name: t(`lab.queue.${q.name}`), n: items.length, of: q.limit });
  return (
    <div class="queue">
      <Head q={q} held={items.length} />
      {Math.max(q.limit, items.length) <= MANY ? <Places q={q} items={items} now={now} label={label} /> : <Tank held={items.length} limit={q.limit} label={label} />}
      <Twin
        heads={q.name === 'syn' ? [t('lab.th-peer'), t('lab.th-tries'), t('lab.th-next-try')] : [t('lab.th-peer')]}
        rows={items
          .slice(0, ROWS)
          .map((i) => (q.name === 'syn' ? [entry(q, i, i.peer ?? ''), i.tries ?? 0, i.until ? t('lab.in', { time: duration(i.until - now) }) : ''] : [entry(q, i, i.peer ?? '')]))}
        more={items.length - ROWS}
      />
    </div>
  );
}

function Places({ q, items, now, label }: { q: Queue; items: QueueItem[]; now: number; label: string }) {
  const limit = q.limit;
  const all = Math.max(limit, items.length);
  const w = Math.min(40, W / Math.min(all + 1, 17));
  const perRow = Math.max(1, Math.floor((W - 8) / w));
  const rows = Math.ceil(all / perRow);
  const lettered = (data.peek()?.history.connections.length ?? 0) > 1;
  const at = (i: number) => ({ x: (i % perRow) * w, y: Math.floor(i / perRow) * ROW });
  const end = at(limit - 1);
  const high = rows * ROW + 2;
  const spots = items.map((item, i) => ({ item, x: (at(i).x + 1) / W, y: (at(i).y + 2) / high, w: (w - 3) / W, h: (ROW - 5) / high }));
  return (
    <Answering q={q} spots={spots}>
      <svg class="slots" viewBox={`0 0 ${W} ${high}`} role="img" aria-label={label}>
        {Array.from({ length: all }, (_, i) => {
          const item = items[i];
          const { x, y } = at(i);
          const c = item && connection(item);
          return (
            <g key={i} class={`slot${item ? ' taken' : ''}${i >= limit ? ' beyond' : ''}`}>
              <rect x={x + 1} y={y + 2} width={w - 3} height={ROW - 5} rx={4} />
              {item && (
                <text class={c && lettered ? `conn h${c.id % HUES}` : ''} x={x + w / 2 - 0.5} y={y + 15.5} text-anchor="middle">
                  {c && lettered ? letter(c) : '●'}
                </text>
              )}
              {item?.tries ? <path class="tries" d={Array.from({ length: Math.min(5, item.tries) }, (_, k) => `M${x + 4 + k * 4} ${y + ROW - 5}h2.5`).join('')} /> : null}
              {item && <title>{`${item.peer}${item.until ? ` · ${t('lab.in', { time: duration(item.until - now) })}` : ''}`}</title>}
            </g>
          );
        })}
        {limit > 0 && <path class="limit" d={`M${end.x + w - 0.5} ${end.y}v${ROW}`} />}
      </svg>
    </Answering>
  );
}

function Tank({ held, limit, label }: { held: number; limit: number; label: string }) {
  const all = Math.max(limit, held, 1);
  return (
    <svg class="slots" viewBox={`0 0 ${W} 18`} role="img" aria-label={label}>
      <rect class="tank" x="0.5" y="2.5" width={W - 1} height="13" rx="4" />
      <rect class="level" x="0.5" y="2.5" width={((W - 1) * held) / all} height="13" rx="4" />
      <path class="limit" d={`M${((W - 1) * limit) / all} 0v18`} />
    </svg>
  );
}

function connection(i: QueueItem): Connection | undefined {
  const d = data.peek();
  const s = d?.state.subjects.get(i.subject ?? 0) ?? d?.history.subjects.get(i.subject ?? 0);
  return s ? d?.history.connectionNamed(s.name, s.flow) : undefined;
}
