import { seeming, unitOf } from '../diagram/trips';
import { atEnd, clock, data, hello, n, next, now, playing, speed } from './state';
import { pause, step } from './sync';

const PIXELS_PER_SECOND = 88;
const SHORTEST = 0.16;

const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/**
 * The page's own clock: while it plays, the head moves from one event to the
 * next, as fast as the diagram's axis is long, so that idle time is folded for
 * the clock as it is for the eye.
 */
export function startPlayer(): void {
  let from = 0;
  let begun = 0;
  let place = -1;
  let stepping = false;
  let asked = 0;
  const frame = (ts: number) => {
    asked = playing.peek() ? requestAnimationFrame(frame) : 0;
    if (!asked || stepping) {
      place = -1;
      return;
    }
    if (atEnd.peek() || !data.peek()) {
      pause();
      return;
    }
    const key = (data.peek()?.id ?? 0) * 1e7 + n.peek();
    if (place !== key) {
      place = key;
      begun = ts;
      from = clock.peek() ?? now.peek();
    }
    const d = data.peek();
    const known = d?.frame(n.peek() + 1)?.at;
    const to = known ?? next.peek()[0]?.at ?? from;
    const unit = unitOf(hello.peek()?.links ?? []);
    const length = Math.max(SHORTEST, seeming(Math.max(0, to - from), unit) / PIXELS_PER_SECOND, still() ? 0.8 : 0) / speed.peek();
    const k = (ts - begun) / 1000 / length;
    if (k < 1) {
      if (!still() && to > from) clock.value = from + (to - from) * k;
      return;
    }
    stepping = true;
    step().then((ok) => {
      stepping = false;
      if (!ok) pause();
    });
  };
  // At rest no frames are asked for: while one is due, a browser lets what the server answers to a key wait for it.
  playing.subscribe((on) => {
    if (on && !asked) asked = requestAnimationFrame(frame);
  });
}
