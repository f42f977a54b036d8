import { t } from '../i18n';
import type { Effect, Frame, Packet, Subject, World } from '../proto';
import type { Schemas } from './schema';

/** One thing that happened to a segment after it was sent. */
export interface Turn {
  n: number;
  at: number;
  what: 'lost' | 'moved' | 'delivered' | 'dropped' | 'edited' | 'held';
  arrive: number | null; // moved: the new instant
  rule: string; // the rule that did it
  by: string; // the person, when one did it
  packet?: Packet; // edited: as it is now
}

/** A segment's way over the diagram. */
export interface Track {
  packet: Packet; // as it was sent
  n: number; // the event that sent it
  forkAt: number; // a copy: the instant at which it was made
  turns: Turn[];
  connection: Connection;
}

/** From event n on, the lane of a host has this state; '' means nothing. */
export interface BandChange {
  n: number;
  at: number;
  state: string;
  subject: number;
}

/** The life of one connection on one host, whatever object holds it. */
export interface Lane {
  host: number;
  flow: number;
  listener: boolean;
  name: string; // of what was first in it
  changes: BandChange[];
}

/** One change of a timer's deadline. */
export interface TimerTurn {
  n: number;
  at: number;
  deadline: number | null;
  fired: boolean;
  kind: string; // what it will do, where one timer serves several ends
}

/** A timer of one subject from first to last. */
export interface TimerTrack {
  host: number;
  flow: number;
  subject: number;
  field: number;
  label: string;
  turns: TimerTurn[];
}

/** A mark at the outer side of a lifeline. */
export interface Note {
  n: number;
  at: number;
  host: number;
  what: 'call' | 'return' | 'error' | 'sysctl' | 'queue' | 'act';
  text: string;
}

/** A connection as both its ends see it: what its segments have in common. */
export interface Connection {
  id: number; // in order of appearance, from 0
  name: string; // "10.0.0.1:40000 ↔ 10.0.0.2:80"
  hosts: [number, number];
  n: number; // the event that began it
  segments: number;
}

/** What an event is about, for the scrubber and the list. */
export interface Mark {
  n: number;
  at: number;
  look: string; // css class of its colour
}

/**
 * The tracks that the diagram draws, built by appending frames. Everything in
 * it carries the number of its event, so that the view of any earlier place is
 * the part with numbers up to that place: scrubbing rebuilds nothing.
 */
export class History {
  readonly tracks: Track[] = [];
  readonly byPacket = new Map<number, Track>();
  readonly lanes: Lane[] = [];
  readonly timers: TimerTrack[] = [];
  readonly notes: Note[] = [];
  readonly marks: Mark[] = [];
  readonly frames: Frame[] = [];
  readonly subjects = new Map<number, Subject>(); // every one that ever was, as it began

  /** The same changes in the order of events: what a layout that grows reads on. */
  readonly laneTurns: { lane: Lane; change: BandChange }[] = [];
  readonly timerTurns: { track: TimerTrack; turn: TimerTurn }[] = [];
  readonly connections: Connection[] = [];
  readonly kinds = new Set<string>(); // of segments
  readonly most: number[] = []; // by host: connections at once, at most
  readonly timerKinds: Set<string>[] = []; // by host, a few at most

  private connectionOf = new Map<string, Connection>();
  private open: number[] = [];
  private members = new Map<string, Set<number>>(); // of a lane
  private keyOf = new Map<number, string>();
  private alive = new Map<number, Subject>();
  private laneOf = new Map<string, Lane>();
  private timerOf = new Map<string, TimerTrack>();
  private waiting = new Set<string>(); // calls that have not returned

  constructor(
    world: World,
    readonly base: number,
    private schemas: Schemas,
    private hosts: string[] = [],
  ) {
    for (const p of world.packets ?? []) this.addTrack(p, p.sentBy, p.sent);
    for (const s of world.subjects ?? []) this.addSubject(s, base, world.now);
    for (const s of world.subjects ?? []) this.settle(s, base, world.now);
  }

  append(f: Frame): void {
    this.frames.push(f);
    const touched = new Map<string, Subject>();
    const touch = (s?: Subject) => {
      if (!s) return;
      const key = laneKey(s, this.isListener(s));
      touched.set(key, s);
      if (lives(s)) this.index(s, key);
    };
    const effects = f.effects ?? [];
    if (f.kind === 'arrive' && f.packet) this.turn(f.packet, f, 'delivered', undefined);
    for (const e of effects) {
      if (e.kind === 'created' && e.subject) {
        this.addSubject(e.subject, f.n, f.at);
        touch(this.alive.get(e.subject.id));
      }
    }
    for (const e of effects) this.effect(f, e);
    for (const c of f.changes ?? []) {
      const s = this.alive.get(c.s);
      if (!s) continue;
      const field = this.schemas.field(s.schema, c.f);
      s.values[c.f] = c.new;
      if (field?.unit === 'state') touch(s);
      if (field?.name === 'Off' && s.schema === 'host') this.power(s, f, !!c.new);
      this.badge(f, s, c.f, c.old, c.new);
    }
    for (const c of f.changes ?? []) {
      const s = this.alive.get(c.s);
      if (s && this.schemas.field(s.schema, c.f)?.unit === 'timer') this.timer(s, c.f, f, c.new);
    }
    for (const e of effects) {
      if (e.kind !== 'destroyed' || !e.subject) continue;
      const s = this.alive.get(e.subject.id);
      if (!s) continue;
      touch(s);
      this.alive.delete(e.subject.id);
      this.index(s, '');
      for (const [i, fd] of this.schemas.fields(s.schema).entries()) if (fd.unit === 'timer') this.timer(s, i, f, null);
    }
    for (const s of touched.values()) this.settle(s, f.n, f.at);
    this.call(f);
    // Where another kernel is started, what was done is noted, not each setting.
    const [set, ...more] = f.sysctls ?? [];
    if (set && !more.length) this.notes.push({ n: f.n, at: f.at, host: set.host, what: 'sysctl', text: `${short(set.name)} ${set.old} → ${set.new}` });
    this.act(f);
    this.marks.push({ n: f.n, at: f.at, look: look(f) });
  }

  private effect(f: Frame, e: Effect): void {
    let rule = f.spans?.[e.span]?.rule ?? '';
    for (let i: number = e.span; i >= 0; i = f.spans?.[i]?.parent ?? -1) if (f.spans?.[i]?.rule === 'act.standing') rule = 'act.standing';
    switch (e.kind) {
      case 'sent':
        if (e.packet) this.addTrack(e.packet, f.n, f.at);
        break;
      case 'copied':
        if (e.packet) this.addTrack(e.packet, f.n, f.at);
        break;
      case 'lost':
        this.turn(e.n, f, 'lost', rule);
        break;
      case 'dropped':
        this.turn(e.n, f, 'dropped', rule);
        break;
      case 'moved':
        this.turn(e.n, f, e.new === null || e.new === undefined ? 'held' : 'moved', rule, e.new ?? null);
        break;
      case 'edited':
        this.turn(e.n, f, 'edited', rule, null, e.packet);
        break;
      case 'named':
        if (e.subject) this.rename(e.subject, f);
        break;
    }
  }

  private addTrack(p: Packet, n: number, at: number): void {
    const t: Track = { packet: p, n, forkAt: at, turns: [], connection: this.connect(p, n) };
    this.kinds.add(p.kind);
    this.tracks.push(t);
    this.byPacket.set(p.id, t);
  }

  /** The connection of a segment: a four-tuple that is used again is another one. */
  private connect(p: Packet, n: number): Connection {
    const pair = pairOf(p.src, p.dst);
    let c = p.flow > 0 ? this.connectionOf.get(`${pair} ${p.flow}`) : this.connectionOf.get(pair);
    if (!c) {
      c = { id: this.connections.length, name: `${p.src} ↔ ${p.dst}`, hosts: [p.from, p.to], n, segments: 0 };
      if (p.flow > 0) this.connectionOf.set(`${pair} ${p.flow}`, c);
      this.connectionOf.set(pair, c); // the latest
      this.connections.push(c);
    }
    c.segments++;
    return c;
  }

  /** The connection that a subject called "a → b" is an end of. */
  connectionNamed(name: string, flow: number): Connection | undefined {
    const [a, b] = name.split(' → ');
    if (!b) return undefined;
    const pair = pairOf(a, b);
    return (flow > 0 && this.connectionOf.get(`${pair} ${flow}`)) || this.connectionOf.get(pair);
  }

  private turn(id: number | undefined, f: Frame, what: Turn['what'], rule = '', arrive: number | null = null, packet?: Packet): void {
    const t = this.byPacket.get(id ?? 0);
    if (!t) return;
    if (what === 'dropped' && !t.turns.some((x) => x.what === 'delivered')) t.turns.push({ n: f.n, at: f.at, what: 'delivered', arrive: null, rule: '', by: '' });
    if (what === 'delivered' && t.turns.some((x) => x.what === 'delivered')) return;
    t.turns.push({ n: f.n, at: f.at, what, arrive, rule, by: f.kind === 'act' ? f.by || 'you' : '', packet });
  }

  private rename(to: Subject, f: Frame): void {
    const s = this.alive.get(to.id);
    if (!s) return;
    const old = laneKey(s, this.isListener(s));
    s.host = to.host;
    s.flow = to.flow;
    s.name = to.name;
    if (laneKey(s, this.isListener(s)) === old) return;
    const lane = this.laneOf.get(old);
    if (lane) this.push(lane, { n: f.n, at: f.at, state: '', subject: s.id });
    this.settle(s, f.n, f.at);
  }

  private isListener(s: Subject): boolean {
    return this.schemas.state(s) === 'LISTEN';
  }

  private addSubject(sub: Subject, n: number, at: number): void {
    const s = { ...sub, values: [...sub.values] };
    this.alive.set(s.id, s);
    this.subjects.set(sub.id, sub);
    for (const [i, fd] of this.schemas.fields(s.schema).entries()) {
      if (fd.unit === 'timer' && s.values[i] !== null) this.timerAt(s, i, n, at, s.values[i]);
    }
  }

  /** Writes down the state that a subject's lane has after an event. */
  private settle(s: Subject, n: number, at: number): void {
    if (!lives(s)) return;
    const listener = this.isListener(s);
    const key = laneKey(s, listener);
    let lane = this.laneOf.get(key);
    if (!lane) {
      lane = { host: s.host, flow: s.flow, listener, name: s.name, changes: [] };
      this.laneOf.set(key, lane);
      this.lanes.push(lane);
    }
    if (listener) this.leave(s, n, at);
    if (this.alive.has(s.id)) this.index(s, key);
    let top = 0;
    for (const id of this.members.get(key) ?? []) top = Math.max(top, id);
    const best = this.alive.get(top);
    this.push(lane, { n, at, state: best ? this.schemas.state(best) : '', subject: best?.id ?? s.id });
  }

  /** A socket that began to listen leaves the lane that it had before. */
  private leave(s: Subject, n: number, at: number): void {
    const lane = this.laneOf.get(laneKey(s, false));
    if (lane) this.push(lane, { n, at, state: '', subject: s.id });
  }

  private timer(s: Subject, field: number, f: Frame, deadline: number | null): void {
    this.timerAt(s, field, f.n, f.at, deadline, f.kind === 'timer' && f.subject === s.id);
  }

  private timerAt(s: Subject, field: number, n: number, at: number, deadline: number | null, fire = false): void {
    const key = `${s.id}.${field}`;
    let t = this.timerOf.get(key);
    if (!t) {
      if (deadline === null) return;
      t = { host: s.host, flow: s.flow, subject: s.id, field, label: this.schemas.field(s.schema, field)?.label ?? '', turns: [] };
      this.timerOf.set(key, t);
      this.timers.push(t);
      this.timerKinds[s.host] ??= new Set();
      const kinds = this.timerKinds[s.host];
      if (kinds.size < 4) kinds.add(`${t.flow}.${t.label}`);
    }
    const last = t.turns[t.turns.length - 1];
    const old = last?.deadline ?? null;
    if (old === deadline) return;
    const turn = { n, at, deadline, fired: fire && old !== null && old <= at, kind: this.timerKind(s, field) };
    t.turns.push(turn);
    this.timerTurns.push({ track: t, turn });
  }

  /** Notes which lane a subject is in; '' for none. */
  private index(s: Subject, key: string): void {
    const old = this.keyOf.get(s.id);
    if (old === key) return;
    if (old) this.members.get(old)?.delete(s.id);
    this.keyOf.set(s.id, key);
    if (!key) return;
    const set = this.members.get(key);
    if (set) set.add(s.id);
    else this.members.set(key, new Set([s.id]));
  }

  private push(lane: Lane, c: BandChange): void {
    const last = lane.changes[lane.changes.length - 1];
    if (last && last.state === c.state) {
      last.subject = c.subject;
      return;
    }
    if (!last && c.state === '') return;
    const was = last?.state ?? '';
    if (last && last.n === c.n) {
      last.state = c.state;
      last.subject = c.subject;
    } else {
      lane.changes.push(c);
      this.laneTurns.push({ lane, change: c });
    }
    if (lane.listener || !was === !c.state) return;
    this.open[lane.host] = (this.open[lane.host] ?? 0) + (c.state ? 1 : -1);
    this.most[lane.host] = Math.max(this.most[lane.host] ?? 0, this.open[lane.host]);
  }

  private timerKind(s: Subject, field: number): string {
    if (this.schemas.field(s.schema, field)?.name !== 'XmitAt') return '';
    const i = this.schemas.find(s.schema, 'XmitKind');
    return this.schemas.stateName(s.schema, i, s.values[i]);
  }

  /** What a program called, and what came of it: at once, or after it waited. */
  private call(f: Frame): void {
    if (f.kind !== 'call') return;
    const key = `${f.host} ${f.name}`;
    const note = (what: Note['what'], text: string) => this.notes.push({ n: f.n, at: f.at, host: f.host, what, text });
    const e = (f.effects ?? []).find((x) => x.kind === 'returned' && x.host === f.host);
    if (!e) {
      if (f.name) note('call', f.name);
      this.waiting.add(key);
      return;
    }
    const waited = this.waiting.delete(key);
    const name = f.call?.name ?? '';
    if (e.errno) note('error', `${name} → ${e.errno}`);
    else if (waited || e.result || /^(read|recv)/.test(name)) note('return', `${name} → ${e.result ?? 0}`);
    else note('call', f.name ?? '');
  }

  /** A host that is off has a band of its own: it has no connections then. */
  private power(s: Subject, f: Frame, off: boolean): void {
    const key = `${s.host}:off`;
    let lane = this.laneOf.get(key);
    if (!lane) {
      lane = { host: s.host, flow: 0, listener: true, name: '', changes: [] };
      this.laneOf.set(key, lane);
      this.lanes.push(lane);
    }
    this.push(lane, { n: f.n, at: f.at, state: off ? 'off' : '', subject: s.id });
  }

  /** What befell whole hosts and cables is written beside their lifelines. */
  private act(f: Frame): void {
    const [what, name] = f.kind === 'act' ? (f.name ?? '').split(' ') : [];
    const host = hostActs.has(what) ? this.hosts.indexOf(name) : -1;
    if (host >= 0) this.notes.push({ n: f.n, at: f.at, host, what: 'act', text: f.name ?? '' });
  }

  private badge(f: Frame, s: Subject, field: number, old: number | null, now: number | null): void {
    const fd = this.schemas.field(s.schema, field);
    const queue = fd && queues[fd.name];
    if (queue && s.host >= 0) this.notes.push({ n: f.n, at: f.at, host: s.host, what: 'queue', text: `${t(`lab.queue.${queue}`)} ${old ?? 0}→${now ?? 0}` });
  }
}

const hostActs = new Set(['reboot', 'poweroff', 'poweron', 'unplug', 'plug', 'destroy', 'filter']);

/** Fields that are lengths of queues worth a badge. */
const queues: Record<string, string> = {
  SynQ: 'syn',
  AcceptQ: 'accept',
};

const pairOf = (a: string, b: string) => (a < b ? `${a} ${b}` : `${b} ${a}`);

/** Whether a subject has a place on a lifeline. */
function lives(s: Subject): boolean {
  return s.schema !== 'host' && s.schema !== 'link' && s.host >= 0;
}

function laneKey(s: Subject, listener: boolean): string {
  return listener ? `${s.host}:l${s.id}` : s.flow ? `${s.host}:${s.flow}` : `${s.host}:s${s.id}`;
}

export function short(sysctl: string): string {
  return sysctl.replace(/^net\.(ipv4|core)\./, '');
}

function look(f: Frame): string {
  const effects = f.effects ?? [];
  if (effects.some((e) => e.kind === 'lost' || e.kind === 'dropped')) return 'lost';
  const sent = effects.find((e) => e.kind === 'sent')?.packet;
  if (sent) return sent.retx > 0 ? 'rtx' : sent.kind.toLowerCase();
  if (f.kind === 'act') return 'act';
  if (f.kind === 'timer') return 'rtx';
  if (f.kind === 'call') return 'call';
  return 'ack';
}
