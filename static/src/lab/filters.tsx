import { signal } from '@preact/signals';
import { firstShown } from '../diagram/columns';
import { dimmed, everything, filters, HUES, letter } from '../diagram/filter';
import { t } from '../i18n';
import { data, filter, hello, n, opened, rev, shownHosts } from './store';

const menu = signal(false);
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
  const hosts = hello.value?.hosts ?? [];
  const links = hello.value?.links ?? [];
  if (!d) return null;
  const f = filter.value;
  const { connections: all, tracks } = d.history;
  const known = all.length < 2 || all[1].n > n.value ? Math.min(1, all.length) : 2;
  if (hosts.length < 3 && known < 2 && !filters(f) && tracks.length < 12) return null;
  const shown = shownHosts.value ?? firstShown({ hosts: hosts.length, links }, MOST);
  const count = filters(f) ? tracks.filter((x) => x.n <= n.value && dimmed(f, x)).length : 0;
  const connections = menu.value ? all.filter((c) => c.n <= n.value) : [];
  const present = kinds.filter((k) => f.kinds.has(k) || d.history.kinds.has(k));
  const show = (host: number) => {
    const next = shown.includes(host) ? shown.filter((h) => h !== host) : [...shown, host].sort((a, b) => a - b);
    if (next.length && next.length <= MOST) shownHosts.value = next;
  };
  return (
    <div
      class="menu-of"
      onKeyDown={(e) => {
        if (e.key !== 'Escape') return;
        e.stopPropagation();
        menu.value = false;
        (e.currentTarget.firstElementChild as HTMLElement).focus();
      }}
    >
      <button
        type="button"
        class="small"
        aria-haspopup="true"
        aria-expanded={menu.value}
        aria-pressed={filters(f)}
        onClick={() => {
          menu.value = !menu.value;
        }}
      >
        {count ? t('lab.filter-on', { n: count }) : t('lab.filter')} ▾
      </button>
      {menu.value && (
        <div class="menu filter" role="group" aria-label={t('lab.filter')}>
          {hosts.length > 2 && (
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
                        <input
                          type="checkbox"
                          aria-label={`${t('lab.filter-lifeline')}: ${h.name}`}
                          checked={shown.includes(i)}
                          disabled={!shown.includes(i) && shown.length >= MOST - (hosts.length > MOST ? 1 : 0)}
                          onChange={() => show(i)}
                        />
                      </td>
                      <td>
                        <input
                          type="checkbox"
                          aria-label={`${t('lab.filter-shown')}: ${h.name}`}
                          checked={!f.hosts.has(i)}
                          onChange={() => {
                            filter.value = { ...f, hosts: toggled(f.hosts, i) };
                          }}
                        />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </fieldset>
          )}
          <fieldset>
            <legend>{t('lab.filter-kinds')}</legend>
            <div class="row wrap">
              {present.map((k) => (
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
          {connections.length > 1 && (
            <fieldset>
              <legend>{t('lab.filter-connections')}</legend>
              <div class="connections">
                <label class="check-label">
                  <input
                    type="radio"
                    name="connection"
                    checked={f.connection === null}
                    onChange={() => {
                      filter.value = { ...f, connection: null };
                    }}
                  />
                  {t('lab.filter-all', { n: connections.length })}
                </label>
                {connections.slice(0, LISTED).map((c) => (
                  <label key={c.id} class="check-label">
                    <input
                      type="radio"
                      name="connection"
                      checked={f.connection === c.id}
                      onChange={() => {
                        filter.value = { ...f, connection: c.id };
                      }}
                    />
                    <b class={`conn h${c.id % HUES}`}>{letter(c)}</b> <span class="mono">{c.name}</span>
                  </label>
                ))}
                {connections.length > LISTED && <p class="ref">{t('lab.filter-more', { n: connections.length - LISTED })}</p>}
              </div>
            </fieldset>
          )}
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
        </div>
      )}
    </div>
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
