import type { Track } from '../model/history';

const DEPART = 21; // between two segments leaving side by side
const ARRIVE = 18;
const TURN = 11; // between an arrival and an unrelated departure
export const NOTE = 19;
export const MIN_TRIP = 26;

/** The side of its host on which a segment leaves. */
export function sideOf(t: Track): -1 | 1 {
  return t.packet.to >= t.packet.from ? 1 : -1;
}

/** The rows that each host has used, by side: what keeps things apart. */
export class Rows {
  private arrivals: number[] = [];
  private departures: number[] = [];
  private notes: number[] = [];
  private rings: number[] = [];
  private by: number[] = []; // the event of the last arrival
  constructor(private spread: number) {}
  arrive(host: number, side: number): number {
    const k = slot(host, side);
    return Math.max((this.arrivals[k] ?? NEVER) + ARRIVE + this.spread, (this.departures[k] ?? NEVER) + TURN);
  }
  arrived(host: number, side: number, y: number, n = -1): void {
    const k = slot(host, side);
    this.arrivals[k] = y;
    this.by[k] = n;
  }
  depart(host: number, side: number, n: number): number {
    const k = slot(host, side);
    const own = this.by[k] === n ? 0 : TURN;
    return Math.max((this.departures[k] ?? NEVER) + DEPART + this.spread, (this.arrivals[k] ?? NEVER) + own);
  }
  departed(host: number, side: number, y: number): void {
    this.departures[slot(host, side)] = y;
  }
  note(host: number): number {
    return (this.notes[host] ?? NEVER) + NOTE;
  }
  noted(host: number, y: number): void {
    this.notes[host] = y;
  }
  ring(host: number): number {
    return (this.rings[host] ?? NEVER) + 12;
  }
  ringed(host: number, y: number): void {
    this.rings[host] = y;
  }
}

const NEVER = -1e9;
const slot = (host: number, side: number) => host * 2 + (side > 0 ? 1 : 0);

/** Where segments reach their hosts, by segment and instant. */
export class Arrivals {
  private all = new Map<number, number[]>();
  set(id: number, t: number, y: number): void {
    const list = this.all.get(id);
    if (list) list.push(t, y);
    else this.all.set(id, [t, y]);
  }
  get(id: number, t: number): number | undefined {
    const list = this.all.get(id);
    if (list) for (let i = list.length - 2; i >= 0; i -= 2) if (list[i] === t) return list[i + 1];
    return undefined;
  }
}
