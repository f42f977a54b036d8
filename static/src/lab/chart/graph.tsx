import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { duration } from '../../diagram/time';
import { axis, color, drawing, lastAt } from '../inspect/plot';
import { chosen, clock, hovered, now, time } from '../state';
import type { Drawn } from './drawn';
import { paintBars } from './paint';
import { useGestures } from './useGestures';
import { heights, windowOf } from './window';

interface GraphProps {
  d: Drawn;
  label: string;
  shows: (x0: number, x1: number, top: number) => void; // what is in view has changed
}

/** A chart that shows what the diagram shows, and a little more. */
export function Graph({ d, label, shows }: GraphProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ d, shows, x: [0, 1] as [number, number], y: [0, 1] as [number, number] });
  latest.current = { ...latest.current, d, shows };
  const lib = drawing();

  const rescale = () => {
    const u = plot.current;
    const { from, to } = time.range.value;
    const m = latest.current;
    m.x = windowOf(from, to, m.d.spots);
    m.y = heights(m.d.spots, m.x[0], m.x[1], heldAt(m.d, m.x[0]), m.d.zero);
    m.shows(m.x[0], m.x[1], m.y[1]);
    if (!u) return;
    u.setScale('x', { min: m.x[0] / 1e9, max: m.x[1] / 1e9 });
  };
  const over = (u: uPlot) => {
    const { from, to } = time.range.peek();
    paintBars(u, latest.current.d.bars);
    place(u, box.current, from, to);
    ring(u, box.current, latest.current.d);
  };

  useEffect(() => {
    const el = box.current;
    if (!el || !lib) return;
    const u = new lib(options(lib, el, latest, over), dataOf(d), el);
    plot.current = u;
    for (const name of ['view', 'head', 'ring', 'ring own']) {
      const i = document.createElement('i');
      i.className = `ts-${name}`;
      u.over.append(i);
    }
    rescale();
    const ro = new ResizeObserver(() => {
      u.setSize({ width: el.clientWidth, height: el.clientHeight });
      rescale();
    });
    ro.observe(el);
    const redraw = () => u.redraw();
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const media = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((x) => matchMedia(x));
    for (const x of media) x.addEventListener('change', redraw);
    return () => {
      ro.disconnect();
      theme.disconnect();
      for (const x of media) x.removeEventListener('change', redraw);
      u.destroy();
      plot.current = null;
    };
  }, [lib, d.view]);
  useEffect(() => {
    plot.current?.setData(dataOf(d), false);
    rescale();
  }, [d]);
  useSignalEffect(rescale);
  useSignalEffect(() => {
    void hovered.value;
    void chosen.value;
    if (plot.current) ring(plot.current, box.current, latest.current.d);
  });
  useSignalEffect(() => {
    const at = clock.value ?? now.value;
    if (plot.current) head(plot.current, box.current, at);
  });
  const gestures = useGestures(plot, latest);
  return <div class="ts-plot" ref={box} role="img" aria-label={label} {...gestures} />;
}

const dataOf = (d: Drawn) => [d.chart.at.map((x) => x / 1e9), ...d.chart.values] as uPlot.AlignedData;

/** What each line holds as the window begins; the offered window is far above as a rule, and does not count. */
function heldAt(d: Drawn, x0: number): number[] {
  const i = lastAt(d.chart.at, x0);
  const values = d.view === 'sequence' ? d.chart.values.slice(0, 1) : d.chart.values;
  return i < 0 ? [] : values.map((v) => v[i]).filter((v): v is number => typeof v === 'number');
}

type Latest = { current: { d: Drawn; x: [number, number]; y: [number, number] } };

function options(lib: typeof uPlot, el: HTMLElement, latest: Latest, over: (u: uPlot) => void): uPlot.Options {
  const { chart } = latest.current.d;
  return {
    width: el.clientWidth,
    height: el.clientHeight,
    padding: [6, 10, 0, 0],
    scales: { x: { time: false, range: () => [latest.current.x[0] / 1e9, latest.current.x[1] / 1e9] }, y: { range: () => latest.current.y } },
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false, setScale: false } },
    axes: [
      { ...axis, size: 20, values: (_u, list, _a, _s, step) => instants(list, step) },
      { ...axis, size: 60, values: (_u, list, _a, _s, step) => list.map((v) => (v < 0 ? '' : latest.current.d.view === 'sequence' ? amount(v, step) : chart.lines[0].unit(v))) },
    ],
    series: [
      {},
      ...chart.lines.map((l) => ({
        label: l.name,
        stroke: () => color(l.color),
        width: 1.6,
        dash: l.dash,
        paths: l.points ? () => null : lib.paths.stepped?.({ align: 1 }),
        points: l.points ? { show: true, size: 4, fill: () => color(l.color) } : { show: false },
      })),
    ],
    hooks: { draw: [over] },
  };
}

/** Instants in one unit, which the last one names. */
function instants(list: number[], step: number): string[] {
  const s = step >= 1;
  const digits = s ? 0 : Math.max(0, Math.ceil(-Math.log10(step * 1e3)));
  return list.map((v, i) => (v < 0 ? '' : `${(s ? v : v * 1e3).toFixed(digits)}${i === list.length - 1 ? (s ? ' s' : ' ms') : ''}`));
}

function amount(v: number, step: number): string {
  if (step < 50 || v < 1000) return `${Math.round(v)} B`;
  return `${(v / 1e3).toFixed(Math.max(0, Math.ceil(-Math.log10(step / 1e3))))} kB`;
}

const px = (v: number) => `${Math.round(v * 10) / 10}px`;

/** Tints what the diagram shows. */
function place(u: uPlot, box: HTMLElement | null, from: number, to: number): void {
  const el = box?.querySelector<HTMLElement>('.ts-view');
  const [a, b] = [from, to].map((t) => Math.max(0, Math.min(u.over.clientWidth, u.valToPos(t / 1e9, 'x'))));
  el?.style.setProperty('left', px(a));
  el?.style.setProperty('width', px(b - a));
  head(u, box, clock.peek() ?? now.peek());
}

function head(u: uPlot, box: HTMLElement | null, at: number): void {
  const el = box?.querySelector<HTMLElement>('.ts-head');
  const x = u.valToPos(at / 1e9, 'x');
  el?.style.setProperty('left', px(x));
  el?.toggleAttribute('hidden', x < 0 || x > u.over.clientWidth);
}

/** Marks what is pointed at here or on the diagram, and what is chosen. */
function ring(u: uPlot, box: HTMLElement | null, d: Drawn): void {
  for (const [name, item] of [
    ['.ts-ring:not(.own)', hovered.peek()],
    ['.ts-ring.own', chosen.peek()],
  ] as const) {
    const el = box?.querySelector<HTMLElement>(name);
    const s = item && (d.spots.find((x) => x.item.key === item.key && x.n === item.n) ?? d.spots.find((x) => x.item.key === item.key || (!item.packet && x.n === item.n)));
    const x = s ? u.valToPos(s.at / 1e9, 'x') : -1;
    el?.toggleAttribute('hidden', !s || x < 0 || x > u.over.clientWidth);
    if (!s || !el) continue;
    const [top, low] = [u.valToPos(s.to, 'y'), u.valToPos(s.from, 'y')];
    el.style.setProperty('left', px(x));
    el.style.setProperty('top', px((top + low) / 2));
    el.style.setProperty('height', px(Math.max(0, low - top) + 10));
    el.dataset.says = `${s.says} · ${duration(s.at)}`;
    el.classList.toggle('right', x > u.over.clientWidth / 2);
  }
}
