import type { Effect, Frame, Packet, Standing, Subject, SysctlChange, World } from '../proto';

/** What became of a segment. */
export type Fate = 'flying' | 'held' | 'lost' | 'delivered' | 'dropped';

/** A segment and where it is. */
export interface Travel {
  packet: Packet;
  fate: Fate;
}

/** The world after n events of one branch. */
export interface State {
  n: number;
  now: number;
  subjects: Map<number, Subject>;
  packets: Map<number, Travel>;
  sysctls: Map<string, string>[];
  counts: number[][];
  rules: Standing[];
}

/** The state from which the frames of a snapshot go on. */
export function fromWorld(w: World, base: number): State {
  return {
    n: base,
    now: w.now,
    subjects: new Map((w.subjects ?? []).map((s) => [s.id, { ...s, values: [...s.values] }])),
    packets: new Map((w.packets ?? []).map((p) => [p.id, { packet: p, fate: p.arrive === null ? 'held' : 'flying' }])),
    sysctls: (w.sysctls ?? []).map((l) => new Map((l ?? []).map((s) => [s.name, s.value]))),
    counts: (w.counts ?? []).map((l) => [...(l ?? [])]),
    rules: w.rules ?? [],
  };
}

/** A "-" stands for a setting that the kernel does not have. */
function setSetting(s: State, c: SysctlChange, value: string): void {
  if (value === '-') s.sysctls[c.host]?.delete(c.name);
  else s.sysctls[c.host]?.set(c.name, value);
}

/** Applies the frame that follows, in place. */
export function apply(s: State, f: Frame): void {
  if (f.n !== s.n + 1) throw new Error(`event ${f.n} does not follow ${s.n}`);
  s.n = f.n;
  s.now = f.at;
  if (f.kind === 'arrive') setFate(s, f.packet, 'delivered');
  const effects = f.effects ?? [];
  for (const e of effects) if (e.kind === 'created' && e.subject) addSubject(s, e.subject);
  for (const e of effects) applyEffect(s, e);
  for (const c of f.changes ?? []) setValue(s, c.s, c.f, c.new);
  for (const e of effects) if (e.kind === 'destroyed' && e.subject) s.subjects.delete(e.subject.id);
  for (const [host, counter, by] of f.counts ?? []) bump(s, host, counter, by);
  for (const c of f.sysctls ?? []) setSetting(s, c, c.new);
  if (f.rules) s.rules = f.rules.new ?? [];
}

/** Takes the last frame back, in place; before is the instant of the frame before it. */
export function revert(s: State, f: Frame, before: number): void {
  if (f.n !== s.n) throw new Error(`event ${f.n} is not the last one, ${s.n} is`);
  s.n = f.n - 1;
  s.now = before;
  for (const c of f.sysctls ?? []) setSetting(s, c, c.old);
  if (f.rules) s.rules = f.rules.old ?? [];
  for (const [host, counter, by] of f.counts ?? []) bump(s, host, counter, -by);
  const effects = f.effects ?? [];
  for (const e of effects) if (e.kind === 'destroyed' && e.subject) addSubject(s, e.subject);
  for (const c of [...(f.changes ?? [])].reverse()) setValue(s, c.s, c.f, c.old);
  for (const e of [...effects].reverse()) revertEffect(s, e);
  for (const e of effects) if (e.kind === 'created' && e.subject) s.subjects.delete(e.subject.id);
  if (f.kind === 'arrive') setFate(s, f.packet, 'flying');
}

function applyEffect(s: State, e: Effect): void {
  switch (e.kind) {
    case 'sent':
    case 'copied':
      if (e.packet) s.packets.set(e.packet.id, { packet: e.packet, fate: e.packet.arrive === null ? 'held' : 'flying' });
      break;
    case 'lost':
      setFate(s, e.n, 'lost');
      break;
    case 'dropped':
      setFate(s, e.n, 'dropped');
      break;
    case 'moved':
      setArrive(s, e.n, e.new ?? null);
      break;
    case 'edited':
      if (e.packet) setPacket(s, e.packet);
      break;
    case 'named': {
      const sub = s.subjects.get(e.subject?.id ?? 0);
      if (!sub || !e.subject) break;
      before.set(e, { host: sub.host, flow: sub.flow, name: sub.name });
      s.subjects.set(sub.id, { ...sub, host: e.subject.host, flow: e.subject.flow, name: e.subject.name });
      break;
    }
  }
}

/** What a renamed subject was called before, by the effect that renamed it. */
const before = new WeakMap<Effect, Pick<Subject, 'host' | 'flow' | 'name'>>();

function revertEffect(s: State, e: Effect): void {
  switch (e.kind) {
    case 'sent':
    case 'copied':
      if (e.packet) s.packets.delete(e.packet.id);
      break;
    case 'lost': {
      const t = s.packets.get(e.n ?? 0);
      if (t) setFate(s, e.n, t.packet.arrive === null ? 'held' : 'flying');
      break;
    }
    case 'dropped':
      setFate(s, e.n, 'delivered');
      break;
    case 'moved':
      setArrive(s, e.n, e.old ?? null);
      break;
    case 'edited':
      if (e.before) setPacket(s, e.before);
      break;
    case 'named': {
      const sub = s.subjects.get(e.subject?.id ?? 0);
      if (sub) s.subjects.set(sub.id, { ...sub, name: e.text ?? '', ...before.get(e) });
      break;
    }
  }
}

function addSubject(s: State, sub: Subject): void {
  s.subjects.set(sub.id, { ...sub, values: [...sub.values] });
}

function setValue(s: State, id: number, field: number, v: number | null): void {
  const sub = s.subjects.get(id);
  if (sub) sub.values[field] = v;
}

function setFate(s: State, id: number | undefined, fate: Fate): void {
  const t = s.packets.get(id ?? 0);
  if (t) s.packets.set(t.packet.id, { packet: t.packet, fate });
}

function setArrive(s: State, id: number | undefined, arrive: number | null): void {
  const t = s.packets.get(id ?? 0);
  if (t) s.packets.set(t.packet.id, { packet: { ...t.packet, arrive }, fate: arrive === null ? 'held' : 'flying' });
}

function setPacket(s: State, p: Packet): void {
  const t = s.packets.get(p.id);
  if (t) s.packets.set(p.id, { packet: p, fate: t.fate });
}

function bump(s: State, host: number, counter: number, by: number): void {
  const row = s.counts[host];
  if (row) row[counter] = (row[counter] ?? 0) + by;
}
