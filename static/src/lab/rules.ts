import { signal } from '@preact/signals';

/** What is known of a rule. */
export interface RuleText {
  says: string;
  rfc: string[];
  linux: string;
  differs: string;
}

export const rules = signal<Record<string, RuleText>>({});

const fields = signal<Record<string, string>>({});

/** What a variable is, in the language of the page. */
export function fieldDoc(schema: string, name: string, doc: string): string {
  return fields.value[`${schema}.${name}`] ?? doc;
}

export async function loadFields(lang: string): Promise<void> {
  const r = await fetch(`/api/fields?lang=${encodeURIComponent(lang)}`);
  if (r.ok) fields.value = await r.json();
}

export async function loadRules(lang: string): Promise<void> {
  const r = await fetch(`/api/rules?lang=${encodeURIComponent(lang)}`);
  if (!r.ok) return;
  const got = await r.json();
  // A list or a map: both are read.
  rules.value = Array.isArray(got) ? Object.fromEntries(got.map((x: RuleText & { id: string }) => [x.id, x])) : (got.rules ?? got);
}

/** The address of a citation such as "RFC 9293 §3.10.7.4". */
export function rfcHref(cite: string): string {
  const m = /^RFC (\d+)(?: §([\w.]+))?/.exec(cite);
  if (!m) return '';
  const section = m[2] ? `#${/^[A-Z]/.test(m[2]) ? 'appendix' : 'section'}-${m[2]}` : '';
  return `https://www.rfc-editor.org/rfc/rfc${m[1]}${section}`;
}
