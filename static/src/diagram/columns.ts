import type { Input } from './layout';

/** A host's lifeline. */
export interface Column {
  host: number;
  x: number;
  side: -1 | 1; // where its outer side is
  half: number; // half of the width of its bands
  lanes: number; // of timers
  laneW: number; // width of one
  notes: number; // room for notes, in pixels
}

export function gutterOf(width: number): number {
  return width < 560 ? 56 : 76;
}

/** How many characters of an instant the gutter has room for. */
export function gutterChars(gutter: number): number {
  return gutter < 60 ? 8 : 9;
}

/** Where the lifelines stand, and how much room each needs. */
export function place(inp: Input): Column[] {
  const { hosts, width } = inp;
  const lanes = timerLanes(inp);
  const gutter = gutterOf(width);
  const laneW = width < 560 ? 14 : 24;
  const room = width >= 1000 ? 168 : width >= 700 ? 146 : width >= 560 ? 96 : 60;
  const halves = slots(inp).map((k) => (width < 560 ? Math.min(14, 5 + 2 * k) : Math.max(10, Math.min(30, 6 * k))));
  const half = Math.max(...halves);
  const outer = width < 560 ? 76 : room; // the last host's notes are the server's: they tell more
  const left = gutter + room + 10 + laneW * Math.max(1, lanes[0] ?? 0) + half;
  const right = width - outer - 14 - laneW * Math.max(1, lanes[hosts - 1] ?? 0) - half;
  return Array.from({ length: hosts }, (_, i) => ({
    host: i,
    x: hosts === 1 ? (left + right) / 2 : left + ((right - left) * i) / (hosts - 1),
    side: i === 0 ? -1 : 1,
    half: halves[i],
    lanes: lanes[i] ?? 0,
    laneW,
    notes: i === 0 ? room : i === hosts - 1 ? outer : Math.min(room, Math.max(60, (right - left) / (hosts - 1) / 2 - 30)),
  }));
}

/** How many connections a host has at once, at most. */
function slots(inp: Input): number[] {
  const out: number[] = [];
  for (let host = 0; host < inp.hosts; host++) {
    const turns: [number, number][] = [];
    for (const lane of inp.history.lanes) {
      if (lane.host !== host || lane.listener || !lane.changes.length) continue;
      turns.push([lane.changes[0].n, 1]);
      const last = lane.changes[lane.changes.length - 1];
      if (last.state === '') turns.push([last.n, -1]);
    }
    let now = 0;
    let most = 1;
    for (const [, by] of turns.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
      now += by;
      most = Math.max(most, now);
    }
    out.push(most);
  }
  return out;
}

function timerLanes(inp: Input): number[] {
  const max = inp.width < 560 ? 1 : inp.width < 900 ? 2 : 3;
  const kinds = Array.from({ length: inp.hosts }, () => new Set<string>());
  for (const t of inp.history.timers) kinds[t.host]?.add(`${t.flow}.${t.label}`);
  return kinds.map((k) => Math.min(max, k.size));
}
