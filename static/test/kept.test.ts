import fc from 'fast-check';
import { expect, test } from 'vitest';
import { draw } from '../src/diagram/compose';
import { sheet } from '../src/diagram/layout';
import { same } from '../src/diagram/same';
import type { Input, Words } from '../src/diagram/sheet';
import { paths } from '../src/lab/toolbar/scrubber';
import { BranchData } from '../src/model/branch';
import { Schemas } from '../src/model/schema';
import { bulk, hello } from './fixture';

// How fast the page is, without a clock: what is not different is not drawn anew.

const words: Words = {
  arrow: (a) => [[{ text: `${a.track.packet.kind} seq=${a.track.packet.seq}`, cls: '' }]],
  run: (r) => [[[{ text: `${r.segs[0].t.packet.seq} ×${r.segs.length}`, cls: '' }]]],
  fate: (a) => (a.fate === 'lost' ? 'lost' : ''),
  group: (b) => [`${b.count} ${b.look}`],
  bracket: (b) => [b.label],
  left: () => 'in 1 s',
  cut: () => 'idle',
  more: (k) => `${k} more`,
  measure: (t) => t.length * 7.5,
};

const plain = fc.jsonValue({ maxDepth: 3 });

test('two values are the same if they would be drawn the same', () => {
  fc.assert(
    fc.property(plain, plain, (a, b) => {
      expect(same(a, structuredClone(a))).toBe(true);
      expect(same({ a, f: 1 }, { a: b, f: 1 })).toBe(JSON.stringify(a) === JSON.stringify(b) || same(a, b));
      if (same(a, b)) expect(a).toEqual(b);
    }),
  );
  expect(same({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  const f = () => {};
  expect(same({ f }, { f })).toBe(true);
  expect(same({ f }, { f: () => {} })).toBe(false);
});

test('a step draws anew what it changed, not what was there', () => {
  const script = bulk(60);
  const all = script.frames.length;
  const b = new BranchData({ ...script.snapshot(0), frames: [], tip: 0, n: 0 }, new Schemas(hello.schemas));
  const parts = (n: number) => {
    const inp: Input = { history: b.history, n, start: 0, next: b.next(n), hosts: 2, shown: [0, 1], links: hello.links, width: 752, linear: false, hideFuture: false };
    const s = sheet(inp);
    const [l, labels] = draw(s, inp, words, Math.max(0, s.restY - 900), s.restY + 300);
    return new Map<string, unknown>([
      ...l.arrows.map((a): [string, unknown] => [`p${a.id}`, a]),
      ...labels.arrows.map((a): [string, unknown] => [`l${a.id}`, a]),
      ...labels.margin.map((m): [string, unknown] => [m.key, m]),
    ]);
  };
  let before = new Map<string, unknown>();
  const changed: number[] = [];
  let most = 0;
  for (let n = 1; n <= all; n++) {
    b.append([script.frames[n - 1]]);
    const now = parts(n);
    const different = [...now].filter(([k, v]) => before.has(k) && !same(before.get(k), v)).length;
    changed.push(different);
    most = Math.max(most, now.size);
    before = now;
  }
  changed.sort((p, q) => p - q);
  expect(most).toBeGreaterThan(40);
  expect(changed[Math.floor(all * 0.9)]).toBeLessThan(5); // of forty and more; once in a while the labels find other places
});

test('the marks of the scrubber are few elements, however long the run', () => {
  const looks = ['syn', 'data', 'ack', 'call'] as const;
  const marks = Array.from({ length: 5000 }, (_, i) => ({ n: i + 1, at: i, look: looks[i % 4] }));
  expect(paths(marks, 5000, 2500).length).toBeLessThanOrEqual(8);
  const [[cls, d]] = paths([{ n: 1, at: 0, look: 'syn' }], 2, 0);
  expect([cls, d]).toEqual(['m-syn ahead', 'M498.8 9h2.4v22h-2.4z']);
});
