import { choose } from '../act';
import { asking, data, n } from '../state';
import { pause, seek } from '../sync';
import { type Mark, marksOf, nextMark } from './marks';

/** Goes to a mark, and chooses the segment it is about. */
export function goTo(m: Mark): void {
  pause();
  seek(m.n);
  choose(m.packet ? { key: `p${m.packet}`, n: m.n, packet: m.packet } : { key: `e${m.n}`, n: m.n });
}

/** Goes to the next mark of the run, or to the one before; false: there is none. */
export function toMark(by: 1 | -1): boolean {
  const d = data.peek();
  const m = d && nextMark(marksOf(d.history, asking.peek() ? n.peek() : undefined), n.peek(), by);
  if (m) goTo(m);
  return !!m;
}
