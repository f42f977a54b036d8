import { t } from '../i18n';
import { arrowOf } from './arrow';
import { cut, type Pt, path } from './geom';
import { headY } from './places';
import type { Seg } from './seg';
import type { Sheet } from './sheet';
import { duration, instant } from './time';

const SVG = 'http://www.w3.org/2000/svg';
const EDGE = 40; // pixels at the lower edge of the diagram: there, later times come up
const FINE = 80; // pixels beside the lifeline: there, it moves by tenths
const CANCEL = 76; // pixels of the zone in which a finger lets go without a move

interface Drag {
  box: HTMLElement;
  svg: SVGSVGElement;
  s: Sheet;
  seg: Seg;
  touch: boolean;
  done: (arrive: number | null) => void;
  say: (text: string) => void;
}

/** A later arrival in the unit of a lesson: when, how much later, and after whom. */
export function preview(s: Sheet, seg: Seg, arrive: number): { when: string; more: string; after: Seg | null } {
  const own = s.run.dueAt(seg, s.n) ?? arrive;
  let after: Seg | null = null;
  for (const x of s.run.between(s.now, arrive)) {
    const due = s.run.dueAt(x, s.n);
    if (x === seg || x.t.n > s.n || x.end <= s.n || due === null || x.t.packet.from !== seg.t.packet.from || x.t.packet.to !== seg.t.packet.to) continue;
    if (due >= own && due < arrive && x.i > seg.i && (!after || due >= (after.due ?? 0))) after = x;
  }
  return { when: t('lab.drag', { time: instant(arrive) }), more: `+${duration(arrive - own)}`, after };
}

/** The head of an arrow is drawn down along its lifeline, until it is let go or the drag is given up. */
export function dragHead(e: PointerEvent, d: Drag): void {
  const { box, svg, s, seg } = d;
  const a = arrowOf(s, seg);
  const head = a.pts[a.pts.length - 1];
  const own = s.run.dueAt(seg, s.n);
  if (own === null) return;
  const marks = drawing(svg, d.touch, box, a.dir);
  const from = cut(a.pts, s.restY)[0].pop() ?? a.pts[0];
  let arrive = own;
  let last = e;
  let passed: Seg | null = null;
  let frame = 0;
  let over = false;
  const least = headY(s, seg, own);
  const show = () => {
    const r = svg.getBoundingClientRect();
    const x = last.clientX - r.left;
    const y = Math.max(least, last.clientY - r.top + svg.viewBox.baseVal.y);
    const snap = Math.abs(x - head.x) > FINE && d.touch ? 1e5 : 1e6;
    // A pixel is the same time everywhere, even over a gap that is cut.
    arrive = own + Math.round((y - least) / s.axis.scale / snap) * snap;
    over = d.touch && last.clientY > box.getBoundingClientRect().bottom - CANCEL;
    const p = preview(s, seg, arrive);
    const lines = over
      ? [t('lab.drag.cancel')]
      : arrive <= own
        ? [p.when, t('lab.drag.least', { time: duration(own - seg.at) })]
        : [p.when, p.more + (p.after ? ` · ${t('lab.drag.after', { n: numberText(p.after) })}` : '')];
    marks.show(from, { x: head.x, y: least + (arrive - own) * s.axis.scale }, lines, over);
    if (p.after !== passed) {
      passed = p.after;
      d.say(`${p.when}, ${p.more}${p.after ? `, ${t('lab.drag.after', { n: numberText(p.after) })}` : ''}`);
    }
  };
  const roll = () => {
    frame = requestAnimationFrame(roll);
    const r = box.getBoundingClientRect();
    const zone = d.touch ? CANCEL : 0;
    if (last.clientY > r.bottom - EDGE - zone && last.clientY < r.bottom - zone) {
      box.scrollTop += 5;
      show();
    }
  };
  const end = (arrives: number | null) => {
    cancelAnimationFrame(frame);
    stop.abort();
    marks.remove();
    if (box.hasPointerCapture(e.pointerId)) box.releasePointerCapture(e.pointerId);
    // Letting go is no click.
    window.addEventListener('click', quiet, { capture: true, once: true });
    setTimeout(() => window.removeEventListener('click', quiet, { capture: true }), 60);
    d.done(arrives);
  };
  const stop = new AbortController();
  box.setPointerCapture(e.pointerId);
  listen(e, box, stop.signal, {
    move: (x) => {
      last = x;
      show();
    },
    up: () => end(over || arrive - own < 1e5 ? null : arrive),
    off: () => end(null),
  });
  frame = requestAnimationFrame(roll);
  show();
}

/** Everything that goes on with a drag or ends it: a second finger, a turned or a hidden page, Escape. */
function listen(e: PointerEvent, box: HTMLElement, signal: AbortSignal, d: { move: (x: PointerEvent) => void; up: () => void; off: () => void }): void {
  const on = (target: EventTarget, kinds: string[], f: (x: Event) => void) => {
    for (const k of kinds) target.addEventListener(k, f, { signal, passive: false });
  };
  const mine = (f: (x: PointerEvent) => void) => (x: Event) => {
    if ((x as PointerEvent).pointerId === e.pointerId) f(x as PointerEvent);
  };
  on(box, ['pointermove'], mine(d.move));
  on(box, ['pointerup'], mine(d.up));
  on(box, ['touchmove'], (x) => x.preventDefault()); // the page stands still
  on(box, ['pointercancel', 'lostpointercapture'], d.off);
  on(window, ['pointerdown'], (x) => {
    if ((x as PointerEvent).pointerId !== e.pointerId) d.off();
  });
  on(window, ['resize', 'orientationchange', 'blur'], d.off);
  window.addEventListener('contextmenu', quiet, { signal, capture: true }); // a long press opens no menu while it drags
  on(document, ['visibilitychange'], d.off);
  on(window, ['keydown'], (x) => {
    if ((x as KeyboardEvent).key !== 'Escape') return;
    x.stopPropagation();
    d.off();
  });
}

function quiet(e: Event): void {
  e.preventDefault();
  e.stopPropagation();
}

const numberText = (x: Seg) => String(x.t.packet.kind === 'ACK' ? x.t.packet.ack : x.t.packet.seq);

/** What is drawn while dragging: it is gone when the drag is over, however it ended. */
function drawing(svg: SVGSVGElement, touch: boolean, box: HTMLElement, dir: number) {
  const g = document.createElementNS(SVG, 'g');
  g.setAttribute('class', 'drag');
  const ghost = document.createElementNS(SVG, 'path');
  ghost.setAttribute('class', 'ghost');
  const plate = document.createElementNS(SVG, 'rect');
  plate.setAttribute('class', 'ghost-plate');
  const texts = [0, 1].map(() => {
    const x = document.createElementNS(SVG, 'text');
    x.setAttribute('class', 'ghost-text');
    x.setAttribute('text-anchor', dir > 0 ? 'end' : 'start');
    return x;
  });
  g.append(ghost, plate, ...texts);
  svg.append(g);
  const zone = document.createElement('div');
  zone.className = 'dg-cancel';
  zone.textContent = `✕ ${t('lab.drag.cancel')}`;
  if (touch) box.parentElement?.append(zone);
  box.classList.add('dragging');
  return {
    show(from: Pt, head: Pt, lines: string[], over: boolean): void {
      ghost.setAttribute('d', `${path([from, head])}M${head.x - 7} ${head.y}a7 7 0 1 0 14 0a7 7 0 1 0 -14 0`);
      const x = head.x - dir * 16;
      const y = head.y - (touch ? 52 : 22);
      for (const [i, el] of texts.entries()) {
        el.setAttribute('x', String(x));
        el.setAttribute('y', String(y + i * 16));
        el.textContent = lines[i] ?? '';
      }
      const w = Math.max(...texts.map((el) => el.getComputedTextLength())) + 16;
      plate.setAttribute('x', String(dir > 0 ? x - w + 8 : x - 8));
      plate.setAttribute('y', String(y - 15));
      plate.setAttribute('width', String(w));
      plate.setAttribute('height', String(lines.length * 16 + 8));
      zone.classList.toggle('over', over);
    },
    remove(): void {
      g.remove();
      zone.remove();
      box.classList.remove('dragging');
    },
  };
}
