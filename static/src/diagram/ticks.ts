import type { Axis } from './axis';
import type { TickBox } from './layout';
import { instantIn } from './time';

const BLOCK = 400; // each is labelled by itself, so that scrolling moves no label
const APART = 15;

/** The instants written in the gutter between two heights. */
export function ticksIn(axis: Axis, restY: number, chars: number, from: number, to: number): TickBox[] {
  const out: TickBox[] = [];
  const whole = from === Number.NEGATIVE_INFINITY || from <= 0;
  let last = Number.NEGATIVE_INFINITY;
  let block = -1;
  for (let i = whole ? 0 : axis.firstAt(Math.floor(from / BLOCK) * BLOCK); i < axis.size; i++) {
    const { t, y0 } = axis.tick(i);
    if (y0 > to) break;
    const b = Math.floor(y0 / BLOCK);
    if (b !== block) {
      block = b;
      last = Math.max(last, b * BLOCK - APART / 2);
    }
    if (y0 - last < APART || y0 > (b + 1) * BLOCK - APART / 2) continue;
    const label = instantIn(t, chars);
    if (label === out[out.length - 1]?.label && y0 - last < 200) continue;
    last = y0;
    out.push({ t, y: y0, label, planned: y0 > restY });
  }
  return out;
}
