import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../../i18n';
import { type Inspect, type Queue, Veiled } from '../../../proto';
import { data, n, rev } from '../../after';
import { hello } from '../../state';
import { send } from '../../sync';
import type { Drawn } from './parts';
import { Ports } from './ports';
import { Ranges } from './ranges';
import { Slots } from './slots';
import { TimeWaits } from './timewaits';

const shown = signal<{ branch: number; what: Inspect } | null>(null);

/** Fetches the queues at the play head: frames do not carry them. */
export function useQueues(): { what: Inspect; stale: boolean } | null {
  void rev.value;
  const d = data.value;
  const k = n.value;
  useEffect(() => {
    if (!d) return;
    const wait = setTimeout(async () => {
      const got = await send({ t: 'inspect', branch: d.id, n: k }, true);
      for (const q of got?.inspect?.queues ?? []) for (const i of q.items ?? []) if (i.until === Veiled) i.until = null;
      if (got?.inspect) shown.value = { branch: d.id, what: got.inspect };
    }, 120);
    return () => clearTimeout(wait);
  }, [d, k]);
  const s = shown.value;
  return s && d && s.branch === d.id ? { what: s.what, stale: s.what.n !== k } : null;
}

/** The queues of every host, as pictures that fill, each also as a table. */
export function Queues() {
  const got = useQueues();
  const d = data.value;
  if (!got || !d) {
    return (
      <section>
        <p class="ref">{t('lab.loading')}</p>
      </section>
    );
  }
  const list = (got.what.queues ?? []).filter((q) => ((q.items ?? []).length > 0 || q.limit > 0) && (q.name !== 'ports' || q.items.length >= FEW || q.limit < 200));
  const hosts = (hello.value?.hosts ?? []).map((h, i) => ({ h, i, first: Math.min(...list.filter((q) => q.host === i).map(rank)) })).sort((a, b) => a.first - b.first || a.i - b.i);
  const now = d.timeOf(got.what.n);
  return (
    <div class={got.stale ? 'stale' : ''}>
      {list.length === 0 && (
        <section>
          <p class="ref">{t('lab.queues-none')}</p>
        </section>
      )}
      {hosts.map(({ h, i }) => {
        const own = list.filter((q) => q.host === i);
        const subjects = [...new Set([...own].sort((a, b) => rank(a) - rank(b)).map((q) => q.subject))];
        return subjects.map((id) => (
          <section key={`${h.name}.${id}`} class="queues">
            <h3>
              {h.name} · <span class="mono">{id ? (d.state.subjects.get(id)?.name ?? '') : t('lab.queue-host')}</span>
            </h3>
            {own
              .filter((q) => q.subject === id)
              .map((q) => (
                <One key={q.name} q={q} now={now} />
              ))}
          </section>
        ));
      })}
    </div>
  );
}

const FEW = 3; // ports in use that are not worth a picture

/** Listeners come first, then tables, then what each connection holds, then ports. */
function rank(q: Queue): number {
  return { syn: 0, accept: 0, timewait: 1, ports: 3 }[q.name as string] ?? 2;
}

function One(p: Drawn) {
  switch (p.q.name) {
    case 'syn':
    case 'accept':
      return <Slots {...p} />;
    case 'timewait':
      return <TimeWaits {...p} />;
    case 'ports':
      return <Ports {...p} />;
    default:
      return <Ranges {...p} />;
  }
}
