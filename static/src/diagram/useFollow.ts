import { type ReadonlySignal, useSignalEffect } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';
import { t } from '../i18n';
import { gutterChars } from './columns';
import { cut, path } from './geom';
import { TOP } from './places';
import type { Layout } from './sheet';
import { duration, instantIn } from './time';
import type { Page } from './usePage';

interface Follow {
  byHand: () => void; // the person looks elsewhere
  scrolled: () => void;
}

/** The play head and what is in flight move outside the virtual DOM; the view follows them until it is moved by hand. */
export function useFollow(
  box: { current: HTMLElement | null },
  svg: { current: SVGSVGElement | null },
  page: Page,
  clock: ReadonlySignal<number | null>,
  place: { n: number; id: number; stay: boolean; still: boolean; height: number },
): Follow {
  const { lay, follow } = page;
  const move = () => {
    const el = svg.current;
    if (!el || !lay) return;
    const time = clock.peek() ?? lay.now;
    const y = time <= lay.now ? lay.restY : lay.axis.y(time);
    moveHead(el, lay, y, time);
    if (follow.current && box.current && !place.stay) keepInView(box.current, page, place.height, y, place.still || clock.peek() !== null);
  };
  useLayoutEffect(() => {
    follow.current = true;
  }, [place.n, place.id]);
  useLayoutEffect(move);
  useSignalEffect(() => {
    void clock.value;
    move();
  });
  const byHand = () => {
    follow.current = false;
  };
  return {
    byHand,
    scrolled: () => {
      if (performance.now() - page.moved.current > 900) byHand(); // the scroll bar was dragged
      page.scrolled();
    },
  };
}

const UNDER = 17; // pixels: an instant of the axis that is nearer to the play head would stand half under its chip

/** Writes what is different: every attribute that is written is laid out and painted anew. */
function put(el: Element | null, name: string, value: string): void {
  if (el && el.getAttribute(name) !== value) el.setAttribute(name, value);
}

function say(el: Element | null, text: string): void {
  if (el && el.textContent !== text) el.textContent = text;
}

function moveHead(el: SVGSVGElement, l: Layout, y: number, time: number): void {
  put(el.querySelector('.head'), 'transform', `translate(0 ${y})`);
  const unit = time < 1e9 ? 1e5 : 1e3;
  say(el.querySelector('.head-time'), instantIn(Math.round(time / unit) * unit, gutterChars(l.gutter)));
  for (const x of el.querySelectorAll<SVGTextElement>('.left')) say(x, t('lab.in', { time: duration(brief(Number(x.dataset.at) - time)) }));
  for (const x of el.querySelectorAll<SVGTextElement>('.ticks text')) {
    const under = Math.abs(Number(x.getAttribute('y')) - 4 - y) < UNDER;
    if (x.classList.contains('under') !== under) x.classList.toggle('under', under);
  }
  const flying = el.querySelectorAll<SVGGElement>('.seg[data-flying]');
  if (!flying.length) return;
  const by = new Map(l.arrows.map((a) => [a.id, a]));
  for (const g of flying) {
    const a = by.get(Number(g.dataset.id));
    if (!a) continue;
    const [done, rest] = cut(a.pts, y);
    put(g.querySelector('.done'), 'd', done.length > 1 ? path(done) : '');
    put(g.querySelector('.rest'), 'd', path(rest));
    const at = done[done.length - 1] ?? a.pts[0];
    put(g.querySelector('.dot'), 'transform', `translate(${at.x} ${at.y})`);
  }
}

/** Three digits are enough for what is left of a timer. */
function brief(ns: number): number {
  if (ns <= 0) return 0;
  const k = 10 ** Math.max(0, Math.floor(Math.log10(ns)) - 2);
  return Math.round(ns / k) * k;
}

/** Scrolls so that a height is seen. */
function keepInView(box: HTMLElement, page: Page, h: number, y: number, jump: boolean): void {
  const top = page.top.current;
  if (y > top + TOP + 30 && y < top + h * 0.72) return;
  const want = Math.max(0, Math.min(y - h * 0.6, page.height - h));
  if (Math.abs(want - top) < 2) return;
  page.moved.current = performance.now();
  if (jump) page.settle(Math.abs(want - top) > h ? want : top + (want - top) * 0.12);
  else box.scrollTo({ top: want, behavior: matchMedia('(prefers-reduced-motion: reduce)').matches || Math.abs(want - top) > 3 * h ? 'instant' : 'smooth' });
}
