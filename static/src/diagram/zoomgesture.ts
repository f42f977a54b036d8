import { useEffect } from 'preact/hooks';
import { TOP } from './places';
import type { Sheet } from './sheet';
import type { Anchor, TimeView } from './timeview';

const PER_PIXEL = 0.0022;
const REST = 90; // ms without a further movement: the gesture rests
const CHEAP = 7; // ms that drawing anew may take in every frame
const SELDOM = 24; // else it is drawn anew when so many times its cost has passed

/**
 * A zoom that follows a hand: drawn anew at once where that is cheap; else the
 * picture is stretched meanwhile, and drawn anew when the hand rests.
 */
class Gesture {
  private goal = 0;
  private last = 0; // when it was drawn last
  private cost = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private box: HTMLElement,
    private time: TimeView,
  ) {}

  by(factor: number, about: Anchor | undefined): void {
    const { least, most } = this.time.limits;
    const now = this.time.range.peek().scale;
    this.goal = Math.max(least, Math.min(most, (this.timer ? this.goal : now) * factor));
    clearTimeout(this.timer);
    if (performance.now() - this.last >= (this.cost <= CHEAP ? 0 : this.cost * SELDOM)) {
      this.draw(about);
      return;
    }
    this.stretch(this.goal / now, about);
    this.timer = setTimeout(() => this.draw(about), REST);
  }

  private draw(about: Anchor | undefined): void {
    this.timer = undefined;
    const begun = performance.now();
    this.time.to(this.goal, about);
    requestAnimationFrame(() => {
      this.last = performance.now();
      this.cost = this.last - begun;
      this.stretch(1, undefined);
    });
  }

  private stretch(k: number, about: Anchor | undefined): void {
    const svg = this.box.querySelector<SVGSVGElement>('.dg-svg');
    if (!svg) return;
    if (k === 1) {
      svg.style.removeProperty('transform');
      return;
    }
    const y = (about?.y ?? TOP) - (svg.getBoundingClientRect().top - this.box.getBoundingClientRect().top);
    svg.style.setProperty('transform-origin', `0 ${y}px`);
    svg.style.setProperty('transform', `scaleY(${k})`);
  }
}

/** Ctrl and the wheel, or two fingers, zoom about where they are. */
export function useZoomGesture(box: { current: HTMLElement | null }, all: { current: Sheet | null }, time: TimeView): void {
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const gesture = new Gesture(el, time);
    const about = (clientY: number) => {
      const y = clientY - el.getBoundingClientRect().top;
      return all.current ? { t: all.current.axis.t(el.scrollTop + y), y } : undefined;
    };
    const wheel = (e: WheelEvent) => {
      if (!e.ctrlKey && !e.metaKey) return;
      e.preventDefault();
      const by = e.deltaMode === 1 ? e.deltaY * 16 : e.deltaY;
      gesture.by(Math.exp(-Math.max(-240, Math.min(240, by)) * PER_PIXEL), about(e.clientY));
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
      gesture.by(now / last, about((e.touches[0].clientY + e.touches[1].clientY) / 2));
      last = now;
    };
    const stop = new AbortController();
    el.addEventListener('wheel', wheel, { passive: false, signal: stop.signal });
    for (const k of ['touchstart', 'touchend', 'touchcancel'] as const) el.addEventListener(k, touch, { passive: true, signal: stop.signal });
    el.addEventListener('touchmove', move, { passive: false, signal: stop.signal });
    return () => stop.abort();
  }, [time]);
}
