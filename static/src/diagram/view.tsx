import { type ReadonlySignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import type { BranchData } from '../model/branch';
import type { Host, Link } from '../proto';
import type { Arrow } from './arrow';
import { firstShown, gutterChars } from './columns';
import type { Filter } from './filter';
import { bounds, cut, type Pt, path } from './geom';
import { type Item, itemOf, order } from './items';
import { draw, type Labels, Sheets } from './labels';
import { arrowOf, type Layout, type Sheet, TOP } from './layout';
import { Bands, Brackets, Folds, Future, Groups, Lifelines, Notes, Segment, Ticks } from './marks';
import { duration, instant, instantIn } from './time';
import { words } from './words';

export interface DiagramProps {
  data: BranchData;
  n: number;
  rev: number; // counts up when frames were added
  hosts: Host[];
  links: Link[];
  lang: string;
  linear: boolean;
  options: boolean;
  hideFuture: boolean;
  clock: ReadonlySignal<number | null>; // the play head while it moves between two events
  chosen: Item | null;
  lit: ReadonlySet<string>; // keys of what is a cause or an effect of what is chosen
  shown?: readonly number[] | null; // hosts with a lifeline of their own; null: as many as there is room for
  filter?: Filter;
  opened?: ReadonlySet<number>; // bands that are shown one by one
  limits?: string[]; // by host: what keeps it from sending
  still?: boolean; // no motion
  stay?: boolean; // the view does not follow the play head
  label: string;
  choose?: (item: Item | null, how: 'click' | 'focus' | 'menu' | 'enter', at?: Pt) => void;
  hover?: (item: Item | null) => void;
  drag?: (packet: number, arrive: number) => void;
  laid?: (l: Layout, labels: Labels | null) => void;
  children?: ComponentChildren; // laid over the diagram, in its coordinates
}

const BLOCK = 240;
const WHOLE = 2400;

/** The sequence diagram: only what can be seen is in the page. */
export function Diagram(props: DiagramProps) {
  const { data, n, hosts } = props;
  const box = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const [width, setWidth] = useState(0);
  const [block, setBlock] = useState(0);
  const [viewH, setViewH] = useState(700);
  const follow = useRef(true);
  const moved = useRef(0); // when the view last followed the play head

  useLayoutEffect(() => {
    const el = box.current;
    if (!el) return;
    const size = () => {
      setWidth(Math.round(el.clientWidth));
      setViewH(el.clientHeight);
    };
    size();
    const ro = new ResizeObserver(size);
    ro.observe(el);
    return () => ro.disconnect();
  }, []);

  const lettered = data.history.connections.length > 1 && data.history.connections.length <= 60;
  const w = useMemo(() => words({ options: props.options, hosts, secret: props.hideFuture, lettered }), [props.options, hosts, props.lang, props.hideFuture, lettered]);
  const most = width < 560 ? 4 : 6;
  const shown = useMemo(() => props.shown ?? firstShown({ hosts: hosts.length, links: props.links }, most), [props.shown, hosts, props.links, most]);
  const sheets = useRef<Sheets | null>(null);
  const all = useMemo(() => {
    if (width < 100) return null;
    sheets.current ??= new Sheets();
    return sheets.current.at(
      {
        history: data.history,
        n,
        start: data.baseTime,
        next: data.next(n),
        hosts: hosts.length,
        shown,
        links: props.links,
        width,
        linear: props.linear,
        hideFuture: props.hideFuture,
        filter: props.filter,
        opened: props.opened,
        minHeight: viewH - 1,
      },
      w,
    );
  }, [data, n, props.rev, width, viewH, props.linear, props.hideFuture, w, shown, props.filter, props.opened]);

  const whole = !all || all.height <= WHOLE;
  const at = Math.min(block, Math.floor((all?.height ?? 0) / BLOCK)); // a shorter run may replace a longer one
  const from = whole ? 0 : Math.max(0, (at - 1) * BLOCK);
  const to = whole ? (all?.height ?? 0) : Math.min(all?.height ?? 0, at * BLOCK + viewH + 2 * BLOCK);
  // What is chosen or lit is drawn by itself, even inside a band.
  const kept = all?.flow.dense.groups.length ? [props.chosen?.key ?? '', ...[...props.lit].slice(0, 30)].filter((k) => k.startsWith('p')).join(' ') : '';
  const [lay, labels] = useMemo((): [Layout | null, Labels | null] => {
    if (!all) return [null, null];
    const drawn = whole && !kept && sheets.current?.drawn(all);
    if (drawn) return drawn;
    const keep = new Set(kept.split(' '));
    return draw(all, w, from, to, kept ? (id) => keep.has(`p${id}`) : undefined);
  }, [all, from, to, kept]);

  useEffect(() => {
    if (lay) props.laid?.(lay, labels);
  }, [lay, labels]);

  // The play head and what is in flight move outside the virtual DOM.
  const move = () => {
    const el = svg.current;
    if (!el || !lay) return;
    const time = props.clock.peek() ?? lay.now;
    const y = time <= lay.now ? lay.restY : lay.axis.yOf(time);
    moveHead(el, lay, y, time);
    if (follow.current && box.current && !props.stay && keepInView(box.current, y, !!props.still || props.clock.peek() !== null)) moved.current = performance.now();
  };
  useLayoutEffect(move);
  useSignalEffect(() => {
    void props.clock.value;
    move();
  });
  useEffect(() => {
    follow.current = true;
    move();
  }, [n, data.id]);

  const byHand = () => {
    follow.current = false;
  };
  const onScroll = () => {
    const el = box.current;
    if (!el) return;
    if (performance.now() - moved.current > 900) byHand(); // the scroll bar was dragged
    const b = Math.floor(el.scrollTop / BLOCK);
    if (b !== block && !whole) setBlock(b);
  };

  // Keys move between what is on the diagram, from top to bottom.
  const onKey = (e: KeyboardEvent) => {
    if (e.ctrlKey || e.altKey || e.metaKey || !all) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      e.preventDefault();
      e.stopPropagation();
      const items = order(all);
      const i = items.findIndex((x) => x.key === props.chosen?.key);
      const next = items[i < 0 ? (step > 0 ? 0 : items.length - 1) : Math.max(0, Math.min(items.length - 1, i + step))];
      if (!next) return;
      follow.current = false;
      props.choose?.(next, 'focus');
      reveal(box.current, next.y);
      requestAnimationFrame(() => requestAnimationFrame(() => focusItem(svg.current, next.key)));
    } else if (e.key === 'Enter' && props.chosen) {
      e.preventDefault();
      e.stopPropagation();
      props.choose?.(props.chosen, 'enter');
    }
  };

  // What gets the focus is chosen, however it got there.
  const latest = useRef({ props, all });
  latest.current = { props, all };
  useEffect(() => {
    const el = svg.current;
    const on = (e: FocusEvent) => {
      const { props: p, all: s } = latest.current;
      const key = (e.target as Element).closest?.('[data-key]')?.getAttribute('data-key');
      const item = key && s ? itemOf(s, key) : undefined;
      if (item && item.key !== p.chosen?.key) p.choose?.(item, 'focus');
    };
    el?.addEventListener('focusin', on);
    return () => el?.removeEventListener('focusin', on);
  }, [!lay || !labels]);

  const pick = pointer(svg, all, props, follow);
  const labelOf = useMemo(() => new Map(labels?.arrows.map((l) => [l.id, l])), [labels]);
  const fateOf = useMemo(() => new Map(labels?.fates.map((l) => [l.id, l])), [labels]);
  const arrows = lay?.arrows ?? [];
  const dense = arrows.length > 600;
  const tabKey = lay ? tabStop(lay, props.chosen?.key) : '';
  const tight = (lay?.columns.length ?? 0) > 3;

  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: it has a role whenever it has a label
    <div
      class="dg"
      ref={box}
      tabIndex={props.choose ? undefined : 0}
      role={props.choose ? undefined : 'region'}
      aria-label={props.choose ? undefined : props.label}
      onScroll={onScroll}
      onWheel={byHand}
      onTouchMove={byHand}
      onKeyDown={onKey}
    >
      {lay && (
        <div class={`dg-heads${tight ? ' tight' : ''}`} aria-hidden="true">
          {lay.columns.map((c, i) => (
            <div
              key={c.host}
              class="dg-host"
              style={{ left: `${c.x}px`, maxWidth: tight ? `${(lay.columns[i + 1]?.x ?? lay.width) - (lay.columns[i + 1] ? c.x : c.x - 60) - 4}px` : '' }}
            >
              <b>{c.host < 0 ? t('lab.others', { n: hosts.length - lay.columns.length + 1 }) : hosts[c.host]?.name}</b>
              {(!tight || width >= 700) && <span class="mono">{hosts[c.host]?.kind ? `${hosts[c.host].kind} · ${hosts[c.host]?.addrs?.[0]}` : hosts[c.host]?.addrs?.[0]}</span>}
              {props.limits?.[c.host] && (
                <em title={t('lab.limited-tip')}>
                  {tight ? props.limits[c.host] : props.limits[c.host].includes(' ') ? props.limits[c.host] : t('lab.limited', { by: props.limits[c.host] })}
                </em>
              )}
            </div>
          ))}
        </div>
      )}
      <div class="dg-body" style={{ height: `${Math.max((all?.height ?? 0) - TOP, viewH - TOP)}px` }}>
        {lay && labels && (
          <>
            <svg
              ref={svg}
              class={`dg-svg${dense ? ' dense' : ''}`}
              role={props.choose ? 'application' : 'img'}
              aria-label={props.label}
              width={width}
              height={to - from}
              viewBox={`0 ${from} ${width} ${to - from}`}
              style={{ top: `${from - TOP}px` }}
              {...pick}
            >
              <Ticks l={lay} />
              <Lifelines l={lay} from={from} to={to} />
              <Bands list={lay.bands} measure={w.measure} hosts={hosts} lettered={lettered} choose={props.choose} />
              <Brackets list={lay.brackets} labels={labels} hosts={hosts} />
              <Folds l={lay} labels={labels} />
              <Future l={lay} labels={labels} hidden={props.hideFuture} />
              <Groups l={lay} labels={labels} hosts={hosts} lang={props.lang} chosen={props.chosen?.key ?? ''} tab={tabKey} live={!!props.choose} />
              <g class="head" aria-hidden="true">
                <path class="head-line" d={`M${lay.gutter} 0H${width - 12}`} />
                <rect class="head-chip" x={3} y={-11} width={lay.gutter - 6} height={22} rx={6} />
                <text class="head-time" x={lay.gutter / 2} y={4} text-anchor="middle" />
              </g>
              <g class="ways">
                {arrows.map((a) => (
                  <Segment
                    key={a.id}
                    a={a}
                    label={labelOf.get(a.id)}
                    fate={fateOf.get(a.id)}
                    hosts={hosts}
                    lang={props.lang}
                    chosen={props.chosen?.key === `p${a.id}`}
                    lit={props.lit.has(`p${a.id}`)}
                    tab={tabKey === `p${a.id}`}
                    live={!!props.choose}
                  />
                ))}
              </g>
              <Notes list={labels.notes} measure={w.measure} chosen={props.chosen?.key ?? ''} tab={tabKey} lit={props.lit} hosts={hosts} live={!!props.choose} />
            </svg>
            {props.children}
          </>
        )}
      </div>
    </div>
  );
}

/** What Tab comes to: what is chosen, else the last thing that can be seen. */
function tabStop(l: Layout, chosen = ''): string {
  const keys = [...l.groups.map((g) => ({ key: `g${g.id}`, y: g.shape[0].y })), ...l.arrows.map((a) => ({ key: `p${a.id}`, y: a.pts[0].y }))];
  for (const b of l.notes) if (!b.planned) keys.push({ key: `e${b.note.n}`, y: b.y - 1 });
  let last = { key: '', y: Number.NEGATIVE_INFINITY };
  for (const k of keys) {
    if (k.key === chosen) return chosen;
    if (k.y >= last.y) last = k;
  }
  return last.key;
}

function moveHead(el: SVGSVGElement, l: Layout, y: number, time: number): void {
  el.querySelector('.head')?.setAttribute('transform', `translate(0 ${y})`);
  const text = el.querySelector('.head-time');
  const unit = time < 1e9 ? 1e5 : 1e3;
  if (text) text.textContent = instantIn(Math.round(time / unit) * unit, gutterChars(l.gutter));
  for (const x of el.querySelectorAll<SVGTextElement>('.left')) x.textContent = t('lab.in', { time: duration(brief(Number(x.dataset.at) - time)) });
  for (const g of el.querySelectorAll<SVGGElement>('.seg[data-flying]')) {
    const a = l.arrows.find((x) => x.id === Number(g.dataset.id));
    if (!a) continue;
    const [done, rest] = cut(a.pts, y);
    g.querySelector('.done')?.setAttribute('d', done.length > 1 ? path(done) : '');
    g.querySelector('.rest')?.setAttribute('d', path(rest));
    const at = done[done.length - 1] ?? a.pts[0];
    for (const c of g.querySelectorAll('.dot, .halo')) {
      c.setAttribute('cx', String(at.x));
      c.setAttribute('cy', String(at.y));
    }
  }
}

/** Three digits are enough for what is left of a timer. */
function brief(ns: number): number {
  if (ns <= 0) return 0;
  const k = 10 ** Math.max(0, Math.floor(Math.log10(ns)) - 2);
  return Math.round(ns / k) * k;
}

/** Scrolls so that a height is seen; reports whether that was necessary. */
function keepInView(box: HTMLElement, y: number, jump: boolean): boolean {
  const top = box.scrollTop;
  const h = box.clientHeight;
  if (y > top + TOP + 30 && y < top + h * 0.72) return false;
  const want = Math.max(0, y - h * 0.6);
  if (Math.abs(want - top) < 2) return false;
  if (jump) box.scrollTop = Math.abs(want - top) > h ? want : top + (want - top) * 0.12;
  else box.scrollTo({ top: want, behavior: matchMedia('(prefers-reduced-motion: reduce)').matches || Math.abs(want - top) > 3 * h ? 'instant' : 'smooth' });
  return true;
}

function reveal(box: HTMLElement | null, y: number): void {
  if (!box) return;
  if (y < box.scrollTop + TOP + 20 || y > box.scrollTop + box.clientHeight - 60) box.scrollTop = Math.max(0, y - box.clientHeight / 2);
}

export function focusItem(root: Element | null, key: string): void {
  root?.querySelector<SVGElement>(`[data-key="${key}"]`)?.focus({ preventScroll: true });
}

/** Pointer: click, right click, long press, and dragging an arrow's head. */
function pointer(svg: { current: SVGSVGElement | null }, all: Sheet | null, props: DiagramProps, follow: { current: boolean }) {
  if (!props.choose || !all) return {};
  const find = (e: Event): Item | undefined => {
    const key = (e.target as Element).closest?.('[data-key]')?.getAttribute('data-key');
    return key ? itemOf(all, key) : undefined;
  };
  const at = (e: MouseEvent): Pt => {
    const r = svg.current?.getBoundingClientRect();
    const from = Number(svg.current?.viewBox.baseVal.y ?? 0);
    return { x: e.clientX - (r?.left ?? 0), y: e.clientY - (r?.top ?? 0) + from };
  };
  let press: ReturnType<typeof setTimeout> | undefined;
  const choose = (item: Item, how: 'click' | 'menu', p: Pt) => {
    const a = arrowNamed(all, item.packet);
    const head = a?.pts[a.pts.length - 1];
    const arrived = a?.track.turns.find((x) => x.what === 'delivered');
    const near = a && head && arrived && arrived.n <= props.n && Math.abs(p.x - head.x) < Math.abs(p.x - a.pts[0].x) * 0.5;
    props.choose?.(near && arrived ? { ...item, n: arrived.n } : item, how, p);
  };
  return {
    onClick: (e: MouseEvent) => {
      const item = find(e);
      follow.current = false;
      if (item) choose(item, 'click', at(e));
      else props.choose?.(null, 'click');
    },
    onContextMenu: (e: MouseEvent) => {
      const item = find(e);
      if (!item) return;
      e.preventDefault();
      follow.current = false;
      choose(item, 'menu', at(e));
    },
    onPointerDown: (e: PointerEvent) => {
      const handle = (e.target as Element).closest?.('.grip');
      const item = find(e);
      if (handle && item?.packet && e.button === 0) {
        e.preventDefault();
        dragHead(svg.current, all, item.packet, props);
        return;
      }
      if (e.pointerType === 'touch' && item) press = setTimeout(() => choose(item, 'menu', at(e)), 550);
    },
    onPointerUp: () => clearTimeout(press),
    onPointerMove: (e: PointerEvent) => {
      if (Math.abs(e.movementX) + Math.abs(e.movementY) > 6) clearTimeout(press);
    },
    onPointerOver: (e: PointerEvent) => props.hover?.(find(e) ?? null),
    onPointerLeave: () => props.hover?.(null),
  };
}

function arrowNamed(s: Sheet, id: number | undefined): Arrow | undefined {
  const x = s.flow.segOf.get(id ?? 0);
  return x && x.t.n <= s.n ? arrowOf(s, x) : undefined;
}

function dragHead(svg: SVGSVGElement | null, lay: Sheet, id: number, props: DiagramProps): void {
  const a = arrowNamed(lay, id);
  if (!svg || !a) return;
  const head = a.pts[a.pts.length - 1];
  const was = lay.axis.tOf(head.y);
  const ns = 'http://www.w3.org/2000/svg';
  const ghost = document.createElementNS(ns, 'path');
  ghost.setAttribute('class', 'ghost');
  const text = document.createElementNS(ns, 'text');
  text.setAttribute('class', 'ghost-text');
  text.setAttribute('text-anchor', a.dir > 0 ? 'end' : 'start');
  svg.append(ghost, text);
  let arrive = was;
  const from = cut(a.pts, lay.restY)[0].pop() ?? a.pts[0];
  const move = (e: PointerEvent) => {
    const r = svg.getBoundingClientRect();
    const y = Math.max(lay.restY + 4, e.clientY - r.top + svg.viewBox.baseVal.y);
    arrive = Math.round(lay.axis.tOf(y) / 1e6) * 1e6;
    ghost.setAttribute('d', path([from, { x: head.x, y }]));
    text.setAttribute('x', String(head.x - a.dir * 10));
    text.setAttribute('y', String(y + 18));
    text.textContent = `${t('lab.drag', { time: instant(Math.max(arrive, 0)) })}`;
  };
  const up = (e: PointerEvent | KeyboardEvent) => {
    if (e instanceof KeyboardEvent && e.key !== 'Escape') return;
    removeEventListener('pointermove', move);
    removeEventListener('pointerup', up);
    removeEventListener('keydown', up);
    ghost.remove();
    text.remove();
    if (e instanceof PointerEvent && Math.abs(arrive - was) >= 1e6) props.drag?.(id, arrive);
  };
  addEventListener('pointermove', move);
  addEventListener('pointerup', up);
  addEventListener('keydown', up);
}

/** Where the action bar of a segment goes: near it, never over its label. */
export function barSpot(l: Layout, labels: Labels | null, id: number, w: number): Pt {
  const a = arrowNamed(l, id);
  if (!a) return { x: 20, y: l.restY + 20 };
  const label = labels?.arrows.find((x) => x.id === id);
  const b = bounds([...a.pts.slice(0, a.end + 1), ...(label?.quad ?? [])]);
  const mid = (b.x0 + b.x1) / 2;
  return { x: Math.max(8, Math.min(l.width - w - 8, mid - w / 2)), y: b.y1 + 14 };
}

export type { Item };
