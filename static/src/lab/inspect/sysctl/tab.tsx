import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../../i18n';
import type { BranchData } from '../../../model/branch';
import { data, n, rev } from '../../after';
import { hello, staged } from '../../state';
import { draft, forgetDrafts, refused } from './draft';
import { defaultOf, kernelOf, loadSettings, rulesMet, type Setting, settings } from './facts';
import { Row, type Shown } from './row';

const filter = signal('');
const chosenHost = signal(0);
const which = signal<'here' | 'changed' | 'all'>('here');

/** The settings of one host: found by name or meaning, the changed ones on top. */
export function Sysctls() {
  void rev.value;
  useEffect(() => void loadSettings(), []);
  const d = data.value;
  const hosts = hello.value?.hosts ?? [];
  if (!d) return null;
  const host = Math.min(chosenHost.value, hosts.length - 1);
  const rows = rowsOf(d, host);
  const groups = grouped(rows);
  return (
    <div class="sysctls">
      <div class="sysctl-top">
        <div class="row">
          <label class="grow">
            <span class="sr">{t('inspect.find')}</span>
            <input
              type="search"
              placeholder={t('inspect.find')}
              value={filter.value}
              spellcheck={false}
              onInput={(e) => {
                filter.value = e.currentTarget.value;
              }}
            />
          </label>
          <HostChoice host={host} />
        </div>
        <div class="row wrap">
          {(['here', 'changed', 'all'] as const).map((k) => (
            <button
              key={k}
              type="button"
              class="chip"
              aria-pressed={which.value === k && !filter.value}
              onClick={() => {
                which.value = k;
                filter.value = '';
              }}
            >
              {t(`inspect.${k}`, { n: k === 'all' ? rows.length : rows.filter((r) => (k === 'here' ? r.here : r.changed)).length })}
            </button>
          ))}
          <span class="sp" />
          <button type="button" class="link" disabled={!rows.some((r) => r.changed && !r.s.readOnly)} onClick={() => resetAll(rows)}>
            {t('inspect.reset-all')}
          </button>
        </div>
      </div>
      {groups.map(([key, list]) => (
        <section key={key}>
          <h3>
            {t(`inspect.group-${key}`)} · {list.length}
          </h3>
          {key === 'kept' && <p class="ref">{t('inspect.kept-why')}</p>}
          {list.map((r) => (
            <Row key={r.key} r={r} />
          ))}
        </section>
      ))}
      {groups.length === 0 && <p class="ref none">{settings.value.length ? t('inspect.none', { q: filter.value }) : t('lab.loading')}</p>}
    </div>
  );
}

function HostChoice({ host }: { host: number }) {
  return (
    <label>
      <span class="sr">{t('lab.host')}</span>
      <select
        value={String(host)}
        onChange={(e) => {
          chosenHost.value = Number(e.currentTarget.value);
        }}
      >
        {(hello.value?.hosts ?? []).map((h, i) => (
          <option key={h.name} value={String(i)}>
            {h.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function rowsOf(d: BranchData, host: number): Shown[] {
  const name = hello.value?.hosts?.[host]?.name ?? '';
  const kernel = kernelOf(d, host, n.value);
  const ran = rulesMet(d, host);
  const values = d.state.sysctls[host] ?? new Map<string, string>();
  return settings.value.flatMap((s) => {
    const now = values.get(s.name);
    if (now === undefined) return [];
    const initial = defaultOf(s, kernel);
    const key = `${name} ${s.name}`;
    return [{ s, key, host, now, initial, changed: now !== initial || key in staged.value, here: !!s.rules?.some((r) => ran.has(r)) }];
  });
}

/** The groups in their order, without those that the chip or the search leaves empty. */
function grouped(rows: Shown[]): [string, Shown[]][] {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const only = which.value === 'changed' && !words.length;
  const found = rows.filter((r) => (only ? r.changed : words.every((w) => text(r.s).includes(w))));
  const all = which.value === 'all' || words.length > 0 || only;
  // One that is being edited stays where it is: moved, it would lose the focus.
  const group = (r: Shown) => (r.now !== r.initial ? 'changed' : r.s.readOnly ? 'read-only' : !r.s.modelled ? 'kept' : r.here ? 'asked' : 'rest');
  const show = all ? ['changed', 'asked', 'rest', 'kept', 'read-only'] : ['changed', 'asked', 'read-only'];
  return show.map((g): [string, Shown[]] => [g, found.filter((r) => group(r) === g)]).filter(([, list]) => list.length > 0);
}

const text = (s: Setting) => `${s.name}\n${s.about}\n${s.find}\n${s.rfc ?? ''}\n${s.linux ?? ''}`.toLowerCase();

function resetAll(rows: Shown[]): void {
  refused.value = {};
  forgetDrafts();
  for (const r of rows) if (r.now !== r.initial && !r.s.readOnly && r.initial !== '-') draft(r.s, r.key, r.initial, r.now);
}
