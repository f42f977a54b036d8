/** A rectangle of the screen. */
export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * Where something that was chosen is on the screen, as far as the diagram shows
 * it: a menu about it belongs beside this. Of a segment that fills the view, it
 * is the piece around a height.
 */
export function itemRect(key: string, nearY?: number): Rect | null {
  const el = document.querySelector<SVGElement>(`.dg-svg [data-key="${key}"]`);
  const box = el?.closest<HTMLElement>('.dg');
  if (!el || !box) return null;
  const view = box.getBoundingClientRect();
  const line = el.querySelector<SVGGeometryElement>('.hit, .whole, .area') ?? el;
  const r = line.getBoundingClientRect();
  const all = { left: r.left, top: Math.max(r.top, view.top + 66), right: r.right, bottom: Math.min(r.bottom, view.bottom) };
  if (all.bottom < all.top) return { ...all, top: Math.min(all.top, view.bottom), bottom: Math.min(all.top, view.bottom) };
  if (all.bottom - all.top < view.height * 0.45 || !(line instanceof SVGPathElement)) return all;
  return piece(line, nearY ?? (all.top + all.bottom) / 2, all);
}

function piece(line: SVGPathElement, y: number, all: Rect): Rect {
  const m = line.getScreenCTM();
  if (!m) return all;
  const length = line.getTotalLength();
  let [lo, hi] = [0, length];
  for (let i = 0; i < 20; i++) {
    const mid = (lo + hi) / 2;
    if (line.getPointAtLength(mid).y * m.d + m.f < y) lo = mid;
    else hi = mid;
  }
  const x = line.getPointAtLength(lo).x * m.a + m.e;
  return { left: x - 14, top: y - 14, right: x + 14, bottom: y + 14 };
}
