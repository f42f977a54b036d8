import { arrowOf } from './arrow';
import { dragHead } from './drag';
import { bounds, distance, overlap, type Pt } from './geom';
import { itemOf } from './items';
import type { Item, Layout } from './sheet';

const REACH = 9; // pixels around the pointer
const FINGER = 22; // around a fingertip
const GRAB = 350; // ms on a chosen head before it is dragged
const MENU = 550; // ms on anything else
const STILL = 10; // pixels of movement that make a press a scroll

interface Pointed {
  lay: Layout | null;
  n: number;
  chosen: Item | null;
  box: { current: HTMLElement | null };
  svg: { current: SVGSVGElement | null };
  byHand: () => void;
  say: (text: string) => void;
  choose?: (item: Item | null, how: 'click' | 'menu', at?: Pt) => void;
  hover?: (item: Item | null) => void;
  grab?: (packet: number | null) => void;
  drag?: (packet: number, arrive: number) => void;
}

/** The nearest thing within reach of a point: a segment, else the band it lies in. */
export function nearest(l: Layout, p: Pt, reach: number): Item | undefined {
  let best = reach;
  let key = '';
  for (const a of l.arrows) {
    const d = distance(p, a.pts);
    if (d < best) [best, key] = [d, `p${a.id}`];
  }
  if (key) return itemOf(l, key);
  for (const g of l.groups) {
    const shape = [...g.first, ...[...g.last].reverse()];
    if (Math.min(distance(p, g.first), distance(p, g.last)) < reach || inside(p, shape)) return itemOf(l, `g${g.id}`);
  }
  return undefined;
}

function inside(p: Pt, shape: Pt[]): boolean {
  const b = bounds(shape);
  if (p.x < b.x0 || p.x > b.x1 || p.y < b.y0 || p.y > b.y1) return false;
  return overlap(shape, [
    { x: p.x - 0.5, y: p.y - 0.5 },
    { x: p.x + 0.5, y: p.y + 0.5 },
  ]);
}

/** Pointer: click, right click, long press, and dragging an arrow's head. */
export function pointer(d: Pointed) {
  const { lay, svg } = d;
  if (!d.choose || !lay) return {};
  const at = (e: MouseEvent): Pt => {
    const r = svg.current?.getBoundingClientRect();
    return { x: e.clientX - (r?.left ?? 0), y: e.clientY - (r?.top ?? 0) + Number(svg.current?.viewBox.baseVal.y ?? 0) };
  };
  const find = (e: MouseEvent, reach: number): Item | undefined => {
    const el = e.target as Element;
    const key = el.closest?.('.notes [data-key], .beside[data-key]')?.getAttribute('data-key');
    if (key) return itemOf(lay, key);
    // A state or a timer is asked where no segment is nearer.
    const value = () => el.closest?.('.band[data-key]')?.getAttribute('data-key') ?? el.closest?.('.bracket')?.getAttribute('data-key') ?? el.getAttribute?.('data-of');
    return nearest(lay, at(e), reach) ?? itemOf(lay, value() ?? '');
  };
  const choose = (item: Item, how: 'click' | 'menu', p: Pt) => d.choose?.(arrival(lay, item, p, d.n), how, p);
  const reach = (e: MouseEvent) => ((e as PointerEvent).pointerType === 'touch' ? FINGER : REACH);
  const startDrag = (e: PointerEvent, packet: number) => {
    const seg = lay.run.segOf.get(packet);
    if (!seg || !d.box.current || !svg.current) return;
    d.byHand();
    d.grab?.(packet);
    dragHead(e, {
      box: d.box.current,
      svg: svg.current,
      s: lay,
      seg,
      touch: e.pointerType === 'touch',
      say: d.say,
      done: (arrive) => {
        d.grab?.(null);
        if (arrive !== null) d.drag?.(packet, arrive);
      },
    });
  };
  return {
    onClick: (e: MouseEvent) => {
      d.byHand();
      const item = find(e, reach(e));
      if (item) choose(item, 'click', at(e));
      else d.choose?.(null, 'click');
    },
    onContextMenu: (e: MouseEvent) => {
      const item = find(e, reach(e));
      if (!item) return;
      e.preventDefault();
      d.byHand();
      choose(item, 'menu', at(e));
    },
    onPointerDown: (e: PointerEvent) => {
      if (e.button !== 0 || !e.isPrimary) return;
      const packet = gripAt(lay, at(e), e.pointerType === 'touch', d.chosen);
      if (packet && d.drag && e.pointerType !== 'touch') {
        e.preventDefault();
        startDrag(e, packet);
        return;
      }
      if (e.pointerType !== 'touch') return;
      const item = find(e, FINGER);
      if (packet && d.drag) press(e, GRAB, () => startDrag(e, packet));
      else if (item) press(e, MENU, () => choose(item, 'menu', at(e)));
    },
    onPointerMove: (e: PointerEvent) => {
      if (e.pointerType !== 'touch' && e.buttons === 0) d.hover?.(find(e, REACH) ?? null);
    },
    onPointerLeave: () => d.hover?.(null),
  };
}

/** Does something after a finger rested, unless it moves, is lifted, or is joined by another. */
function press(e: PointerEvent, ms: number, then: () => void): void {
  const stop = new AbortController();
  const timer = setTimeout(() => {
    stop.abort();
    navigator.vibrate?.(10);
    then();
  }, ms);
  const off = () => {
    clearTimeout(timer);
    stop.abort();
  };
  for (const k of ['pointerup', 'pointercancel', 'contextmenu']) addEventListener(k, off, { signal: stop.signal });
  addEventListener('pointerdown', (m) => m.pointerId !== e.pointerId && off(), { signal: stop.signal });
  addEventListener(
    'pointermove',
    (m) => {
      if (m.pointerId === e.pointerId && Math.hypot(m.clientX - e.clientX, m.clientY - e.clientY) > STILL) off();
    },
    { signal: stop.signal },
  );
}

/** The segment whose head can be grabbed here: on a touch screen only the chosen one's. */
function gripAt(l: Layout, p: Pt, touch: boolean, chosen: Item | null): number {
  let best = touch ? FINGER : 13;
  let id = 0;
  for (const a of l.arrows) {
    if (a.fate !== 'flying' || (touch && chosen?.packet !== a.id)) continue;
    const head = a.pts[a.pts.length - 1];
    const far = Math.hypot(p.x - head.x, p.y - head.y);
    if (far < best || (far === best && a.id === chosen?.packet)) [best, id] = [far, a.id];
  }
  return id;
}

/** Near the head of a segment, its arrival is meant. */
function arrival(l: Layout, item: Item, p: Pt, n: number): Item {
  const seg = l.run.segOf.get(item.packet ?? 0);
  const arrived = seg?.t.turns.find((x) => x.what === 'delivered');
  if (!seg || !arrived || arrived.n > n) return item;
  const { pts } = arrowOf(l, seg);
  const head = pts[pts.length - 1];
  return Math.abs(p.x - head.x) < Math.abs(p.x - pts[0].x) * 0.5 ? { ...item, n: arrived.n } : item;
}
