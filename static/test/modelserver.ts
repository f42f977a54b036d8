import type { Branch, Command, Frame, Message, Order, Snapshot } from '../src/proto';
import { hello } from './fixture';

// What the server does with places, in small: the rules of docs/protocol.md and of
// web/session/broadcast.go, with events that are only names.

const MOST = 8; // frames in a snapshot
const AT_ONCE = 4; // frames that are sent rather than a snapshot

interface Future {
  parent: number;
  step: number;
  events: string[]; // what happened
  end: number; // so many at most, of themselves
}

export class Model {
  futures: Future[] = [{ parent: -1, step: 0, events: [], end: 14 }];
  at = 0;
  n = 0;

  copy(): Model {
    const m = new Model();
    m.futures = this.futures.map((f) => ({ ...f, events: [...f.events] }));
    m.at = this.at;
    m.n = this.n;
    return m;
  }

  get here(): Future {
    return this.futures[this.at];
  }

  get tip(): number {
    return this.here.events.length;
  }

  step(): boolean {
    if (this.n < this.tip) {
      this.n++;
      return true;
    }
    if (this.tip >= this.here.end) return false;
    this.here.events.push(`${this.at}:${this.tip + 1}`);
    this.n++;
    return true;
  }

  /** Carries a command out; false when it is refused. */
  run(c: Order): boolean {
    const b = c.branch ?? this.at;
    if (!this.futures[b]) return false;
    const onto = () => {
      if (b !== this.at) [this.at, this.n] = [b, this.futures[b].events.length];
    };
    switch (c.t) {
      case 'step':
        onto();
        return this.step();
      case 'back':
        onto();
        if (this.n === 0) return false;
        this.n--;
        return true;
      case 'seek':
      case 'branch':
        if ((c.n ?? 0) > this.futures[b].events.length) return false;
        [this.at, this.n] = [b, c.n ?? 0];
        return true;
      case 'until':
        onto();
        for (let i = 0; i < 10 && this.step() && this.n % 5; i++);
        return true;
      case 'act':
        onto();
        if (this.n < this.tip) {
          this.futures.push({ parent: this.at, step: this.n, events: this.here.events.slice(0, this.n), end: this.n + 9 });
          this.at = this.futures.length - 1;
        }
        this.here.events.push(`${this.at}:act ${this.tip + 1}`);
        this.n++;
        return true;
      default:
        return true;
    }
  }

  base(): number {
    return this.tip <= MOST ? 0 : Math.max(0, Math.min(this.n - MOST / 2, this.tip - MOST));
  }

  branches(): Branch[] {
    return this.futures.map((f, id) => ({ id, parent: f.parent, step: f.step, label: '', tip: f.events.length, end: f.events.length >= f.end }));
  }

  frames(b: number, from: number, to: number): Frame[] {
    return this.futures[b].events.slice(from, to).map((name, i) => ({ n: from + i + 1, at: from + i + 1, kind: 'call', host: 0, name, cause: 0, spans: [], next: [] }));
  }

  ended(b: number): boolean {
    return this.futures[b].events.length >= this.futures[b].end;
  }

  snapshot(): Snapshot {
    const base = this.base();
    const world = { now: base, subjects: [], packets: [], sysctls: [], counts: [], procs: [], rules: [], next: [] };
    return {
      t: 'snapshot',
      branch: this.at,
      n: this.n,
      base,
      tip: this.tip,
      end: this.ended(this.at),
      world,
      frames: this.frames(this.at, base, base + MOST),
      branches: this.branches(),
      next: [],
    };
  }
}

/** The connection of one page with the model: what is on its way in each direction, and what the server knows of the page. */
export class Wire {
  up: Command[] = [];
  down: Message[] = [];
  unanswered: { cmd: Command; settle: (ok: boolean) => void }[] = [];
  open = true;
  private holds = new Map<number, { from: number; to: number }>();
  private lastId = 0;
  private done = new Map<number, boolean>(); // answers given

  constructor(private model: Model) {
    this.join(null);
  }

  send(cmd: Order): Promise<{ t: 'done'; id: number }> {
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      this.unanswered.push({ cmd: { ...cmd, id }, settle: (ok) => (ok ? resolve({ t: 'done', id }) : reject(new Error('refused'))) });
      if (this.open) this.up.push({ ...cmd, id });
    });
  }

  cut(): void {
    this.open = false;
    this.up = [];
    this.down = [];
  }

  join(have: { branch: number; n: number } | null): void {
    const { model } = this;
    this.open = true;
    this.holds.clear();
    this.down.push(hello);
    if (have && have.branch === model.at && have.n <= model.tip && model.tip - have.n <= AT_ONCE) {
      this.holds.set(have.branch, { from: 0, to: have.n });
      this.bring(true);
    } else this.whole();
    this.up = this.unanswered.map((u) => u.cmd);
  }

  /** The server carries out the next command. */
  serve(): void {
    const c = this.up.shift();
    if (!c) return;
    if (!this.done.has(c.id)) {
      const before = JSON.stringify([this.model.at, this.model.n, this.model.futures.length]);
      this.done.set(c.id, this.model.run(c));
      if (c.t === 'snapshot') this.whole();
      else if (c.t === 'frames' && c.branch !== undefined) {
        const f = this.model.frames(c.branch, (c.n ?? 1) - 1, c.to ?? 0);
        this.down.push({ t: 'frames', branch: c.branch, from: c.n ?? 1, frames: f, end: this.model.ended(c.branch) });
      } else this.tell(before);
    }
    this.down.push(this.done.get(c.id) ? { t: 'done', id: c.id } : { t: 'failed', id: c.id, code: 'x', text: 'x' });
  }

  tell(before: string): void {
    const was = JSON.parse(before);
    if (was[2] !== this.model.futures.length) this.down.push({ t: 'branches', branches: this.model.branches() });
    this.bring(was[0] !== this.model.at || was[1] !== this.model.n);
  }

  private bring(moved: boolean): void {
    const { model } = this;
    const has = this.holds.get(model.at);
    if (!has || model.n < has.from || (model.n > has.to && model.tip - has.to > AT_ONCE)) {
      this.whole();
      return;
    }
    if (model.tip > has.to && model.tip - has.to <= AT_ONCE) {
      this.down.push({ t: 'frames', branch: model.at, from: has.to + 1, frames: model.frames(model.at, has.to, model.tip), end: model.ended(model.at) });
      has.to = model.tip;
    }
    if (moved) this.down.push({ t: 'cursor', branch: model.at, n: model.n });
  }

  private whole(): void {
    const s = this.model.snapshot();
    this.down.push(s);
    this.holds.set(this.model.at, { from: s.base, to: Math.min(s.tip, s.base + MOST) });
  }
}
