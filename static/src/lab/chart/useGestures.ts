import { useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { choose } from '../act';
import { hovered, n, tab, time } from '../state';
import { seek } from '../sync';
import type { Drawn, Spot } from './drawn';
import { nearest } from './window';

const REACH = 14; // pixels
const STIR = 4; // pixels: less is a click

/** Pointing at a mark lights it here and on the diagram, a click chooses it, dragging moves the diagram. */
export function useGestures(plot: { current: uPlot | null }, latest: { current: { d: Drawn; x: [number, number] } }) {
  const held = useRef<{ x: number; from: number; per: number; stirred: boolean } | null>(null);
  const spotAt = (e: PointerEvent): Spot | null => {
    const u = plot.current;
    if (!u) return null;
    const box = u.over.getBoundingClientRect();
    const { d, x } = latest.current;
    const slack = ((x[1] - x[0]) * REACH) / Math.max(1, box.width);
    const [px, py] = [e.clientX - box.left, e.clientY - box.top];
    const at = u.posToVal(px, 'x') * 1e9;
    return nearest(
      d.spots,
      (t) => u.valToPos(t / 1e9, 'x'),
      (v) => u.valToPos(v, 'y'),
      px,
      py,
      REACH,
      at - slack,
      at + slack,
    );
  };
  const point = (s: Spot | null) => {
    if (hovered.peek()?.key !== s?.item.key) hovered.value = s?.item ?? null;
  };
  return {
    onPointerDown: (e: PointerEvent) => {
      const u = plot.current;
      if (!u || e.button > 0) return;
      const [a, b] = latest.current.x;
      held.current = { x: e.clientX, from: time.range.peek().from, per: (b - a) / Math.max(1, u.over.clientWidth), stirred: false };
      (e.currentTarget as Element).setPointerCapture(e.pointerId);
    },
    onPointerMove: (e: PointerEvent) => {
      const h = held.current;
      if (!h) {
        point(spotAt(e));
        return;
      }
      const by = e.clientX - h.x;
      h.stirred ||= Math.abs(by) > STIR;
      if (h.stirred) time.reveal(h.from - by * h.per, 0);
    },
    onPointerUp: (e: PointerEvent) => {
      const click = held.current && !held.current.stirred;
      held.current = null;
      const s = click ? spotAt(e) : null;
      if (s) pick(s);
    },
    onPointerCancel: () => {
      held.current = null;
    },
    onPointerLeave: () => point(null),
  };
}

/** Chooses what a mark stands for: its Why opens. */
export function pick(s: Spot): void {
  if (s.n > n.peek()) seek(s.n);
  choose(s.item);
  tab.value = 'why';
}
