import { batch, type Signal } from '@preact/signals';
import type { Branch, Done, Hello, Lesson, Message, Order, Snapshot, Veil } from '../proto';
import { BranchData } from './branch';
import { Schemas } from './schema';

/** A place: after event n of a branch. */
export interface Spot {
  branch: number;
  n: number;
}

/** What the page shows, as signals. */
export interface View {
  hello: Signal<Hello | null>;
  schemas: Signal<Schemas>;
  branches: Signal<Branch[]>;
  data: Signal<BranchData | null>;
  n: Signal<number>;
  rev: Signal<number>;
  lesson: Signal<Lesson | null>;
  veil: Signal<Veil | null>;
  /** The place has changed. */
  moved: () => void;
}

/** What a Sync needs of the world around it. */
export interface Around {
  /** Sends a command; the answers come in order, a refusal as an error. */
  send: (cmd: Order) => Promise<Done>;
  /** Calls back a little later. */
  later: (f: () => void) => void;
}

/**
 * Keeps the place that the page shows and the place where the session stands
 * together. Seeking is the page's business: it shows the place at once, and the
 * server hears of the last one a little later. Everything else that moves is the
 * server's: the page follows. So there are three states.
 *
 *	rest    both stand at the same place
 *	lead    a seek was asked for, and is not answered: the page does not follow
 *	follow  something else was asked for after it: where it leads, only the answer tells
 *
 * A step or back is a seek while the place is certain, and a command of its own
 * while it is not. The server keeps the order, so that the last one asked wins.
 */
export class Sync {
  private known = new Map<number, BranchData>();
  private server: Spot | null = null; // where it was last heard to stand
  private aim: Spot | null = null; // where the page leads; null: it follows
  private told = true; // the server has been sent the aim
  private seeks = 0; // under way
  private loose = new Set<Order>(); // under way since the last seek: they lead where only the server knows
  private left = new Map<number, number>(); // where each branch was shown last
  private filling = new Set<BranchData>();
  private fresh = false; // frames came that the view has not been told of

  constructor(
    private view: View,
    private around: Around,
  ) {}

  // ---- what a person asks ----

  /** Goes to a place of the branch shown, at once as far as the page holds it. */
  seek(k: number): void {
    const b = this.view.data.peek();
    if (!b) return;
    const n = Math.max(0, Math.min(k, b.total));
    this.aim = { branch: b.id, n };
    this.loose.clear();
    this.show(b, n);
    if (!this.told) return; // the one that waits to be told is overtaken
    this.told = false;
    if (n < b.base) this.tell();
    else this.around.later(() => this.tell());
  }

  /** Makes the next event, or goes to it; false when there is none. */
  async step(): Promise<boolean> {
    const b = this.view.data.peek();
    if (!b) return false;
    if (this.loose.size > 0) return this.tried({ t: 'step' });
    const n = this.place(b);
    if (n < b.total) {
      this.seek(n + 1);
      return true;
    }
    if (b.end) return false;
    return this.tried({ t: 'step', branch: b.id });
  }

  back(): void {
    const b = this.view.data.peek();
    if (!b) return;
    if (this.loose.size > 0) void this.tried({ t: 'back' });
    else if (this.place(b) > 0) this.seek(this.place(b) - 1);
  }

  /** Asks for something that moves the session: its place is the server's to tell. */
  async order(cmd: Order): Promise<Done> {
    this.tell();
    this.loose.add(cmd);
    try {
      return await this.around.send(cmd);
    } finally {
      this.loose.delete(cmd);
      this.settle();
    }
  }

  /** Asks for a step or back; whether there was one. */
  private tried(cmd: Order): Promise<boolean> {
    return this.order(cmd).then(
      () => true,
      () => false,
    );
  }

  /** The branch to name in an order; none while only the server knows which it is. */
  get branch(): number | undefined {
    return this.loose.size > 0 ? undefined : this.view.data.peek()?.id;
  }

  /** Where the page stood on a branch when it left it. */
  leftAt(branch: number): number | undefined {
    return this.left.get(branch);
  }

  // ---- what the server sends ----

  receive(m: Message): void {
    batch(() => {
      switch (m.t) {
        case 'hello':
          this.view.hello.value = m;
          this.view.schemas.value = new Schemas(m.schemas ?? []);
          break;
        case 'snapshot':
          this.snapshot(m);
          break;
        case 'frames': {
          const b = this.known.get(m.branch);
          if (!b) break;
          if (!b.append(m.frames ?? [])) this.lack(b);
          b.reaches(b.tip, m.end);
          this.fresh = true;
          // Where they lead is told right after them: drawn once then, not twice.
          if (this.loose.size > 0) return;
          break;
        }
        case 'cursor':
          if (m.lesson !== undefined) this.view.lesson.value = m.lesson;
          this.server = { branch: m.branch, n: m.n };
          break;
        case 'branches':
          this.view.branches.value = m.branches ?? [];
          break;
      }
      this.settle();
    });
  }

  private snapshot(m: Snapshot): void {
    // Under a veil, and when it is lifted, the past is told anew: with other numbers left out.
    if (m.veil || this.view.veil.peek()) this.known.clear();
    this.view.veil.value = m.veil ?? null;
    // What the page holds from further back is kept: the past of a branch does not change.
    const old = this.known.get(m.branch);
    const hosts = (this.view.hello.peek()?.hosts ?? []).map((h) => h.name);
    const b = old && old.base <= m.base ? old : new BranchData(m, this.view.schemas.peek(), hosts);
    this.known.set(b.id, b);
    if (b === old) {
      b.reaches(m.tip, m.end);
      if (b.tip >= m.base) b.append(m.frames ?? []);
    }
    this.server = { branch: m.branch, n: m.n };
    this.view.branches.value = m.branches ?? [];
    if (m.lesson !== undefined) this.view.lesson.value = m.lesson;
    const shown = this.view.data.peek();
    if (!shown || (shown.id === b.id && shown !== b)) this.show(b, this.aim?.branch === b.id ? this.aim.n : m.n);
    this.view.rev.value++;
    if (b.tip < b.total) void this.fill(b);
  }

  /** Fetches what a snapshot of a long branch left out. */
  private async fill(b: BranchData): Promise<void> {
    if (this.filling.has(b)) return;
    this.filling.add(b);
    while (b.tip < b.total && this.known.get(b.id) === b) {
      const before = b.tip;
      const got = await this.quiet({ t: 'frames', branch: b.id, n: before + 1, to: Math.min(b.total, before + 2000) });
      if (!got || b.tip === before) break;
    }
    this.filling.delete(b);
    this.view.rev.value++;
  }

  /** Asks for something of the page's own; whether it was granted. */
  private quiet(cmd: Order): Promise<boolean> {
    return this.around.send(cmd).then(
      () => true,
      () => false,
    );
  }

  /** Frames came that do not go on from what is held: everything is asked for anew. */
  private lack(b: BranchData): void {
    this.known.delete(b.id);
    if (b === this.view.data.peek()) void this.quiet({ t: 'snapshot' });
  }

  // ---- keeping the two together ----

  /** Where the page stands or is about to: it may lack that place still. */
  private place(b: BranchData): number {
    return this.aim?.branch === b.id ? this.aim.n : this.view.n.peek();
  }

  /** Tells the server where the page has gone. */
  private tell(): void {
    if (this.told || !this.aim) return;
    this.told = true;
    this.seeks++;
    void this.quiet({ t: 'seek', ...this.aim }).then(() => {
      this.seeks--;
      this.settle();
    });
  }

  /** Stands where the server stands, unless the page leads. */
  private settle(): void {
    batch(() => this.stand());
  }

  private stand(): void {
    if (this.fresh) this.view.rev.value++;
    this.fresh = false;
    if (!this.told || this.seeks > 0) {
      // What has come meanwhile may hold the place that the page is after.
      const b = this.view.data.peek();
      if (b && this.aim?.branch === b.id && this.view.n.peek() !== this.aim.n) this.show(b, this.aim.n);
      return;
    }
    this.aim = null;
    const to = this.server;
    const b = to && this.known.get(to.branch);
    if (b && to.n >= b.base && to.n <= b.tip) this.show(b, to.n);
  }

  /** Shows a place, or the nearest one that is held. */
  private show(b: BranchData, k: number): void {
    batch(() => {
      const n = Math.max(b.base, Math.min(k, b.tip));
      const { view } = this;
      const was = view.data.peek();
      if (was && was.id !== b.id) this.left.set(was.id, view.n.peek());
      if (was === b && view.n.peek() === n && b.state.n === n) return;
      b.seek(n);
      view.data.value = b;
      view.n.value = n;
      view.rev.value++;
      view.moved();
    });
  }
}
