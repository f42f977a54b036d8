import type { Axis } from './axis';
import type { TickBox } from './sheet';
import { instantIn } from './time';

const BLOCK = 400; // each is labelled by itself, so that scrolling moves no label
const APART = 15;
const MANY = 14; // instants in a block: round numbers are easier to read

/** The instants written in the gutter between two heights: those at which something happens, or round ones where that is often. */
export function ticksIn(axis: Axis, instants: readonly number[], linear: boolean, restY: number, chars: number, from: number, to: number): TickBox[] {
  const out: TickBox[] = [];
  const put = (t: number, y: number) => {
    const last = out[out.length - 1];
    const label = instantIn(t, chars);
    if (last && (y - last.y < APART || (label === last.label && y - last.y < 200))) return;
    out.push({ t, y, label, planned: y > restY });
  };
  let k = 0;
  const top = Math.max(from, axis.top - 18);
  for (let y0 = Math.floor(top / BLOCK) * BLOCK; y0 < to; y0 += BLOCK) {
    const y1 = y0 + BLOCK;
    const here: number[] = [];
    while (k < instants.length && axis.y(instants[k]) < Math.max(y0, axis.top - 1)) k++;
    for (; k < instants.length && axis.y(instants[k]) < y1; k++) here.push(instants[k]);
    if (linear || here.length > MANY) for (const t of round(axis, Math.max(y0, axis.top), y1)) put(t, axis.y(t));
    else for (const t of here) put(t, axis.y(t));
  }
  return out.filter((x) => x.y >= from && x.y <= to);
}

/** Round instants between two heights where time is to scale. */
function round(axis: Axis, y0: number, y1: number): number[] {
  const by = stepOf(axis.scale);
  const out: number[] = [];
  // In a cut, time runs fast: go through the heights, not the instants.
  for (let y = y0; y < y1; ) {
    const t = Math.ceil(axis.t(y) / by) * by;
    const at = axis.y(t);
    if (at >= y1) break;
    if (at >= y && !axis.cutAt(at)) out.push(t);
    y = Math.max(y + 1, at + by * axis.scale * 0.5);
  }
  return out;
}

/** 1, 2 or 5 times a power of ten, in nanoseconds, not closer than the labels allow. */
function stepOf(scale: number): number {
  const least = 46 / scale;
  const p = 10 ** Math.floor(Math.log10(least));
  return p * ([1, 2, 5].find((k) => k * p >= least) ?? 10);
}
