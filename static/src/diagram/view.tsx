import { type ReadonlySignal, signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { BranchData } from '../model/branch';
import type { Host, Link } from '../proto';
import { columnOf, firstShown } from './columns';
import { Fields } from './fields';
import type { Filter } from './filter';
import type { Pt } from './geom';
import { Groups } from './groups';
import { Heads } from './heads';
import { itemOf, tabStop } from './items';
import { onKey } from './keyboard';
import { Margin } from './margin';
import { Bands, Brackets, Cuts, Fans, Future, Lifelines, Ticks } from './marks';
import { TOP } from './places';
import { pointer } from './pointer';
import { runIndex } from './runindex';
import { Segment } from './segment';
import type { Input, Item, Labels, Layout, Words } from './sheet';
import { TimeView } from './timeview';
import { useFollow } from './useFollow';
import { type Page, usePage } from './usePage';
import { useSize } from './useSize';
import { words } from './words';
import { useZoomGesture } from './zoomgesture';

export interface DiagramProps {
  data: BranchData;
  n: number;
  rev: number; // counts up when frames were added
  hosts: Host[];
  links: Link[];
  lang: string;
  linear?: boolean; // where there is no time
  options: boolean;
  hideFuture: boolean;
  until?: number; // the axis goes at least so far
  clock: ReadonlySignal<number | null>; // the play head while it moves between two events
  chosen: Item | null;
  lit: ReadonlySet<string>; // keys of what is a cause or an effect of what is chosen
  time?: TimeView; // how time is looked at; diagrams with the same one scroll and zoom together
  beside?: readonly BranchData[]; // other branches on the same axis: with the same ones, two diagrams are drawn on one axis
  shown?: readonly number[] | null; // hosts with a lifeline of their own; null: as many as there is room for
  filter?: Filter;
  opened?: ReadonlySet<number>; // bands that are shown one by one
  limits?: string[]; // by host: what keeps it from sending
  still?: boolean; // no motion
  stay?: boolean; // the view does not follow the play head
  label: string;
  choose?: (item: Item | null, how: 'click' | 'focus' | 'menu' | 'enter', at?: Pt) => void;
  hover?: (item: Item | null) => void;
  grab?: (packet: number | null) => void; // an arrow's head was taken, or let go
  drag?: (packet: number, arrive: number) => void;
  laid?: (l: Layout, labels: Labels | null) => void;
  children?: ComponentChildren; // laid over the diagram, in its coordinates
}

const none: ReadonlySet<number> = new Set();
const LEAP = 480; // pixels
const ROOM = 60; // pixels: what there is to scroll grows by less

/** The sequence diagram: only what can be seen is in the page. */
export function Diagram(props: DiagramProps) {
  const box = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const size = useSize(box);
  const time = useTime(props);
  const lettered = isLettered(props.data);
  const w = useWords(props, lettered);
  const { inp, keys } = useInput(props, size, time);
  const page = usePage(box, size, inp, time, w, keys);
  const follow = useFollow(box, svg, page, props.clock, { n: props.n, id: props.data.id, stay: !!props.stay, still: !!props.still, height: size.height });
  const all = useRef(page.all);
  all.current = page.all;
  useZoomGesture(box, all, time);
  useOpened(props.opened, page.lay, time);
  useFocusChooses(svg, page, props);
  const spoken = useRef<HTMLDivElement>(null);
  const { pick, hovered } = usePointer(props, page, box, svg, spoken, follow.byHand);
  useEffect(() => {
    if (page.lay) props.laid?.(page.lay, page.labels);
  }, [page.lay, page.labels]);
  const { lay, labels } = page;
  const live = !!props.choose;
  // As a run grows its picture does so by leaps, cut off where the page ends: of another size, all of it would be laid out anew.
  const tall = Math.ceil((page.to - page.from) / LEAP) * LEAP;
  const high = page.height > size.height ? Math.ceil(page.height / ROOM) * ROOM : size.height;
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: it has a role whenever it has a label
    <div
      class="dg"
      ref={box}
      tabIndex={live && lay?.arrows.length ? undefined : 0} // with nothing in it yet, it still scrolls by keys
      role={live ? undefined : 'region'}
      aria-label={live ? undefined : props.label}
      onScroll={follow.scrolled}
      onWheel={follow.byHand}
      onTouchMove={follow.byHand}
      onKeyDown={(e) => onKey(e, { all: page.all, inp, chosen: props.chosen, box: box.current, svg, byHand: follow.byHand, choose: props.choose })}
    >
      {lay && <Heads lay={lay} hosts={props.hosts} width={size.width} limits={props.limits} />}
      <div class="dg-body" style={{ height: `${high - TOP}px` }}>
        {lay && labels && (
          <>
            <svg
              ref={svg}
              class={`dg-svg${lay.arrows.length > 600 ? ' dense' : ''}`}
              role={live ? 'application' : 'img'}
              aria-label={props.label}
              width={size.width}
              height={tall}
              viewBox={`0 ${page.from} ${size.width} ${tall}`}
              style={{ top: `${page.from - TOP}px` }}
              {...pick}
            >
              <Drawing p={props} page={page} to={page.from + tall} lay={lay} labels={labels} w={w} lettered={lettered} time={time} />
            </svg>
            <Fields lay={lay} labels={labels} hovered={hovered} chosen={props.chosen} options={props.options} />
            {props.children}
          </>
        )}
      </div>
      <div class="sr" aria-live="polite" ref={spoken} />
    </div>
  );
}

type Ref<T> = { current: T | null };

function usePointer(p: DiagramProps, page: Page, box: Ref<HTMLDivElement>, svg: Ref<SVGSVGElement>, spoken: Ref<HTMLDivElement>, byHand: () => void) {
  const [hovered, setHovered] = useState<Item | null>(null);
  const pick = pointer({
    ...p,
    lay: page.lay,
    box,
    svg,
    byHand,
    say: (text) => spoken.current?.replaceChildren(text),
    hover: (item) => {
      if (item?.key === hovered?.key) return;
      setHovered(item);
      p.hover?.(item);
    },
  });
  return { pick, hovered };
}

interface DrawingProps {
  p: DiagramProps;
  page: Page;
  to: number; // where the picture ends
  lay: Layout;
  labels: Labels;
  w: Words;
  lettered: boolean;
  time: TimeView;
}

function Drawing({ p, page, to, lay, labels, w, lettered, time }: DrawingProps) {
  const labelOf = useMemo(() => new Map(labels.arrows.map((l) => [l.id, l])), [labels]);
  const fateOf = useMemo(() => new Map(labels.fates.map((l) => [l.id, l])), [labels]);
  const live = !!p.choose;
  const chosen = p.chosen?.key ?? '';
  const tab = useMemo(() => tabStop(lay, chosen), [lay, chosen]);
  const more = (_: number[], y: number) => time.zoom(2.5, { t: lay.axis.t(y), y: y - page.from });
  return (
    <>
      <Ticks l={lay} />
      <Fans l={lay} measure={w.measure} />
      <Lifelines l={lay} from={page.from} to={to} />
      <Bands list={lay.bands} measure={w.measure} hosts={p.hosts} lettered={lettered} live={live} tab={tab} />
      <Brackets list={lay.brackets} labels={labels} hosts={p.hosts} live={live} tab={tab} />
      <Cuts l={lay} labels={labels} />
      <Future l={lay} labels={labels} hidden={p.hideFuture} />
      <Groups l={lay} labels={labels} hosts={p.hosts} lang={p.lang} chosen={chosen} tab={tab} live={live} />
      <g class="head" aria-hidden="true">
        <path class="head-line" d={`M${lay.gutter} 0H${lay.width - 12}`} />
        <rect class="head-chip" x={3} y={-11} width={lay.gutter - 6} height={22} rx={6} />
        <text class="head-time" x={lay.gutter / 2} y={4} text-anchor="middle" />
      </g>
      <g class="ways">
        {lay.arrows.map((a) => (
          <Segment
            key={a.id}
            a={a}
            label={labelOf.get(a.id)}
            fate={fateOf.get(a.id)}
            hosts={p.hosts}
            lang={p.lang}
            chosen={chosen === `p${a.id}`}
            lit={p.lit.has(`p${a.id}`)}
            tab={tab === `p${a.id}`}
            live={live}
          />
        ))}
      </g>
      <Margin labels={labels} chosen={chosen} tab={tab} lit={p.lit} hosts={p.hosts} live={live} more={more} />
    </>
  );
}

function useWords(p: DiagramProps, lettered: boolean): Words {
  return useMemo(() => words({ options: p.options, hosts: p.hosts, secret: p.hideFuture, lettered }), [p.options, p.hosts, p.lang, p.hideFuture, lettered]);
}

function isLettered(data: BranchData): boolean {
  const k = data.history.connections.length;
  return k > 1 && k <= 60;
}

/** The view of time that was given, else one of its own. */
function useTime(props: DiagramProps): TimeView {
  const own = useRef<TimeView | null>(null);
  own.current ??= props.time ?? new TimeView(signal(!!props.linear));
  const time = props.time ?? own.current;
  if (!props.time && time.linear.peek() !== !!props.linear) time.linear.value = !!props.linear;
  return time;
}

/** What the layout is made from, and what makes it another one. */
function useInput(p: DiagramProps, size: { width: number; height: number }, time: TimeView): { inp: Input; keys: unknown[] } {
  const { data, n, hosts } = p;
  const most = size.width < 560 ? 4 : 6;
  const shown = useMemo(() => p.shown ?? firstShown({ hosts: hosts.length, links: p.links }, most), [p.shown, hosts, p.links, most]);
  // What is chosen or lit is drawn by itself, even inside a band.
  const kept = [p.chosen?.key ?? '', ...[...p.lit].slice(0, 30)].filter((k) => k.startsWith('p')).join(' ');
  const keep = useMemo(() => (kept ? new Set(kept.split(' ').map((k) => Number(k.slice(1)))) : none), [kept]);
  const linear = time.linear.value;
  const scale = time.scale.value ?? undefined;
  const colOf = useMemo(() => columnOf(hosts.length, shown), [hosts, shown]);
  const beside = (p.beside ?? []).map((b) => runIndex({ history: b.history, start: b.baseTime, links: p.links, colOf, opened: none }));
  const inp: Input = {
    history: data.history,
    n,
    start: data.baseTime,
    next: data.next(n),
    tipNext: data.next(data.tip),
    hosts: hosts.length,
    shown,
    links: p.links,
    width: size.width,
    linear,
    scale,
    hideFuture: p.hideFuture,
    until: p.until,
    filter: p.filter,
    opened: p.opened,
    keep,
    minHeight: size.height - 1,
    beside,
  };
  const besides = beside.map((b) => `${b.s.history.frames.length}`).join(' ');
  return { inp, keys: [data, n, p.rev, p.hideFuture, p.until, shown, p.filter, p.opened, keep, besides] };
}

/** A band that is opened is zoomed to where its segments can be told apart. */
function useOpened(opened: ReadonlySet<number> | undefined, lay: Layout | null, time: TimeView): void {
  const was = useRef(opened);
  const seen = useRef(lay?.groups ?? []);
  useEffect(() => {
    const id = [...(opened ?? none)].find((x) => !was.current?.has(x));
    const g = seen.current.find((x) => x.id === id);
    was.current = opened;
    if (!g || g.count < 2 || !lay) return;
    const gap = (g.segs[g.count - 1].at - g.segs[0].at) / (g.count - 1);
    if (gap > 0 && gap * lay.axis.scale < 12) time.to(12 / gap, { t: g.segs[0].at, y: TOP + 60 });
  }, [opened]);
  seen.current = lay?.groups ?? [];
}

/** What gets the focus is chosen, however it got there. */
function useFocusChooses(svg: { current: SVGSVGElement | null }, page: Page, props: DiagramProps): void {
  const latest = useRef({ props, page });
  latest.current = { props, page };
  useEffect(() => {
    const el = svg.current;
    const on = (e: FocusEvent) => {
      const { props: p, page: g } = latest.current;
      const key = (e.target as Element).closest?.('[data-key]')?.getAttribute('data-key');
      const item = key && g.lay ? itemOf(g.lay, key) : undefined;
      if (item && item.key !== p.chosen?.key) p.choose?.(item, 'focus');
    };
    el?.addEventListener('focusin', on);
    return () => el?.removeEventListener('focusin', on);
  }, [!page.lay]);
}

export { itemRect } from './anchor';
export { focusItem } from './keyboard';
export type { Item };
