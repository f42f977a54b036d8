import { useEffect, useRef } from 'preact/hooks';
import { TOP } from '../../diagram/places';
import type { Layout } from '../../diagram/sheet';
import { time } from '../state';
import { frameOf, further, type Grip, gripAt, zoomTo } from './frame';
import type { Overview } from './overview';

interface Shown {
  o: Overview | null;
  l: Layout;
}

interface Held {
  grip: Grip;
  by: number; // pixels from the upper edge of the frame
  from: number; // what was in view
  to: number;
}

/** Dragging the frame moves it, its edges zoom, a press elsewhere brings it there. */
export function useScrolling(bar: { current: HTMLElement | null }, shown: { current: Shown }) {
  const held = useRef<Held | null>(null);
  const next = useRef<(() => void) | null>(null); // at most one change a frame
  const stop = useRef(0);
  useEffect(() => () => cancelAnimationFrame(stop.current), []);
  const soon = (what: () => void) => {
    if (!next.current) {
      stop.current = requestAnimationFrame(() => {
        next.current?.();
        next.current = null;
      });
    }
    next.current = what;
  };
  const at = (e: PointerEvent) => e.clientY - (bar.current?.getBoundingClientRect().top ?? 0);
  const frame = () => {
    const { from, to } = time.range.peek();
    const { o } = shown.current;
    return o && frameOf(o.axis, o.height, from, to);
  };
  const move = (y: number) => {
    const { o, l } = shown.current;
    const h = held.current;
    if (!o || !h) return;
    const inside = Math.max(0, Math.min(o.height, y));
    if (h.grip === 'top') zoomTo(l, time, o.axis.t(inside), h.to, 'to', TOP);
    else if (h.grip === 'bottom') zoomTo(l, time, h.from, o.axis.t(inside), 'from', TOP);
    else time.reveal(o.axis.t(Math.max(0, y - h.by)), 0);
  };
  const end = () => {
    held.current = null;
    bar.current?.classList.remove('held');
  };
  return {
    onPointerDown: (e: PointerEvent) => {
      const { o } = shown.current;
      const f = frame();
      if (!o || !f || e.button > 0) return;
      const y = at(e);
      const grip = gripAt(f, y);
      const { from, to } = time.range.peek();
      held.current = { grip: grip === 'outside' ? 'frame' : grip, by: grip === 'outside' ? (f.y1 - f.y0) / 2 : y - f.y0, from, to };
      bar.current?.setPointerCapture(e.pointerId);
      bar.current?.classList.add('held');
      if (grip === 'outside') time.reveal(o.axis.t(y));
    },
    onPointerMove: (e: PointerEvent) => {
      const y = at(e);
      if (held.current) soon(() => move(y));
      else {
        const f = frame();
        bar.current?.setAttribute('data-grip', f ? gripAt(f, y) : '');
      }
    },
    onPointerUp: end,
    onPointerCancel: end,
    onLostPointerCapture: end,
  };
}

/** Keys of a scroll bar; false: not one of them. */
export function onKey(e: KeyboardEvent, l: Layout): boolean {
  if (e.ctrlKey || e.altKey || e.metaKey) return false;
  const { from, to } = time.range.peek();
  switch (e.key) {
    case 'PageDown':
      time.reveal(to, 0);
      return true;
    case 'PageUp':
      time.reveal(from, 1);
      return true;
    case 'ArrowDown':
      time.reveal(further(l, time, 0.1), 0);
      return true;
    case 'ArrowUp':
      time.reveal(further(l, time, -0.1), 0);
      return true;
    case 'Home':
      time.reveal(l.axis.start, 0.5);
      return true;
    case 'End':
      time.reveal(l.axis.end, 0.5);
      return true;
  }
  return false;
}
