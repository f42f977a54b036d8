import { firstShown } from '../../diagram/columns';
import { dimmed, everything, filters, HUES, letter } from '../../diagram/filter';
import { t } from '../../i18n';
import type { BranchData } from '../../model/branch';
import type { Connection } from '../../model/history';
import { data, n, rev } from '../after';
import { filter, hello, opened, shownHosts } from '../state';
import { Menu } from '../ui/Menu';

const MOST = 6; // lifelines side by side
const LISTED = 40; // connections in the menu
const kinds = ['SYN', 'SYN-ACK', 'ACK', 'DATA', 'FIN', 'RST', 'ICMP', 'NONE'];

function toggled<T>(set: ReadonlySet<T>, x: T): ReadonlySet<T> {
  const out = new Set(set);
  if (!out.delete(x)) out.add(x);
  return out;
}

/** What is dimmed on the diagram, and which hosts have a lifeline. Nothing ever disappears: it becomes a thin trace with a count. */
export function FilterMenu() {
  void rev.value;
  const d = data.value;
  if (!d) return null;
  const f = filter.value;
  const { connections: all, tracks } = d.history;
  const known = all.length < 2 || all[1].n > n.value ? Math.min(1, all.length) : 2;
  const hosts = hello.value?.hosts?.length ?? 0;
  if (hosts < 3 && known < 2 && !filters(f) && tracks.length < 12) return null;
  const count = filters(f) ? tracks.filter((x) => x.n <= n.value && dimmed(f, x)).length : 0;
  return (
    <Menu command="filter" class="small" list="filter" label={count ? t('lab.filter-on', { n: count }) : t('lab.filter')} name={t('lab.filter')} pressed={filters(f)}>
      {() => (
        <>
          {hosts > 2 && <Hosts />}
          <Kinds d={d} />
          <Connections list={all.filter((c) => c.n <= n.value)} />
          <div class="row end">
            <button
              type="button"
              class="small"
              disabled={!filters(f) && !shownHosts.value}
              onClick={() => {
                filter.value = everything;
                shownHosts.value = null;
              }}
            >
              {t('lab.filter-clear')}
            </button>
          </div>
        </>
      )}
    </Menu>
  );
}

/** A box that is checked while something is not dimmed. */
function Box({ name, on, off, set }: { name: string; on: boolean; off?: boolean; set: () => void }) {
  return <input type="checkbox" aria-label={name} checked={on} disabled={off} onChange={set} />;
}

function Hosts() {
  const hosts = hello.value?.hosts ?? [];
  const f = filter.value;
  const shown = shownHosts.value ?? firstShown({ hosts: hosts.length, links: hello.value?.links ?? [] }, MOST);
  const show = (host: number) => {
    const next = shown.includes(host) ? shown.filter((h) => h !== host) : [...shown, host].sort((a, b) => a - b);
    if (next.length && next.length <= MOST) shownHosts.value = next;
  };
  const dim = (host: number) => {
    filter.value = { ...f, hosts: toggled(f.hosts, host) };
  };
  return (
    <fieldset>
      <legend>{t('lab.filter-hosts')}</legend>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('lab.host')}</th>
            <th scope="col">{t('lab.filter-lifeline')}</th>
            <th scope="col">{t('lab.filter-shown')}</th>
          </tr>
        </thead>
        <tbody>
          {hosts.map((h, i) => (
            <tr key={h.name}>
              <th scope="row">{h.name}</th>
              <td>
                <Box
                  name={`${t('lab.filter-lifeline')}: ${h.name}`}
                  on={shown.includes(i)}
                  off={!shown.includes(i) && shown.length >= MOST - (hosts.length > MOST ? 1 : 0)}
                  set={() => show(i)}
                />
              </td>
              <td>
                <Box name={`${t('lab.filter-shown')}: ${h.name}`} on={!f.hosts.has(i)} set={() => dim(i)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </fieldset>
  );
}

function Kinds({ d }: { d: BranchData }) {
  const f = filter.value;
  return (
    <fieldset>
      <legend>{t('lab.filter-kinds')}</legend>
      <div class="row wrap">
        {kinds
          .filter((k) => f.kinds.has(k) || d.history.kinds.has(k))
          .map((k) => (
            <label key={k} class="check-label">
              <input
                type="checkbox"
                checked={!f.kinds.has(k)}
                onChange={() => {
                  filter.value = { ...f, kinds: toggled(f.kinds, k) };
                }}
              />
              <span class="kind" data-kind={k}>
                {k}
              </span>
            </label>
          ))}
      </div>
    </fieldset>
  );
}

function Connections({ list }: { list: Connection[] }) {
  const f = filter.value;
  if (list.length < 2) return null;
  const only = (id: number | null) => ({
    type: 'radio' as const,
    name: 'connection',
    checked: f.connection === id,
    onChange: () => {
      filter.value = { ...f, connection: id };
    },
  });
  return (
    <fieldset>
      <legend>{t('lab.filter-connections')}</legend>
      <div class="connections">
        <label class="check-label">
          <input {...only(null)} />
          {t('lab.filter-all', { n: list.length })}
        </label>
        {list.slice(0, LISTED).map((c) => (
          <label key={c.id} class="check-label">
            <input {...only(c.id)} />
            <b class={`conn h${c.id % HUES}`}>{letter(c)}</b> <span class="mono">{c.name}</span>
          </label>
        ))}
        {list.length > LISTED && <p class="ref">{t('lab.filter-more', { n: list.length - LISTED })}</p>}
      </div>
    </fieldset>
  );
}

/** Bands that were opened, to be folded again. */
export function Opened() {
  const k = opened.value.size;
  if (!k) return null;
  return (
    <button
      type="button"
      class="small"
      onClick={() => {
        opened.value = new Set();
      }}
    >
      {t('lab.group.fold', { n: k })}
    </button>
  );
}
