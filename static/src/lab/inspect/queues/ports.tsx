import { t } from '../../../i18n';
import { Answering, type Drawn, entry, Head, ROWS, SPOTS, Twin } from './parts';

const W = 340;
const H = 32;

/** The range of ephemeral ports as a strip: in use, held by TIME_WAIT, free. */
export function Ports({ q }: Drawn) {
  const items = q.items ?? [];
  const used = new Map<number, boolean>(); // port → only TIME_WAIT holds it
  for (const i of items) used.set(i.port ?? 0, (used.get(i.port ?? 0) ?? true) && i.until !== null);
  const waiting = [...used.values()].filter(Boolean).length;
  const first = q.first ?? 0;
  const px = (port: number) => ((port - first) / q.limit) * W;
  const w = Math.max(1.2, W / q.limit - (q.limit < 100 ? 1 : 0));
  const spots = items
    .filter((x, i) => x.port !== items[i - 1]?.port) // they come in the order of their ports
    .slice(0, SPOTS)
    .map((item) => ({ item, x: px(item.port ?? 0) / W, y: 0, w: w / W, h: 18 / H }));
  return (
    <div class="queue">
      <Head q={q} held={used.size} />
      <Answering q={q} spots={spots}>
        <svg class="ports" viewBox={`0 0 ${W} ${H}`} role="img" aria-label={t('lab.ports-aria', { n: used.size, of: q.limit, waiting })}>
          <rect x="0" y="2" width={W} height="14" />
          {[...used].map(([port, tw]) => (
            <rect key={port} class={tw ? 'waiting' : 'used'} x={px(port)} y={tw ? 9 : 2} width={w} height={tw ? 7 : 14}>
              <title>{`${port}${tw ? ' TIME_WAIT' : ''}`}</title>
            </rect>
          ))}
          <text x="0" y="28">
            {first}
          </text>
          <text x={W} y="28" text-anchor="end">
            {first + q.limit - 1}
          </text>
        </svg>
      </Answering>
      <p class="ref">{t('lab.ports-lead', { free: q.limit - used.size, waiting })}</p>
      <Twin
        heads={[t('lab.th-port'), t('lab.th-peer'), '']}
        rows={items.slice(0, ROWS).map((i) => [entry(q, i, String(i.port ?? '')), i.peer ?? '', i.until !== null ? 'TIME_WAIT' : ''])}
        more={items.length - ROWS}
      />
    </div>
  );
}
