import { useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { draw } from './compose';
import { easyScale, sheet, wholeScale } from './layout';
import { TOP } from './places';
import type { Input, Labels, Layout, Sheet, Words } from './sheet';
import type { Anchor, TimeView } from './timeview';

const BLOCK = 240; // pixels: so far the view scrolls before it is drawn anew
const WHOLE = 2400; // a diagram that is not higher is drawn as a whole
const FEW = 120; // if it has so few segments
const MOST = 1_000_000; // pixels of the page; a longer run moves through it

export interface Page {
  all: Sheet | null;
  lay: Layout | null;
  labels: Labels | null;
  from: number;
  to: number;
  height: number; // of the page
  base: number; // pixels of the run above the page
  scrolled: () => void; // to be told of every scrolling
  settle: (top: number) => void; // scrolls, not by hand
  moved: { current: number }; // when the page was last scrolled by itself
  follow: { current: boolean }; // the view goes with the play head
  top: { current: number }; // where it is scrolled to, without asking the browser, which would lay out anew to answer
}

/**
 * The part of a run that is in the page. A page is bounded however long the run
 * is: of a longer one, it shows a piece that is exchanged as one comes near its
 * ends. A change of the scale leaves its anchor where it was on the screen.
 */
export function usePage(box: { current: HTMLElement | null }, size: { width: number; height: number }, inp: Input, time: TimeView, w: Words, keys: unknown[]): Page {
  const self = useRef({}).current;
  const last = useRef<{ s: Sheet; base: number } | null>(null);
  const target = useRef<number | null>(null); // where to scroll once it is drawn
  const moved = useRef(0);
  const follow = useRef(true);
  const place = useRef(0);
  const [block, setBlock] = useState(0);
  const [turn, setTurn] = useState(0); // counts the exchanges of the piece
  const turned = useRef(0);

  const [all, base] = useMemo((): [Sheet | null, number] => {
    if (size.width < 100) return [null, 0];
    const top = target.current ?? place.current;
    const got = turnTo(inp, last.current, top, size.height, time.anchor, turned.current !== turn);
    turned.current = turn;
    if (got.want !== null) target.current = Math.max(0, Math.min(got.want, Math.min(MOST, got.s.height) - size.height));
    last.current = got;
    return [got.s, got.base];
  }, [...keys, size.width, size.height, inp.scale, inp.linear, turn]);

  const height = Math.min(all?.height ?? 0, MOST);
  const whole = !all || (height <= WHOLE && all.run.segs.length <= FEW);
  const here = target.current === null ? Math.min(block, Math.floor(height / BLOCK)) : Math.floor(target.current / BLOCK);
  const from = whole ? 0 : Math.max(0, (here - 1) * BLOCK);
  const to = whole ? height : Math.min(height, here * BLOCK + size.height + 2 * BLOCK);
  const [lay, labels] = useMemo((): [Layout | null, Labels | null] => (all ? draw(all, inp, w, from, to) : [null, null]), [all, from, to, w]);

  const tell = () => {
    const top = place.current;
    if (all) time.shows(Math.max(all.run.s.start, all.axis.t(top + TOP)), all.axis.t(top + size.height), all.axis.scale, size.height);
  };
  useLayoutEffect(() => {
    time.anchor = null;
    if (target.current !== null && box.current) {
      moved.current = performance.now();
      place.current = target.current;
      box.current.scrollTop = target.current;
      setBlock(Math.floor(target.current / BLOCK));
      target.current = null;
    }
    tell();
  }, [all]);

  const settle = (top: number) => {
    moved.current = performance.now();
    place.current = top;
    if (box.current) box.current.scrollTop = top;
    tell(); // at once: the next key may come before the browser tells of the scrolling
  };
  const exchange = (top: number) => {
    target.current = top;
    setTurn((k) => k + 1);
  };
  useSteering(place, last, size.height, time, follow, settle, exchange);
  useCompany(time, self, place, last, settle);
  const scrolled = () => {
    const el = box.current;
    if (!el || target.current !== null) return;
    const top = el.scrollTop;
    place.current = top;
    const b = Math.floor(top / BLOCK);
    if (b !== block && !whole) setBlock(b);
    const beyond = (all?.height ?? 0) - MOST;
    if ((base > 0 && top < MOST / 10) || (beyond > 0 && top > MOST * 0.9)) setTurn(turn + 1);
    time.top.value = { y: top + base, by: self };
    tell();
  };
  return { all, lay, labels, from, to, height, base, scrolled, settle, moved, follow, top: place };
}

/** Scrolls with the other diagrams of the same view. */
function useCompany(time: TimeView, self: object, place: { current: number }, last: { current: { base: number } | null }, settle: (top: number) => void): void {
  useSignalEffect(() => {
    const { y, by } = time.top.value;
    const base = last.current?.base ?? 0;
    if (by && by !== self && Math.abs(place.current + base - y) > 1) settle(y - base);
  });
}

/** The sheet of a place, and which piece of it is in the page; want: where to scroll, where that is another place. */
function turnTo(
  inp: Input,
  was: { s: Sheet; base: number } | null,
  top: number,
  height: number,
  anchor: Anchor | null,
  turn: boolean,
): { s: Sheet; base: number; want: number | null } {
  const base = was?.base ?? 0;
  const s = sheet({ ...inp, base });
  let want: number | null = null;
  if (was && was.s.run.s.history === s.run.s.history && (was.s.axis.scale !== s.axis.scale || was.s.linear !== s.linear)) {
    const a = anchor ?? anchorOf(was.s, top, height);
    want = (a.t === s.now ? s.restY : s.axis.y(a.t)) - a.y;
  }
  const spare = Math.max(0, s.height + base - MOST);
  const goal = want ?? top;
  const far = turn || goal < 0 || goal > MOST - height;
  const next = far ? Math.max(0, Math.min(spare, Math.round(base + goal - MOST / 2))) : Math.min(base, spare);
  if (next === base) return { s, base, want };
  return { s: sheet({ ...inp, base: next }), base: next, want: goal + base - next };
}

/** What stays where it is: the play head if it is in view, else the middle. */
function anchorOf(s: Sheet, top: number, height: number): Anchor {
  const head = s.restY - top;
  if (head >= TOP && head <= height) return { t: s.now, y: head };
  return { t: s.axis.t(top + height / 2), y: height / 2 };
}

/** Lets a tool bar or a mini-map steer this diagram. */
function useSteering(
  place: { current: number },
  last: { current: { s: Sheet; base: number } | null },
  height: number,
  time: TimeView,
  follow: { current: boolean },
  settle: (top: number) => void,
  exchange: (top: number) => void, // scrolls to where another piece of the run has to be in the page
): void {
  const latest = useRef({ settle, exchange });
  latest.current = { settle, exchange };
  useEffect(() => {
    const leave = () => {
      follow.current = false;
    };
    return time.attach({
      leave,
      anchor: () => (last.current ? anchorOf(last.current.s, place.current, height) : null),
      whole: () => (last.current ? wholeScale(last.current.s, height) : 1e-6),
      flight: () => (last.current ? (height - TOP) / (4 * last.current.s.run.unit) : 1e-6),
      easy: () => (last.current ? easyScale(last.current.s.run, last.current.s.width) : 1e-6),
      reveal: (t, share) => {
        leave();
        if (!last.current) return;
        const { s, base } = last.current;
        const y = s.axis.y(t) - TOP - share * (height - TOP);
        const top = Math.max(-base, Math.min(y, s.height - height));
        if (top < 0 || top > MOST - height) latest.current.exchange(top);
        else latest.current.settle(top);
      },
    });
  }, [time, height]);
}
