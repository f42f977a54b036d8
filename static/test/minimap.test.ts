import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Demands, Gap } from '../src/diagram/axis';
import { heights, nearest, windowOf } from '../src/lab/chart/window';
import { countIn, firstAt, idle, levels, nice, rowsOf, ticksOf, wholeAxis } from '../src/lab/minimap/bins';
import { frameOf, gripAt } from '../src/lab/minimap/frame';
import { byKind, countKinds, kinds, type Mark, merge, nextMark } from '../src/lab/minimap/marks';

const ms = 1e6;
const instants = fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 200 }).map((l) => l.sort((a, b) => a - b).map((t) => ({ at: t * ms })));

const runs = fc.array(fc.tuple(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 9000 }), fc.boolean()), { maxLength: 12 }).map((list): Demands => {
  let t = 0;
  const gaps: Gap[] = [];
  for (const [before, long, busy] of list) {
    t += before * ms;
    gaps.push({ t0: t, t1: t + long * ms, busy });
    t += long * ms;
  }
  return { start: 0, end: t + 5 * ms, gaps, fans: [] };
});

test('the first segment at or after an instant is the one a walk finds', () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: -5, max: 10_005 }), (list, t) => {
      const walk = list.findIndex((x) => x.at >= t * ms);
      expect(firstAt(list, t * ms)).toBe(walk < 0 ? list.length : walk);
    }),
  );
});

test('what is counted between two instants is what lies between them', () => {
  fc.assert(
    fc.property(instants, fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 10_000 }), (list, a, b) => {
      expect(countIn(list, a * ms, b * ms)).toBe(list.filter((x) => x.at >= a * ms && x.at <= b * ms).length);
    }),
  );
});

test('the axis of the whole run begins at 0, ends at its height and never goes back', () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 60, max: 900 }), fc.boolean(), (d, height, linear) => {
      const axis = wholeAxis(d, height, linear);
      expect(axis.y(d.start)).toBeCloseTo(0, 6);
      expect(axis.y(d.end)).toBeCloseTo(height, 3);
      let last = -1;
      for (let i = 0; i <= 50; i++) {
        const y = axis.y(d.start + ((d.end - d.start) * i) / 50);
        expect(y).toBeGreaterThanOrEqual(last - 1e-6);
        last = y;
      }
    }),
  );
});

test('folded, no gap is higher than to scale; linear, equal time is equal height', () => {
  const d: Demands = { start: 0, end: 6400 * ms, gaps: [{ t0: 1950 * ms, t1: 2300 * ms, busy: false }], fans: [] };
  const straight = wholeAxis(d, 640, true);
  expect(straight.y(3200 * ms)).toBeCloseTo(320);
  expect(idle(d, straight)).toEqual([{ y0: 195, y1: 230 }]);
  const cut = wholeAxis(d, 640, false);
  expect(cut.y(2300 * ms) - cut.y(1950 * ms)).toBeLessThan(35);
});

test('every segment is on one row', () => {
  fc.assert(
    fc.property(instants, runs, fc.integer({ min: 60, max: 700 }), (list, d, height) => {
      const rows = rowsOf(list, wholeAxis(d, height, false), height);
      expect(rows.reduce((a, b) => a + b, 0)).toBe(list.length);
    }),
  );
});

test('a level holds until the next, and a row shows its greatest', () => {
  const axis = wholeAxis({ start: 0, end: 100 * ms, gaps: [], fans: [] }, 100, true);
  const rows = levels(
    [
      { at: 10 * ms, v: 10 },
      { at: 50 * ms, v: 30 },
      { at: 50.5 * ms, v: 15 },
    ],
    axis,
    100,
  );
  expect([5, 10, 49, 50, 51, 99].map((y) => rows[y])).toEqual([Number.NaN, 10, 10, 30, 15, 15]);
});

test('instants beside the map are round and apart', () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 120, max: 900 }), (d, height) => {
      const ticks = ticksOf(wholeAxis(d, height, false), height, 34);
      for (const [i, k] of ticks.entries()) if (i) expect(k.y - ticks[i - 1].y).toBeGreaterThanOrEqual(34);
    }),
  );
  expect([1, 3, 7, 20, 501].map(nice)).toEqual([1, 5, 10, 20, 1000]);
});

const marks = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.constantFrom(...kinds)), { maxLength: 120 })
  .map((list) => list.sort((a, b) => a[0] - b[0]).map(([at, kind], i): Mark => ({ kind, at, n: i + 1, says: '' })));

test('marks that are drawn are 7 pixels apart, none is lost, the worst is on top', () => {
  fc.assert(
    fc.property(marks, (list) => {
      const out = merge(list, (t) => t, 7);
      expect(out.flatMap((m) => m.all)).toEqual(list);
      for (const [i, m] of out.entries()) {
        if (i) expect(m.y - out[i - 1].y).toBeGreaterThanOrEqual(7);
        for (const x of m.all) {
          expect(x.at - m.y).toBeLessThan(7);
          expect(kinds.indexOf(x.kind)).toBeLessThanOrEqual(kinds.indexOf(m.worst.kind));
        }
      }
    }),
  );
});

test('marks in view are counted by kind, and found one after another', () => {
  const list: Mark[] = (['state', 'lost', 'again', 'lost'] as const).map((kind, i) => ({ kind, at: i * 10, n: i + 3, says: '' }));
  expect(countKinds(byKind(list), 5, 30)).toEqual({ state: 0, lost: 2, again: 1, rto: 0 });
  expect(nextMark(list, 4, 1)?.n).toBe(5);
  expect(nextMark(list, 4, -1)?.n).toBe(3);
  expect(nextMark(list, 6, 1)).toBeUndefined();
});

test('the frame is inside the map and can be taken, its edges too', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 10_000 }), (a, b) => {
      const axis = wholeAxis({ start: 0, end: 10_000 * ms, gaps: [], fans: [] }, 500, true);
      const f = frameOf(axis, 500, Math.min(a, b) * ms, Math.max(a, b) * ms);
      expect(f.y0).toBeGreaterThanOrEqual(0);
      expect(f.y1).toBeLessThanOrEqual(500 + 1e-6);
      expect(f.y1 - f.y0).toBeGreaterThanOrEqual(12 - 1e-6);
      expect(gripAt(f, (f.y0 + f.y1) / 2)).toBe('frame');
      expect(gripAt(f, f.y0 - 3)).toBe('top');
      expect(gripAt(f, f.y1 + 3)).toBe('bottom');
      expect(gripAt(f, f.y1 + 20)).toBe('outside');
    }),
  );
});

test('a chart shows what the diagram shows, and of a long silence its shores', () => {
  const spots = [{ at: 100 }, { at: 400 }].map((x) => ({ at: x.at * ms, from: 10, to: 20 }));
  const [a, b] = windowOf(50 * ms, 450 * ms, spots);
  expect(a).toBeLessThanOrEqual(50 * ms);
  expect(b).toBeGreaterThan(450 * ms);
  expect(windowOf(50 * ms, 60_000 * ms, spots)[1]).toBeLessThan(500 * ms);
  expect(heights(spots, 0, 1e9, [40], false)[1]).toBeGreaterThan(40);
  expect(heights(spots, 0, 1e9, [], true)[0]).toBe(0);
  const at = (x: number, y: number) =>
    nearest(
      spots,
      (t) => t / ms,
      (v) => 100 - v,
      x,
      y,
      14,
      (x - 14) * ms,
      (x + 14) * ms,
    )?.at;
  expect(at(108, 85)).toBe(100 * ms);
  expect(at(130, 85)).toBeUndefined();
});
