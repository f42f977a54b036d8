import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Refused, Stream } from '../src/lab/stream';
import { type Message, Version } from '../src/proto';

/** The other end of a socket, in the hands of the test. */
class Line {
  static all: Line[] = [];
  static OPEN = 1;
  readyState = 1;
  sent: { t: string; id: number }[] = [];
  onmessage: (e: { data: string }) => void = () => {};
  onclose: (e: { code: number }) => void = () => {};
  constructor(readonly url: URL) {
    Line.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  say(m: object) {
    this.onmessage({ data: JSON.stringify(m) });
  }
  hello(client: string) {
    this.say({ t: 'hello', proto: Version, client, lastId: 0 });
  }
  cut(code = 1006) {
    this.readyState = 3;
    this.onclose({ code });
  }
}

const got: Message[] = [];
const line = () => Line.all[Line.all.length - 1];

beforeEach(() => {
  vi.useFakeTimers();
  Line.all = [];
  got.length = 0;
  vi.stubGlobal('WebSocket', Line);
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('location', { href: 'http://lab.test/lab/x', reload: vi.fn() });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('what was not answered before a break is sent again with the same ids, in order', async () => {
  const s = new Stream(
    '/stream/x',
    () => ({ branch: 2, n: 7 }),
    (m) => got.push(m),
  );
  expect(line().url.href).toContain('ws://lab.test/stream/x?');
  const first = s.send({ t: 'step' });
  expect(line().sent).toEqual([]); // not before hello
  line().hello('tok');
  const second = s.send({ t: 'act', op: 'drop packet 1' });
  expect(line().sent.map((c) => c.id)).toEqual([1, 2]);
  line().say({ t: 'done', id: 1 });
  await first;
  line().cut();
  expect(s.link.value).toBe('lost');
  const third = s.send({ t: 'step' });
  expect(s.waiting.value).toBe(2);
  vi.advanceTimersByTime(500);
  expect(line().url.searchParams.get('client')).toBe('tok');
  expect(line().url.searchParams.get('branch')).toBe('2');
  expect(line().url.searchParams.get('have')).toBe('7');
  line().hello('tok');
  expect(line().sent.map((c) => [c.t, c.id])).toEqual([
    ['act', 2],
    ['step', 3],
  ]);
  line().say({ t: 'failed', id: 2, code: 'op', text: 'no packet 1' });
  line().say({ t: 'done', id: 3 });
  await expect(second).rejects.toThrow(Refused);
  await third;
  expect(s.waiting.value).toBe(0);
});

test('it waits longer each time, and begins anew once it was connected', () => {
  const part = vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const s = new Stream(
    '/stream/x',
    () => null,
    () => {},
  );
  const waits = [250, 500, 1000, 2000, 2500, 2500];
  for (const [i, w] of waits.entries()) {
    expect(Line.all.length).toBe(i + 1);
    line().cut();
    vi.advanceTimersByTime(w - 1);
    expect(Line.all.length).toBe(i + 1);
    vi.advanceTimersByTime(1);
  }
  line().hello('a');
  expect(s.link.value).toBe('open');
  line().cut();
  vi.advanceTimersByTime(250);
  expect(Line.all.length).toBe(waits.length + 2);
  part.mockRestore();
});

test('a class that lost its server does not come back in one instant', () => {
  for (let i = 0; i < 200; i++) {
    new Stream(
      '/stream/x',
      () => null,
      () => {},
    );
    line().hello('a');
  }
  for (const l of [...Line.all]) l.cut();
  const back: number[] = [];
  let before = Line.all.length;
  for (let ms = 0; ms < 500; ms += 50) {
    vi.advanceTimersByTime(50);
    back.push(Line.all.length - before);
    before = Line.all.length;
  }
  expect(before).toBe(400);
  expect(Math.max(...back)).toBeLessThan(60); // about 20 in each twentieth of a second
});

test('goodbye is final unless the server restarts', () => {
  const s = new Stream(
    '/stream/x',
    () => null,
    () => {},
  );
  line().hello('a');
  line().say({ t: 'bye', why: 'drain', text: '' });
  line().cut(1001);
  expect(s.link.value).toBe('lost');
  vi.advanceTimersByTime(500);
  line().hello('a');
  line().say({ t: 'bye', why: 'expired', text: '' });
  line().cut(1000);
  expect(s.link.value).toBe('over');
  vi.advanceTimersByTime(60_000);
  expect(Line.all.length).toBe(2);
});
