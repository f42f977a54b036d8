import { t } from '../../../i18n';
import type { QueueItem } from '../../../proto';
import { Answering, type Drawn, entry, Head, ROWS, SPOTS, Twin } from './parts';

const W = 340;
const H = 20;

/** A queue of bytes as ranges of the sequence space, with what each segment is marked as. */
export function Ranges({ q }: Drawn) {
  const items = q.items ?? [];
  const held = items.reduce((sum, x) => sum + x.to - x.from, 0);
  const first = Math.min(...items.map((i) => i.from));
  const last = Math.max(...items.map((i) => i.to));
  const scale = W / Math.max(1, last - first);
  const px = (v: number) => Math.round((v - first) * scale * 10) / 10;
  const words = count(items);
  const spots = items.slice(0, SPOTS).map((item) => ({ item, x: px(item.from) / W, y: 0, w: Math.max(1.5, px(item.to) - px(item.from) - 0.8) / W, h: H / (H + 14) }));
  return (
    <div class="queue">
      <Head q={q} held={held} unit={t('lab.bytes')} />
      {items.length > 0 && (
        <Answering q={q} spots={spots}>
          <svg
            class="ranges"
            viewBox={`0 0 ${W} ${H + 14}`}
            role="img"
            aria-label={`${t(`lab.queue.${q.name}`)}: ${t('lab.queue-ranges', { n: items.length, from: first, to: last })} ${words}`}
          >
            <path class="gap" d={`M0 ${H / 2}H${W}`} />
            {items.slice(0, 400).map((i) => {
              const m = i.marks ?? [];
              const [x, w] = [px(i.from), Math.max(1.5, px(i.to) - px(i.from) - 0.8)];
              return (
                <g key={i.from} class={`range ${m.join(' ')}`}>
                  <rect x={x} y="2" width={w} height={H - 4} />
                  {m.includes('lost') && <path d={`M${x} 2l${w} ${H - 4}m0 -${H - 4}l-${w} ${H - 4}`} />}
                  {m.includes('sacked') && <path d={`M${x} ${H - 5}h${w}`} />}
                  {m.includes('again') && <path class="again" d={`M${x} 0.8h${w}`} />}
                  <title>{`${i.from}:${i.to} ${m.map((k) => t(`lab.mark.${k}`)).join(', ')}`}</title>
                </g>
              );
            })}
            <text x="0" y={H + 11}>
              {first}
            </text>
            <text x={W} y={H + 11} text-anchor="end">
              {last}
            </text>
          </svg>
        </Answering>
      )}
      {words && <p class="ref marks">{words}</p>}
      <Twin
        heads={[t('lab.th-from'), t('lab.th-to'), t('lab.th-marks')]}
        rows={items.slice(0, ROWS).map((i) => [entry(q, i, String(i.from)), i.to, (i.marks ?? []).map((k) => t(`lab.mark.${k}`)).join(', ')])}
        more={items.length - ROWS}
      />
    </div>
  );
}

function count(items: QueueItem[]): string {
  return ['lost', 'sacked', 'again', 'fin']
    .map((m) => [m, items.filter((i) => (i.marks ?? []).includes(m)).length] as const)
    .filter(([, k]) => k > 0)
    .map(([m, k]) => `${k} ${t(`lab.mark.${m}`)}`)
    .join(' · ');
}
