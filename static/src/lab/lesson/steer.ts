import { computed, effect, signal } from '@preact/signals';
import { lesson, lessonDoc, type Tab, tab, tabs } from '../state';
import type { Show, View } from './doc';

// How a step sets the page: which tab is open, what is not there, which rows are marked.

const tabOf: Partial<Record<View, Tab>> = { state: 'sockets', chart: 'charts' };
const asTab = (v: View): Tab => tabOf[v] ?? (v as Tab);

const show = computed<Show>(() => {
  const at = lesson.value;
  return (at && lessonDoc.value?.steps[at.step]?.show) || {};
});

/** Whether a view is there in this step. */
export function there(v: View): boolean {
  const { only, hide } = show.value;
  return !hide?.includes(v) && (!only?.length || only.includes(v));
}

/** The tabs of the inspector that are there. */
export const tabsThere = computed<Tab[]>(() => {
  const { only, hide } = show.value;
  const gone = new Set((hide ?? []).map(asTab));
  const stay = only?.length ? new Set(only.map(asTab)) : null;
  return tabs.filter((x) => !gone.has(x) && (!stay || stay.has(x)));
});

const bare = (s: string) => s.toLowerCase().replace(/^icsk_|^snd_|[^a-z0-9]/g, '');

/** Whether a row of a host's variables is marked: client.rto. */
export function marked(host: string, label: string, name: string): boolean {
  return (show.value.highlight ?? []).some((h) => {
    const [of, field] = [h.slice(0, h.indexOf('.')), h.slice(h.indexOf('.') + 1)];
    return of === host && (bare(field) === bare(label) || bare(field) === bare(name));
  });
}

/** The branches that a step compares, once there are two. */
export const compared = computed<number[]>(() => {
  const known = lesson.value?.branches ?? [];
  const ids = (show.value.compare ?? []).map((id) => known.find((b) => b.step === id)?.branch).filter((b) => b !== undefined);
  return new Set(ids).size > 1 ? ids : [];
});

/** The strip of a parameter stands in the place of the diagram. */
export const turned = signal(false);

let stood = '';
effect(() => {
  const at = lesson.value;
  const key = at && lessonDoc.value ? `${at.slug}.${at.step}` : ''; // its text comes after it
  const { open } = show.value;
  if (key === stood) return;
  stood = key;
  if (open && tabs.includes(asTab(open))) tab.value = asTab(open);
  else if (!tabsThere.peek().includes(tab.peek()) && tabsThere.peek()[0]) tab.value = tabsThere.peek()[0];
});
