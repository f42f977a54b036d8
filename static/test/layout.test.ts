import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Axis, type Demands, folded, linear } from '../src/diagram/axis';
import { compose } from '../src/diagram/compose';
import type { Filter } from '../src/diagram/filter';
import { boxQuad, crosses, cut, overlap, textQuad } from '../src/diagram/geom';
import { LINE, solve } from '../src/diagram/labels/margin';
import { look, runOf, sheet } from '../src/diagram/layout';
import { eventY } from '../src/diagram/places';
import type { Input, Layout, Words } from '../src/diagram/sheet';
import { duration, instant } from '../src/diagram/time';
import { BranchData } from '../src/model/branch';
import { Schemas } from '../src/model/schema';
import { bulk, forms, hello, lostSynAck, ms, type Script } from './fixture';

const words: Words = {
  arrow: (a) => {
    const p = a.track.packet;
    const head = { text: `${p.kind} seq=${p.seq} ack=${p.ack}`, cls: '' as const };
    return [[head, { text: `win=${p.win}`, cls: 'quiet' }], [head], [{ text: p.kind, cls: '' }]];
  },
  run: (r) => [[[{ text: `${r.segs[0].t.packet.seq} ×${r.segs.length}`, cls: '' }]]],
  fate: (a) => (a.fate === 'lost' ? 'dropped by you' : a.ended?.what === 'moved' ? 'delayed by you' : ''),
  group: (b) => [`${b.count} ${b.look}`],
  bracket: (b) => [`${b.label} 1 s`, b.label],
  left: (ns) => `in ${duration(ns)}`,
  cut: (ns) => `${duration(ns)} idle`,
  more: (k) => `${k} more`,
  measure: (t) => t.length * 7.5,
};

const shown = [0, 1];

function input(s: Script, n = s.frames.length, width = 752): Input {
  const b = new BranchData(s.snapshot(s.frames.length), new Schemas(hello.schemas));
  return { history: b.history, n, start: 0, next: b.next(n), hosts: 2, shown, links: hello.links, width, linear: false, hideFuture: false };
}

const whole = (inp: Input): Layout => look(sheet(inp), inp);

/** What any run may ask of an axis: gaps and fans in order, between a start and an end. */
const demands = fc.array(fc.record({ dt: fc.nat(4_000_000_000), kind: fc.nat(3), h: fc.nat(120) }), { maxLength: 40 }).map((list): Demands => {
  const d = { start: 0, end: 0, gaps: [] as Demands['gaps'][number][], fans: [] as Demands['fans'][number][] };
  for (const x of list) {
    const t1 = d.end + 1 + x.dt;
    if (x.kind) d.gaps.push({ t0: d.end, t1, busy: x.kind === 2 });
    d.end = t1;
    if (x.h > 60) d.fans.push({ t: t1, h: x.h });
  }
  return d;
});
const scales = fc.double({ min: 1e-9, max: 1e-3, noNaN: true });

describe('time axis', () => {
  test('spells instants and lengths', () => {
    expect([0, 20e6, 1.02e9, 131e9, 250e3].map(instant)).toEqual(['0 ms', '20 ms', '1.020 s', '131.000 s', '0.25 ms']);
    expect([960e6, 1e9, 131e9, 250e3, 60e9, 7200e9].map(duration)).toEqual(['960 ms', '1 s', '131 s', '250 µs', '60 s', '2 h']);
  });

  test('is monotone, and its inverse goes back', () => {
    fc.assert(
      fc.property(demands, scales, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 }), (d, scale, at) => {
        const axis = folded([d], 84, scale);
        const times = at.map((k) => k * (d.end || 1)).sort((a, b) => a - b);
        let last = Number.NEGATIVE_INFINITY;
        for (const t of times) {
          const y = axis.y(t);
          expect(y).toBeGreaterThanOrEqual(last);
          last = y;
          expect(Math.abs(axis.y(axis.t(y)) - y)).toBeLessThan(1e-3 * Math.max(1, y));
        }
      }),
    );
  });

  test('is exactly to scale outside its breaks, and nowhere longer than that', () => {
    fc.assert(
      fc.property(demands, scales, (d, scale) => {
        const axis = folded([d], 0, scale);
        let t = d.start;
        for (const b of [...axis.breaks, { t0: d.end, t1: d.end, h: 0 }]) {
          if (b.t0 > t) {
            const [a, z] = [axis.y(t + 0.25), axis.y(b.t0)];
            expect(Math.abs(z - a - (b.t0 - t - 0.25) * scale)).toBeLessThan(1e-3 + 1e-9 * z);
          }
          if (b.t1 > b.t0) expect(b.h).toBeLessThanOrEqual((b.t1 - b.t0) * scale);
          t = Math.max(t, b.t1);
        }
      }),
    );
  });

  test('linear: equal times are equal heights, from the first instant to the last', () => {
    fc.assert(
      fc.property(demands, scales, fc.nat(1e9), fc.nat(1e9), fc.nat(1e9), (d, scale, a, b, dt) => {
        const axis = linear([d], 84, scale);
        expect(axis.breaks).toEqual([]);
        expect(axis.y(a + dt) - axis.y(a)).toBeCloseTo(axis.y(b + dt) - axis.y(b), 2);
      }),
    );
  });

  test('of two runs is cut only where both are idle', () => {
    fc.assert(
      fc.property(demands, demands, scales, (d, e, scale) => {
        const inside = (gaps: Demands['gaps'], end: number, b: { t0: number; t1: number }) => b.t0 >= end || gaps.some((g) => g.t0 <= b.t0 && g.t1 >= b.t1);
        for (const b of folded([d, e], 0, scale).breaks) {
          if (b.t1 === b.t0) continue;
          const covered = (x: Demands) => inside([...x.gaps, { t0: x.end, t1: Number.POSITIVE_INFINITY, busy: false }], x.end, b);
          expect(covered(d) && covered(e)).toBe(true);
        }
      }),
    );
  });

  test('is the same for each of two branches that share it', () => {
    const [a, b] = [input(lostSynAck()), input(bulk(30))];
    const [ra, rb] = [runOf(a), runOf(b)];
    const one = sheet({ ...a, next: [], beside: [rb] }).axis;
    const two = sheet({ ...b, next: [], beside: [ra] }).axis;
    for (let t = 0; t < 1.2e9; t += 7.3e6) expect(two.y(t)).toBeCloseTo(one.y(t), 6);
  });

  test('folds idle time and says how much; linear, it does not', () => {
    const l = whole(input(lostSynAck()));
    expect(l.cuts.map((c) => duration(c.t1 - c.t0))).toContain('960 ms');
    expect(whole({ ...input(lostSynAck()), linear: true }).cuts).toEqual([]);
  });

  test('a trip of the first scale is easy to see', () => {
    const { axis } = whole(input(lostSynAck()));
    expect(axis.y(20 * ms) - axis.y(0)).toBeGreaterThanOrEqual(64);
    expect(axis.y(20 * ms) - axis.y(0)).toBeLessThanOrEqual(110);
  });

  test('events of one instant stay together: a lone answer leaves where its question arrived', () => {
    const l = whole(input(lostSynAck()));
    const [syn, synack] = l.arrows;
    expect(synack.pts[0].y).toBe(syn.pts[syn.pts.length - 1].y);
    expect(synack.pts[0].y).toBe(l.axis.y(20 * ms));
  });

  test('nothing moves when one steps through what is known', () => {
    for (const s of [lostSynAck(), bulk(20)]) {
      const inp = input(s);
      const at = (n: number) => {
        const x = sheet({ ...inp, n, next: [], tipNext: [] });
        return (k: number) => eventY(x, k);
      };
      const end = at(s.frames.length);
      for (let n = 1; n < s.frames.length; n++) for (let k = 1; k <= n; k++) expect(at(n)(k)).toBe(end(k));
    }
  });

  test('events are drawn in their order', () => {
    for (const s of [lostSynAck(), forms(), bulk(60)])
      for (const lin of [false, true]) {
        const x = sheet({ ...input(s), linear: lin });
        for (let k = 2; k <= s.frames.length; k++) expect(eventY(x, k)).toBeGreaterThanOrEqual(eventY(x, k - 1));
      }
  });
});

describe('labels', () => {
  test.each([
    [430, lostSynAck()],
    [752, lostSynAck()],
    [1100, lostSynAck()],
    [752, forms()],
    [1000, bulk(60)],
  ])('touch neither lines nor each other at a width of %i', (width, s) => {
    const step = Math.ceil(s.frames.length / 12);
    for (let n = 1; n <= s.frames.length; n += step) {
      const { layout: l, labels } = compose(input(s, n, width), words);
      const quads = [...labels.arrows, ...labels.fates, ...labels.brackets].map((x) => x.quad);
      for (const m of labels.margin) quads.push(boxQuad(m.side < 0 ? m.x - m.w : m.x, m.y - 7, m.w, LINE * m.lines.length - 2));
      for (const [i, q] of quads.entries()) {
        for (const r of quads.slice(i + 1)) expect(overlap(q, r)).toBe(false);
        for (const a of l.arrows) for (let k = 1; k < a.pts.length; k++) expect(overlap(q, [a.pts[k - 1], a.pts[k]])).toBe(false);
      }
    }
  });

  test('every segment of a short run has its words, along its line or beside its tail', () => {
    for (const s of [lostSynAck(), bulk(10)]) {
      const { layout: l, labels } = compose(input(s, s.frames.length, 1100), words);
      const said = new Set([...labels.arrows.map((x) => x.id), ...labels.margin.flatMap((m) => m.ids)]);
      for (const a of l.arrows) expect(said.has(a.id)).toBe(true);
    }
  });

  test('ten events of a handshake fit on a screen of 900 pixels', () => {
    const { layout: l } = compose(input(lostSynAck(), 10), words);
    expect(l.restY).toBeLessThan(900 - 48 - 76);
  });

  test('a burst of ten segments of one instant is fanned out', () => {
    const { layout: l } = compose(input(bulk(10)), words);
    const tails = l.arrows.filter((a) => a.dir > 0).map((a) => a.pts[0].y);
    expect(tails.length).toBe(10);
    for (let i = 1; i < tails.length; i++) expect(tails[i] - tails[i - 1]).toBeGreaterThanOrEqual(8);
    expect(l.fans.length).toBeGreaterThan(0);
  });

  test('in the margin stand one line apart, as near as may be, those of their own always', () => {
    const claims = fc.array(fc.record({ y: fc.nat(600), lines: fc.integer({ min: 1, max: 2 }), own: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(claims, (list) => {
        const said = solve(list.map((c, i) => ({ ...c, what: i })));
        let free = Number.NEGATIVE_INFINITY;
        for (const s of said) {
          expect(s.y).toBeGreaterThanOrEqual(free);
          free = s.y + LINE * (s.what === null ? 1 : list[s.what].lines);
          if (s.what !== null) expect(s.y).toBeGreaterThanOrEqual(list[s.what].y);
        }
        const shownOnes = said.flatMap((s) => (s.what === null ? s.left : [s.what])).sort((a, b) => a - b);
        expect(shownOnes).toEqual(list.map((_, i) => i));
        for (const [i, c] of list.entries()) if (c.own) expect(said.some((s) => s.what === i)).toBe(true);
      }),
    );
  });
});

test('a line crosses a turned label where separating axes say so', () => {
  for (let i = 0; i < 400; i++) {
    const q = i % 2 ? textQuad(50, 50, 60, 10, 4, (i * 0.37) % 3) : boxQuad(20, 30, 50, 14);
    const a = { x: (i * 37) % 120, y: (i * 53) % 110 };
    const b = { x: (i * 71 + 13) % 120, y: (i * 29 + 7) % 110 };
    expect(crosses(q, a, b)).toBe(overlap(q, [a, b], 0));
  }
});

test('a line is cut at the play head', () => {
  const [above, below] = cut(
    [
      { x: 0, y: 0 },
      { x: 10, y: 10 },
    ],
    4,
  );
  expect(above[1]).toEqual({ x: 4, y: 4 });
  expect(below[0]).toEqual({ x: 4, y: 4 });
});

describe('many alike', () => {
  const run = bulk(2000, 500);
  const inp = (more: Partial<Input> = {}): Input => ({ ...input(run), ...more });

  test('are one band with their number, and nothing is lost', () => {
    for (const lin of [false, true]) {
      const l = whole(inp({ linear: lin }));
      expect(l.groups.length).toBeGreaterThan(0);
      expect(l.arrows.length).toBeLessThan(200);
      expect(l.arrows.length + l.groups.reduce((sum, g) => sum + g.count, 0)).toBe(4000);
    }
  });

  test('are shown one by one when their band is opened', () => {
    const [first] = whole(inp()).groups;
    const l = whole(inp({ opened: new Set([first.id]) }));
    expect(l.arrows.some((a) => a.id === first.id)).toBe(true);
    expect(l.groups.some((g) => g.id === first.id)).toBe(false);
  });

  test('what is chosen has a line of its own', () => {
    const [first] = whole(inp()).groups;
    const id = first.segs[first.count >> 1].t.packet.id;
    expect(whole(inp({ keep: new Set([id]) })).arrows.some((a) => a.id === id)).toBe(true);
  });

  test('what is filtered stays as a grey band with its number', () => {
    const filter: Filter = { hosts: new Set(), kinds: new Set(['ACK']), connection: null };
    const l = whole({ ...input(bulk(200, 100)), filter });
    const dim = l.groups.filter((g) => g.dim);
    expect(dim.reduce((sum, g) => sum + g.count, 0)).toBe(200);
    expect(l.arrows.every((a) => a.look !== 'ack')).toBe(true);
  });
});

test('a step at 10,000 segments costs a small part of laying all of them out', () => {
  const inp = input(bulk(5000));
  const time = (f: () => void) => {
    const t = performance.now();
    f();
    return performance.now() - t;
  };
  const all = time(() => whole(inp));
  const step = () => {
    const s = sheet({ ...inp, n: inp.n - 1 });
    look(s, inp, s.height - 1600, s.height);
  };
  const steps = [1, 2, 3, 4, 5, 6, 7].map(() => time(step));
  expect(runOf(inp).segs.length).toBe(10000);
  expect(Math.min(...steps)).toBeLessThan(all / 6);
});

test('a run of two minutes at a millisecond a pixel is as long as it is', () => {
  const axis = new Axis(84, 0, 131e9, 1e-6, []);
  expect(axis.y(131e9) - axis.y(0)).toBe(131_000);
});
