import { t } from '../i18n';
import type { Host } from '../proto';
import type { Layout } from './sheet';

/** The names of the hosts, above their lifelines. */
export function Heads({ lay, hosts, width, limits }: { lay: Layout; hosts: Host[]; width: number; limits?: string[] }) {
  const tight = lay.columns.length > 3;
  const apart = tight || width < 560; // a box's kind has a line of its own
  const limited = (text: string) => (tight || text.includes(' ') ? text : t('lab.limited', { by: text }));
  return (
    <div class={`dg-heads${tight ? ' tight' : ''}`} aria-hidden="true">
      {lay.columns.map((c, i) => {
        const next = lay.columns[i + 1];
        const host = hosts[c.host];
        const room = (next?.x ?? lay.width) - (next ? c.x : c.x - 60) - 4;
        return (
          <div key={c.host} class="dg-host" style={{ left: `${c.x}px`, maxWidth: tight ? `${room}px` : '' }}>
            <b>{c.host < 0 ? t('lab.others', { n: hosts.length - lay.columns.length + 1 }) : host?.name}</b>
            {(!tight || width >= 700) && <span class="mono">{host?.kind && !apart ? `${host.kind} · ${host.addrs?.[0]}` : host?.addrs?.[0]}</span>}
            {apart && (!tight || width >= 700) && host?.kind && <span>{host.kind}</span>}
            {limits?.[c.host] && <em title={t('lab.limited-tip')}>{limited(limits[c.host])}</em>}
          </div>
        );
      })}
    </div>
  );
}
