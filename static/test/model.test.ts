import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BranchData } from '../src/model/branch';
import { Schemas } from '../src/model/schema';
import { apply, fromWorld, revert, type State } from '../src/model/state';
import type { Change, Effect, Frame, Packet, World } from '../src/proto';
import { hello, lostSynAck } from './fixture';

const schemas = new Schemas(hello.schemas);
const plain = (s: State) =>
  JSON.parse(
    JSON.stringify({ ...s, subjects: [...s.subjects].sort((a, b) => a[0] - b[0]), packets: [...s.packets].sort((a, b) => a[0] - b[0]), sysctls: s.sysctls.map((m) => [...m]) }),
  );

/** Runs that keep the rules of the stream: made from a list of choices. */
const runs = fc.array(fc.record({ what: fc.nat(8), a: fc.nat(50), b: fc.nat(50), dt: fc.nat(1000) }), { maxLength: 40 }).map((choices) => {
  const world: World = { now: 0, subjects: [], packets: [], sysctls: [[{ name: 'x', value: '1' }]], counts: [[0, 0]], procs: [], rules: [], next: [] };
  const frames: Frame[] = [];
  const s = fromWorld(world, 0);
  let ids = 0;
  let at = 0;
  for (const c of choices) {
    at += c.dt;
    const flying = [...s.packets.values()].filter((t) => t.fate === 'flying' || t.fate === 'held');
    const alive = [...s.subjects.values()];
    const effects: Effect[] = [];
    const changes: Change[] = [];
    const f: Frame = { n: s.n + 1, at, kind: 'act', host: 0, cause: 0, spans: [], next: [], effects, changes, counts: [[0, c.a % 2, (c.b % 5) - 2, 0]] };
    const t = flying[c.a % Math.max(1, flying.length)];
    const sub = alive[c.a % Math.max(1, alive.length)];
    const packet = (): Packet => ({
      id: ++ids,
      from: 0,
      to: 1,
      flow: 1,
      sentBy: f.n,
      sent: at,
      depart: at,
      arrive: at + c.b,
      kind: 'DATA',
      flags: '.',
      seq: c.a,
      ack: 0,
      len: 1,
      win: 1,
      opts: '',
      absSeq: 0,
      absAck: 0,
      src: '',
      dst: '',
      data: '',
      retx: 0,
    });
    if (c.what === 0) effects.push({ kind: 'sent', span: 0, host: 0, packet: packet() });
    if (c.what === 1 && t) effects.push({ kind: 'lost', span: 0, host: 0, n: t.packet.id });
    if (c.what === 2 && t) effects.push({ kind: 'moved', span: 0, host: 0, n: t.packet.id, old: t.packet.arrive ?? undefined, new: c.b % 3 ? at + c.b : undefined });
    if (c.what === 3 && t?.fate === 'flying') {
      f.kind = 'arrive';
      f.packet = t.packet.id;
      if (c.b % 2) effects.push({ kind: 'dropped', span: 0, host: 0, n: t.packet.id });
    }
    if (c.what === 4)
      effects.push({ kind: 'created', span: 0, host: 0, subject: { id: ++ids, schema: 'tcb', host: 0, flow: 1, name: '', values: [c.a % 12, 0, 0, 0, null, 0, 0] } });
    if (sub && c.what === 5) {
      changes.push({ s: sub.id, f: 4, span: 0, old: sub.values[4], new: c.b % 2 ? at + c.b : null });
      if (c.b % 5 === 0) effects.push({ kind: 'destroyed', span: 0, host: 0, subject: { ...sub, values: sub.values.map((v, i) => (i === 4 ? changes[0].new : v)) } });
    }
    if (c.what === 6) f.sysctls = [{ host: 0, name: 'x', old: s.sysctls[0].get('x') ?? '', new: String(c.b) }];
    if (sub && c.what === 7) effects.push({ kind: 'named', span: 0, host: 0, text: sub.name, subject: { ...sub, values: [], name: `n${c.b}`, flow: c.a } });
    if (c.what === 8) f.rules = { old: s.rules, new: [{ n: 1, text: 'drop every SYN', hits: c.b }] };
    frames.push(f);
    apply(s, f);
  }
  return { world, frames };
});

describe('state', () => {
  test('taking a frame back gives what was before', () => {
    fc.assert(
      fc.property(runs, ({ world, frames }) => {
        const s = fromWorld(world, 0);
        for (const f of frames) {
          const before = plain(s);
          const now = s.now;
          apply(s, f);
          const after = plain(s);
          revert(s, f, now);
          expect(plain(s)).toEqual(before);
          apply(s, f);
          expect(plain(s)).toEqual(after);
        }
      }),
    );
  });

  test('any way of scrubbing leads to the same state', () => {
    fc.assert(
      fc.property(runs, fc.array(fc.nat(40), { maxLength: 20 }), ({ world, frames }, jumps) => {
        const snap = { t: 'snapshot' as const, branch: 0, n: 0, base: 0, tip: frames.length, end: false, world, frames, branches: [], next: [] };
        const b = new BranchData(snap, schemas);
        for (const j of jumps) {
          const n = Math.min(j, frames.length);
          b.seek(n);
          const straight = fromWorld(world, 0);
          for (const f of frames.slice(0, n)) apply(straight, f);
          expect(plain(b.state)).toEqual(plain(straight));
        }
      }),
    );
  });
});

describe('history', () => {
  const b = new BranchData(lostSynAck().snapshot(), schemas);

  test('follows the fate of each segment', () => {
    expect(b.history.tracks.map((t) => t.turns.map((x) => x.what).join())).toEqual(['delivered', 'lost', 'delivered', 'delivered', 'delivered', 'delivered', 'moved']);
    expect(b.history.byPacket.get(2)?.turns[0]).toMatchObject({ by: 'you', n: 4 });
  });

  test('keeps one chain of states for a connection', () => {
    const chain = (host: number) => b.history.lanes.filter((l) => l.host === host && !l.listener).map((l) => l.changes.map((c) => c.state));
    expect(chain(0)).toEqual([['SYN_SENT', 'ESTABLISHED']]);
    expect(chain(1)).toEqual([['SYN_RECV', 'ESTABLISHED']]);
    expect(b.history.lanes.find((l) => l.listener)?.changes.map((c) => c.state)).toEqual(['LISTEN']);
  });

  test('tells a timer that fired from one that was cancelled', () => {
    const rto = b.history.timers.find((t) => t.subject === 2);
    expect(rto?.turns.map((t) => [t.n, t.deadline, t.fired])).toEqual([
      [2, 1e9, false],
      [5, 3e9, true],
      [7, null, false],
      [8, 2.04e9, false],
    ]);
  });

  test('refuses a gap', () => {
    const frames = lostSynAck().frames;
    const c = new BranchData({ ...lostSynAck().snapshot(0), frames: frames.slice(0, 3), tip: 3 }, schemas);
    expect(c.append(frames.slice(4))).toBe(false);
    expect(c.append(frames)).toBe(true);
    expect(c.tip).toBe(frames.length);
  });
});
