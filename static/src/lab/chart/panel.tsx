import { signal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { instant } from '../../diagram/time';
import { lang, t } from '../../i18n';
import { allSeries, mostSent, type Series } from '../inspect/series';
import { asking, charted, data, hello, n, rev, schemas, tip } from '../state';
import { keyOf } from '../toolbar/keytable';
import { Icon } from '../ui/Icon';
import { bytes, type Drawn, drawn, type View, views } from './drawn';
import { Graph } from './graph';
import { SpotTable } from './table';

const MOST = 200; // connections to choose from
const OFTEN = 100; // ms
const view = signal<View>('sequence');
const picked = signal(0);
const asTable = signal(false);

/** The chart under the diagram: the same time, the same selection. */
export function ChartPanel() {
  void rev.value;
  const d = data.value;
  const upTo = asking.value ? n.value : tip.value; // what comes next is asked
  const socks = d ? [...allSeries(d, schemas.value).values()].filter((x) => x.sends.length && x.sends[0].n <= upTo).slice(0, MOST) : [];
  const s = socks.find((x) => x.subject.id === picked.value) ?? mostSent(socks);
  const known = d ? Math.min(upTo, d.tip) : 0;
  const k = Math.min(known, useCalm(known));
  const c = useMemo(() => (s && d ? drawn(view.value, s, k, d.timeOf(k)) : null), [s, d, k, view.value, lang.value]);
  return (
    <section class="ts" aria-label={t('chart.label')}>
      <div class="ts-top">
        <Views />
        {c && <Key d={c} />}
        <span class="sp" />
        {s && socks.length > 1 && <Sender socks={socks} s={s} />}
        <button
          type="button"
          class="small"
          aria-pressed={asTable.value}
          aria-label={t('chart.table')}
          onClick={() => {
            asTable.value = !asTable.value;
          }}
        >
          {t('chart.table-short')}
        </button>
        <button
          type="button"
          class="small square"
          aria-label={t('lab.close')}
          title={`${t('lab.close')} (${keyOf('chart')})`}
          onClick={() => {
            charted.value = false;
          }}
        >
          <Icon name="x" />
        </button>
      </div>
      {c ? <Body d={c} /> : <p class="ref ts-none">{t('chart.none')}</p>}
    </section>
  );
}

/** The same number, but a new one only every now and then: a run may grow faster than it is worth drawing. */
function useCalm(k: number): number {
  const [calm, setCalm] = useState(k);
  const last = useRef(0);
  useEffect(() => {
    const set = () => {
      last.current = performance.now();
      setCalm(k);
    };
    const id = setTimeout(set, Math.max(0, last.current + OFTEN - performance.now()));
    return () => clearTimeout(id);
  }, [k]);
  return calm;
}

function Body({ d }: { d: Drawn }) {
  const [shown, setShown] = useState({ x0: 0, x1: 0, top: 0 });
  const inView = d.spots.filter((s) => s.at >= shown.x0 && s.at <= shown.x1);
  const label = t('chart.aria', { what: t(`chart.${d.view}`), from: instant(round(shown.x0)), to: instant(round(shown.x1)), n: inView.length });
  const edge = d.view === 'sequence' ? d.edge.findLast((p) => p.at <= shown.x1)?.v : undefined;
  return (
    <div class="ts-body">
      {edge !== undefined && edge > shown.top && <p class="ts-above">{t('chart.above', { to: bytes(edge) })}</p>}
      <div class={asTable.value ? 'sr' : 'ts-hold'}>
        <Graph
          d={d}
          label={label}
          shows={(x0, x1, top) => {
            if (x0 !== shown.x0 || x1 !== shown.x1 || top !== shown.top) setShown({ x0, x1, top });
          }}
        />
      </div>
      {asTable.value && <SpotTable list={inView} caption={label} />}
    </div>
  );
}

const round = (ns: number) => Math.max(0, Math.round(ns / 1e5) * 1e5);

function Views() {
  return (
    <span class="segmented" role="group" aria-label={t('chart.tabs')}>
      {views.map((v) => (
        <button
          key={v}
          type="button"
          class="small"
          aria-pressed={view.value === v}
          onClick={() => {
            view.value = v;
          }}
        >
          {t(`chart.${v}`)}
        </button>
      ))}
    </span>
  );
}

function Sender({ socks, s }: { socks: Series[]; s: Series }) {
  const hosts = hello.value?.hosts ?? [];
  const d = data.value;
  const name = (x: Series) =>
    `${hosts[x.subject.host]?.name ?? ''} · ${d?.state.subjects.get(x.subject.id)?.name || d?.history.subjects.get(x.subject.id)?.name || x.subject.name}`;
  return (
    <label class="ts-of">
      <span class="sr">{t('chart.of')}</span>
      <select
        value={String(s.subject.id)}
        onChange={(e) => {
          picked.value = Number(e.currentTarget.value);
        }}
      >
        {socks.map((x) => (
          <option key={x.subject.id} value={String(x.subject.id)}>
            {name(x)}
          </option>
        ))}
      </select>
    </label>
  );
}

const rare = ['dup', 'dsack', 'zero'] as const;

/** What the lines and marks mean; the rare ones where there are some. */
function Key({ d }: { d: Drawn }) {
  if (d.view !== 'sequence') {
    return (
      <p class="ts-key">
        {d.chart.lines.map((l) => (
          <span key={l.name} style={{ color: `var(${l.color})` }}>
            <i class={l.points ? 'dots' : l.dash ? 'dash' : ''} /> {l.name}
          </span>
        ))}
      </p>
    );
  }
  const has = new Set<string>(d.bars.map((b) => b.kind));
  return (
    <p class="ts-key">
      <span class="c-data">
        <i /> {t('chart.sent')}
      </span>
      <span class="c-syn">
        <i /> {t('chart.acked')}
      </span>
      <span class="c-edge">
        <i class="dash" /> {t('chart.edge')}
      </span>
      {has.has('sack') && (
        <span class="c-fin">
          <i /> {t('chart.sacked')}
        </span>
      )}
      {has.has('again') && <span class="c-rtx">{t('chart.again')}</span>}
      {d.bars.some((b) => b.lost) && <span class="c-lost">{t('chart.lost')}</span>}
      {rare.map(
        (k) =>
          has.has(k) && (
            <span key={k} class={k === 'zero' ? 'c-lost' : k === 'dup' ? 'c-syn' : 'c-fin'}>
              {t(`chart.${k}`)}
            </span>
          ),
      )}
    </p>
  );
}
