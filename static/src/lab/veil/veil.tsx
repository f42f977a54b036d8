import { computed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { t } from '../../i18n';
import { type Link, type Message, type Packet, Veiled } from '../../proto';
import type { Block } from '../lesson/doc';
import { asking, lesson, lessonDoc, n, tip, veil } from '../state';
import { Icon } from '../ui/Icon';

// What is not shown while a question is open. The server does not send it; here stands
// what the page says in its place.

const counted = new Set(['timer', 'time', 'duration']);

/** A number that the server kept back. */
export const isVeiled = (v: number | null | undefined, unit: string): boolean => v === Veiled && counted.has(unit) && asking.value;

/** In the place of what is hidden: that it is, and why. */
export function Hidden({ why = 'veil.hidden', children }: { why?: string; children?: ComponentChildren }) {
  return (
    <p class="veil">
      <span>
        <Icon name="lock" /> {children ?? t(why)}
      </span>
    </p>
  );
}

/** The first move that the step asks for and that is not made. */
export const missing = computed<Block[] | null>(() => {
  const at = lesson.value;
  const step = at && lessonDoc.value?.steps[at.step];
  return at?.lacks && step ? (step.do?.[at.lacks - 1]?.text ?? null) : null;
});

/** What caused something is what is asked now. */
export const causeOpen = computed(() => {
  const c = lesson.value?.cause;
  return !!c && !(c.right ?? []).length;
});

/** Why the run does not go on from here; '': it does. */
export const halted = computed(() => {
  if (asking.value) return n.value >= (veil.value?.n ?? 0) ? (missing.value ? t('veil.first', { what: plain(missing.value) }) : t('veil.answer')) : '';
  return missing.value && n.value >= tip.value ? t('veil.first', { what: plain(missing.value) }) : '';
});

/** Why one may not run ahead, compare, branch off or take away; '': one may. */
export const shut = computed(() => (asking.value ? t('veil.answer') : missing.value ? t('veil.first', { what: plain(missing.value) }) : ''));

/** The first paragraph, without marks. */
export function plain(list: Block[]): string {
  return (list.find((b) => b.p)?.p ?? []).map((s) => s.t ?? s.kind ?? s.code ?? s.b ?? s.i ?? s.kbd ?? s.a ?? '').join('');
}

/** A segment that is under way arrives, as far as one may know, when the cable alone decides. */
export function guessArrivals(m: Message, links: Link[]): void {
  if (m.t !== 'snapshot' && m.t !== 'frames') return;
  const delay = (p: Packet) => links.find((l) => l.from === p.from && l.to === p.to)?.delay ?? 0;
  const guess = (p?: Packet) => {
    if (p && p.arrive === Veiled) p.arrive = p.depart + delay(p);
  };
  if (m.t === 'snapshot') for (const p of m.world.packets ?? []) guess(p);
  for (const f of m.frames ?? []) {
    for (const e of f.effects ?? []) {
      guess(e.packet);
      guess(e.before);
    }
  }
}
