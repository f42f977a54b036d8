import { expect, test } from 'vitest';
import { sittings } from '../src/sittings';

test('what was kept of the inventory is read, and nothing else', () => {
  const a = { at: '2026-12-01', right: 9, of: 30 };
  expect(sittings(JSON.stringify([a, { at: 3 }, null, { at: 'x', right: 31, of: 30 }]))).toEqual([a]);
  for (const text of [null, '', '{', '{"at":1}']) expect(sittings(text)).toEqual([]);
});
