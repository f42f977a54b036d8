import type { Field, Schema, Subject } from '../proto';

/** The schemas of a session, by name, with fields found by their Go names. */
export class Schemas {
  private byName = new Map<string, Schema>();
  private index = new Map<string, Map<string, number>>();

  constructor(list: Schema[]) {
    for (const s of list) {
      this.byName.set(s.name, s);
      this.index.set(s.name, new Map((s.fields ?? []).map((f, i) => [f.name, i])));
    }
  }

  fields(schema: string): Field[] {
    return this.byName.get(schema)?.fields ?? [];
  }

  field(schema: string, i: number): Field | undefined {
    return this.fields(schema)[i];
  }

  find(schema: string, name: string): number {
    return this.index.get(schema)?.get(name) ?? -1;
  }

  value(s: Subject, name: string): number | null | undefined {
    const i = this.find(s.schema, name);
    return i < 0 ? undefined : s.values[i];
  }

  /** The name of a subject's state, such as SYN_SENT; '' when its kind has none. */
  state(s: Subject): string {
    const i = this.find(s.schema, 'State');
    if (i < 0) return implied[s.schema] ?? '';
    return this.stateName(s.schema, i, s.values[i]) || (implied[s.schema] ?? '');
  }

  stateName(schema: string, field: number, v: number | null | undefined): string {
    return v === null || v === undefined ? '' : (this.field(schema, field)?.names?.[v] ?? '');
  }
}

const implied: Record<string, string> = { request: 'SYN_RECV', timewait: 'TIME_WAIT' };
