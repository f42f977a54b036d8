import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { has, t } from '../i18n';
import type { Inspect, Queue } from '../proto';
import { data, hello, n, rev, send } from './store';

const shown = signal<{ branch: number; what: Inspect } | null>(null);

/** The queues at the play head: they are asked for, frames do not carry them. */
export function Queues() {
  void rev.value;
  const d = data.value;
  const k = n.value;
  useEffect(() => {
    if (!d) return;
    const wait = setTimeout(async () => {
      const got = await send({ t: 'inspect', branch: d.id, n: k }, true);
      if (got?.inspect) shown.value = { branch: d.id, what: got.inspect };
    }, 120);
    return () => clearTimeout(wait);
  }, [d, k]);
  const hosts = hello.value?.hosts ?? [];
  const s = shown.value;
  if (!s || !d || s.branch !== d.id) {
    return (
      <section>
        <p class="ref">{t('lab.loading')}</p>
      </section>
    );
  }
  const list = (s.what.queues ?? []).filter((q) => (q.items ?? []).length > 0 || q.limit > 0);
  return (
    <div class={s.what.n === k ? '' : 'stale'}>
      {list.length === 0 && (
        <section>
          <p class="ref">{t('lab.queues-none')}</p>
        </section>
      )}
      {hosts.map((h, i) => {
        const own = list.filter((q) => q.host === i);
        if (!own.length) return null;
        const subjects = [...new Set(own.map((q) => q.subject))];
        return subjects.map((id) => (
          <section key={`${h.name}.${id}`}>
            <h3>
              {h.name} · <span class="mono">{d.state.subjects.get(id)?.name ?? ''}</span>
            </h3>
            {own
              .filter((q) => q.subject === id)
              .map((q) => (
                <One key={q.name} q={q} />
              ))}
          </section>
        ));
      })}
    </div>
  );
}

/** The bytes of an item such as "1:1449". */
function span(item: string): number {
  const m = /^(\d+):(\d+)/.exec(item);
  return m ? Number(m[2]) - Number(m[1]) : 0;
}

function One({ q }: { q: Queue }) {
  const items = q.items ?? [];
  const key = `lab.queue.${q.name}`;
  // Data is queued in segments and limited in bytes.
  const bytes = ['send', 'receive', 'ofo', 'rtx'].includes(q.name);
  const held = bytes ? items.reduce((sum, x) => sum + span(x), 0) : items.length;
  const full = q.limit > 0 ? Math.min(1, held / q.limit) : 0;
  return (
    <div class="queue">
      <div class="queue-top">
        <span>{has(key) ? t(key) : q.name}</span>
        <span class="mono">
          {held}
          {q.limit > 0 && <span class="quiet"> / {q.limit}</span>}
          {bytes && <span class="quiet"> {t('lab.bytes')}</span>}
        </span>
      </div>
      {q.limit > 0 && (
        <svg class="queue-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
          <rect width="100" height="4" />
          <rect class="fill" width={full * 100} height="4" />
        </svg>
      )}
      {items.length > 0 && (
        <ol class="queue-items mono">
          {items.slice(0, 12).map((x, i) => (
            <li key={`${i}.${x}`}>{x}</li>
          ))}
          {items.length > 12 && <li class="quiet">{t('lab.queue-more', { n: items.length - 12 })}</li>}
        </ol>
      )}
    </div>
  );
}
