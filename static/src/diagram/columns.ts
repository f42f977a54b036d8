import type { Column, Input } from './sheet';
import { SLOTS } from './spans';

export function gutterOf(width: number): number {
  return width < 560 ? 56 : 76;
}

/** How many characters of an instant the gutter has room for. */
export function gutterChars(gutter: number): number {
  return gutter < 60 ? 8 : 9;
}

/** Which column a host belongs to: its own, or the last one, of all others. */
export function columnOf(hosts: number, shown: readonly number[]): number[] {
  return Array.from({ length: hosts }, (_, host) => {
    const i = shown.indexOf(host);
    return i < 0 ? shown.length : i;
  });
}

/** The lifelines shown at first: all of a few, else those with the most cables. */
export function firstShown(inp: { hosts: number; links: { from: number; to: number }[] }, most: number): number[] {
  const all = Array.from({ length: inp.hosts }, (_, i) => i);
  if (inp.hosts <= most) return all;
  const cables = all.map((h) => inp.links.filter((l) => l.from === h).length);
  return all
    .sort((a, b) => cables[b] - cables[a] || a - b)
    .slice(0, most - 1)
    .sort((a, b) => a - b);
}

/** Where the lifelines stand, and how much room each needs. */
export function place(inp: Input): Column[] {
  const { width, shown } = inp;
  const count = shown.length + (shown.length < inp.hosts ? 1 : 0);
  const narrow = width < 560;
  const many = count > 3;
  const gutter = gutterOf(width);
  const laneW = narrow ? 14 : many ? 18 : 24;
  const lanes = timerLanes(inp, count);
  const halves = slots(inp, count).map((k) => (narrow ? Math.min(count > 3 ? 8 : 14, 4 + 2 * k) : many ? Math.min(28, 5 + 3 * k) : Math.max(10, Math.min(30, 6 * k))));
  const half = Math.max(...halves);
  const room = width >= 1000 ? (many ? 120 : 168) : width >= 700 ? (many ? 96 : 146) : width >= 560 ? 96 : many ? 16 : 60;
  const outer = narrow ? (many ? 34 : 76) : room; // the last host's notes are the server's: they tell more
  const left = gutter + room + 10 + laneW * Math.max(1, lanes[0] ?? 0) + half;
  const right = width - outer - 14 - laneW * Math.max(1, lanes[count - 1] ?? 0) - half;
  const gap = count > 1 ? (right - left) / (count - 1) : 0;
  return Array.from({ length: count }, (_, i) => ({
    host: shown[i] ?? -1,
    at: i,
    x: count === 1 ? (left + right) / 2 : left + gap * i,
    side: i === 0 ? -1 : 1,
    half: halves[i],
    lanes: lanes[i] ?? 0,
    laneW,
    notes: i === 0 ? room : i === count - 1 ? outer : Math.max(20, Math.min(room, gap - halves[i] - laneW * (lanes[i] ?? 0) - 24)),
    inner: i > 0 && i < count - 1,
  }));
}

/** How many connections a column has at once, at most. */
function slots(inp: Input, count: number): number[] {
  const of = columnOf(inp.hosts, inp.shown);
  const out = Array.from({ length: count }, () => 1);
  for (const [host, k] of inp.history.most.entries()) out[of[host]] = Math.min(SLOTS, Math.max(out[of[host]] ?? 1, k ?? 1));
  return out;
}

function timerLanes(inp: Input, count: number): number[] {
  const of = columnOf(inp.hosts, inp.shown);
  const out = Array.from({ length: count }, () => 0);
  const most = (i: number) => (count > 3 && (inp.width < 560 || (i > 0 && i < count - 1)) ? (inp.width < 560 ? 0 : 1) : inp.width < 560 ? 1 : inp.width < 900 ? 2 : 3);
  for (const [host, kinds] of inp.history.timerKinds.entries()) out[of[host]] = Math.min(most(of[host]), Math.max(out[of[host]] ?? 0, kinds?.size ?? 0));
  return out;
}
