import { expect, test } from 'vitest';
import { lifelines, sameFate, sharedUntil } from '../src/lab/compare/share';
import { places, plan } from '../src/lab/compare/sheets';
import { BranchData } from '../src/model/branch';
import { Schemas } from '../src/model/schema';
import { hello, ms, Script } from './fixture';

/** A client whose SYNs are lost, at these instants. */
function side(...syns: number[]): BranchData {
  const s = new Script();
  for (const [i, at] of syns.entries()) {
    const p = s.packet(at, 0, 'SYN', { retx: i });
    s.event(at, i ? 'timer' : 'call', 0, {
      name: i ? 'rto' : 'c = connect(server:80)',
      effects: [
        { kind: 'sent', span: 0, host: 0, packet: p },
        { kind: 'lost', span: 0, host: 0, n: p.id },
      ],
    });
  }
  const d = new BranchData(s.snapshot(), new Schemas(hello.schemas));
  d.seek(d.tip);
  return d;
}

const s = 1000 * ms;
const [a, b] = [side(0, s, 2 * s, 3 * s), side(0, s, 3 * s)];

test('two futures are drawn as one up to where they part, unless a segment is on its way', () => {
  expect(sharedUntil([a, b], s, 3 * s)).toBe(s);
  expect(sharedUntil([a, b], s + 10 * ms, 3 * s)).toBe(s); // the second SYN has left and should arrive at 1.020 s
  expect(sharedUntil([a, b], 10 * ms, 3 * s)).toBe(0);
  expect(sharedUntil([a, a], null, 3 * s)).toBe(3 * s);
});

test('what arrives where they part is drawn on each side', () => {
  const run = (lost: boolean) => {
    const x = new Script();
    const p = x.packet(60 * ms, 1, 'DATA', { len: 10 });
    x.event(60 * ms, 'call', 1, { name: 'write(c, 10)', effects: [{ kind: 'sent', span: 0, host: 1, packet: p }] });
    if (!lost) x.event(80 * ms, 'arrive', 0, { packet: p.id, effects: [{ kind: 'delivered', span: 0, host: 0, n: p.id }] });
    return new BranchData(x.snapshot(), new Schemas(hello.schemas));
  };
  expect(sharedUntil([run(false), run(true)], 80 * ms, 80 * ms)).toBe(60 * ms);
});

test('the same instant is at the same height on every side, and above and below the split', () => {
  const p = plan({ sides: [a, b], links: hello.links ?? [], hosts: 2, shown: [0, 1], width: 1400, minHeight: 500, split: s, part: s, joined: true });
  const [x, y] = p.sides.map((k) => k.sheet.axis);
  for (const t of [0, 20 * ms, s, s + 20 * ms, 2 * s, 3 * s]) expect(x.y(t)).toBe(y.y(t));
  expect(p.shared?.sheet.axis.y(20 * ms)).toBe(x.y(20 * ms));
  expect(x.y(20 * ms)).toBeLessThan(p.joinY);
  expect(p.joinY).toBeLessThan(p.apartY);
  expect(p.apartY).toBeLessThan(x.y(s));
  expect(p.partY).toBeGreaterThan(p.joinY);
  expect(p.partY).toBeLessThan(p.apartY);
});

test('any number of sides have equal places beside one gutter', () => {
  for (const n of [1, 2, 3, 4]) {
    const list = places(1400, n);
    expect(new Set(list.map((x) => x.width)).size).toBe(1);
    for (const [i, x] of list.entries()) expect(x.left + x.width).toBeLessThanOrEqual(1400 + (i < n - 1 ? 76 : 0));
  }
});

test('hosts with the same fate everywhere give their lifelines to those that fare differently', () => {
  expect(sameFate([a, a], 2)).toEqual([0, 1]);
  expect(sameFate([a, b], 3)).toEqual([2]); // nothing happens to a third one
  const cables = [0, 1, 2, 3].map((from) => ({ from, to: 4 }));
  expect(lifelines(3, [], [], false)).toEqual([0, 1, 2]);
  expect(lifelines(5, [0, 1, 3], [...cables, { from: 4, to: 0 }], false)).toEqual([2, 4]);
  expect(lifelines(5, [0, 1, 3], cables, true)).toEqual([0, 1, 2, 3, 4]);
});
