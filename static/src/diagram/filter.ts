import type { Connection, Track } from '../model/history';

/** What the person does not want to read now. It stays as a thin trace with a count. */
export interface Filter {
  hosts: ReadonlySet<number>; // dimmed
  kinds: ReadonlySet<string>; // dimmed, as the packet's kind
  connection: number | null; // the only one that is not dimmed
}

export const everything: Filter = { hosts: new Set(), kinds: new Set(), connection: null };

export function filters(f: Filter): boolean {
  return f.hosts.size > 0 || f.kinds.size > 0 || f.connection !== null;
}

export function dimmed(f: Filter, t: Track): boolean {
  const p = t.packet;
  return (f.connection !== null && t.connection.id !== f.connection) || f.kinds.has(p.kind) || f.hosts.has(p.from) || f.hosts.has(p.to);
}

/** A letter for a connection: A to Z, then numbers. */
export function letter(c: Connection): string {
  return c.id < 26 ? String.fromCharCode(65 + c.id) : String(c.id + 1);
}

export const HUES = 6; // colours that tell connections apart, beside their letters
