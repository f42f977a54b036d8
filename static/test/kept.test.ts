import fc from 'fast-check';
import { expect, test } from 'vitest';
import { draw } from '../src/diagram/compose';
import { sheet } from '../src/diagram/layout';
import { same } from '../src/diagram/same';
import type { Input, Words } from '../src/diagram/sheet';
import { words as spoken } from '../src/diagram/words';
import { paths } from '../src/lab/toolbar/scrubber';
import { BranchData } from '../src/model/branch';
import { Schemas } from '../src/model/schema';
import { bulk, forms, hello, lostSynAck, type Script } from './fixture';

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

test('what is kept from one step to the next is what would be drawn from scratch', () => {
  const asRead = (v: unknown) => JSON.stringify(v, (key, x) => (['seg', 'segs', 'track', 'connection', 'ended'].includes(key) ? undefined : x instanceof Set ? [...x] : x));
  const opened = (script: Script, tip: number) => {
    const b = new BranchData({ ...script.snapshot(0), frames: [], tip: 0, n: 0 }, new Schemas(hello.schemas));
    b.append(script.frames.slice(0, tip));
    return b;
  };
  const speak = () => ({ ...spoken({ options: false, hosts: hello.hosts, secret: false, lettered: false }), measure: words.measure });
  const drawnAt = (b: BranchData, n: number, keep: number[], say: Words) => {
    const inp: Input = {
      history: b.history,
      n,
      start: 0,
      next: b.next(n),
      hosts: 2,
      shown: [0, 1],
      links: hello.links,
      width: 752,
      linear: false,
      hideFuture: false,
      keep: new Set(keep),
    };
    const s = sheet(inp);
    const [l, labels] = draw(s, inp, say, Math.max(0, s.restY - 600), s.restY + 300);
    return asRead([l.arrows, l.groups, l.notes, labels]);
  };
  const visits = fc.array(fc.record({ more: fc.nat(4), back: fc.nat(9), keep: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 2 }) }), { minLength: 5, maxLength: 25 });
  fc.assert(
    fc.property(fc.constantFrom(bulk(30), bulk(24, 3), forms(), lostSynAck()), visits, (script, list) => {
      const b = opened(script, 1);
      const say = speak();
      for (const { more, back, keep } of list) {
        b.append(script.frames.slice(b.tip, b.tip + more));
        const n = Math.max(1, b.tip - back);
        expect(drawnAt(b, n, keep, say)).toBe(drawnAt(opened(script, b.tip), n, keep, speak()));
      }
    }),
    { numRuns: 25 },
  );
});

test('the marks of the scrubber are few elements, however long the run', () => {
  const looks = ['syn', 'data', 'ack', 'call'] as const;
  const marks = Array.from({ length: 5000 }, (_, i) => ({ n: i + 1, at: i, look: looks[i % 4] }));
  expect(paths(marks, 5000, 2500).length).toBeLessThanOrEqual(8);
  const [[cls, d]] = paths([{ n: 1, at: 0, look: 'syn' }], 2, 0);
  expect([cls, d]).toEqual(['m-syn ahead', 'M498.8 9h2.4v22h-2.4z']);
});
