import { expect, test } from 'vitest';
import { actsOf } from '../src/lab/left/acts';
import type { Frame, Left } from '../src/proto';

const frame = (n: number, at: number, name: string, more: Partial<Frame> = {}) =>
  ({ n, at, kind: 'act', host: -1, cause: 0, spans: [], next: [], name, by: 'you', ...more }) as Frame;
const left = (branch: number, n: number, at: number, op: string, also = false): Left => ({ branch, n, at, op, by: 'you', also });

test("acts stand in time order, what was made together is one, and the scene's own are none", () => {
  const acts = actsOf(
    [left(1, 1, 0, 'drop every SYN')],
    [frame(9, 50, 'sysctl a b = 1', { also: true }), frame(12, 70, 'plug a b', { by: 'scene' }), frame(20, 90, 'drop packet 7')],
    [left(0, 5, 60, 'hold packet 3'), left(0, 6, 60, 'delay packet 4 by 5ms', true), left(2, 8, 10, 'drop packet 1')],
  );
  expect(acts.map((a) => [a.at, a.on, a.steps.map((x) => x.op)])).toEqual([
    [0, true, ['drop every SYN', 'sysctl a b = 1']],
    [10, false, ['drop packet 1']],
    [60, false, ['hold packet 3', 'delay packet 4 by 5ms']],
    [90, true, ['drop packet 7']],
  ]);
  expect(acts[2].steps.map((x) => x.branch)).toEqual([0, 0]);
  expect(acts[1].order).toBeGreaterThan(acts[2].order);
});
