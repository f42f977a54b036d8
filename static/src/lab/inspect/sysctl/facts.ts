import { signal } from '@preact/signals';
import { lang } from '../../../i18n';
import type { BranchData } from '../../../model/branch';
import { hello } from '../../state';

/** What is known of a setting; the words are in the language of the page. */
export interface Setting {
  name: string;
  about: string;
  find: string; // its meaning in the other languages
  default: string;
  others?: Record<string, string>; // by kernel, where the default is another
  low?: number;
  high?: number;
  choices?: string[];
  unit: string;
  effect: string;
  scope: string;
  modelled: boolean;
  readOnly: boolean;
  rfc?: string;
  linux?: string;
  rules?: string[];
}

export const settings = signal<Setting[]>([]);

let asked = false;

/** Fetches the table when it is first looked at. */
export async function loadSettings(): Promise<void> {
  if (asked) return;
  asked = true;
  const r = await fetch(`/api/sysctls?lang=${encodeURIComponent(lang.peek())}`);
  if (r.ok) settings.value = await r.json();
  else asked = false;
}

export const short = (name: string) => name.replace(/^net\.(ipv4|core)\./, '');

/** The kernel that a host runs after event n. */
export function kernelOf(d: BranchData, host: number, n: number): string {
  const h = hello.value?.hosts?.[host];
  for (let k = n; k > d.base; k--) {
    const m = d.frame(k)?.kind === 'act' ? /^reboot (\S+) (\S+)$/.exec(d.frame(k)?.name ?? '') : null;
    if (m && m[1] === h?.name) return m[2];
  }
  return h?.kernel || hello.value?.kernel || '';
}

export function defaultOf(s: Setting, kernel: string): string {
  return s.others?.[kernel] ?? s.default;
}

/** The rules that have run on each host, in all that is known of a branch. */
const met = new WeakMap<BranchData, { upTo: number; by: Set<string>[] }>();

export function rulesMet(d: BranchData, host: number): ReadonlySet<string> {
  let m = met.get(d);
  if (!m) {
    m = { upTo: d.base, by: [] };
    met.set(d, m);
  }
  for (; m.upTo < d.tip; m.upTo++) {
    const f = d.frame(m.upTo + 1);
    if (!f || f.host < 0) continue;
    m.by[f.host] ??= new Set();
    for (const s of f.spans ?? []) m.by[f.host].add(s.rule);
  }
  return m.by[host] ?? new Set();
}

/** The event that last set a setting of a host, up to event n; 0: none did. */
export function setBy(d: BranchData, host: number, name: string, n: number): number {
  for (let k = n; k > d.base; k--) {
    const f = d.frame(k);
    const hit = (f?.sysctls ?? []).some((c) => c.host === host && c.name === name);
    if (hit) return k;
  }
  return 0;
}
