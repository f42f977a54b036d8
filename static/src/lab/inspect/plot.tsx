import { signal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { duration } from '../../diagram/time';
import { t } from '../../i18n';
import { hovered } from '../state';
import { seek } from '../sync';
import { Value } from '../ui/Value';
import type { Ref } from './causes/number';

/** One line of a chart. */
export interface Line {
  name: string;
  color: string; // a custom property
  dash?: number[];
  stepped?: boolean;
  points?: boolean; // only dots
  drawn?: boolean; // by the chart itself
  unit: (v: number) => string;
  of?: Ref; // the variables it is drawn from
}

export interface Chart {
  title: string;
  lines: Line[];
  n: number[]; // the event of each instant
  at: number[]; // in nanoseconds
  values: (number | null)[][];
  draw?: (u: uPlot) => void; // over the lines
}

const H = 150;
const library = signal<typeof uPlot | null>(null);

/** The library that draws, fetched when the first chart is shown; null until it is there. */
export function drawing(): typeof uPlot | null {
  if (!library.value) void fetchLibrary();
  return library.value;
}

async function fetchLibrary(): Promise<void> {
  const file = './uplot.js'; // beside this script
  library.value = (await import(file)).default;
}

export const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const axis = { stroke: () => color('--muted'), font: '10px monospace', grid: { stroke: () => color('--line'), width: 1 }, ticks: { show: false }, gap: 3 };

function options(lib: typeof uPlot, c: Chart, width: number, hover: (u: uPlot) => void): uPlot.Options {
  const unit = c.lines[0].unit;
  return {
    width,
    height: H,
    scales: { x: { time: false, range: (_u, from, to) => [from ?? 0, Math.max(to ?? 0, (from ?? 0) + 0.1)] } }, // a single event too has some room
    legend: { show: false },
    cursor: { sync: { key: 'lab', setSeries: false }, y: false, points: { size: 6 }, drag: { x: false, y: false, setScale: false } },
    axes: [
      { ...axis, size: 20, values: (_u, list) => list.map((v) => (v === 0 ? '0' : duration(v * 1e9))) },
      { ...axis, size: 52, values: (_u, list) => list.map((v) => (v < 0 ? '' : unit(v))) },
    ],
    series: [
      {},
      ...c.lines.map((l) => ({
        label: l.name,
        stroke: () => color(l.color),
        width: 1.6,
        dash: l.dash,
        paths: l.points || l.drawn ? () => null : l.stepped === false ? undefined : lib.paths.stepped?.({ align: 1 }),
        points: l.points ? { show: true, size: 4, fill: () => color(l.color) } : { show: false },
      })),
    ],
    hooks: { setCursor: [hover], draw: c.draw ? [c.draw] : [] },
  };
}

/** A chart whose cursor and the diagram point at the same event. */
export function Plot({ c, label }: { c: Chart; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(c);
  const lib = drawing();
  const own = useRef(false); // the pointer is on this chart
  latest.current = c;
  const data = (): uPlot.AlignedData => [latest.current.at.map((x) => x / 1e9), ...latest.current.values] as uPlot.AlignedData;

  useEffect(() => {
    const el = box.current;
    if (!el || !lib) return;
    const u = new lib(
      options(lib, { ...c, draw: (x) => latest.current.draw?.(x) }, el.clientWidth, (x) => {
        const k = latest.current.n[x.cursor.idx ?? -1];
        if (own.current && k !== undefined && hovered.peek()?.n !== k) hovered.value = { key: `e${k}`, n: k };
      }),
      data(),
      el,
    );
    plot.current = u;
    const ro = new ResizeObserver(() => u.setSize({ width: el.clientWidth, height: H }));
    ro.observe(el);
    const theme = new MutationObserver(() => u.redraw());
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => u.redraw();
    dark.addEventListener('change', redraw);
    return () => {
      ro.disconnect();
      theme.disconnect();
      dark.removeEventListener('change', redraw);
      u.destroy();
      plot.current = null;
    };
  }, [lib, c.lines.map((l) => l.name).join()]);
  useEffect(() => {
    plot.current?.setData(data());
  }, [c.at.length, c.n[c.n.length - 1], c.values]);
  useSignalEffect(() => {
    const u = plot.current;
    const item = hovered.value;
    if (!u || own.current) return;
    const i = item ? lastAt(latest.current.n, item.n) : -1;
    const x = i < 0 ? -10 : u.valToPos(latest.current.at[i] / 1e9, 'x');
    u.setCursor({ left: x, top: x < 0 ? -10 : 5 }, false);
  });
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the table below does the same by keyboard
    <div
      class="plot"
      ref={box}
      role="img"
      aria-label={label}
      onPointerEnter={() => {
        own.current = true;
      }}
      onPointerLeave={() => {
        own.current = false;
        hovered.value = null;
      }}
      onClick={() => {
        const k = latest.current.n[plot.current?.cursor.idx ?? -1];
        if (k !== undefined) seek(k);
      }}
    />
  );
}

/** Place of the last number in an ordered list that is not above k. */
export function lastAt(list: number[], k: number): number {
  let lo = -1;
  let hi = list.length;
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (list[mid] <= k) lo = mid;
    else hi = mid;
  }
  return lo;
}

export function Legend({ c }: { c: Chart }) {
  const last = c.n.length - 1;
  return (
    <p class="legend">
      {c.lines.map((l, i) => {
        const v = c.values[i]?.[last];
        return (
          <span key={l.name} data-color={l.color.slice(2)}>
            <i class={l.points || l.drawn ? 'dots' : l.dash ? 'dash' : ''} /> {l.name} {v !== null && v !== undefined && <b class="mono">{l.unit(v)}</b>}
          </span>
        );
      })}
    </p>
  );
}

/** The same values as a table: the latest events, each a way to go there. */
export function AsTable({ c }: { c: Chart }) {
  const from = Math.max(0, c.n.length - 80);
  return (
    <details class="changes-more">
      <summary>{t('lab.as-table')}</summary>
      <table>
        <caption class="sr">{c.title}</caption>
        <thead>
          <tr>
            <th scope="col">{t('lab.th-n')}</th>
            <th scope="col">{t('lab.th-time')}</th>
            {c.lines.map((l) => (
              <th key={l.name} scope="col">
                {l.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {c.n.slice(from).map((k, j) => (
            <tr key={`${k}.${j}`}>
              <th scope="row">
                <button type="button" class="link" onClick={() => seek(k)}>
                  {k}
                </button>
              </th>
              <td class="mono">{duration(c.at[from + j])}</td>
              {c.lines.map((l, i) => {
                const v = c.values[i][from + j];
                return (
                  <td key={l.name} class="mono">
                    {v === null || v === undefined ? '' : l.of ? <Value of={l.of} n={k} name={l.name} text={l.unit(v)} /> : l.unit(v)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
