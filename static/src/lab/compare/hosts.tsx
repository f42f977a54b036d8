import { useMemo } from 'preact/hooks';
import { t } from '../../i18n';
import type { Host } from '../../proto';
import { Icon } from '../ui/Icon';
import { sameFate } from './share';
import type { Plan } from './sheets';
import { everyHost, type Future, letter } from './state';

/** The names of the hosts above their lifelines: once for what is shared, and of each side. */
export function Hosts({ plan, futures, hosts }: { plan: Plan; futures: Future[]; hosts: Host[] }) {
  return (
    <>
      {plan.shared && <Row plan={plan} at={0} to={plan.joinY} left={plan.shared.place.left} columns={plan.shared.sheet.columns} hosts={hosts} />}
      {plan.sides.map((s, i) => (
        <Row key={futures[i].i} plan={plan} at={plan.apartY} to={plan.height} left={plan.places[i].left} columns={s.sheet.columns} hosts={hosts} letter={letter(futures[i].i)} />
      ))}
      {hosts.length > 3 && (
        <div class="cmp-hosts-all" style={{ top: `${plan.shared ? 14 : plan.apartY + 14}px` }}>
          <button
            type="button"
            class="chip"
            aria-pressed={everyHost.value}
            onClick={() => {
              everyHost.value = !everyHost.peek();
            }}
          >
            {everyHost.value ? t('compare.hosts-few') : t('compare.hosts-more', { n: hosts.length - plan.sides[0].sheet.columns.length + 1 })}
          </button>
          <SameFate futures={futures} hosts={hosts} />
        </div>
      )}
    </>
  );
}

const NAMED = 6; // hosts that are named

/** Hosts that need no look: the same happens to them on every side. */
function SameFate({ futures, hosts }: { futures: Future[]; hosts: Host[] }) {
  const same = useMemo(
    () =>
      sameFate(
        futures.map((f) => f.data),
        hosts.length,
      ),
    [futures, hosts],
  );
  if (!same.length) return null;
  return (
    <ul class="cmp-same-fate" aria-label={t('compare.same-fate')}>
      {same.slice(0, NAMED).map((h) => (
        <li key={h} class="chip">
          <Icon name="check" /> {t('compare.same-host', { host: hosts[h].name })}
        </li>
      ))}
      {same.length > NAMED && <li class="chip">+{same.length - NAMED}</li>}
    </ul>
  );
}

interface RowProps {
  plan: Plan;
  at: number;
  to: number;
  left: number;
  columns: readonly { host: number; x: number }[];
  hosts: Host[];
  letter?: string;
}

function Row({ plan, at, to, left, columns, hosts, letter }: RowProps) {
  const top = plan.shared ? Math.max(0, at - (letter ? 22 : 0)) : at;
  return (
    <div class={`cmp-names${letter ? ' own' : ''}`} aria-hidden="true" style={{ top: `${top}px`, height: `${Math.max(0, to - top)}px` }}>
      <div class="cmp-names-row">
        {columns.map((c) => (
          <b key={c.host} style={{ left: `${left + c.x}px` }}>
            {c.host < 0 ? t('lab.others', { n: hosts.length - columns.length + 1 }) : hosts[c.host]?.name}
          </b>
        ))}
      </div>
    </div>
  );
}
