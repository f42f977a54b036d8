import { signal } from '@preact/signals';
import { t } from '../../i18n';
import { actHere, replayWith } from '../act';
import { atEnd, data, hello, n, rev, staged } from '../state';
import { Refused } from '../stream';

const filter = signal('');
const errors = signal<Record<string, string>>({});
const working = signal(false);

const op = (key: string, value: string) => {
  const [host, name] = key.split(' ');
  return `sysctl ${host} ${name} = ${value}`;
};

/** The settings of each host: searched, edited in place, applied now or from the start. */
export function Sysctls() {
  void rev.value;
  void n.value;
  const d = data.value;
  const hosts = hello.value?.hosts ?? [];
  if (!d) return null;
  const f = d.frame(n.value);
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  return (
    <div class="sysctls">
      <div class="sysctl-search">
        <label for="sysctl-q" class="sr">
          {t('lab.sysctl-search')}
        </label>
        <input
          id="sysctl-q"
          type="search"
          placeholder={t('lab.sysctl-search')}
          value={filter.value}
          onInput={(e) => {
            filter.value = e.currentTarget.value;
          }}
        />
      </div>
      {hosts.map((h, i) => {
        const rows = [...(d.state.sysctls[i] ?? new Map())].filter(([name]) => words.every((w) => name.toLowerCase().includes(w) || h.name.includes(w)));
        return (
          <section key={h.name}>
            <h3>{h.name}</h3>
            {rows.length === 0 && <p class="ref">{t('lab.sysctl-none')}</p>}
            <ul class="settings">
              {rows.map(([name, value]) => (
                <Row key={name} host={h.name} name={name} value={value} was={f?.sysctl?.host === i && f.sysctl.name === name ? f.sysctl.old : ''} />
              ))}
            </ul>
          </section>
        );
      })}
      <Staged />
    </div>
  );
}

function Row({ host, name, value, was }: { host: string; name: string; value: string; was: string }) {
  const key = `${host} ${name}`;
  const draft = staged.value[key];
  const wrong = errors.value[key];
  const set = (v: string) => {
    const next = { ...staged.value };
    if (v.trim() === value) delete next[key];
    else next[key] = v;
    staged.value = next;
    if (wrong) {
      const { [key]: _, ...rest } = errors.value;
      errors.value = rest;
    }
  };
  const id = `sys-${host}-${name}`;
  const cut = name.lastIndexOf('.') + 1;
  return (
    <li class={draft !== undefined ? 'edited' : ''}>
      <label for={id} class="mono" title={name}>
        <span class="quiet">{name.slice(0, cut)}</span>
        <wbr />
        {name.slice(cut)}
      </label>
      <input
        id={id}
        class="mono"
        value={draft ?? value}
        size={Math.max(5, Math.min(16, (draft ?? value).length + 1))}
        spellcheck={false}
        autocomplete="off"
        aria-invalid={wrong ? 'true' : undefined}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        onInput={(e) => set(e.currentTarget.value)}
        onKeyDown={(e) => {
          if (e.key === 'Enter') void (atEnd.peek() ? replayStaged() : applyNow());
          if (e.key === 'Escape') set(value);
        }}
      />
      {was && (
        <span class="was chg mono">
          {was} → {value}
        </span>
      )}
      {wrong && (
        <p class="wrong" id={`${id}-wrong`} role="alert">
          {wrong}
        </p>
      )}
    </li>
  );
}

function Staged() {
  // What was refused is said at its field, and waits for nothing.
  const keys = Object.keys(staged.value).filter((k) => !errors.value[k]);
  if (!keys.length) return null;
  return (
    <div class="staged" role="group" aria-label={t('lab.staged', { n: keys.length })}>
      <p>{t('lab.staged', { n: keys.length })}</p>
      <div class="row">
        <button type="button" class={atEnd.value ? 'primary' : ''} disabled={working.value} onClick={replayStaged}>
          {t('lab.replay-with')}
        </button>
        <button type="button" class={atEnd.value ? '' : 'primary'} disabled={working.value} onClick={applyNow}>
          {t('lab.apply-now')}
        </button>
        <button
          type="button"
          onClick={() => {
            staged.value = {};
            errors.value = {};
          }}
        >
          {t('lab.undo')}
        </button>
      </div>
    </div>
  );
}

function refuse(e: unknown, keys: string[]): void {
  if (!(e instanceof Refused)) throw e;
  const hit = keys.filter((k) => e.message.includes(k.split(' ')[1].replace(/^.*\./, '')));
  errors.value = Object.fromEntries((hit.length ? hit : keys.slice(0, 1)).map((k) => [k, e.message]));
}

/** Changes the settings here and now, one intervention each. */
async function applyNow(): Promise<void> {
  const all = Object.entries(staged.peek());
  working.value = true;
  errors.value = {};
  for (const [key, v] of all) {
    try {
      await actHere(op(key, v));
      const { [key]: _, ...rest } = staged.peek();
      staged.value = rest;
    } catch (e) {
      refuse(e, [key]);
    }
  }
  working.value = false;
}

/** The same moves from the start, with these settings. */
export async function replayStaged(): Promise<void> {
  const all = Object.entries(staged.peek());
  if (!all.length) return;
  working.value = true;
  errors.value = {};
  const label = all.map(([k, v]) => `${k.split(' ')[1].replace(/^.*\./, '')}=${v}`).join(', ');
  try {
    await replayWith(
      all.map(([k, v]) => op(k, v)),
      label.slice(0, 60),
    );
    staged.value = {};
  } catch (e) {
    refuse(
      e,
      all.map(([k]) => k),
    );
  }
  working.value = false;
}
