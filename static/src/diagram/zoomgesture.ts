import { useEffect } from 'preact/hooks';
import type { Sheet } from './sheet';
import type { TimeView } from './timeview';

const PER_PIXEL = 0.0022;

/** Ctrl and the wheel, or two fingers, zoom about where they are. */
export function useZoomGesture(box: { current: HTMLElement | null }, all: { current: Sheet | null }, time: TimeView): void {
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const about = (clientY: number) => {
      const y = clientY - el.getBoundingClientRect().top;
      return all.current ? { t: all.current.axis.t(el.scrollTop + y), y } : undefined;
    };
    const wheel = (e: WheelEvent) => {
      if (!e.ctrlKey && !e.metaKey) return;
      e.preventDefault();
      const by = e.deltaMode === 1 ? e.deltaY * 16 : e.deltaY;
      time.zoom(Math.exp(-Math.max(-240, Math.min(240, by)) * PER_PIXEL), about(e.clientY));
    };
    let last = 0;
    const apart = (e: TouchEvent) => Math.hypot(e.touches[0].clientX - e.touches[1].clientX, e.touches[0].clientY - e.touches[1].clientY);
    const touch = (e: TouchEvent) => {
      last = e.touches.length === 2 ? apart(e) : 0;
    };
    const move = (e: TouchEvent) => {
      if (e.touches.length !== 2 || !last) return;
      e.preventDefault();
      const now = apart(e);
      time.zoom(now / last, about((e.touches[0].clientY + e.touches[1].clientY) / 2));
      last = now;
    };
    const stop = new AbortController();
    el.addEventListener('wheel', wheel, { passive: false, signal: stop.signal });
    for (const k of ['touchstart', 'touchend', 'touchcancel'] as const) el.addEventListener(k, touch, { passive: true, signal: stop.signal });
    el.addEventListener('touchmove', move, { passive: false, signal: stop.signal });
    return () => stop.abort();
  }, [time]);
}
