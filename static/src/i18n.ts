import { signal } from '@preact/signals';

type Text = string | { one?: string; other: string };

let catalogue: Record<string, Text> = {};

/** The language of the page. */
export const lang = signal('en');

/** Fetches the catalogue of a language. */
export async function load(l: string): Promise<void> {
  const r = await fetch(`/i18n/${l}.json`);
  if (r.ok) use(await r.json(), l);
}

export function use(c: Record<string, Text>, l: string): void {
  catalogue = c;
  lang.value = l;
}

export function has(key: string): boolean {
  return key in catalogue;
}

/** A text with its {names} filled in; {n} chooses the plural form. */
export function t(key: string, args: Record<string, string | number> = {}): string {
  const text = catalogue[key];
  if (text === undefined) return key;
  const s = typeof text === 'string' ? text : args.n === 1 && text.one ? text.one : text.other;
  return s.replace(/\{(\w+)\}/g, (m, name) => (name in args ? String(args[name]) : m));
}
