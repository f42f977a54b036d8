import type { BandChange, Lane, TimerTrack, TimerTurn } from '../model/history';

/** A stretch of a connection's life on its host's lifeline. */
export interface Stretch {
  lane: Lane;
  col: number;
  slot: number; // its place on the lifeline; -1: a listener, which takes the first one while it is free
  state: string;
  subject: number;
  n: number;
  end: number; // the event that ended it
}

/** A timer from where it was armed first to where it fired or was cancelled. */
export interface Armed {
  track: TimerTrack;
  col: number;
  at: number; // its place beside the lifeline
  arms: { n: number; at: number; deadline: number; kind: string }[];
  end: number;
  fired: boolean;
}

/** So many connections had no place of their own. */
export interface Over {
  n: number;
  count: number;
}

export const SLOTS = 8; // connections side by side on one lifeline
const TIMERS = 3; // side by side

/** What lies along the lifelines, built in the order of events. */
export class Spans {
  readonly stretches: Stretch[] = [];
  readonly listeners: Stretch[] = [];
  readonly timers: Armed[] = [];
  readonly over: Over[][] = [];

  private now = new Map<Lane, Stretch | 'over'>();
  private slots: (Lane | null)[][] = [];
  private armed = new Map<TimerTrack, Armed | null>();
  private places: (Armed | null)[][] = [];

  constructor(private colOf: number[]) {}

  lane(lane: Lane, c: BandChange): void {
    const col = this.colOf[lane.host] ?? 0;
    const was = this.now.get(lane);
    if (was === 'over') {
      if (c.state) return;
      this.count(col, c.n, -1);
      this.now.delete(lane);
      return;
    }
    if (was) was.end = c.n;
    if (!c.state) {
      this.now.delete(lane);
      if (was && was.slot >= 0) this.slots[col][was.slot] = null;
      return;
    }
    const slot = lane.listener ? -1 : (was?.slot ?? this.take(col, lane));
    if (slot >= SLOTS) {
      this.now.set(lane, 'over');
      this.count(col, c.n, 1);
      return;
    }
    const s: Stretch = { lane, col, slot, state: c.state, subject: c.subject, n: c.n, end: Number.POSITIVE_INFINITY };
    this.now.set(lane, s);
    (lane.listener ? this.listeners : this.stretches).push(s);
  }

  private take(col: number, lane: Lane): number {
    this.slots[col] ??= [];
    const list = this.slots[col];
    for (let i = 0; i < SLOTS; i++) {
      if (list[i]) continue;
      list[i] = lane;
      return i;
    }
    return SLOTS;
  }

  private count(col: number, n: number, by: number): void {
    this.over[col] ??= [];
    const list = this.over[col];
    list.push({ n, count: (list[list.length - 1]?.count ?? 0) + by });
  }

  timer(track: TimerTrack, turn: TimerTurn): void {
    const open = this.armed.get(track);
    const arm = turn.deadline === null ? null : { n: turn.n, at: turn.at, deadline: turn.deadline, kind: turn.kind };
    if (arm && open && !turn.fired) {
      open.arms.push({ ...arm, kind: arm.kind || open.arms[open.arms.length - 1].kind });
      return;
    }
    if (open) {
      open.end = turn.n;
      open.fired = turn.fired || arm !== null;
      this.places[open.col][open.at] = null;
      this.armed.delete(track);
    }
    if (!arm) return;
    const col = this.colOf[track.host];
    if (col === undefined) return;
    this.places[col] ??= [];
    let at = 0;
    while (at < TIMERS && this.places[col][at]) at++;
    if (at >= TIMERS) return; // as many are shown already
    const a: Armed = { track, col, at, arms: [arm], end: Number.POSITIVE_INFINITY, fired: false };
    this.places[col][at] = a;
    this.armed.set(track, a);
    this.timers.push(a);
  }
}
