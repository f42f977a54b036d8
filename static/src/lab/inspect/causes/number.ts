import { signal } from '@preact/signals';
import type { NumberRef, Queue } from '../../../proto';
import { data, now } from '../../after';
import { value } from '../../say';
import { hello, schemas } from '../../state';

/** A number that the page shows, by what it is. */
export type Ref = NumberRef;

/** A variable of a subject, by its place in the schema. */
export const fieldRef = (subject: number, ...fields: number[]): Ref => ({ subject, fields, host: -1 });
/** That a subject is there at all: its place in a queue or a table. */
export const entryRef = (subject: number): Ref => ({ subject, fields: [], host: -1 });
/** A byte of a queue of bytes, or a port in use. */
export const placeRef = (q: Queue, place: number): Ref => ({ subject: q.subject, fields: [], host: q.host, queue: q.name, place });
export const counterRef = (host: number, counter: number): Ref => ({ host, counter });
export const sysctlRef = (host: number, sysctl: string): Ref => ({ host, sysctl });

const held: Record<string, string[]> = {
  syn: ['SynQ'],
  accept: ['AcceptQ'],
  send: ['SndMax', 'SndNxt'],
  rtx: ['PacketsOut'],
  receive: ['InQueue'],
  ofo: ['OfoBytes'],
  timewait: ['TimeWait'],
  ports: ['Conns'],
};

/** How much a queue holds: the variables of its socket, or of its host, that count it. */
export function queueRef(q: Queue): Ref {
  const own = [...(data.peek()?.state.subjects.values() ?? [])].find((s) => (q.subject ? s.id === q.subject : s.schema === 'host' && s.host === q.host));
  const fields = own ? (held[q.name] ?? []).map((f) => schemas.peek().find(own.schema, f)).filter((i) => i >= 0) : [];
  return fieldRef(own?.id ?? 0, ...fields);
}

/** A number as people read it, at the instant at which it had that value. */
export function read(of: Ref, v: number | null, field: number, at: number): string {
  if (!of.subject) return String(v ?? 0);
  const s = data.peek()?.state.subjects.get(of.subject) ?? data.peek()?.history.subjects.get(of.subject);
  const f = s && schemas.peek().field(s.schema, field);
  return s && f ? value(v, f, s, schemas.peek(), at) : String(v ?? 0);
}

/** What a number is now; "": it is not there. */
export function current(of: Ref): string {
  const d = data.value;
  if (!d) return '';
  if (of.sysctl) return d.state.sysctls[of.host]?.get(of.sysctl) ?? '';
  if (of.counter !== undefined) return String(d.state.counts[of.host]?.[of.counter] ?? 0);
  const s = d.state.subjects.get(of.subject ?? 0);
  return s ? (of.fields ?? []).map((f) => read(of, s.values[f], f, now.value)).join(' · ') : '';
}

/** Where a number belongs: the host's name. */
export function place(of: Ref): string {
  const d = data.peek();
  const s = d?.state.subjects.get(of.subject ?? 0) ?? d?.history.subjects.get(of.subject ?? 0);
  return hello.peek()?.hosts?.[s?.host ?? of.host]?.name ?? '';
}

/** The numbers that somebody keeps in view. */
export const watches = signal<{ of: Ref; name: string }[]>([]);
const key = (of: Ref) => JSON.stringify([of.subject, of.fields, of.host, of.counter, of.sysctl]);

export const watched = (of: Ref) => watches.value.some((w) => key(w.of) === key(of));

export function watch(of: Ref, name: string): void {
  watches.value = watched(of) ? watches.value.filter((w) => key(w.of) !== key(of)) : [...watches.value, { of, name }].slice(-8);
}
