import type { Item } from '../../diagram/sheet';
import { t } from '../../i18n';
import { cwndChart, rttChart } from '../inspect/charts';
import type { Chart } from '../inspect/plot';
import { issOf, merge, type Point, type Series } from '../inspect/series';
import { type Bar, sequence } from './sequence';
import type { Target } from './window';

export const views = ['sequence', 'cwnd', 'rtt'] as const;
export type View = (typeof views)[number];

/** Something of a chart that is an event or a segment, and what it says. */
export interface Spot extends Target {
  n: number;
  item: Item;
  says: string;
}

/** A chart, ready to be drawn, pointed at and read out. */
export interface Drawn {
  view: View;
  chart: Chart;
  spots: Spot[]; // in the order of time
  bars: Bar[];
  edge: Point[];
  zero: boolean; // its values begin at 0
}

export const bytes = (v: number) => (v >= 1e6 ? `${Math.round(v / 1e4) / 100} MB` : v >= 1e4 ? `${Math.round(v / 100) / 10} kB` : `${Math.round(v)} B`);

/** end: the instant up to which every line goes on. */
export function drawn(view: View, s: Series, k: number, end: number): Drawn {
  return view === 'sequence' ? sequenceOf(s, k, end) : lines(view, view === 'cwnd' ? cwndChart(s, k) : rttChart(s, k, issOf(s)), end);
}

function sequenceOf(s: Series, k: number, end: number): Drawn {
  const { bars, una, edge } = sequence(s, k);
  const chart: Chart = {
    title: t('chart.sequence'),
    lines: [
      { name: t('chart.acked'), color: '--syn', unit: bytes },
      { name: t('chart.edge'), color: '--muted', dash: [5, 3], unit: bytes },
    ],
    ...merge([una, edge]),
  };
  return { view: 'sequence', chart: goOn(chart, end), spots: bars.map((b) => ({ ...b, says: sayBar(b) })), bars, edge, zero: false };
}

function sayBar(b: Bar): string {
  const kind = b.lost ? `${b.kind === 'again' ? 'again-' : ''}lost` : b.kind;
  return t(`chart.say-${kind}`, { range: `${b.from}:${b.to}`, at: b.to });
}

function lines(view: View, chart: Chart, end: number): Drawn {
  const spots: Spot[] = [];
  const last: (number | null)[] = chart.lines.map(() => null);
  for (const [i, n] of chart.n.entries()) {
    for (const [j, l] of chart.lines.entries()) {
      const v = chart.values[j][i];
      if (v === null || v === undefined || (!l.points && v === last[j])) continue;
      last[j] = v;
      spots.push({ at: chart.at[i], from: v, to: v, n, item: { key: `e${n}`, n }, says: `${l.name} ${l.unit(v)}` });
    }
  }
  return { view, chart: goOn(chart, end), spots, bars: [], edge: [], zero: true };
}

/** Every line goes on to the end of what is known. */
function goOn(c: Chart, end: number): Chart {
  const last = c.n.length - 1;
  if (last < 0 || c.at[last] >= end) return c;
  return { ...c, n: [...c.n, c.n[last]], at: [...c.at, end], values: c.values.map((v, i) => [...v, c.lines[i].points ? null : v[last]]) };
}
