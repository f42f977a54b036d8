import { describe, expect, test } from 'vitest';
import type { Filter } from '../src/diagram/filter';
import { boxQuad, crosses, cut, overlap, textQuad } from '../src/diagram/geom';
import { compose, type Words } from '../src/diagram/labels';
import { flowOf, type Input, layout, look, sheet } from '../src/diagram/layout';
import { duration, instant } from '../src/diagram/time';
import { BranchData } from '../src/model/branch';
import { Schemas } from '../src/model/schema';
import { bulk, forms, hello, lostSynAck, type Script } from './fixture';

const words: Words = {
  arrow: (a) => {
    const p = a.track.packet;
    const head = { text: `${p.kind} seq=${p.seq} ack=${p.ack}`, cls: '' as const };
    return [[head, { text: `win=${p.win}`, cls: 'quiet' }], [head], [{ text: p.kind, cls: '' }]];
  },
  fate: (a) => (a.fate === 'lost' ? 'dropped by you' : a.ended?.what === 'moved' ? 'delayed by you' : ''),
  group: (b) => [`${b.count} ${b.look}`],
  bracket: (b) => [`${b.label} 1 s`, b.label],
  left: (ns) => `in ${duration(ns)}`,
  fold: (ns) => `${duration(ns)} idle`,
  measure: (t) => t.length * 7.5,
};

const shown = [0, 1];

function input(s: Script, n = s.frames.length, width = 752): Input {
  const b = new BranchData(s.snapshot(n), new Schemas(hello.schemas));
  return { history: b.history, n, start: 0, next: b.next(n), hosts: 2, shown, links: hello.links, width, linear: false, hideFuture: false };
}

describe('time axis', () => {
  test('spells instants and lengths', () => {
    expect([0, 20e6, 1.02e9, 131e9, 250e3].map(instant)).toEqual(['0 ms', '20 ms', '1.020 s', '131.000 s', '0.25 ms']);
    expect([960e6, 1e9, 131e9, 250e3, 60e9, 7200e9].map(duration)).toEqual(['960 ms', '1 s', '131 s', '250 µs', '60 s', '2 h']);
  });

  test('is monotone and folds idle time', () => {
    const l = layout(input(lostSynAck()));
    let last = Number.NEGATIVE_INFINITY;
    for (let t = 0; t < 2.1e9; t += 3.7e6) {
      const y = l.axis.yOf(t);
      expect(y).toBeGreaterThanOrEqual(last);
      last = y;
    }
    expect(duration(l.folds[0].t1 - l.folds[0].t0)).toBe('960 ms');
  });

  test('linear: pixels are proportional to time', () => {
    const l = layout({ ...input(lostSynAck()), linear: true });
    const at = (t: number) => l.axis.yOf(t);
    expect((at(900e6) - at(500e6)) / (at(500e6) - at(100e6))).toBeCloseTo(1, 3);
    expect(l.folds).toEqual([]);
  });

  test('what is above stays where it is when more happens', () => {
    const s = lostSynAck();
    for (let n = 3; n < s.frames.length; n++) {
      const a = layout(input(s, n));
      const b = layout(input(s, n + 1));
      for (let k = 1; k <= n; k++) expect(b.eventY.get(k)).toBe(a.eventY.get(k));
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
      if (!labels) throw new Error('no labels');
      const quads = [...labels.arrows, ...labels.fates, ...labels.brackets].map((x) => x.quad);
      for (const [i, q] of quads.entries()) {
        for (const r of quads.slice(i + 1)) expect(overlap(q, r)).toBe(false);
        for (const a of l.arrows) for (let k = 1; k < a.pts.length; k++) expect(overlap(q, [a.pts[k - 1], a.pts[k]])).toBe(false);
      }
      expect(labels.arrows.length).toBe(l.arrows.length);
    }
  });

  test('ten events of a handshake fit on a screen of 900 pixels', () => {
    const { layout: l } = compose(input(lostSynAck(), 10), words);
    expect(l.restY).toBeLessThan(900 - 48 - 76);
  });

  test('a burst of ten segments is fanned out', () => {
    const { layout: l, labels } = compose(input(bulk(10)), words);
    const tails = l.arrows.filter((a) => a.dir > 0).map((a) => a.pts[0].y);
    for (let i = 1; i < tails.length; i++) expect(tails[i] - tails[i - 1]).toBeGreaterThanOrEqual(21);
    expect(labels?.arrows.length).toBe(20);
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

describe('a layout that grows', () => {
  const drawn = (l: ReturnType<typeof layout>) => ({
    y: l.restY,
    height: l.height,
    arrows: l.arrows.map((a) => [a.id, a.fate, a.pts]),
    groups: l.groups.map((g) => [g.id, g.count, g.shape]),
    ticks: l.ticks,
    notes: l.notes.map((b) => [b.note.text, b.x, b.y]),
    bands: l.bands.map((b) => [b.state, b.x, b.y0, b.y1]),
    brackets: l.brackets.map((b) => [b.label, b.y0, b.y1, b.end, b.notches]),
    rings: l.rings.map((r) => r.y),
  });
  test.each([
    ['a lost SYN-ACK', lostSynAck()],
    ['every form', forms()],
    ['a burst', bulk(70)],
    ['a flight', bulk(200, 100)],
  ])('shows at any earlier place what it showed there: %s', (_, s) => {
    const all = input(s);
    const flow = flowOf(all);
    sheet(all, flow); // grown to its end
    const step = Math.ceil(s.frames.length / 25);
    for (let n = 0; n <= s.frames.length; n += step) {
      const inp = { ...all, n, next: new BranchData(s.snapshot(s.frames.length), new Schemas(hello.schemas)).next(n) };
      expect(drawn(look(sheet(inp, flow)))).toEqual(drawn(layout(inp)));
    }
  });
});

describe('many alike', () => {
  const at = (filter?: Filter, opened?: Set<number>) => layout({ ...input(bulk(200, 100)), filter, opened });

  test('are one band with their number, and nothing is lost', () => {
    const l = at();
    expect(l.groups.length).toBeGreaterThan(0);
    expect(l.arrows.length).toBeLessThan(120);
    expect(l.arrows.length + l.groups.reduce((sum, g) => sum + g.count, 0)).toBe(400);
    expect(l.height).toBeLessThan(layout({ ...input(bulk(200, 100)), opened: new Set(l.groups.map((g) => g.id)) }).height);
  });

  test('are shown one by one when their band is opened', () => {
    const [first] = at().groups;
    const l = at(undefined, new Set([first.id]));
    expect(l.arrows.some((a) => a.id === first.id)).toBe(true);
    expect(l.groups.some((g) => g.id === first.id)).toBe(false);
  });

  test('what is filtered stays as a grey band with its number', () => {
    const l = at({ hosts: new Set(), kinds: new Set(['ACK']), connection: null });
    const dim = l.groups.filter((g) => g.dim);
    expect(dim.reduce((sum, g) => sum + g.count, 0)).toBe(200);
    expect(l.arrows.every((a) => a.look !== 'ack')).toBe(true);
  });
});

test('a step at 10,000 segments costs a small part of laying all of them out', () => {
  const inp = input(bulk(5000));
  const time = (run: () => void) => {
    const t = performance.now();
    run();
    return performance.now() - t;
  };
  const flow = flowOf(inp);
  const whole = time(() => look(sheet(inp, flow)));
  const step = () => {
    const s = sheet({ ...inp, n: inp.n - 1 }, flow);
    look(s, s.height - 1600, s.height);
  };
  const steps = [1, 2, 3, 4, 5, 6, 7].map(() => time(step));
  expect(flow.segs.length).toBe(10000);
  expect(Math.min(...steps)).toBeLessThan(whole / 10);
});
