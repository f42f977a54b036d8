import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { instant } from '../../../diagram/time';
import { kindName } from '../../../diagram/words';
import { t } from '../../../i18n';
import type { BranchData } from '../../../model/branch';
import type { Track } from '../../../model/history';
import type { Header, HeaderField } from '../../../proto';
import { choose } from '../../act';
import { data, n, rev } from '../../after';
import { press } from '../../canvas/actions';
import { say } from '../../notes';
import { chosen, dialog, hello } from '../../state';
import { ask } from '../../sync';
import { Bytes } from './bytes';
import { Detail } from './detail';
import { differing } from './words';

const got = signal<Header | null>(null);
const bits = signal(false);
const field = signal(''); // "tcp.ack": it stays while one goes from segment to segment

/** The segment that is shown: the chosen one, else the last one sent. */
function trackShown(d: BranchData): Track | undefined {
  const id = chosen.value?.packet;
  const own = id ? d.history.byPacket.get(id) : undefined;
  if (own && own.n <= n.value) return own;
  return neighbour(d, Number.POSITIVE_INFINITY, -1);
}

/** The segment before or after another one, of those sent so far. */
function neighbour(d: BranchData, id: number, by: 1 | -1): Track | undefined {
  let best: Track | undefined;
  for (const tr of d.history.byPacket.values()) {
    if (tr.n > n.peek() || (by < 0 ? tr.packet.id >= id : tr.packet.id <= id)) continue;
    if (!best || (by < 0 ? tr.packet.id > best.packet.id : tr.packet.id < best.packet.id)) best = tr;
  }
  return best;
}

/** Any segment byte by byte. */
export function HeaderTab() {
  void rev.value;
  const d = data.value;
  const tr = d && trackShown(d);
  const id = tr?.packet.id ?? 0;
  const edits = tr?.turns.filter((x) => x.what === 'edited' && x.n <= n.value).length ?? 0;
  useEffect(() => {
    if (!id || !d) return;
    let stale = false;
    void ask({ t: 'header', branch: d.id, n: n.peek(), packet: id }).then((done) => {
      if (!stale && done.header) got.value = done.header;
    });
    return () => {
      stale = true;
    };
  }, [d, id, edits]);
  const h = got.value;
  if (!d || !tr) {
    return (
      <section>
        <p class="ref">{t('header.none')}</p>
      </section>
    );
  }
  return (
    <div class="header-tab">
      <Title d={d} tr={tr} h={h?.packet === id ? h : null} />
      {h?.packet === id && <Body h={h} tr={tr} />}
    </div>
  );
}

function Title({ d, tr, h }: { d: BranchData; tr: Track; h: Header | null }) {
  const hosts = hello.value?.hosts ?? [];
  const p = tr.packet;
  const arrived = tr.turns.find((x) => x.what === 'delivered' && x.n <= n.value);
  const lost = tr.turns.find((x) => x.what === 'lost' && x.n <= n.value);
  const go = (by: 1 | -1) => {
    const to = neighbour(d, p.id, by);
    if (to) choose({ key: `p${to.packet.id}`, n: to.n, packet: to.packet.id });
  };
  const when = lost
    ? t('header.lost', { at: instant(lost.at) })
    : arrived
      ? t('header.arrived', { at: instant(arrived.at) })
      : p.arrive !== null
        ? t('header.arrives', { at: instant(p.arrive) })
        : '';
  return (
    <section>
      <h3>
        {t('header.segment', { n: p.id })} · {hosts[p.from]?.name} → {hosts[p.to]?.name}
        <span class="sp" />
        <button type="button" class="small" aria-label={t('header.segment-before')} disabled={!neighbour(d, p.id, -1)} onClick={() => go(-1)}>
          ‹
        </button>
        <button type="button" class="small" aria-label={t('header.segment-after')} disabled={!neighbour(d, p.id, 1)} onClick={() => go(1)}>
          ›
        </button>
        <button type="button" class="small" disabled={!h} onClick={() => h && copy(h)}>
          {t('header.copy')}
        </button>
      </h3>
      <p class="header-what">
        <span class="kind" data-kind={p.kind}>
          {kindName(p)}
        </span>{' '}
        <b>
          seq {p.seq} ack {p.ack} win {p.win}
        </b>
      </p>
      <p class="ref">
        {[t('header.sent', { at: instant(p.sent) }), when, p.len ? t('header.data', { n: p.len }) : '', h && h.segs > 1 ? t('header.segs', { n: h.segs }) : '']
          .filter(Boolean)
          .join(' · ')}
      </p>
    </section>
  );
}

async function copy(h: Header): Promise<void> {
  try {
    await navigator.clipboard.writeText((h.hex.match(/../g) ?? []).join(' '));
    say('header.copied');
  } catch {
    say('lab.shell-copy-not', 'wrong');
  }
}

function Body({ h, tr }: { h: Header; tr: Track }) {
  const ref = useRef<HTMLDivElement>(null);
  const main = h.fields.filter((f) => f.part === 'tcp' || f.part === 'option' || f.part === 'icmp');
  const rest = h.fields.filter((f) => f.part === 'data' || f.part === 'quote');
  const ip = h.fields.filter((f) => f.part === 'ip');
  const from = (main[0]?.at ?? 0) >> 3;
  const all = [...main, ...rest];
  const at = all.find((f) => `${f.part}.${f.name}` === field.value) ?? ip.find((f) => `${f.part}.${f.name}` === field.value) ?? main.find((f) => f.name === 'seq') ?? main[0];
  const pick = (f: HeaderField) => {
    field.value = `${f.part}.${f.name}`;
  };
  const step = (by: number) => {
    const list = ip.includes(at) ? ip : all;
    const to = list[(list.indexOf(at) + by + list.length) % list.length];
    pick(to);
    requestAnimationFrame(() => ref.current?.querySelector<HTMLElement>(`[data-at="${to.at}"]`)?.focus());
  };
  const gone = tr.turns.some((x) => (x.what === 'delivered' || x.what === 'lost') && x.n <= n.value) ? tr.n : 0;
  const size = main.reduce((sum, f) => sum + f.bits, 0) / 8;
  return (
    <div
      ref={ref}
      onKeyDown={(e) => {
        const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
        if (!by || !(e.target as HTMLElement).closest('.box')) return;
        e.preventDefault();
        e.stopPropagation();
        step(by);
      }}
    >
      <section>
        <h3>
          {t(main[0]?.part === 'icmp' ? 'header.icmp' : 'header.tcp', { n: size })}
          <span class="sp" />
          {[false, true].map((b) => (
            <button
              key={String(b)}
              type="button"
              class="small"
              aria-pressed={bits.value === b}
              onClick={() => {
                bits.value = b;
              }}
            >
              {t(b ? 'header.bits' : 'header.hex')}
            </button>
          ))}
        </h3>
        <Bytes h={h} fields={main} from={from} bits={bits.value} at={at} pick={pick} />
        {rest.length > 0 && <Bytes h={h} fields={rest} from={from} bits={bits.value && rest[0].part === 'quote'} at={at} pick={pick} />}
        <details>
          <summary>{t('header.ip', { n: ip.reduce((sum, f) => sum + f.bits, 0) / 8 })}</summary>
          <p class="ref">{t('header.ip-about')}</p>
          <Bytes h={h} fields={ip} from={0} bits={bits.value} at={at} pick={pick} />
        </details>
      </section>
      <Detail h={h} f={at} from={ip.includes(at) ? 0 : from} gone={gone} step={step} />
      {h.against && <Against h={h} />}
      <Acts h={h} tr={tr} gone={gone} />
    </div>
  );
}

function Acts({ h, tr, gone }: { h: Header; tr: Track; gone: number }) {
  return (
    <section>
      <h3>{t('header.before-arrival')}</h3>
      <div class="row wrap">
        <button
          type="button"
          onClick={() => {
            choose({ key: `p${h.packet}`, n: tr.n, packet: h.packet });
            dialog.value = 'edit';
          }}
        >
          {t('header.edit')} <kbd>E</kbd>
        </button>
        <button type="button" onClick={() => press(h.packet, 'corrupt')}>
          {t('header.corrupt')} <kbd>C</kbd>
        </button>
      </div>
      <p class="ref">{t(gone ? 'header.gone' : 'header.edited-drawn')}</p>
    </section>
  );
}

/** Beside the segment that this one repeats, copies, or was. */
function Against({ h }: { h: Header }) {
  const list = differing(h);
  return (
    <section>
      <h3>{t(`header.against-${h.how}`, { n: h.against?.packet ?? 0 })}</h3>
      <dl class="kv mono">
        {list.map((x, i) => (
          <div key={i}>
            <dt>{x.name}</dt>
            <dd>
              {x.was} → <b class="chg">{x.is}</b>
            </dd>
          </div>
        ))}
      </dl>
      <p class="ref">{t(list.length ? 'header.rest-same' : 'header.all-same')}</p>
    </section>
  );
}
