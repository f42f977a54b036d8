import { effect, signal } from '@preact/signals';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BranchData } from '../src/model/branch';
import { Schemas } from '../src/model/schema';
import { Sync, type View } from '../src/model/sync';
import type { Branch, Command, Hello, Lesson, Order, Veil } from '../src/proto';
import { Model, Wire } from './modelserver';

/** A page, its server, and everything between them in the hands of the test. */
class World {
  server = new Model();
  ideal = new Model(); // what comes of what was asked, without any delay
  wire = new Wire(this.server);
  timers: (() => void)[] = [];
  lead: { branch: number; n: number } | null = null; // the place that the page has gone to by itself
  alone = true;
  view: View = {
    hello: signal<Hello | null>(null),
    schemas: signal(new Schemas([])),
    branches: signal<Branch[]>([]),
    data: signal<BranchData | null>(null),
    n: signal(0),
    rev: signal(0),
    lesson: signal<Lesson | null>(null),
    veil: signal<Veil | null>(null),
    moved: () => {},
  };
  sync = new Sync(this.view, { send: (c) => this.wire.send(c), later: (f) => this.timers.push(f) });

  get data(): BranchData {
    const d = this.view.data.peek();
    if (!d) throw new Error('nothing is shown');
    return d;
  }

  async deliver(): Promise<void> {
    const m = this.wire.down.shift();
    if (!m) return;
    if (m.t === 'done' || m.t === 'failed') {
      const i = this.wire.unanswered.findIndex((u) => u.cmd.id === m.id);
      if (i >= 0) this.wire.unanswered.splice(i, 1)[0].settle(m.t === 'done');
    } else this.sync.receive(m);
    await this.rest();
  }

  /** Promises that are settled have told so. */
  async rest(): Promise<void> {
    for (let i = 0; i < 12; i++) await Promise.resolve();
    this.check();
  }

  /** What is shown is held, and is what happened. */
  check(): void {
    const d = this.view.data.peek();
    if (!d) return;
    const n = this.view.n.peek();
    expect(n).toBeGreaterThanOrEqual(d.base);
    expect(n).toBeLessThanOrEqual(d.tip);
    expect(d.state.n).toBe(n);
    const all = this.server.futures[d.id]?.events ?? [];
    expect(d.frames.map((f) => f.name)).toEqual(all.slice(d.base, d.tip));
    // No answer to what was asked before moves the page from where the person has gone since.
    if (this.lead && this.alone) expect([d.id, n]).toEqual([this.lead.branch, Math.max(d.base, Math.min(this.lead.n, d.tip))]);
  }

  async quiet(): Promise<void> {
    if (!this.wire.open) this.reconnect();
    for (let i = 0; i < 400 && (this.wire.up.length || this.wire.down.length || this.timers.length || this.wire.unanswered.length); i++) {
      this.wire.serve();
      while (this.wire.down.length) await this.deliver();
      for (const f of this.timers.splice(0)) f();
      await this.rest();
    }
  }

  reconnect(): void {
    const d = this.view.data.peek();
    this.wire.join(d && { branch: d.id, n: d.tip });
  }

  order(t: Command['t'], more: { branch?: number; n?: number } = {}): void {
    this.lead = null;
    const cmd = { t, branch: this.sync.branch, ...more } as Order; // too many commands for the compiler to go through
    this.ideal.run(cmd);
    void this.sync.order(cmd).catch(() => {});
  }

  /** A move from where the page is, which it makes by itself if that place is certain. */
  private go(to: (n: number) => number | null): void {
    if (this.sync.branch === undefined) return;
    const n = to(this.lead?.n ?? this.view.n.peek());
    this.lead = n === null ? null : { branch: this.data.id, n };
  }

  async user(what: string, k: number): Promise<void> {
    switch (what) {
      case 'step':
        this.go((n) => (n < this.data.total ? n + 1 : null));
        this.ideal.step();
        void this.sync.step();
        break;
      case 'back':
        this.go((n) => Math.max(0, n - 1));
        this.ideal.run({ t: 'back' });
        this.sync.back();
        break;
      case 'seek': {
        const n = k % (this.data.total + 1);
        this.lead = { branch: this.data.id, n };
        this.ideal.run({ t: 'seek', branch: this.data.id, n });
        this.sync.seek(n);
        break;
      }
      case 'branch': {
        const list = this.view.branches.peek();
        const b = list[k % list.length];
        this.order('branch', { branch: b.id, n: Math.min(k, b.tip) });
        break;
      }
      default:
        this.order(what as Command['t']);
    }
    await this.rest();
  }

  async happen(what: string, k: number): Promise<void> {
    switch (what) {
      case 'serve':
        this.wire.serve();
        break;
      case 'deliver':
        await this.deliver();
        break;
      case 'timer':
        this.timers.shift()?.();
        break;
      case 'cut':
        this.wire.cut();
        break;
      case 'join':
        if (!this.wire.open) this.reconnect();
        break;
      default:
        await this.user(what, k);
    }
    await this.rest();
  }
}

async function begin(): Promise<World> {
  const w = new World();
  while (w.wire.down.length) await w.deliver();
  return w;
}

const asked = ['step', 'step', 'step', 'step', 'back', 'back', 'seek', 'until', 'act', 'branch'];
const world = ['serve', 'serve', 'serve', 'deliver', 'deliver', 'deliver', 'deliver', 'timer'];
const broken = ['cut', 'join', 'join'];
const moments = (...kinds: string[]) => fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat({ max: 30 })), { maxLength: 60 });

describe('where the page stands', () => {
  test('whatever the order of answers, it ends where what was asked leads, and no step is lost', async () => {
    await fc.assert(
      fc.asyncProperty(moments(...asked, ...world), async (list) => {
        const w = await begin();
        for (const [what, k] of list) await w.happen(what, k);
        await w.quiet();
        expect([w.server.at, w.server.n], 'the server').toEqual([w.ideal.at, w.ideal.n]);
        expect([w.data.id, w.view.n.peek()], 'the page').toEqual([w.ideal.at, w.ideal.n]);
        expect(w.server.futures).toEqual(w.ideal.futures);
      }),
      { numRuns: 1500 },
    );
  });

  test('with breaks, and others who move the session too, both end at the same place', async () => {
    await fc.assert(
      fc.asyncProperty(moments(...asked, ...world, ...broken, 'other step', 'other seek', 'other act'), async (list) => {
        const w = await begin();
        w.alone = false;
        for (const [what, k] of list) {
          if (!what.startsWith('other ')) {
            await w.happen(what, k);
            continue;
          }
          const before = JSON.stringify([w.server.at, w.server.n, w.server.futures.length]);
          w.server.run({ t: what.slice(6) as Command['t'], n: k % (w.server.tip + 1) } as Order);
          if (w.wire.open) w.wire.tell(before);
        }
        await w.quiet();
        expect([w.data.id, w.view.n.peek()]).toEqual([w.server.at, w.server.n]);
      }),
      { numRuns: 1500 },
    );
  });

  test('a seek is shown at once, and the server hears only of the last one', async () => {
    const w = await begin();
    for (let i = 0; i < 6; i++) await w.user('step', 0).then(() => w.quiet());
    for (const k of [5, 3, 1, 2]) {
      w.sync.seek(k);
      expect(w.view.n.peek()).toBe(k);
    }
    for (const f of w.timers.splice(0)) f();
    expect(w.wire.up).toMatchObject([{ t: 'seek', n: 2 }]);
  });

  test('a step is drawn once: when its event and its place are both there', async () => {
    const w = await begin();
    for (let i = 0; i < 5; i++) {
      const drawn: string[] = [];
      const stop = effect(() => {
        void w.view.rev.value;
        drawn.push(`${w.view.n.value} of ${w.view.data.value?.total}`);
      });
      await w.user('step', 0);
      await w.quiet();
      stop();
      expect(drawn.slice(1)).toEqual([`${i + 1} of ${i + 1}`]);
    }
  });
});
