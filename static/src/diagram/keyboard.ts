import { neighbour } from './items';
import { TOP } from './places';
import type { Input, Item, Sheet } from './sheet';

interface Keys {
  all: Sheet | null;
  inp: Pick<Input, 'filter'>;
  chosen: Item | null;
  box: HTMLElement | null;
  svg: { current: SVGSVGElement | null };
  byHand: () => void;
  choose?: (item: Item, how: 'focus' | 'enter') => void;
}

/** Keys move between what is on the diagram, from top to bottom, and scroll it. */
export function onKey(e: KeyboardEvent, k: Keys): void {
  const { all, box } = k;
  if (e.ctrlKey || e.altKey || e.metaKey || !all || !box) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key] as 1 | -1 | undefined;
  const pages = { PageDown: 0.85, PageUp: -0.85 }[e.key];
  if (step && k.choose) {
    stop(e);
    const focused = k.chosen && heightOf(all, k.chosen);
    const next = neighbour(all, k.inp, k.chosen?.key, step, focused ?? box.scrollTop + (step > 0 ? TOP : box.clientHeight));
    if (!next) return;
    k.byHand();
    k.choose(next, 'focus');
    reveal(box, next.y);
    requestAnimationFrame(() => requestAnimationFrame(() => focusItem(k.svg.current, next.key)));
  } else if (step || pages) {
    stop(e);
    k.byHand();
    box.scrollTop += pages ? pages * box.clientHeight : (step ?? 0) * 60;
  } else if (e.key === 'Enter' && k.chosen && k.choose) {
    stop(e);
    k.choose(k.chosen, 'enter');
  }
}

function stop(e: KeyboardEvent): void {
  e.preventDefault();
  e.stopPropagation();
}

/** The height of what is chosen. */
function heightOf(s: Sheet, item: Item): number {
  const first = /^t.*\.(\d+)$/.exec(item.key)?.[1]; // a timer is where it was first armed
  if (first) return s.axis.y(s.run.timeOf(Number(first)));
  const seg = s.run.segOf.get(item.packet ?? item.group ?? 0);
  return s.axis.y(seg ? seg.at : s.run.timeOf(item.n));
}

export function reveal(box: HTMLElement | null, y: number): void {
  if (!box) return;
  if (y < box.scrollTop + TOP + 20 || y > box.scrollTop + box.clientHeight - 60) box.scrollTop = Math.max(0, y - box.clientHeight / 2);
}

export function focusItem(root: Element | null, key: string): void {
  root?.querySelector<SVGElement>(`[data-key="${key}"][tabindex]`)?.focus({ preventScroll: true });
}
