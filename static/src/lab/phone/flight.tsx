import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../i18n';
import type { Track } from '../../model/history';
import { choose } from '../act';
import { Buttons, DelayForm, fateAt } from '../canvas/actions';
import { bar, chosen, data, hello, n, rev, tab } from '../state';
import { Icon } from '../ui/Icon';
import { show } from './narrow';

/** Segments too close for a finger are chosen from this list: all that are under way, in the order of the wire. */
export function Flight() {
  void rev.value;
  const open = bar.value;
  const d = data.value;
  const tr = open && d?.history.byPacket.get(open.packet);
  const row = useRef<HTMLUListElement>(null);
  useEffect(() => {
    row.current?.querySelector('[aria-pressed=true]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [open?.packet]);
  if (!d || !open || !tr) return null;
  const list = underWay(tr);
  return (
    <div class="flight" role="group" aria-label={t('lab.act.label', { segment: tr.packet.kind })}>
      <h3>
        {t('lab.in-flight', { n: list.filter((x) => isFlying(x)).length })}
        <span class="sp" />
        <button type="button" class="link" onClick={() => explain(tr)}>
          {t('lab.tab-why')}
        </button>
        <button type="button" class="shut" aria-label={t('lab.close')} onClick={() => choose(null)}>
          <Icon name="x" />
        </button>
      </h3>
      <ul class="wire" ref={row}>
        {list.map((x) => (
          <li key={x.packet.id}>
            <Chip tr={x} on={x === tr} />
          </li>
        ))}
      </ul>
      {open.mode === 'delay' ? <DelayForm id={open.packet} /> : <Buttons tr={tr} />}
    </div>
  );
}

function Chip({ tr, on }: { tr: Track; on: boolean }) {
  const p = tr.packet;
  const k = n.value;
  const hosts = hello.value?.hosts ?? [];
  const { fate } = fateAt(tr, k);
  const lost = tr.turns.some((x) => x.what === 'lost' && x.n <= k);
  const moved = tr.turns.some((x) => x.what === 'moved' && x.n <= k);
  const mark = lost ? 'lost' : fate === 'held' ? 'held' : moved ? 'delayed' : p.retx ? 'again' : p.from < p.to ? 'right' : 'left';
  const sign = { lost: '✕', held: '‖', delayed: '◷', again: '↻', right: '→', left: '←' }[mark];
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-label={t('lab.flight-item', { kind: p.kind, seq: p.seq, from: hosts[p.from]?.name ?? '', fate: t(`lab.flight-${mark}`) })}
      onClick={() => {
        choose({ key: `p${p.id}`, n: tr.n, packet: p.id });
        bar.value = { packet: p.id, mode: '' };
      }}
    >
      <span class="kind" data-kind={p.kind}>
        {on ? '✓' : sign} {p.kind}
      </span>
      <b class="mono">{p.kind === 'ACK' ? p.ack : p.seq}</b>
    </button>
  );
}

const MOST = 60;

/** What is under way at the cursor, and what is chosen. */
function underWay(tr: Track): Track[] {
  const all = data.peek()?.history.tracks.filter((x) => x === tr || isFlying(x)) ?? [];
  const at = all.indexOf(tr);
  const from = Math.max(0, Math.min(at - MOST / 2, all.length - MOST));
  return all.slice(from, from + MOST);
}

function isFlying(x: Track): boolean {
  const { fate } = fateAt(x, n.peek());
  return fate === 'flying' || fate === 'held';
}

function explain(tr: Track): void {
  const item = chosen.peek() ?? { key: `p${tr.packet.id}`, n: tr.n, packet: tr.packet.id };
  bar.value = null;
  choose(item);
  tab.value = 'why';
  show('inspect', 2);
}
