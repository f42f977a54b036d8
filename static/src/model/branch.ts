import type { Frame, Left, Planned, Snapshot } from '../proto';
import { History } from './history';
import type { Schemas } from './schema';
import { apply, fromWorld, revert, type State } from './state';

/**
 * Everything the page holds of one branch: the world after event `base`, every
 * frame since, the state at the cursor, and the diagram's tracks.
 */
export class BranchData {
  readonly id: number;
  readonly base: number;
  readonly baseTime: number;
  readonly before: Left[]; // what people did up to the base
  readonly frames: Frame[] = [];
  readonly history: History;
  readonly state: State;
  private announced: number; // the last event that the server told of
  private over: boolean; // nothing is scheduled after it
  private baseNext: Planned[];
  private lastNext: { n: number; next: Planned[] };

  constructor(snap: Snapshot, schemas: Schemas, hosts: string[] = []) {
    this.id = snap.branch;
    this.base = snap.base;
    this.baseTime = snap.world.now;
    this.before = snap.before ?? [];
    this.baseNext = snap.world.next ?? [];
    this.lastNext = { n: snap.n, next: snap.next ?? [] };
    this.state = fromWorld(snap.world, snap.base);
    this.history = new History(snap.world, snap.base, schemas, hosts);
    this.append(snap.frames ?? []);
    this.announced = snap.tip;
    this.over = snap.end;
    this.seek(Math.min(snap.n, this.tip));
  }

  get tip(): number {
    return this.base + this.frames.length;
  }

  /** Nothing is scheduled after the last event held. */
  get end(): boolean {
    return this.over && this.tip >= this.announced;
  }

  /** Notes how far the branch goes, as a message told. */
  reaches(tip: number, end: boolean): void {
    if (tip < this.announced) return;
    this.announced = tip;
    this.over = end;
  }

  /** The last event of the branch, held or not. */
  get total(): number {
    return Math.max(this.tip, this.announced);
  }

  /** Adds frames that continue the branch; false when there is a gap. */
  append(frames: Frame[]): boolean {
    for (const f of frames) {
      if (f.n <= this.tip) continue;
      if (f.n !== this.tip + 1) return false;
      this.frames.push(f);
      this.history.append(f);
    }
    return true;
  }

  frame(n: number): Frame | undefined {
    return this.frames[n - this.base - 1];
  }

  timeOf(n: number): number {
    return this.frame(n)?.at ?? this.baseTime;
  }

  /** Moves the state to the place after event n. */
  seek(n: number): boolean {
    const to = Math.max(this.base, Math.min(n, this.tip));
    while (this.state.n < to) apply(this.state, this.frames[this.state.n - this.base]);
    while (this.state.n > to) revert(this.state, this.frames[this.state.n - this.base - 1], this.timeOf(this.state.n - 1));
    return to === n;
  }

  /** What is scheduled after event n, as far as it is known. */
  next(n: number): Planned[] {
    const f = this.frame(n);
    if (f) return f.next ?? [];
    if (n === this.lastNext.n && this.lastNext.next.length) return this.lastNext.next;
    return n === this.base ? this.baseNext : [];
  }
}
