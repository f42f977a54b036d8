import { useState } from 'preact/hooks';
import { t } from '../../i18n';
import type { Host } from '../../proto';
import type { Overview } from './overview';
import { inSeconds, places } from './paint';
import { type LaneName, lanes, summary } from './summary';

/** The heads of the lanes: what each shows, and its sum when pointed at or focused. */
export function Lanes({ o, width, hosts }: { o: Overview | null; width: number; hosts: Host[] }) {
  const [open, setOpen] = useState<LaneName | null>(null);
  const [stop, setStop] = useState<LaneName>('data');
  if (!o) return <div class="map-lanes" />;
  const at = places(width);
  const x: Record<LaneName, [number, number]> = { data: at.data, acks: at.acks, marks: [at.marks - 9, at.marks + 9], cwnd: at.cwnd };
  const [head, ...lines] = open ? summary(o, open, hosts) : [''];
  return (
    <div class="map-lanes" role="toolbar" aria-label={t('map.lanes')}>
      {at.states > 20 && <span class="map-unit">{inSeconds(o) ? 's' : 'ms'}</span>}
      {lanes.map((lane, i) => (
        <button
          key={lane}
          type="button"
          class={`lane-${lane}`}
          tabIndex={lane === stop ? 0 : -1}
          aria-label={summary(o, lane, hosts).join('; ')}
          style={{ left: `${x[lane][0]}px`, width: `${x[lane][1] - x[lane][0]}px` }}
          onMouseEnter={() => setOpen(lane)}
          onMouseLeave={() => setOpen(null)}
          onFocus={() => {
            setStop(lane);
            setOpen(lane);
          }}
          onBlur={() => setOpen(null)}
          onKeyDown={(e) => {
            if (e.key === 'Escape' && open) {
              setOpen(null);
              e.preventDefault();
            }
            if (e.key !== 'ArrowRight' && e.key !== 'ArrowLeft') return;
            e.preventDefault();
            const to = (i + (e.key === 'ArrowRight' ? 1 : lanes.length - 1)) % lanes.length;
            e.currentTarget.parentElement?.querySelectorAll<HTMLElement>('button')[to]?.focus();
          }}
        >
          {lane === 'data' ? arrow(o, 'data') : lane === 'acks' ? arrow(o, 'acks') : lane === 'marks' ? '×' : 'cwnd'}
        </button>
      ))}
      {open && (
        <div class="map-sum" aria-hidden="true">
          <b>{head}</b>
          {lines.map((x) => (
            <p key={x}>{x}</p>
          ))}
        </div>
      )}
    </div>
  );
}

/** Which way they go, where all go the same. */
function arrow(o: Overview, lane: 'data' | 'acks'): string {
  const list = o.sent[lane];
  const right = list.filter((s) => s.t.packet.from < s.t.packet.to).length;
  return right * 10 > list.length * 9 ? '→' : right * 10 < list.length ? '←' : '⇄';
}
